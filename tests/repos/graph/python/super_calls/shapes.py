class Shape:
    def __init__(self, name):
        self.name = name

    def area(self):
        return 0

    def describe(self):
        return self.name

    @classmethod
    def make(cls):
        return cls("shape")


class Drawn:
    def area(self):
        return -1

    def draw(self):
        return None


class Polygon(Shape):
    def area(self):
        return super().area() + 1

    def draw(self):
        return super().draw()


class Square(Polygon):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    def area(self):
        return super(Square, self).area()

    def describe(self):
        return super().describe() + self.area_text()

    def area_text(self):
        return str(self.area())

    @classmethod
    def make(cls):
        return super().make()


class Sketch(Square, Drawn):
    def __init__(self):
        super().__init__(1)

    def area(self):
        return super().area()

    def draw(self):
        return super().draw()


class Failure(ValueError):
    def __init__(self, shape):
        super().__init__(str(shape))

    def describe(self):
        return super().describe()


def area(shape: Shape):
    def super():
        return Drawn()

    return super().area()
