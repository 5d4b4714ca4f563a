"""A line that says what it uses fails when it uses anything else, and when it uses nothing."""

from __future__ import annotations

import pytest

from tests.graph.languages.expectations import check

GO = 'package a\nimport "far.org/lib"\ntype T struct{}\nfunc (T) M() {}\nfunc f(t T) { t.M(); lib.M() } // ='


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.go": f"{GO} T.M\n"}, ""),
        ({"a.go": f"{GO}\n"}, "a.go:5 uses ['T.M'] and says []"),
        ({"a.go": f"{GO} T.M f\n"}, "a.go:5 uses ['T.M'] and says ['T.M', 'f']"),
        ({"a.go": f"{GO} ?T.M\n"}, "a.go:5 uses ['T.M'] and says ['?T.M']"),
        ({"a.go": f"{GO} T.M -f\n"}, ""),
        ({"a.go": f"{GO} -T.M\n"}, "a.go:5 uses ['T.M'] and says []"),
        ({"a.go": "package a\nfunc f() { g() } // = f\n"}, "a.go:2 uses [] and says ['f']"),
        ({"a.go": "package a\nfunc f() { g() }\n"}, "no line says what it uses"),
        ({"a.py": "def f(): ...\nf()  # = f\n"}, ""),
        ({"a.py": "print(1)  # = f\n"}, "a.py:1 uses [] and says ['f']"),
        ({"a.rb": "def f(x); f(x); x.f; end # =\n"}, "a.rb:1 uses ['f'] and says []"),
    ],
)
def test_a_line_is_held_to_what_it_says(files: dict[str, str], said: str) -> None:
    """All names must be there and no others; what is external or unknown is none."""
    if not said:
        assert check(files)
        return
    with pytest.raises(AssertionError) as failure:
        check(files)
    assert said in str(failure.value)
