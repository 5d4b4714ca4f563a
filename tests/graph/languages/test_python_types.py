"""What Python's tests, patterns, strings and built-in types say of values, and where nothing is known of them."""

from __future__ import annotations

import pytest

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import check, edges_of, ends, used_in

SHAPES = """
class Side:
    def go(self): ...
class Item:
    side: Side
    def run(self): ...
class Other:
    def run(self): ...
class Color:
    RED = 1
"""


def test_patterns_bind_names_and_narrow_the_subject() -> None:
    """A class, its attributes, alternatives, brackets, whole values, several subjects; what is compared with binds nothing."""
    check({
        "shapes.py": SHAPES,
        "use.py": """
        import shapes
        from shapes import Color, Item, Other, Side
        kept = Side()  # = Side
        def matched(x):
            match x:
                # the outer kept is another one
                case Item(side=kept): kept.go(); x.run()  # = Side.go Item.run
                case shapes.Item() | Other(): x.run()  # = ?Item.run ?Other.run
                case (Other()): x.run()  # = Other.run
                case (Item(side=None) as item): item.run()  # = Item.run
                case Item(first): first.run(); x.run()  # = Item.run
                case Color.RED | shapes.Color.RED: x.run()  # =
                case str(text): text.run()  # =
                case {**kept} | "a" | 1 | _: x.run()  # =
        def both():
            match Item(), Other():  # = Item Other
                case a, b: a.run(); b.run()  # = Item.run Other.run
            match [Item(), Other(), Side()]:  # = Item Other Side
                case [a, *rest, c]: a.run(); rest[0].run(); c.go()  # = Item.run Other.run Side.go
            match {"k": Item()}:  # = Item
                case {"k": held}: held.run()  # = Item.run
        """,
    })


def test_class_tests_narrow() -> None:
    """``type(x) is``, ``x is Class`` and ``issubclass`` narrow; a constant, or a test that fails, says nothing."""
    check({
        "shapes.py": SHAPES,
        "use.py": """
        import far
        from shapes import Color, Item, Other
        MISSING = Item()  # = Item
        def tested(x, cls, some=None):
            if type(x) is Item: x.run()  # = Item.run
            if type(x) is not Item: x.run()  # =
            else: x.run()  # = Item.run
            if cls is Other: cls().run()  # = Other Other.run
            if issubclass(cls, Item): cls().run()  # = Item Item.run
            if issubclass(cls, far.Thing): cls().run()  # =
            if cls is Color.RED or cls is MISSING or cls is far.Thing: cls.run()  # =
            if x == Item or x < Item < 3: x.run()  # =
        """,
    })


def test_types_in_strings() -> None:
    """An alias may name its types by strings; so may a cast, of which the value is looked into, like the default of ``getattr``."""
    check({
        "shapes.py": SHAPES,
        "use.py": """
        from typing import Literal, Union, cast
        from shapes import Item, Other
        Either = Union["Item", str]
        Mode = Literal["Item"]
        def use(x: Either, m: Mode, y):
            if not isinstance(x, str): x.run()  # = Item.run
            m.run()  # =
            cast("Item", Other()).run()  # = Item.run Other
            getattr(y, "name", Other()).run()  # = Other
        """,
    })
    assert ("use.py#use", "shapes.py#Item") in ends(edges_of({"shapes.py": SHAPES, "use.py": CAST}), EdgeKind.REFERENCES)


CAST = "from typing import cast\nfrom shapes import Item\ndef use(x): return cast('Item', x)\n"


@pytest.mark.parametrize(
    ("call", "target"),
    [
        ("'a'.strip().upper()", "builtins#str.upper"),
        ("'a,b'.split(',')[0].lower()", "builtins#str.lower"),
        ("'a'.partition('.')[2].lower()", "builtins#str.lower"),
        ("'a'.encode().decode().title()", "builtins#str.title"),
        ("'a'.find('b').bit_length()", "builtins#int.bit_length"),
        ("'a'.isupper().real()", "builtins#bool.real"),
        ("open('a').read().strip()", "builtins#str.strip"),
        ("open('a', 'rb').read().hex()", "builtins#bytes.hex"),
        ("open('a', mode='w').write('b')", "io#TextIOWrapper.write"),
        ("open('a').readlines()[0].strip()", "builtins#str.strip"),
        ("[line.strip() for line in open('a')]", "builtins#str.strip"),
    ],
)
def test_strings_and_files(call: str, target: str) -> None:
    """What the methods of strings, bytes and open files yield is known."""
    assert f"external:{target}" in used_in({"m.py": call}, call, Evidence.EXTERNAL)


@pytest.mark.parametrize(
    "call", ["open('a', mode).read()", "'a'.nothing()", "[1].astype()", "open('a').detach().read()", "'a'.join(x).gone()", "b'a'.x()"]
)
def test_members_nobody_knows(call: str) -> None:
    """A member that a built-in type does not have is unknown, and so is what a file of an unknown mode has."""
    name = call.rpartition(".")[2].removesuffix("()")
    assert f"unknown:{name}" in used_in({"m.py": call}, call, Evidence.UNKNOWN)


FAR = """
import far
class Own(far.Base):
    def go(self):
        self.meet()
        self.held.open()
x = far.Box()
x.put()
x.inner.take()
x['a'].drop()
far.part.ready()
"""


def test_field_of_something_outside_may_hold_anything() -> None:
    """A method of an outside instance is outside; what one of its fields holds may be of the program, so it is unknown."""
    files = {"m.py": FAR}
    assert used_in(files, "self.meet()", Evidence.EXTERNAL) == {"external:far#Base.meet"}
    assert used_in(files, "self.held.open()", Evidence.UNKNOWN) == {"unknown:open"}
    assert used_in(files, "x.put()", Evidence.EXTERNAL) == {"external:far#Box.put"}
    assert used_in(files, "x.inner.take()", Evidence.UNKNOWN) == {"unknown:take"}
    assert used_in(files, "x['a'].drop()", Evidence.UNKNOWN) == {"unknown:drop"}
    assert used_in(files, "far.part.ready()", Evidence.EXTERNAL) == {"external:far#part.ready"}


BRANCH = """
try:
    sorted
except NameError:
    def sorted(x): ...
def use(x):
    return sorted(x)
def len(x): ...
len(1)
"""


def test_builtin_name_that_is_bound_in_a_branch_alone() -> None:
    """Where the branch does not run, the name is the built-in one: both are possible, in functions, which run later."""
    files = {"m.py": BRANCH}
    assert used_in(files, "return sorted(x)", Evidence.POSSIBLE) == {"m.py#sorted"}
    assert used_in(files, "return sorted(x)", Evidence.EXTERNAL) == {"external:builtins#sorted"}
    assert used_in(files, "len(1)") == {"m.py#len"}


ABOVE = """
class A:
    def go(self): ...
class B(A):
    def go(self): ...
class C(B):
    def go(self):
        super(B, self).go()
        super(C, self).go()  # own
        super(dict, self).go()
"""


def test_super_of_another_class() -> None:
    """``super(T, self)`` looks after ``T``; the class is referred to, and one outside says nothing of the program."""
    files = {"m.py": ABOVE}
    assert used_in(files, "super(B, self).go()") == {"m.py#A.go"}
    assert used_in(files, "super(C, self).go()  # own") == {"m.py#B.go"}
    assert used_in(files, "super(dict, self).go()", Evidence.UNKNOWN) == {"unknown:go"}
    assert used_in(files, "super(B, self).go()", kinds={EdgeKind.REFERENCES}) == {"m.py#B"}


DEFAULTS = """
def make(): ...
class Own:
    def local(): ...
    def go(self, x=make(), *, y: int = local()): ...
lambda x=make(): x
def named(x=make): ...
"""


def test_default_is_evaluated_where_the_function_is_defined() -> None:
    """Its calls are of the class or module around, whose names it sees; what it merely names is of the function."""
    files = {"m.py": DEFAULTS}
    calls = ends(edges_of(files), EdgeKind.CALLS)
    assert calls == {("m.py#Own", "m.py#make"), ("m.py#Own", "m.py#Own.local"), ("m.py", "m.py#make")}
    assert ("m.py#named", "m.py#make") in ends(edges_of(files), EdgeKind.REFERENCES)


COPIED = """
import copy
class Part:
    def go(self): ...
class Own:
    def __init__(self): self.part = Part()
    def bind(self): self.part = copy.deepcopy(self.part)
    def run(self): self.part.go()
"""


def test_field_that_is_copied_onto_itself_keeps_its_type() -> None:
    """What is not known yet while a cycle is looked at is nothing, and not anything."""
    files = {"m.py": COPIED}
    assert used_in(files, "self.part.go()") == {"m.py#Part.go"}
