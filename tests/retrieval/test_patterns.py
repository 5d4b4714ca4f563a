"""Regular expressions over texts: every match is in its chunk, and what is cut off is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from retrieval import patterns
from retrieval.patterns import match_pattern
from retrieval.snapshot import Snapshot
from tests.retrieval.snapshots import snapshot_of

FILES = [
    ("b.py", "def refund():\n    return order.refund()\n"),
    ("a.py", "refund = 1\n"),
    ("tests/test_a.py", "refund refund refund\n"),
    ("c.txt", "nothing here\n"),
]


def texts(snapshot: Snapshot, files: list[tuple[str, str]]) -> Iterator[tuple[int, bytes]]:
    for number in range(len(snapshot.document_ids)):
        yield number, dict(files)[snapshot.name(number)[0]].encode()


def search(pattern: bytes, files: list[tuple[str, str]], limit: int = 10) -> tuple[list[tuple[str, float]], tuple[str, ...]]:
    snapshot = snapshot_of(files)
    found, truncated = match_pattern(snapshot, re.compile(pattern), snapshot.live, texts(snapshot, files), limit=limit)
    return [(snapshot.name(each.document)[0], each.signals["matches"]) for each in found], truncated


def test_more_matches_come_first_and_tests_last() -> None:
    """Ties are in order of path."""
    assert search(rb"refund", FILES) == ([("b.py", 2.0), ("a.py", 1.0), ("tests/test_a.py", 3.0)], ())


def test_what_the_limit_leaves_out_is_said() -> None:
    assert search(rb"refund", FILES, limit=1) == ([("b.py", 2.0)], ("3 chunks match, the first 1 are shown",))


def test_a_filter_hides_matches() -> None:
    snapshot = snapshot_of(FILES)
    allowed = snapshot.live.copy()
    allowed[0] = False
    found, _ = match_pattern(snapshot, re.compile(b"refund"), allowed, texts(snapshot, FILES), limit=9)
    assert [snapshot.name(each.document)[0] for each in found] == ["a.py", "tests/test_a.py"]


@pytest.mark.parametrize(("pattern", "hits"), [(rb"\Z", 4), (rb"", 4), (rb"(?m)^", 4), (rb"\n", 4), (rb"x{9}", 0)])
def test_empty_matches_and_matches_at_the_end_have_a_chunk(pattern: bytes, hits: int) -> None:
    assert len(search(pattern, FILES)[0]) == hits


def test_a_match_is_counted_in_the_chunk_it_starts_in() -> None:
    text = "".join(f"line {at} zebra\n" * 30 for at in range(20))
    snapshot = snapshot_of([("a.txt", text)])
    found, _ = match_pattern(snapshot, re.compile(b"zebra"), snapshot.live, [(0, text.encode())], limit=99)
    assert len(found) == snapshot.chunks > 3
    assert sum(each.signals["matches"] for each in found) == 600


def test_crowded_files_are_named_once() -> None:
    """A thousand matches of a file are enough; the answer says in how many files it stopped."""
    crowded = [(f"{name}.txt", "x" * 3000) for name in "abc"]
    assert search(b"x", crowded)[1] == ("3 files such as a.txt have 1,000 matches or more; the rest was not searched",)
    assert search(b"x", crowded[:1])[1] == ("a.txt has 1,000 matches or more; the rest was not searched",)


def test_a_slow_pattern_answers_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", -1.0)
    found, truncated = search(rb"refund", FILES)
    assert found == [("b.py", 2.0)]
    assert "files after b.py were not searched" in truncated[0]


def test_a_document_without_chunks_matches_nothing() -> None:
    assert search(b"", [("empty.py", "")]) == ([], ())
