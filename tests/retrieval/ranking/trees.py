"""Small trees and odd queries, and scenes of them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from retrieval.filters import Filters
from retrieval.query import parse_query
from retrieval.ranking.fusion import load_fusion
from retrieval.ranking.rank import Ranker
from retrieval.ranking.scene import Scene
from retrieval.snapshot import Snapshot
from tests.retrieval.snapshots import Files, model, snapshot_of

SHOP: Files = [
    ("shop/cart.py", "class Cart:\n    '''What a customer buys.'''\n\n    def total(self):\n        return sum(self.prices)\n"),
    ("shop/refund_order.py", "def refund_order(order):\n    '''Give the money back.'''\n    return order.refund()\n"),
    ("shop/templatetags.py", "class TemplateTags:\n    def render_tags(self):\n        return templatetags\n"),
    ("web/router.go", "package web\n\ntype Router struct{}\n\nfunc (r *Router) Serve(path string) {}\n"),
    ("web/index.ts", "export interface Page { title: string }\nexport function renderPage(page: Page) {}\n"),
    ("tests/test_cart.py", "from shop.cart import Cart\n\ndef test_total():\n    assert Cart().total() == 0\n"),
    ("docs/refunds.md", "# Refunds\n\nHow an order is refunded.\n\n## Router\n\nHow it serves.\n"),
    ("vendor/lib/refund.py", "def refund_order(order):\n    return order.refund()\n"),
    ("settings.json", '{"refund": {"order": true}}\n'),
    ("empty.py", ""),
    ("signs.txt", "+++ --- ===\n"),
]
TRACE = """Traceback (most recent call last):
  File "/srv/app/shop/refund_order.py", line 3, in refund_order
    return order.refund()
  File "/srv/app/shop/cart.py", line 5, in total
    return sum(self.prices)
TypeError: 'NoneType' object is not iterable
"""
QUERIES = (
    "😀", "\x00", "\udc80", "?", "a", "Cart", "Cart.total", "refund_order", "refund order", "template tags", "shop/cart.py",
    "how is an order refunded?", "fix(router): serve the path twice", "[web] render page", "web/router: serve", "chore: router serve",
    "test total of cart", "class Router interface Page", TRACE, "Cart Router Page refund_order renderPage", "`Cart` `total` `Cart`",
    "größe \u202e refund", "order " * 200, "tests docs examples benchmarks declarations for refund", "x" * 500,
)  # fmt: skip

_WORDS = st.sampled_from(["refund", "order", "cart", "Cart", "total", "template", "tags", "router", "Router", "serve", "page", "größe"])
_BODY = st.lists(_WORDS, max_size=6).map(" ".join)
_NAME = st.lists(_WORDS, min_size=1, max_size=3).map("_".join)
_SOURCE = st.one_of(
    st.builds("def {}(a):\n    '''{}'''\n    return '{}'\n".format, _NAME, _BODY, _BODY),
    st.builds("class {}:\n    # {}\n    def {}(self): pass\n".format, _NAME, _BODY, _NAME),
    _BODY,
    st.text(max_size=20),
)
_FOLDER = st.sampled_from(["", "shop/", "tests/", "docs/order/", "vendor/refund/", "a/b/c/d/e/f/g/h/i/"])
_PATH = st.builds("{}{}{}".format, _FOLDER, _NAME, st.sampled_from([".py", ".md", ".go", ".txt", ".min.js"]))
trees = st.dictionaries(_PATH, _SOURCE, max_size=6).map(lambda found: list(found.items()))
"""Lists of (path, text)."""
queries = st.one_of(st.sampled_from(QUERIES), _BODY, _NAME, st.text(max_size=30)).filter(lambda text: text.strip() and "/" not in text[:2])
"""Any but empty ones and patterns, which no scene is made of."""


def ranker_of(snapshot: Snapshot) -> Ranker:
    """Return a ranker with the weights of the package, without a graph."""
    return Ranker(snapshot, model(), load_fusion())


def scene_of(text: str, files: Files = SHOP, filters: Filters | None = None, hidden: Sequence[str] = ()) -> Scene:
    """Return the scene of a question about a tree."""
    ranker = ranker_of(snapshot_of(files, hidden=hidden))
    return ranker.scene(parse_query(text), ranker.allowed(filters or Filters()))


def paths_of(scene: Scene) -> list[str]:
    """Return the paths of a scene's files."""
    return [scene.snapshot.name(file)[0] for file in scene.pool.files.tolist()]
