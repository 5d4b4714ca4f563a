"""Segments survive encoding, are found out when torn, and merge to what building at once yields."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analyze import analyze
from ingest.model import DocumentId, RepositoryId, SymbolKind, View, ViewId, ViewKind
from retrieval.catalog import SegmentCatalog
from retrieval.embed import SHIPPED, StaticEmbedder, hash_terms
from retrieval.features import SegmentBuilder
from retrieval.holdings import remove_files
from retrieval.names import name_key, root, root_key
from retrieval.segment import MAGIC, Segment, SegmentDamagedError, decode, encode, merge
from retrieval.snapshot import Snapshot
from tests.ingest.test_facts import Store

SOURCES = [
    ("shop.py", b"class Shop:\n    def open(self):\n        return total\n"),
    ("deep/shop.go", b"package shop\n\nfunc Open(total int) int { return total }\n"),
    ("empty.txt", b""),
    ("notes.md", b"# The shop\n\nOpen it.\n\n## Price\n\nTotal.\n"),
    ("long.py", b"def sell():\n" + b"".join(b"    total_%d = price(shop, %d)\n" % (at, at) for at in range(150))),
    ("signs.txt", b"+++ --- ===\n"),
]
FLOATS = {"codes", "vectors", "scales"}


@cache
def builder() -> SegmentBuilder:
    return SegmentBuilder(StaticEmbedder.load(SHIPPED))


def build(numbers: list[int]) -> Segment:
    """Build one segment of these sources; a document's id is its place times ten."""
    for number in numbers:
        path, data = SOURCES[number % len(SOURCES)]
        builder().add(f"{number}/{path}", analyze(path, data)[0])
    return replace(builder().finish(), document_ids=np.array([number * 10 for number in numbers], np.int64))


def assert_equal(one: Segment, other: Segment) -> None:
    for field in fields(Segment):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        assert mine.dtype == theirs.dtype, field.name
        if field.name in FLOATS:
            assert mine.shape == theirs.shape
            assert field.name == "codes" or np.allclose(mine, theirs, rtol=1e-4, atol=1), field.name
        else:
            assert np.array_equal(mine, theirs), field.name


NUMBERS = st.lists(st.integers(0, 40), unique=True, max_size=7)


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=4), st.data())
def test_a_merge_without_some_documents_equals_building_the_others_at_once(groups: list[list[int]], data: st.DataObject):
    keep = [data.draw(st.lists(st.booleans(), min_size=len(group), max_size=len(group))) for group in groups]
    kept = [number for group, mask in zip(groups, keep, strict=True) for number, wanted in zip(group, mask, strict=True) if wanted]
    merged = merge([build(group) for group in groups], [np.array(mask, np.bool_) for mask in keep])
    assert_equal(merged, build(kept))
    assert_equal(decode(encode(merged)), merged)


def test_a_merge_keeps_everything_unless_told():
    assert_equal(merge([build([0, 1]), build([2, 3])]), build([0, 1, 2, 3]))


def test_names_and_postings_are_found():
    segment = build([0, 1])
    assert [segment.document_name(at) for at in range(2)] == [(b"0/shop.py", "python"), (b"1/deep/shop.go", "go")]
    assert segment.symbol(0) == "Shop"
    known, unknown = hash_terms(["total", "nowhere"]).tolist()
    assert len(range(*segment.postings(known).indices(len(segment.posting_chunk)))) == 2
    assert segment.postings(unknown) == slice(0, 0)
    assert segment.postings(2**64 - 1) == slice(0, 0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_torn_bytes_are_damaged(data: st.DataObject):
    """Any cut is found out, and any flipped bit that matters; padding does not."""
    whole = encode(build([0, 1, 3]))
    cut = data.draw(st.integers(0, len(whole) - 65))
    with pytest.raises(SegmentDamagedError):
        decode(whole[:cut])
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SegmentDamagedError):
        decode(bytes(flipped), verify=True)


def test_another_format_is_damaged():
    whole = encode(build([0]))
    with pytest.raises(SegmentDamagedError, match="not a segment"):
        decode(b"")
    with pytest.raises(SegmentDamagedError, match="not a segment"):
        decode(whole.replace(b"SEGMENT-1", b"SEGMENT-9"))
    with pytest.raises(SegmentDamagedError, match="header"):
        decode(MAGIC + (4).to_bytes(4, "little") * 3 + b"    ")


def test_a_task_that_failed_half_way_leaves_nothing_to_the_next():
    builder().add("lost.py", analyze("lost.py", b"def lost():\n    pass\n")[0])
    builder().discard()
    assert build([0]).documents == 1


def view() -> View:
    return View(ViewId(1), RepositoryId(1), ViewKind.WORKTREE, "/src", "/src", "", 1, 0.0)


def test_a_snapshot_shows_a_document_once_and_counts_what_is_missing():
    """Two segments may hold one document: the later one counts."""
    snapshot = Snapshot(view(), [build([0, 1]), build([1, 2])], [0, 10, 770])
    assert snapshot.document_live.tolist() == [True, False, True, False]
    assert (snapshot.live_documents, snapshot.missing) == (2, 1)
    assert snapshot.name(2) == ("1/deep/shop.go", "go")
    segment, chunk = snapshot.locate(int(snapshot.first_chunk[2]))
    assert (segment.document_ids.tolist(), chunk) == ([10, 20], 0)
    assert snapshot.document_id(2) == 10
    assert snapshot.length_norm(0.5).shape == (snapshot.chunks,)


def test_a_view_of_nothing_is_an_empty_snapshot():
    snapshot = Snapshot(view(), [], [])
    assert (snapshot.chunks, snapshot.live_chunks, snapshot.live_documents, snapshot.missing) == (0, 0, 0, 0)
    assert len(snapshot.length_norm(0.5)) == 0


class Shelf(Store):
    """A store with a catalog of segments."""

    def __init__(self, folder: Path, *, payload_bytes: int = 4_000_000, fingerprint: str = "model") -> None:
        super().__init__(folder / "codelore.db")
        self.folder = folder / "segments"
        self.catalog = SegmentCatalog(self.database, self.folder, fingerprint, payload_bytes=payload_bytes)

    def documents(self, numbers: list[int]) -> list[DocumentId]:
        return [self.add(f"{number}.txt", b"shop %d" % number) for number in numbers]

    def put(self, documents: list[DocumentId]) -> None:
        self.catalog.add(self.repository, replace(build(list(range(len(documents)))), document_ids=np.array(documents, np.int64)))

    def held(self) -> list[list[int]]:
        return [each.segment.document_ids.tolist() for each in self.catalog.load(self.repository)]


@pytest.mark.parametrize("payload_bytes", [0, 4_000_000])
def test_many_small_segments_become_one_of_shown_documents(tmp_path: Path, payload_bytes: int):
    shelf = Shelf(tmp_path, payload_bytes=payload_bytes)
    documents = shelf.documents(list(range(16)))
    for at in range(0, 16, 2):
        shelf.put(documents[at : at + 2])
    shelf.publish(shelf.view, documents[1:])
    shelf.catalog.compact(shelf.repository)
    assert [sorted(each) for each in shelf.held()] == [documents[1:]]
    files = [file for file in shelf.folder.rglob("*") if file.is_file()]
    assert len(files) == (1 if payload_bytes == 0 else 0)
    remove_files(shelf.folder, shelf.repository)
    remove_files(shelf.folder, shelf.repository)
    assert not [file for file in shelf.folder.rglob("*") if file.is_file()]
    shelf.database.close()


def test_few_segments_are_left_alone_unless_half_of_one_is_dead(tmp_path: Path):
    shelf = Shelf(tmp_path)
    documents = shelf.documents(list(range(9)))
    for at in range(0, 9, 3):
        shelf.put(documents[at : at + 3])
    shelf.publish(shelf.view, [*documents[:2], documents[3]])
    shelf.catalog.compact(shelf.repository)
    assert sorted(map(sorted, shelf.held())) == [documents[:3], [documents[3]]]
    shelf.database.close()


def test_a_large_segment_waits_until_the_small_ones_weigh_half_as_much(tmp_path: Path):
    shelf = Shelf(tmp_path)
    documents = shelf.documents(list(range(69)))
    shelf.put(documents[:60])
    for document in documents[60:]:
        shelf.put([document])
    shelf.publish(shelf.view, documents)
    shelf.catalog.compact(shelf.repository)
    assert sorted(map(len, shelf.held())) == [9, 60]
    shelf.database.close()


def test_segments_of_another_model_are_not_used_and_are_replaced(tmp_path: Path):
    old = Shelf(tmp_path, payload_bytes=0, fingerprint="old model")
    documents = old.documents([1, 2])
    old.put(documents)
    old.publish(old.view, documents)
    new = Shelf(tmp_path, payload_bytes=0, fingerprint="new model")
    assert new.held() == []
    new.catalog.sweep(new.repository)
    assert old.held() == [] and not list(new.folder.rglob("*.segment"))
    assert new.catalog.lacking(new.repository, [], []) == documents
    new.put(documents)
    assert new.held() == [documents]
    assert new.catalog.lacking(new.repository, documents, documents[:1]) == documents[1:]
    old.database.close()
    new.database.close()


def test_an_empty_segment_is_not_stored(tmp_path: Path):
    shelf = Shelf(tmp_path)
    shelf.put([])
    assert shelf.held() == []
    shelf.catalog.compact(shelf.repository)
    shelf.database.close()


NAMES = st.sampled_from(["refund_order", "Cart", "HTTPServer", "x", "größe", "template_tags_of_a_page", "_"])
SHAPES = st.sampled_from(["def {}(): pass\n", "class {}:\n    pass\n", "{} = 1\n"])
DEFINING = st.lists(st.lists(st.tuples(SHAPES, NAMES), max_size=4), min_size=1, max_size=5)


def defining(files: list[list[tuple[str, str]]]) -> Segment:
    """Build one segment of Python files that define things, and one of keys, which are no definitions."""
    for at, own in enumerate(files):
        path = f"shop/page{at}_of_shop.py"
        builder().add(path, analyze(path, "\n".join(shape.format(name) for shape, name in own).encode())[0])
    return builder().finish()


@settings(max_examples=60, deadline=None)
@given(DEFINING, st.data())
def test_definitions_survive_merging_and_dropping(files: list[list[tuple[str, str]]], data: st.DataObject) -> None:
    """Kinds, names and roots stay with their chunks, whatever is joined and left out."""
    keep = data.draw(st.lists(st.booleans(), min_size=len(files), max_size=len(files)))
    cut = data.draw(st.integers(0, len(files)))
    parts = [defining(files[:cut]), defining(files[cut:])]
    merged = merge(parts, [np.array(keep[:cut], np.bool_), np.array(keep[cut:], np.bool_)])
    whole = defining(files)
    assert_rows_of(merged, [defined for at, kept in enumerate(keep) if kept for defined in definitions(whole, at)])
    assert merged.stem_roots.tolist() == [int(roots) for roots, kept in zip(whole.stem_roots, keep, strict=True) if kept]


Defined = tuple[int, int, int, tuple[int, ...]]


def definitions(segment: Segment, document: int) -> list[Defined]:
    """Return of a document's definitions: the chunk's place in it, kind, name and roots."""
    first, last = int(segment.chunk_start[document]), int(segment.chunk_start[document + 1])
    found: list[Defined] = []
    for chunk in range(first, last):
        for at in range(int(segment.defined_start[chunk]), int(segment.defined_start[chunk + 1])):
            roots = tuple(segment.roots[segment.root_start[at] : segment.root_start[at + 1]].tolist())
            found.append((chunk - first, int(segment.defined_kind[at]), int(segment.defined_name[at]), roots))
    return found


def assert_rows_of(segment: Segment, expected: list[Defined]) -> None:
    found = [defined for document in range(segment.documents) for defined in definitions(segment, document)]
    assert found == expected
    assert int(segment.defined_start[-1]) == len(segment.defined_kind) == len(segment.defined_name) == len(segment.root_start) - 1
    assert int(segment.root_start[-1]) == len(segment.roots)


def test_what_a_segment_holds_of_a_definition() -> None:
    """The key of its name, whatever the case, and those of its roots; a key of a data file defines nothing."""
    builder().add("a.py", analyze("a.py", b"class RefundOrders: pass\n")[0])
    builder().add("b.json", analyze("b.json", b'{"refund": {"orders": 1}}\n')[0])
    segment = builder().finish()
    assert definitions(segment, 0) == [
        (0, list(SymbolKind).index(SymbolKind.CLASS), name_key("refundorders"), (root_key("refund"), root_key(root("orders"))))
    ]
    assert definitions(segment, 1) == []
