"""What the walk over a tree takes note of: scopes, bindings, expressions, branches and what is too deep."""

from __future__ import annotations

from graph.build import lower
from graph.flow import (
    ASYNC,
    CALL,
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    GENERATOR,
    IMPORTED,
    MEMBER,
    MODULE,
    NAME,
    PARAMETER,
    QUIET,
    RECEIVER,
    REST,
    REST_BY_NAME,
    STATIC,
    VARIABLE,
    FileFlow,
    Scope,
)


def flow(text: str) -> FileFlow:
    return lower("python", text.encode())


def scope(of: FileFlow, name: str) -> Scope:
    return next(each for each in of.scopes if each.name == name)


def test_scopes_nest_and_know_what_they_are() -> None:
    """A module holds a class, the class a function with flags and parameters."""
    made = flow("class C(B):\n    @staticmethod\n    async def f(a, b=1, *c, **d):\n        yield a\n")
    assert [each.kind for each in made.scopes] == [MODULE, CLASS_SCOPE, FUNCTION_SCOPE]
    inside = scope(made, "f")
    assert inside.parent == 1
    assert inside.flags & STATIC
    assert inside.flags & ASYNC
    assert inside.flags & GENERATOR
    assert [(each.name, each.taking) for each in inside.parameters] == [("a", 0), ("b", 0), ("c", REST), ("d", REST_BY_NAME)]
    assert len(scope(made, "C").bases) == 1


def test_names_are_bound_by_what_gives_them_a_value() -> None:
    """Definitions, imports, parameters, receivers and assignments are told apart; a method's fields belong to its class."""
    made = flow("import os\ndef f(a): ...\nx = 1\nclass C:\n    def m(self):\n        self.y = 2\n")
    kinds = {name: bindings[0].kind for name, bindings in made.scopes[0].names.items()}
    assert kinds == {"os": IMPORTED, "f": DEFINITION, "x": VARIABLE, "C": DEFINITION}
    assert scope(made, "f").names["a"][0].kind == PARAMETER
    assert scope(made, "m").names["self"][0].kind == RECEIVER
    assert list(scope(made, "C").fields) == ["y"]


def test_expressions_keep_their_shape_and_place() -> None:
    """`a.b(c)` is a call of a member with one argument, and each name knows its byte."""
    made = flow("a.b(c)\n")
    (root,) = made.roots
    assert root.expression == (CALL, 0, (MEMBER, 2, (NAME, 0, "a"), "b"), (("", (NAME, 4, "c")),))


def test_branches_and_loops_are_told_apart() -> None:
    """What a loop holds may run again, what a branch holds may not run."""
    made = flow("if a:\n    x = 1\nfor b in c:\n    x = 2\n")
    assert [loop for _, loop in made.branches] == [0, 0, 1]
    assert [each.branch for each in made.scopes[0].names["x"]] == [1, 2]


def test_what_methods_put_into_containers_makes_no_uses_of_its_own() -> None:
    """The stores of `append` are there to be evaluated; the call itself is read once."""
    made = flow("xs = []\nxs.append(y)\n")
    assert len(made.stores) == 1
    assert {made.roots[each].purpose for each in made.stores[0]} == {QUIET}


def test_nesting_without_end_is_left_out_and_said() -> None:
    """Deep trees cost no recursion error; the flow says that something is missing."""
    made = flow("x = " + "(" * 900 + "1" + ")" * 900 + "\n")
    assert "nested more than" in made.problem
    assert "x" in made.scopes[0].names


def test_patterns_take_values_apart() -> None:
    """Each name of a pattern gets its part; a starred one gets a list."""
    made = flow("(a, [b, *c]), d = e\n")
    assert set(made.scopes[0].names) == {"a", "b", "c", "d"}
