class Engine:
    def __init__(self, power=1):
        self.power = power

    def start(self):
        return self

    def tune(self):
        self.power += 1
        return self


class Car:
    def __init__(self):
        self.engine = Engine()

    def start(self):
        return self.engine.start()

    def with_engine(self, engine: Engine):
        self.engine = engine
        return self


class Sports(Car):
    pass


class Racer(Sports):
    def __init__(self):
        super().__init__()
        self.spare = Engine(2)

    def __new__(cls):
        return super().__new__(cls)


class Start:
    def tune(self):
        return None


def make() -> Car:
    return Car()


def make_sports():
    return Sports()


def drive():
    Engine().start()
    Engine(3).tune().tune()
    Car().engine.start()
    Car().with_engine(Engine(4)).start()
    make().start()
    make_sports().engine.tune()
    Racer().spare.start()
    Start().tune()
    unknown().start()
    car = Racer()
    car.start()
    return make().with_engine(Engine(5)).engine
