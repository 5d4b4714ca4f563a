import shop
import shop.deep.tools as toolbox
import shop.money
from shop import Amount, exchange
from shop import submit as send
from shop.deep import unlisted as plain

try:
    from fast import wrap
except ImportError:
    wrap = None


def convert(price):
    return price


def run():
    price = Amount()
    price.add(1)
    exchange(price)
    send(price)
    shop.order(price)
    shop.submit(price)
    shop.wrap("text")
    shop.bind("text")
    shop.unlisted("text")
    plain("text")
    toolbox.bind("text")
    shop.money.exchange(price)
    shop.money.Amount().add(2)
    convert(price)
    wrap("text")


def shadow(exchange):
    exchange(1)
    shop = exchange
    shop.order(1)
