class Price:
    def add(self, other):
        return other


class Amount:
    """Not the Amount of the package: that one is Price."""

    def add(self, other):
        return other


def convert(price):
    return price


def exchange(price):
    """Not the exchange of the package: that one is convert."""
    return price
