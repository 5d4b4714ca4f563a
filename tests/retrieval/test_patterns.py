"""Regular expressions over texts: every match is in its chunk, and what is cut off is said."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.codec import compress
from ingest.errors import QueryError
from retrieval.patterns import PatternMatcher
from retrieval.ranking.rank import RankedChunk
from retrieval.regex import compile_pattern, find_starts, required_literal
from retrieval.snapshot import Mask, Snapshot
from tests.retrieval.snapshots import snapshot_of

FILES = [
    ("b.py", "def refund():\n    return order.refund()\n"),
    ("a.py", "refund = 1\n"),
    ("tests/test_a.py", "refund refund refund\n"),
    ("c.txt", "nothing here\n"),
]


def texts(snapshot: Snapshot, files: list[tuple[str, str]], allowed: Mask) -> Iterator[tuple[int, bytes]]:
    for number in snapshot.documents_of(allowed).tolist():
        yield number, compress(dict(files)[snapshot.name(number)[0]].encode())


def match(
    snapshot: Snapshot, pattern: bytes, files: list[tuple[str, str]], allowed: Mask, *, limit: int = 99, seconds: float = 10
) -> tuple[list[RankedChunk], tuple[str, ...]]:
    matcher = PatternMatcher(silence_seconds=0.3)
    try:
        deadline = time.monotonic() + seconds
        return matcher.match(snapshot, re.compile(pattern), allowed, texts(snapshot, files, allowed), limit=limit, deadline=deadline)
    finally:
        matcher.close()


def search(
    pattern: bytes, files: list[tuple[str, str]], limit: int = 10, seconds: float = 10
) -> tuple[list[tuple[str, float]], tuple[str, ...]]:
    snapshot = snapshot_of(files)
    found, truncated = match(snapshot, pattern, files, snapshot.live, limit=limit, seconds=seconds)
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
    found, _ = match(snapshot, b"refund", FILES, allowed)
    assert [snapshot.name(each.document)[0] for each in found] == ["a.py", "tests/test_a.py"]


@pytest.mark.parametrize(("pattern", "hits"), [(rb"\Z", 4), (rb"", 4), (rb"(?m)^", 4), (rb"\n", 4), (rb"x{9}", 0)])
def test_empty_matches_and_matches_at_the_end_have_a_chunk(pattern: bytes, hits: int) -> None:
    assert len(search(pattern, FILES)[0]) == hits


def test_a_match_is_counted_in_the_chunk_it_starts_in() -> None:
    text = "".join(f"line {at} zebra\n" * 30 for at in range(20))
    snapshot = snapshot_of([("a.txt", text)])
    found, _ = match(snapshot, b"zebra", [("a.txt", text)], snapshot.live)
    assert len(found) == snapshot.chunks > 3
    assert sum(each.signals["matches"] for each in found) == 600


def test_crowded_files_are_named_once() -> None:
    """A thousand matches of a file are enough; the answer says in how many files it stopped."""
    crowded = [(f"{name}.txt", "x" * 3000) for name in "abc"]
    assert search(b"x", crowded)[1] == ("3 files such as a.txt have 1,000 matches or more; the rest was not searched",)
    assert search(b"x", crowded[:1])[1] == ("a.txt has 1,000 matches or more; the rest was not searched",)


def test_a_pattern_out_of_time_says_how_much_was_not_searched() -> None:
    assert search(rb"[a-z]", FILES, seconds=-1) == ([], ("the pattern took more than 10 s; 4 of 4 files were not searched",))
    assert search(rb"refund", FILES, seconds=-1)[1][0].endswith("files were not searched")


def test_a_pattern_that_never_ends_costs_only_the_file_it_is_on() -> None:
    """The others are answered, and the file is named."""
    begun = time.monotonic()
    found, truncated = search(rb"^(a+)+$", [("good.txt", "aaa"), ("bad.txt", "a" * 200 + "!"), ("fine.txt", "aa")])
    assert time.monotonic() - begun < 5
    assert found == [("fine.txt", 1.0), ("good.txt", 1.0)]
    assert len(truncated) == 1
    assert "took too long or failed on bad.txt, not searched" in truncated[0]


def test_files_that_never_end_are_counted_until_time_is_up() -> None:
    bad = [(f"{at}.txt", "a" * 200 + "!") for at in range(9)]
    begun = time.monotonic()
    found, truncated = search(rb"^(a+)+$", bad, seconds=1)
    assert time.monotonic() - begun < 5
    assert not found
    assert "files such as" in truncated[0]
    assert "of 9 files were not searched" in truncated[1]


@pytest.mark.parametrize(
    ("source", "text", "starts"),
    [
        ("[é]", "aébé", [1, 4]),
        ("é\\w", "ü éß", [3]),
        ("(?u)\\w+", "größe x", [0, 8]),
        ("\\u00e9", "aé", [1]),
        ("\\w+", "größe", [0, 6]),
        ("(?u)b", "ab", [1]),
        ("\udcc3", "é", [0]),
    ],
)
def test_letters_beyond_ascii_are_letters_where_the_pattern_has_them(source: str, text: str, starts: list[int]) -> None:
    """Offsets are bytes either way; a byte that is no text is matched as it is."""
    assert find_starts(compile_pattern(source, 0), text.encode()) == starts


def test_bytes_that_are_no_text_count_in_offsets() -> None:
    assert find_starts(compile_pattern("é", 0), b"\xff\xc3\xa9 \xc3\xa9") == [1, 4]


def test_a_pattern_of_neither_kind_is_an_error() -> None:
    with pytest.raises(QueryError):
        compile_pattern("\udcff(", 0)


@pytest.mark.parametrize(
    ("source", "flags", "literal"),
    [
        ("def get_x", 0, b"def get_x"),
        ("abcd*efgh+i", 0, b"efgh"),
        ("abc|abd", 0, b""),
        ("(abc|x)defg?", 0, b"def"),
        ("(abcdef)?x", 0, b""),
        (r"self\.\w+", 0, b"self."),
        (r"\x41bcdef", 0, b""),
        ("abc{2,3}defg", 0, b"defg"),
        ("[abcdef]ghi", 0, b"ghi"),
        ("(?i)FOO_?bar", 0, b"foo"),
        ("(?i:abc)def", 0, b""),
        ("(?#x)abc", 0, b""),
        ("a b c d", re.VERBOSE, b""),
        ("été", re.IGNORECASE, b""),
        ("été", 0, "été".encode()),
        (r"(\x41)bcd", 0, b"bcd"),
    ],
)
def test_the_literal_every_match_holds(source: str, flags: int, literal: bytes) -> None:
    assert required_literal(compile_pattern(source, flags)) == literal


@given(st.text(alphabet="abcé.?*+|()[]^{}1,\\w$", max_size=14), st.text(alphabet="abcABC1é{,w", max_size=24), st.sampled_from([0, re.I]))
def test_no_match_is_without_the_literal(source: str, text: str, flags: int) -> None:
    try:
        pattern = compile_pattern(source, flags)
    except QueryError:
        return
    raw = text.encode()
    if find_starts(pattern, raw):
        assert required_literal(pattern) in (raw.lower() if flags else raw)


def test_a_document_without_chunks_matches_nothing() -> None:
    assert search(b"", [("empty.py", "")]) == ([], ())
