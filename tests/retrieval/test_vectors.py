"""The scan of codes finds what an exact search finds, and only what is allowed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.vectors import nearest
from tests.retrieval.snapshots import model, snapshot_of

TEXTS = tuple(
    f"{first} {second} {at}\n"
    for at, (first, second) in enumerate(
        zip(["order", "refund", "cart", "http", "server", "index"] * 7, ["pay", "ship", "test", "parse", "read"] * 9, strict=False)
    )
)
FILES = [(f"f{at}.txt", text) for at, text in enumerate(TEXTS)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, len(FILES)), st.sets(st.integers(0, len(FILES) - 1)), st.sampled_from(["refund an order", "http server", "parse"]))
def test_with_enough_rescored_the_answer_is_exact(cut: int, excluded: set[int], text: str) -> None:
    """In order of cosine, ties by chunk, however chunks are spread over segments, and never a chunk that is not allowed."""
    snapshot = snapshot_of(FILES[:cut], FILES[cut:])
    query = model().encode_text(text.encode())
    allowed = np.array([at not in excluded for at in range(snapshot.chunks)], np.bool_)
    chunks, cosine = nearest(snapshot, query, allowed, rescored=len(FILES))
    whole = snapshot_of(FILES).parts[0].segment
    exact = (whole.vectors.astype(np.float64) @ query.astype(np.float64)).astype(np.float32) * whole.scales
    wanted = sorted(np.flatnonzero(allowed).tolist(), key=lambda at: (-exact[at], at))
    assert chunks.tolist() == wanted
    assert cosine.tolist() == exact[wanted].tolist()


def test_few_rescored_are_the_nearest_by_code_with_all_ties() -> None:
    """The best chunk is among them, and the rest is not read."""
    snapshot = snapshot_of(FILES)
    query = model().encode_text(b"refund test")
    chunks, _ = nearest(snapshot, query, snapshot.live, rescored=5)
    everything, _ = nearest(snapshot, query, snapshot.live, rescored=len(FILES))
    assert 5 <= len(chunks) < len(FILES)
    assert chunks[0] == everything[0]


def test_nothing_is_near_nothing() -> None:
    """A query without words, a filter that lets nothing through, an empty index."""
    snapshot = snapshot_of(FILES)
    query = model().encode_text(b"order")
    assert len(nearest(snapshot, np.zeros_like(query), snapshot.live)[0]) == 0
    assert len(nearest(snapshot, query, np.zeros_like(snapshot.live))[0]) == 0
    assert len(nearest(snapshot_of(), query, snapshot_of().live)[0]) == 0
