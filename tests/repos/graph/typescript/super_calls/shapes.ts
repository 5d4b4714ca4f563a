import { Base } from "somewhere";

class Shape {
  constructor(readonly name: string) {}

  area(): number {
    return 0;
  }

  describe(): string {
    return this.name;
  }

  static make(): Shape {
    return new Shape("shape");
  }
}

class Drawn {
  area() {
    return -1;
  }

  draw() {}
}

class Polygon extends Shape {
  area() {
    return super.area() + 1;
  }

  static make() {
    return super.make();
  }
}

class Square extends Polygon {
  constructor(readonly side: number) {
    super("square");
  }

  area() {
    const inner = () => super.area();
    return inner();
  }

  describe() {
    return super.describe() + this.areaText();
  }

  areaText() {
    return String(this.area());
  }
}

class Sketch extends Square {
  constructor() {
    super(1);
  }

  draw(drawn: Drawn) {
    drawn.draw();
    return super.areaText();
  }
}

class Remote extends Base {
  constructor() {
    super("remote");
  }

  area() {
    return super.area();
  }

  describe() {
    return this.area();
  }
}

class Failure extends Error {
  describe() {
    return super.toString();
  }

  toString() {
    return this.describe();
  }
}
