"""Postings and impacts are those of the segments, whatever is kept of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embed import hash_term
from retrieval.postings import Impact, Kept, PostingsReader
from tests.retrieval.snapshots import snapshot_of

FILES = [("a.txt", "order refund\n"), ("b.txt", "order\n"), ("c/order.txt", "cart order order\n"), ("d.txt", "cart\n")]
WORDS = ("order", "refund", "cart", "unheard")


@given(st.integers(0, 4), st.sets(st.sampled_from([path for path, _ in FILES]), max_size=3), st.lists(st.sampled_from(WORDS)))
@settings(max_examples=40, deadline=None)
def test_postings_are_of_the_shown_chunks_of_all_segments(cut: int, hidden: set[str], asked: list[str]) -> None:
    """In the order they are asked for, the same ones twice, too; however much is kept."""
    snapshot = snapshot_of(FILES[:cut], FILES[cut:], hidden=sorted(hidden))
    for limit in (0, 1_000, 1 << 20):
        reader = PostingsReader(snapshot, limit)
        for _ in range(2):
            found = reader.read([hash_term(word) for word in asked])
            assert len(found) == len(asked)
            for word, postings in zip(asked, found, strict=True):
                expected = [at for at, (path, text) in enumerate(FILES) if path not in hidden and (word in text.split() or word in path)]
                assert [int(snapshot.chunk_document[chunk]) for chunk in postings.chunk] == expected
                assert len(postings.weight) == len(expected)


def test_what_was_asked_for_last_is_kept() -> None:
    kept: Kept[str] = Kept(4_000)
    for key, name in enumerate(("one", "two", "three")):
        kept.put(key, name, 800)
    assert kept.get(0) == "one"
    kept.put(3, "four", 800)
    kept.put(4, "five", 800)
    assert [kept.get(key) for key in range(5)] == ["one", None, "three", "four", "five"]
    kept.put(5, "too large", 4_000)
    assert kept.get(5) is None
    for _ in range(9):
        kept.put(4, "five again", 800)
    assert [kept.get(key) for key in (0, 2, 3, 4)] == ["one", "three", "four", "five again"]


@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39), min_size=1), st.integers(1, 40))
def test_few_and_many_documents_are_added_up_alike(documents: set[int], within: set[int], total_factor: int) -> None:
    """As rows for all documents or for those that hold the term; to all, or to some alone."""
    own, inside = np.array(sorted(documents), np.int64), np.array(sorted(within), np.int64)
    rows = np.arange(1, 3 * len(own) + 1, dtype=np.float32).reshape(3, len(own))
    total = 40 * total_factor
    impact = Impact.of(own, rows, total)
    assert impact.size >= rows.nbytes
    for some in (None, inside):
        expected, found = np.zeros((2, 3, total), np.float32)
        for at, document in enumerate(own.tolist()):
            if some is None or document in within:
                expected[:, document] = 2 * rows[:, at]
        impact.add_to(found, 2.0, some)
        assert found.tolist() == expected.tolist()
