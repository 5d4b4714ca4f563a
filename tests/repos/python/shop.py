"""A small shop.

The second paragraph is not the summary.
"""

from __future__ import annotations

import os.path
import json as _json
from collections.abc import Iterable, Mapping as Map
from dataclasses import *
from . import stock
from .stock import Shelf as Rack, größe
from typing import Generic, TypeVar

try:
    import ujson
except ImportError:
    ujson = None

T = TypeVar("T")
MAX_ITEMS = 100
_cache: dict[str, Item] = {}
first, second = 1, 2
type Pair[T] = tuple[T, T]


@dataclass(frozen=True)
class Item:
    """One thing on sale."""

    name: str
    price: float = 0.0
    tags = ()

    class Meta:
        """Nested, with a method named like the outer one's."""

        ordering = ["name"]

        def total(self) -> float:
            return 0.0

    @property
    def total(self) -> float:
        """Price with tax."""
        return round(self.price * self.rate(), 2)

    @staticmethod
    def rate() -> float:
        return 1.2


class Cart(Generic[T], stock.Shelf, Map[str, T], metaclass=abc.ABCMeta):
    def __init__(self, owner: stock.Owner | None = None) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.owner = owner

    async def total(self, *, discount: float = 0) -> float:
        """Sum of what is inside.

        Raises ValueError when empty.
        """

        def discounted(item: Item) -> float:
            return item.total * (1 - discount)

        return sum(map(discounted, self.items))

    def add(self, item: "Item", *more: Optional[Item]) -> Cart[T]:
        self.items.append(item)
        return self


@app.route("/carts/<int:key>")
@cached
def load(key: int) -> Cart[Item]:
    path = os.path.join("carts", f"{key}.json")
    # not a doc
    with open(path) as file:
        raw = _json.load(file)
    cart = Cart(owner=raw["owner"])
    for each in raw["items"]:
        cart.add(Item(**each))
    return cart


if TYPE_CHECKING:
    Alias = Cart[Item]
