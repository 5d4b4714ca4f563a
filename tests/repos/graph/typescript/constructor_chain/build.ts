class Engine {
  constructor(private power = 1) {}

  start() {
    return this;
  }

  tune() {
    this.power += 1;
    return this;
  }
}

class Car {
  engine: Engine;

  constructor() {
    this.engine = new Engine();
  }

  start() {
    return this.engine.start();
  }

  withEngine(engine: Engine) {
    this.engine = engine;
    return this;
  }
}

class Sports extends Car {}

class Racer extends Sports {
  spare = new Engine(2);

  constructor() {
    super();
    this.spare.tune();
  }
}

class Start {
  tune() {}
}

function make(): Car {
  return new Car();
}

function makeSports() {
  return new Sports();
}

const makeRacer = () => new Racer();

export function drive(unknown: any) {
  new Engine().start();
  new Engine(3).tune().tune();
  new Car().engine.start();
  new Car().withEngine(new Engine(4)).start();
  make().start();
  makeSports().engine.tune();
  makeRacer().spare.start();
  new Start().tune();
  unknown().start();
  new unknown.Engine().start();
  const car = new Racer();
  car.start();
  return make().withEngine(new Engine(5)).engine.start();
}
