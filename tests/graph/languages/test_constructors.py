"""What making an instance calls, in every language whose constructors have a name."""

from __future__ import annotations

import pytest

from tests.graph.languages.expectations import check


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
