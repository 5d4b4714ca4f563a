"""What Python's values are followed through: slices, starred names, arguments that fit, and functions kept in fields."""

from __future__ import annotations

from textwrap import dedent

import pytest

from graph.build import resolve_files
from graph.model import EdgeKind, Evidence

HANDLERS = """
    class A:
        def run(self): ...
    class B:
        def run(self): ...
    class C:
        def run(self): ...
"""
FUNCTIONS = """
def one(): ...
def two(): ...
def three(): ...
every = [one, two, three]
"""


def called(text: str, line: str, *, evidence: Evidence = Evidence.PROVEN) -> set[str]:
    """Return what the one line that holds ``line`` calls."""
    source = dedent(text)
    at = next(number for number, each in enumerate(source.split("\n"), 1) if line in each)
    edges = [edge for graph in resolve_files({"m.py": source.encode()}) for edge in graph.edges]
    kinds = {EdgeKind.CALLS, EdgeKind.INSTANTIATES}
    return {e.target.partition("#")[2] for e in edges if e.line == at and e.kind in kinds and e.evidence is evidence}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("every[1:][0]()", "two"),
        ("every[:-1][1]()", "two"),
        ("every[-1:][0]()", "three"),
        ("every[1:][1:][0]()", "three"),
        ("[*every][2]()", "three"),
        ("first, *rest = every; rest[1]()", "three"),
        ("*rest, last = every; last()", "three"),
        ("*rest, last = every; rest[0]()", "one"),
    ],
)
def test_slice_of_a_written_list_keeps_positions(code: str, name: str) -> None:
    """An element of a slice with written bounds is the one of the list, and of a starred name likewise."""
    assert called(FUNCTIONS + code, code) == {name}


@pytest.mark.parametrize(
    "code",
    ["every[::2][0]()", "every[start:][0]()", "every.append(one); every[1:][0]()", "[*every, *every][0]()", "[*{one, two, three}][0]()"],
)
def test_slice_that_is_computed_may_be_any_element(code: str) -> None:
    """Bounds that nobody knows, steps, sets and lists that grow give the whole set as possible."""
    assert called(FUNCTIONS + code, code) - {"list.append"} == set()
    assert called(FUNCTIONS + code, code, evidence=Evidence.POSSIBLE) == {"one", "two", "three"}


def test_slice_is_of_the_type_of_what_is_sliced() -> None:
    """A part of a string is a string, of what nobody knows unknown, of an instance what it gives, and of a typed list a list."""
    text = """
    class A:
        def __getitem__(self, key) -> "A": ...
        def run(self): ...
    def use(things: list[A], x):
        "text"[1:].split()
        x[1:].split(1)
        A()[x:].run()
        things[x:2][0].run(2)
        things[1:].append(3)
    """
    assert called(text, ".split()", evidence=Evidence.EXTERNAL) == {"str.split"}
    assert called(text, ".split(1)", evidence=Evidence.UNKNOWN) == {""}
    assert called(text, "A()[x:].run()") == {"A", "A.run"}
    assert called(text, "run(2)") == {"A.run"}
    assert called(text, "append(3)", evidence=Evidence.EXTERNAL) == {"list.append"}


def test_list_assigned_to_a_slice_gives_its_elements() -> None:
    """`held[:] = [b]` puts `b` into the list."""
    assert called(FUNCTIONS + "held = [one]\nheld[:] = [two]\nheld[0]()", "held[0]", evidence=Evidence.POSSIBLE) == {"one", "two"}


def test_slice_beyond_the_list_is_unknown() -> None:
    """A position that the slice does not have leads nowhere."""
    assert called(FUNCTIONS + "every[:1][1]()", "every[:1]", evidence=Evidence.UNKNOWN) == {""}


def test_slice_of_itself_ends() -> None:
    """A name that is its own slice, or slices of slices of slices, cost no endless search."""
    deep = "every" + "[0:]" * 9 + "[0]()"
    assert called(FUNCTIONS + deep, deep, evidence=Evidence.POSSIBLE) == {"one", "two", "three"}
    assert called("while x:\n    r = r[1:]\n    r[0]()", "r[0]()", evidence=Evidence.UNKNOWN) == {""}


ARITY = """
def none(): ...
def needs(a): ...
def optional(a=1): ...
def rest(*all): ...
def by_name(*all, key): ...
def any_name(**names): ...
"""


@pytest.mark.parametrize(
    ("arguments", "fitting"),
    [
        ("", {"none", "optional", "rest", "any_name"}),
        ("1", {"needs", "optional", "rest"}),
        ("1, 2", {"rest"}),
        ("a=1", {"needs", "optional", "any_name"}),
        ("key=1", {"by_name", "any_name"}),
        ("*x", {"none", "needs", "optional", "rest", "by_name", "any_name"}),
        ("1, 2, key=3", {"by_name"}),
        ("1, 2, z=3", {"none", "needs", "optional", "rest", "by_name", "any_name"}),
    ],
)
def test_function_that_does_not_take_the_arguments_is_not_called(arguments: str, fitting: set[str]) -> None:
    """Of several functions that a value may be those remain that fit; all of them when none does."""
    text = f"{ARITY}for each in (none, needs, optional, rest, by_name, any_name):\n    each({arguments})"
    assert called(text, "each(", evidence=Evidence.PROVEN if len(fitting) == 1 else Evidence.POSSIBLE) == fitting


def test_arguments_choose_among_methods_and_leave_decorated_functions() -> None:
    """The receiver is no argument, and a decorator may have changed what a function takes."""
    text = """
    def changed(f): return external(f)
    @changed
    def decorated(a, b): ...
    class A:
        def go(self, x): ...
        def stop(self): ...
        def use(self):
            for step in (self.go, self.stop):
                step()
            for other in (decorated, self.stop):
                other()
    """
    assert called(text, "step()") == {"A.stop"}
    assert called(text, "other()", evidence=Evidence.POSSIBLE) == {"decorated", "A.stop"}


def test_function_in_a_field_gets_no_receiver() -> None:
    """What a method assigns to the instance is called as it is: the first argument is the first parameter's."""
    text = """
    def check(value): value.go(1)
    class A:
        def go(self, x): ...
    class B:
        def __init__(self, given=None):
            self.check = check if given is None else given
            self.plain = check
        def use(self):
            self.check(A())
            self.plain(A())
    """
    assert called(text, "self.check(A())", evidence=Evidence.POSSIBLE) == {"check"}
    assert called(text, "self.plain(A())") == {"check", "A"}
    assert called(text, "value.go(1)", evidence=Evidence.POSSIBLE) == {"A.go"}


def test_parameter_behind_a_starred_one_is_given_by_name_alone() -> None:
    """`def f(*a, key)` gets nothing of what stands in order."""
    text = (
        HANDLERS
        + """
    def use(*a, key=None): key.run()
    use(A(), B(), key=C())
    """
    )
    assert called(text, "key.run()", evidence=Evidence.POSSIBLE) == {"C.run"}


def test_overloads_say_what_a_function_returns() -> None:
    """Results of signatures that differ are a set; where they agree, or the body says, there is one."""
    text = (
        HANDLERS
        + """
    from typing import overload
    @overload
    def f(x: int) -> A: ...
    @overload
    def f(x: str) -> B: ...
    def f(x): return make(x)
    @overload
    def g(x: int) -> A: ...
    @overload
    def g(x: str) -> A: ...
    def g(x): return make(x)
    f(1).run()
    g(1).run()
    """
    )
    assert called(text, "f(1).run()", evidence=Evidence.POSSIBLE) == {"A.run", "B.run"}
    assert called(text, "g(1).run()") == {"g~3", "A.run"}
