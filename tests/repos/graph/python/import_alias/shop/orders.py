from . import money as cash
from .money import convert


def order(price):
    return cash.convert(price)


def place(price):
    convert(price)
    return cash.exchange(price)


def submit(price):
    return price
