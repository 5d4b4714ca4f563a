"""Diffs give files, functions, places and changed lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import parse_query
from retrieval.understanding.diffs import read_diff
from retrieval.understanding.frames import Frame
from retrieval.understanding.kinds import QueryKind

GIT = """diff --git a/shop/cart.py b/shop/cart.py
index b9809fd4e9..674322d4eb 100644
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -240,5 +240,5 @@ def total_price(lines, gens):

     known = True

-    if len(lines) == 1:
+    if len(lines) == 1 and is_open(gens):
         return lines
diff --git a/old.js b/new.js
similarity index 90%
rename from old.js
rename to new.js
--- a/old.js
+++ b/new.js
@@ -1 +1,2 @@ class Shop extends Base {
-const a = 1
+const a = 2
+const b = 3
"""


def test_each_hunk_is_a_place() -> None:
    """Of its first changed line, in the old numbering, with the function its header names; blank context may have lost its blank."""
    diff = read_diff(GIT)
    assert diff.paths == ("shop/cart.py", "old.js", "new.js")
    assert diff.frames == (Frame("shop/cart.py", 243, "total_price"), Frame("new.js", 1, "Shop"))
    assert diff.functions == ("total_price", "Shop")
    assert [line.strip() for line in diff.changed] == [
        "if len(lines) == 1:",
        "if len(lines) == 1 and is_open(gens):",
        "const a = 1",
        "const a = 2",
        "const b = 3",
    ]
    assert diff.lines == set(range(GIT.count("\n")))


def test_a_hunk_ends_where_its_header_says() -> None:
    """The next file's header is no removed line, and prose behind the diff is no part of it."""
    diff = read_diff(
        "See:\n--- a.c\n+++ a.c\n@@ -3 +3 @@\n-x\n+y\n--- b.c\n+++ /dev/null\n@@ -1 +0,0 @@ int main(void)\n-z\nindex of all\n- a list\n"
    )
    assert diff.paths == ("a.c", "b.c")
    assert [(each.path, each.line, each.function) for each in diff.frames] == [("a.c", 3, ""), ("b.c", 1, "main")]
    assert diff.lines == set(range(1, 10))


def test_a_pasted_diff_asks_for_what_it_changes() -> None:
    """Files, functions and the names of changed lines; modes, hashes and context are left out."""
    query = parse_query(GIT)
    assert query.kind is QueryKind.DIFF
    assert {"shop/cart.py", "new.js"} <= set(query.paths)
    assert query.frames == read_diff(GIT).frames
    names = {each.text: each.weight for each in query.identifiers}
    assert names["total_price"] == 1.0
    assert names["is_open"] == 0.5
    words = {each.text for each in query.terms}
    assert {"cart", "total", "open"} <= words
    assert not {"known", "674322", "similarity", "mode"} & words


def test_a_diff_in_an_issue_keeps_the_prose_around_it() -> None:
    query = parse_query(
        "Total of an empty cart is wrong when opened twice\n\nWe think that the condition is not right, this helped:\n\n" + GIT
    )
    assert query.kind is QueryKind.ISSUE
    assert {"condition", "empty", "cart"} <= {each.text for each in query.terms}
    assert len(query.frames) == 2


@pytest.mark.parametrize(
    "unit", ["@@ -1 +1 @@\n", "--- a\n+++ b\n", "+\n", "@@ -9,9 +9,9 @@\n-a\n", "@@ -1,99999 +1,99999 @@ " + "f(" * 900 + "\n"]
)
def test_a_megabyte_is_read_in_a_moment(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    read_diff(text)
    assert time.process_time() - began < 3


@given(st.text(st.sampled_from("@-+ 1,ab/\n\\diff"), max_size=120))
def test_any_text_is_read(text: str) -> None:
    diff = read_diff("--- a/x.py\n+++ b/x.py\n@@ -1,9 +1,9 @@ def f():\n" + text)
    assert all(frame.line > 0 and frame.path for frame in diff.frames)
