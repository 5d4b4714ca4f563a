package app;

class Engine {
    private int power;

    Engine() {
        this(1);
    }

    Engine(int power) {
        this.power = power;
    }

    Engine start() {
        return this;
    }

    Engine tune() {
        power++;
        return this;
    }
}

class Car {
    Engine engine;

    Car() {
        engine = new Engine();
    }

    Engine start() {
        return engine.start();
    }

    Car withEngine(Engine engine) {
        this.engine = engine;
        return this;
    }

    static Car make() {
        return new Car();
    }
}

class Sports extends Car {}

class Racer extends Sports {
    Engine spare = new Engine(2);

    Racer() {
        super();
        spare.tune();
    }

    static class Builder {
        Builder power(int power) {
            return this;
        }

        Racer build() {
            return new Racer();
        }
    }
}

class Start {
    void tune() {}
}

class Drive {
    void drive(org.other.Engine other) {
        new Engine().start();
        new Engine(3).tune().tune();
        new Car().engine.start();
        new Car().withEngine(new Engine(4)).start();
        Car.make().start();
        Sports.make().engine.tune();
        new Racer.Builder().power(1).build().spare.start();
        new Start().tune();
        other.start();
        new org.other.Engine().start();
        Car car = new Racer();
        car.start();
        var racer = new Racer();
        racer.spare.tune();
        new Car() {
            @Override
            Engine start() {
                return null;
            }
        }.withEngine(null);
    }
}
