from .deep import *
from .money import Price as Amount
from .money import convert as exchange
from .orders import order, place as submit
