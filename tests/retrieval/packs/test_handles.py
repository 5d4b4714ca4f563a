"""Handles name lines of a content, and tell what was shown already."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import QueryError
from retrieval.packs.handles import Seen, file_digest, handle_of
from retrieval.packs.model import Fidelity

DIGEST = file_digest("shop", "src/a.py", "0" * 40)
SPANS = st.tuples(st.integers(1, 30), st.integers(0, 12)).map(lambda each: (each[0], each[0] + each[1]))


def test_a_handle_depends_on_repository_path_content_and_lines_alone() -> None:
    assert handle_of(DIGEST, [(10, 60)], Fidelity.FULL) == f"{DIGEST}:10-60"
    assert len(DIGEST) == 10
    assert file_digest("shop", "src/a.py", "0" * 40) == DIGEST
    others = [("shop2", "src/a.py", "0" * 40), ("shop", "src/b.py", "0" * 40), ("shop", "src/a.py", "1" * 40)]
    assert len({DIGEST, *(file_digest(*each) for each in others)}) == 4
    assert handle_of(DIGEST, [(1, 2), (5, 9)], Fidelity.SIGNATURE) == f"{DIGEST}:1-2,5-9/signature"


@settings(deadline=None)
@given(st.lists(SPANS, max_size=5), SPANS)
def test_what_is_unseen_is_every_line_that_no_handle_holds(shown: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    seen = Seen([handle_of(DIGEST, [span], Fidelity.FULL) for span in shown])
    left = [line for first, last in seen.unseen(DIGEST, asked) for line in range(first, last + 1)]
    held = {line for first, last in shown for line in range(first, last + 1)}
    assert left == [line for line in range(asked[0], asked[1] + 1) if line not in held]
    assert list(seen.unseen(file_digest("shop", "src/b.py", ""), asked)) == [asked]


def test_a_signature_is_known_by_itself_or_from_the_text() -> None:
    """A name alone is no signature; lines in full are, when they hold the definition's first."""
    seen = Seen([f"{DIGEST}:1-9,20-30/signature {DIGEST}:40-41/name", f"{DIGEST}:50-60"])
    known = [seen.holds(DIGEST, span, Fidelity.SIGNATURE) for span in ((1, 9), (20, 30), (1, 30), (40, 41), (50, 99), (49, 60))]
    assert known == [True, True, False, False, True, False]
    assert seen.holds(DIGEST, (40, 41), Fidelity.NAME)
    assert seen.holds(DIGEST, (1, 9), Fidelity.NAME)


def test_handles_are_found_in_whatever_holds_them() -> None:
    """An earlier pack, as JSON or as text."""
    assert not Seen([f'{{"handle": "{DIGEST}:3-4", "text": "x"}}']).unseen(DIGEST, (3, 4))
    text = f"a b/c.py:3-4@main #{DIGEST}\n```\nx\n```\n\na b/c.py:7-20@main #{DIGEST} (signature)\n7-9 def f()\n12-20 def g()\n"
    seen = Seen([text])
    assert not seen.unseen(DIGEST, (3, 4))
    assert [seen.holds(DIGEST, span, Fidelity.SIGNATURE) for span in ((7, 9), (12, 20), (7, 20))] == [True, True, False]
    assert Seen(["", "\n"]).unseen(DIGEST, (1, 2)) == [(1, 2)]


def test_what_holds_no_handle_is_refused() -> None:
    with pytest.raises(QueryError, match=r"no handle in 'src/a\.py:1-2'"):
        Seen(["src/a.py:1-2"])
