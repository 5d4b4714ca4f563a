from collections import defaultdict, deque


class Basket:
    """A collection of the project, with the methods of the language's."""

    def __init__(self):
        self.items_: list[str] = []
        self.index = {}
        self.tags = set()

    def append(self, item):
        self.items_.append(item)

    def add(self, item):
        self.tags.add(item)
        self.append(item)

    def get(self, key):
        return self.index.get(key)

    def items(self):
        return self.index.items()

    def pop(self):
        return self.items_.pop()

    def extend(self, other: "Basket"):
        other.append("mine")
        self.items_.extend(["mine"])

    def clear(self):
        self.index.clear()


def update(values: dict, names: list, basket: Basket):
    values.update(names=names)
    names.append("name")
    basket.append("name")
    values.get("key")
    basket.get("key")
    for key, value in values.items():
        names.pop()
    return basket.items()


def clear():
    counts = defaultdict(int)
    counts.clear()
    queue = deque()
    queue.append(1)
    baskets = [Basket(), Basket()]
    baskets.append(Basket())
    baskets[0].append("first")
    named = {"a": Basket()}
    named.get("b")
    named["a"].get("c")
    for basket in baskets:
        basket.pop()
    "a b".split()
    return {basket for basket in baskets}.pop()


def split(text: str):
    return text.split(",")
