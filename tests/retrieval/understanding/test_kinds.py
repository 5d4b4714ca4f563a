"""What was typed is told apart by its form."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import QueryError
from ingest.formats.outline import FORMATS
from ingest.languages.registry import LANGUAGES
from ingest.path_kinds import PathFlag
from retrieval.query import parse_query
from retrieval.understanding.frames import EXTENSIONS
from retrieval.understanding.kinds import QueryKind, literals

EXAMPLES = {
    QueryKind.SYMBOL: [
        *("Session", "session", "get_user", "parseUrl()", "Session.get_user", "std::vector", "Foo#bar", "ptr->next", "`flush`", "$emit"),
        *("class Cart", "def get_user", "struct CartLine", "empty?", "App\\Http\\Kernel", "__init__", "process.env"),
    ],
    QueryKind.PATH: [
        *(
            "src/app/main.py",
            "./views.tsx",
            "../up/x.c",
            "/etc/app",
            "settings.py",
            "README.md",
            "src/app/",
            "C:\\src\\Cart.cs",
            "src/cart.ts:12",
        ),
        *("cart.py:12:5", "`app/cart.py`", "app/[slug]/page.tsx"),
    ],
    QueryKind.PATTERN: ["/def .*total/", "/a.b/i"],
    QueryKind.LITERAL: ['"connection refused"', "'no such table'", "“quoted so”", '"SECRET_KEY"'],
    QueryKind.TRACE: [
        *("KeyError: 'apple'", "panic: runtime error: index out of range", "error[E0308]: mismatched types", "src/a.c:1:2: error: no"),
        "Segmentation fault (core dumped)",
        "why does this fail?\n\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyError: 'x'",
        "com.shop.CartClosedException: closed\n\tat com.shop.Cart.add(Cart.java:3)",
    ],
    QueryKind.DIFF: [
        "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@ def f():\n-a\n+b\n",
        "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b",
        "@@ -240,7 +240,7 @@ def solve(system):\n a\n-b\n+c",
        "commit 837ac6b\nAuthor: A <a@b.c>\n\n    Tell kinds apart in one place for both\n\n"
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b",
        "Index: x.c\n===================================================================\n--- x.c\n+++ x.c\n@@ -1 +1 @@\n-a\n+b",
    ],
    QueryKind.SNIPPET: [
        "def total(self):\n    return sum(self.prices)",
        "for (let i = 0; i < lines.length; i++) {",
        "if err != nil {\n\treturn nil, err\n}",
        "x = session.get('user')",
        "app.run(debug=True)",
        "```python\nx = f(1)\ny = x + 2\n```",
        "SELECT id, name FROM users WHERE id = 3;",
        "# the total\ntotal = 0\nfor line in lines:\n    total += line.price",
        "public class Cart extends Base implements Store {\n  private int total;\n}",
        "#include <stdio.h>\nint main(void) {\n  return 0;\n}",
        '<div class="cart">\n  <Line v-for="each in lines" />\n</div>',
    ],
    QueryKind.ISSUE: [
        "Cart total is wrong\n\n### Steps to reproduce\n1. add an apple\n",
        "Total fails for apples\n\nWhen I add an apple to the cart and then open it the total is wrong, see\n\n"
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1, in f\nKeyError: 1\n',
        "Colour conversion\n\n* Some notes on it",
        "The cart shows a wrong total\n" + "when many things are in it and the page is opened again " * 6,
        "sqrtdenest raises IndexError\n```\n>>> sqrtdenest(3)\nIndexError: tuple index out of range\n```",
    ],
    QueryKind.QUESTION: [
        *(
            "how are sessions stored",
            "where is the cookie signed?",
            "connection pooling and TCP connector",
            "session cookie",
            "test coverage report",
        ),
        *(
            "What does `foo(bar)` return?",
            "request routing",
            "why is `a = b` allowed here",
            "error handling",
            "import resolution in the bundler",
        ),
        *(
            "update and delete statement builders",
            "support for websockets?",
            "read/write lock",
            'how is "SECRET_KEY" used',
            "for each loop handling",
        ),
        "Which parts of the program decide how many workers are started " * 6,
    ],
    QueryKind.CHANGE: [
        *(
            "Add exception handling to the context manager",
            "fix total for empty carts",
            "Remove exec and eval",
            "fix(parser): handle empty input",
        ),
        *("feat: dark mode", "sync: improve the docs for the errors of mpsc", "handle the empty cart", "Move metadata to pyproject.toml"),
        *("Do not reuse validators during rebuild", "[CART-12] Rename total to sum", "Please add a retry to the client"),
        "Support lists in hooks\n\nSo far only functions were taken.",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts])
def test_each_text_is_of_one_kind(kind: QueryKind, text: str) -> None:
    assert parse_query(text).kind is kind


def test_the_regex_option_makes_a_pattern_of_anything() -> None:
    assert parse_query("how are", regex=True).kind is QueryKind.PATTERN


def test_every_extension_that_may_be_indexed_makes_a_path() -> None:
    """The table beside the rules is as long as those of languages and formats."""
    assert {each[1:].lower() for spec in (*LANGUAGES.values(), *FORMATS.values()) for each in spec.extensions} <= EXTENSIONS


def test_what_stands_in_quotes_is_kept() -> None:
    """Apostrophes quote nothing."""
    assert literals("says \"no route\" and 'gone away' in `a b`, it's John's “last word”") == ("no route", "gone away", "a b", "last word")
    assert literals("it's John's") == ()
    assert literals('"twice" and "twice"') == ("twice",)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("how are sessions stored", set[PathFlag]()),
        ("tests of the cart", {PathFlag.TEST}),
        ("benchmark examples", {PathFlag.BENCHMARK, PathFlag.EXAMPLE}),
        ("documentation of vendored types", {PathFlag.DOCUMENT, PathFlag.DECLARATION, PathFlag.VENDORED}),
    ],
)
def test_kinds_of_files_are_asked_for_by_name(text: str, wants: set[PathFlag]) -> None:
    assert parse_query(text).wants == wants


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  Total is wrong \n\nvery", "Total is wrong "),
        ("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'", "KeyError: 'x'"),
        ("/a.b/", "/a.b/"),
    ],
)
def test_one_line_says_most(text: str, title: str) -> None:
    """The first, or what a trace says went wrong."""
    assert parse_query(text).title == title


UNITS = [
    "a",
    "a ",
    "a.",
    "a::",
    "a/",
    "(",
    "'",
    '"',
    "`",
    "```\n",
    "x = ",
    "\n",
    "\n\n",
    "#",
    "# a\n",
    "@@ -1 +1 @@\n",
    "--- a\n",
    "\0",
    "\ud800",
    "😀",
    "[",
    "a, ",
    "<a",
    "E: ",
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("end", ["", "!", "\n?"])
def test_no_text_takes_longer_than_its_length_allows(unit: str, end: str) -> None:
    """A hundred thousand characters of anything."""
    text = unit * (100_000 // len(unit)) + end
    began = time.process_time()
    with suppress(QueryError):  # of nothing but blanks
        parse_query(text)
    assert time.process_time() - began < 1.5


@given(st.text(st.sampled_from("abA _.:/\\()[]{}`'\"\n@-+#*=;,!?0"), max_size=80))
def test_any_text_has_a_kind(text: str) -> None:
    if text.strip() and not (text.strip().startswith("/") and text.strip().rstrip("ims").endswith("/")):
        assert parse_query(text).kind in QueryKind
