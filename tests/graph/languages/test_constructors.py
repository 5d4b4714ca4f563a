"""What making an instance calls, in every language whose constructors have a name."""

from __future__ import annotations

import pytest

from graph.model import EdgeKind
from tests.graph.languages.expectations import check, edges_of


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "class A {}\nclass B extends A { constructor() { super(); } }\nnew A(); // = A\nnew B(); // = B B.constructor\n"),
        ("a.ts", "class A {}\nclass B extends A { constructor() { super(); } }\nnew A(); // = A\nnew B(); // = B B.constructor\n"),
        ("a.php", "<?php\nclass A {}\nclass B extends A { function __construct() {} }\nnew A(); // = A\nnew B(); // = B B.__construct\n"),
        ("a.py", "class A: ...\nclass B(A):\n    def __init__(self): ...\nA()  # = A\nB()  # = B B.__init__\n"),
        ("a.rb", "class A; end\nclass B < A\n  def initialize; end\nend\nA.new # = A\nB.new # = B B.initialize\n"),
    ],
)
def test_a_class_without_a_constructor_does_not_call_that_of_its_heirs(path: str, text: str) -> None:
    """What only a subclass defines is no part of making an instance of the class above it."""
    check({path: text})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.cpp", "void run() {\n  struct { int n; void go() {} } made{1}; // = run.<class1>\n  made.go(); // = run.go\n}\n"),
        ("a.js", "class K {}\nfunction pick() { return K; }\nnew (class {})(); // = <class1>\nnew (pick())(); // = K pick\n"),
        ("a.php", "<?php\nclass K {}\n$made = new class(1) { function __construct($n) {} }; // = <class1> __construct\n"),
    ],
)
def test_an_instance_of_what_has_no_name_is_made_all_the_same(path: str, text: str) -> None:
    """A class that is written where it is used is made there, and what else stands in the expression is used (issue 6)."""
    check({path: text})


@pytest.mark.parametrize(("path", "text"), [("a.cpp", "void run() { int *p = new int[3]; int y{3}; }\n")])
def test_a_built_in_type_is_no_name(path: str, text: str) -> None:
    """Making a number says nothing that could be unknown."""
    assert not [each for each in edges_of({path: text}) if each.kind is EdgeKind.INSTANTIATES]


def test_a_function_that_a_parameter_holds_can_be_called_in_an_expression() -> None:
    """Its result is nobody's name, and what is called on that is resolved as ever (issue 6)."""
    text = """
        class Cache {
            fun size(key: String): Int { return 1 }
            fun <V> getOrPut(key: String, made: () -> V): V = synchronized(this) {
                made().also { size(key) } // = Cache.size
            }
        }
    """
    check({"a.kt": text})
