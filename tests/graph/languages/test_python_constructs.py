"""What the rarer constructs of Python resolve to: every line that ends in ``# =`` says what it calls or makes of the program."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import check, edges_of, ends, used_in

ITEMS = """
class Item:
    def run(self): return self
    def __enter__(self): return self
    def __exit__(self, *args): ...
    def __call__(self): return Other()  # = Other
class Other:
    def stop(self): ...
class Box:
    def __iter__(self): return Walker()  # = Walker
class Walker:
    def __next__(self) -> Item: ...
class Sealed:
    def __iter__(self): return iter_of(self)
class Lent:
    def __iter__(self): return iter([Item()])  # = Item
class Given:
    async def __aenter__(self) -> Item: return Item()  # = Item
    async def __aexit__(self, *args): ...
"""


def test_what_annotations_say() -> None:
    """Written as text, with ``|``, of containers, callables, literals, aliases, tuples and foreign generics."""
    check({
        "items.py": ITEMS,
        "use.py": """
        from collections.abc import AsyncIterator, Callable, Generator, Mapping
        from contextvars import ContextVar
        from queue import Queue
        from typing import Annotated, ClassVar, Literal, Optional, Union
        from far import Crate
        import items
        from items import Item, Other
        Items = list[Item]
        Pair = tuple[Item, Other]
        Nested = Items
        Some = Item | None
        current: ContextVar["Item"] = ContextVar("current")
        def texts(a: "Item", b: "items.Item | None", c: "dict[str, Item]", d: "Optional[Item]", e: "list[Item, ]"):
            a.run()  # = Item.run
            b.run()  # = Item.run
            c["a"].run()  # = Item.run
            d.run()  # = Item.run
            e[0].run()  # = Item.run
        def aliases(a: Items, b: Pair, c: Nested, d: Some, e: Literal["a"], f: Crate[Item], g: "1 +"):
            a[0].run()  # = Item.run
            b[0].run(); b[1].stop()  # = Item.run Other.stop
            c.pop().run()  # = Item.run
            d.run()  # = Item.run
            e.strip()  # =
            f.open()  # =
            g.run()  # =
        def generics(a: Callable[[], Item], b: Generator[Item, None, None], c: Mapping[str, Item], d: Annotated[Item, 1], e: Queue[Item]):
            a().run()  # = Item.run
            for each in b: each.run()  # = Item.run
            for name, each in c.items(): each.run()  # = Item.run
            for name in c: name.strip()  # =
            d.run()  # = Item.run
            e.get().run()  # = Item.run
            current.get().run()  # = Item.run
            current.get(Other()).run()  # = Other ?Item.run
        async def awaited(a: AsyncIterator[Item], b: type[Item], c: Union[Item, Other]):
            async for each in a: each.run()  # = Item.run
            b().run()  # = Item Item.run
            c.run()  # = ?Item.run
        class Holder:
            kept: ClassVar[Item]
            def use(self): self.kept.run()  # = Item.run
        """,
    })


def test_what_loops_and_with_statements_do() -> None:
    """An instance is gone over, entered and left by its own methods; what a container holds is what a loop gives."""
    check({
        "items.py": ITEMS,
        "use.py": """
        from items import *
        def loops(text: str):
            for each in Box(): each.run()  # = Box Box.__iter__ Walker.__next__ Item.run
            for each in Sealed(): each.run()  # = Sealed Sealed.__iter__
            for each in Lent(): each.run()  # = Lent Lent.__iter__ Item.run
            for letter in text: letter.upper()  # =
            for number, each in enumerate([Item()]): each.run()  # = Item Item.run
            for one, other in zip([Item()], [Other()]): one.run(); other.stop()  # = Item Item.run Other Other.stop
            for each in map(Item, [1]): each.run()  # = Item.run
            for each in sorted({Item()}, key=lambda i: i.run()): each.run()  # = Item Item.run
            [each.run() for each in (Item(), *[Item()]) if each]  # = Item Item.run
            {name: each.stop() for name, each in {"a": Other()}.items()}  # = Other Other.stop
            first, *rest = [Item(), Item()]  # = Item
            first.run(); rest[0].run()  # = Item.run
            (one, [other, *_]) = Item(), [Other()]  # = Item Other
            one.run(); other.stop()  # = Item.run Other.stop
            {"a": Item(), "b": Other()}.get("b").stop()  # = Item Other Other.stop
            dict(a=Item())["a"].run()  # = Item
            type(Item())().run()  # = Item Item.run
            Item()().stop()  # = Item Item.__call__ Other.stop
            found = {}
            found["a"] = Item()  # = Item
            found["a"].run()  # = Item.run
            many = []
            many += [Item()]  # = Item
            many[0].run()  # = Item.run
        async def entered():
            with Item() as item, Item(): item.run()  # = Item Item.__enter__ Item.__exit__ Item.run
            with (Item() as item): item.run()  # = Item Item.__enter__ Item.__exit__ Item.run
            async with Given() as given: given.run()  # = Given Given.__aenter__ Given.__aexit__ Item.run
            with open("x") as file: file.read()  # =
            with Item() as (one, other): one.run()  # = Item Item.__enter__ Item.__exit__
        """,
    })


def test_what_tests_of_a_type_leave() -> None:
    """``isinstance``, ``is None``, early exits, conditions, patterns and caught errors narrow what a name is."""
    check({
        "items.py": ITEMS,
        "use.py": """
        from items import Item, Other
        class Error(Exception):
            def tell(self): ...
        def tested(x, y: Item | None, z: Item | Other, w=None):
            if isinstance(x, Item): x.run()  # = Item.run
            elif isinstance(x, (Other, int)): x.stop()  # = ?Other.stop
            if not isinstance(x, Item): return
            x.run()  # = Item.run
            if y is None: raise ValueError
            y.run()  # = Item.run
            (z.run() if isinstance(z, Item) else z.stop())  # = Item.run Other.stop
            isinstance(w, Item) and w.run()  # = Item.run
            w = w or Item()  # = Item
            w.run()  # = ?Item.run
            if isinstance(w.kept, Item): w.kept.run()  # =
            while not isinstance(z, Item):
                z.stop()  # = ?Other.stop
            assert isinstance(x, Item)
            x.run()  # = Item.run
        def matched(x):
            match x:
                case Item() as item: item.run()  # = Item.run
                case Other(): x.stop()  # = Other.stop
                case [Item() as first, *_] if first.run(): first.run()  # = Item.run
                case {"a": Item() as held, **rest}: held.run()  # = Item.run
                case Item() | Other() as both: both.run()  # = ?Item.run
                case _: x.run()  # =
        def caught():
            try: ...
            except Error as error: error.tell()  # = Error.tell
            except (Error, OSError) as either: either.tell()  # = ?Error.tell
        def grouped():
            try: ...
            except* Error as group: group.tell()  # =
        """,
    })


def test_where_imports_lead() -> None:
    """Parents of parents, folders of sources, names that are listed in ``__all__``, and parts of packages without a file of their own."""
    files = {
        "src/top/__init__.py": "from .deep.inner import *\nfrom . import deep as below\n",
        "src/top/deep/inner.py": "from ... import nothing\nfrom ..side import Side, hidden as shown\n"
        "__all__ = ['Side', 'own']\ndef own(): ...\ndef kept(): ...\n",
        "src/top/side.py": "class Side:\n    def go(self): ...\ndef hidden(): ...\n",
        "use.py": "import top.deep.inner as inner, os.path\nfrom top import *\nfrom top import below, kept\n"
        "own()  # listed\nSide().go()\ninner.shown()\nbelow.inner.kept()\nkept()  # not listed\nos.path.join()\ngone.away()\n",
    }
    assert ("src/top/deep/inner.py", "src/top/side.py#Side") in ends(edges_of(files), EdgeKind.IMPORTS)
    assert used_in(files, "own()  # listed") == {"src/top/deep/inner.py#own"}
    assert used_in(files, "Side().go()") == {"src/top/side.py#Side", "src/top/side.py#Side.go"}
    assert used_in(files, "inner.shown()") == {"src/top/side.py#hidden"}
    assert used_in(files, "below.inner.kept()") == {"src/top/deep/inner.py#kept"}
    assert used_in(files, "kept()  # not listed") == set()
    assert used_in(files, "os.path.join()", Evidence.EXTERNAL) == {"external:os#path.join"}
    assert used_in(files, "gone.away()", Evidence.UNKNOWN) == {"unknown:away"}
