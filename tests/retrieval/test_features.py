"""Features of a chunk depend on its file alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.analyze import analyze
from ingest.model import SymbolKind
from retrieval.embed import hash_terms
from retrieval.features import SegmentBuilder
from retrieval.segment import Field, Segment
from tests.retrieval.snapshots import model, segment_of

SOURCES = [(path.name, path.read_text()) for path in sorted((Path(__file__).parents[2] / "ingest").glob("*.py"))]


def test_a_file_has_the_same_features_alone_and_among_others() -> None:
    """To the last bit: an index that grew by edits must rank like a fresh one, and float sums depend on their order."""
    whole = segment_of(SOURCES)
    at = 0
    for path, text in SOURCES:
        alone = segment_of([(path, text)])
        inside = slice(at, at + alone.chunks)
        for name in ("vectors", "codes", "scales", "length", "kind", "kinds", "start_byte", "end_line"):
            assert np.array_equal(getattr(alone, name), getattr(whole, name)[inside]), (path, name)
        at += alone.chunks
    assert at == whole.chunks


def test_a_builder_starts_anew_after_each_segment() -> None:
    """What it remembers of words changes nothing."""
    builder = SegmentBuilder(model())
    made: list[Segment] = []
    for _ in range(2):
        builder.add("a/b.py", analyze("a/b.py", b"def load_order(): pass\n")[0])
        made.append(builder.finish())
    assert np.array_equal(made[0].terms, made[1].terms)
    assert np.array_equal(made[0].posting_weight, made[1].posting_weight)
    assert builder.finish().documents == 0


def shown(text: str, path: str = "a.py") -> list[str]:
    segment = segment_of([(path, text)])
    return [segment.symbol(chunk) for chunk in range(segment.chunks)]


def test_a_chunk_is_shown_under_what_it_is_about() -> None:
    """What encloses it; the largest definition in it; the one large method of a chunk that holds a class's head as well."""
    body = "".join(f"        value_{at} = compute({at})\n" for at in range(12))
    assert shown("x = 1\n\ndef small():\n    return 1\n") == ["small"]
    assert shown(f"class Cart:\n    def total(self):\n{body}") == ["Cart.total"]
    assert shown("just text\n", "a.txt") == [""]
    assert shown(f"class Cart:\n    def total(self):\n{body}\n    def other(self):\n{body}")[0] in {"Cart", "Cart.total"}


@pytest.mark.parametrize(
    ("path", "stem"),
    [("shop/cart.py", "cart"), ("shop/index.js", "shop"), ("shop/__init__.py", "shop"), ("index.js", "index"), (".env", "env")],
)
def test_a_file_name_that_says_nothing_takes_its_folders(path: str, stem: str) -> None:
    """``index`` and ``__init__`` are not what anyone asks for."""
    segment = segment_of([(path, "x = 1\n")])
    where = segment.postings(int(hash_terms([stem])[0]))
    assert int(segment.posting_weight[where][0]) >> Field.STEM & 3 > 0


def test_kinds_hold_all_that_is_defined_in_a_chunk() -> None:
    segment = segment_of([("a.py", "LIMIT = 1\nclass Cart:\n    def total(self): pass\n")])
    kinds = {kind for at, kind in enumerate(SymbolKind) if int(segment.kinds[0]) >> at & 1}
    assert {SymbolKind.CLASS, SymbolKind.METHOD, SymbolKind.CONSTANT} <= kinds


def test_counts_beyond_a_fields_bits_are_capped_not_wrapped() -> None:
    """64 would read as none."""
    segment = segment_of([("a.txt", "zebra\n" * 64)])
    assert max(int(weight) & 63 for weight in segment.posting_weight) == 63
