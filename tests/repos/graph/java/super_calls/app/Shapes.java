package app;

import org.draw.Canvas;

class Shape {
    protected final String name;

    Shape(String name) {
        this.name = name;
    }

    int area() {
        return 0;
    }

    String describe() {
        return name;
    }
}

interface Drawn {
    default int draw() {
        return 1;
    }
}

interface Printed {
    default int draw() {
        return 2;
    }
}

class Polygon extends Shape {
    Polygon(String name) {
        super(name);
    }

    @Override
    int area() {
        return super.area() + 1;
    }
}

class Square extends Polygon implements Drawn, Printed {
    Square() {
        super("square");
    }

    @Override
    int area() {
        Runnable later = () -> super.area();
        return super.area();
    }

    @Override
    String describe() {
        return super.describe() + area();
    }

    @Override
    public int draw() {
        return Printed.super.draw();
    }

    class Corner {
        int area() {
            return Square.this.area();
        }

        int outer() {
            return Square.super.area();
        }
    }
}

class Sketch extends Canvas {
    Sketch() {
        super("sketch");
    }

    int area() {
        return super.area();
    }

    int describe() {
        return this.area();
    }

    @Override
    public String toString() {
        return super.toString();
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
