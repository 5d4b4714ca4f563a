"""The static embedder: its file, its vectors, and what storing them loses."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import ModelError
from retrieval.embed import (
    MAX_MODEL_BYTES,
    SHIPPED,
    ChunkEncoder,
    FloatRows,
    StaticEmbedder,
    hash_term,
    hash_terms,
    normalized,
    quantize,
    row_numbers,
    write_model,
)

_HEADER: dict[str, object] = {"name": "tiny", "version": "1"}


@pytest.fixture(scope="module")
def shipped() -> StaticEmbedder:
    """Load the weights of the package once."""
    return StaticEmbedder.load()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a model of three terms and two shared rows."""
    hashes = np.sort(hash_terms(["read", "fil", "open"]))
    rows = np.random.default_rng(1).standard_normal((5, 16), dtype=np.float32)
    write_model(tmp_path / "tiny.bin", _HEADER, hashes, rows)
    return tmp_path / "tiny.bin"


def test_shipped_weights_are_small_and_documented(shipped: StaticEmbedder) -> None:
    """The shipped file keeps to its size and says what it was made from."""
    assert SHIPPED.stat().st_size <= MAX_MODEL_BYTES
    assert shipped.dimension % 8 == 0
    assert shipped.header["licence"] == "Apache-2.0"
    assert shipped.header["repositories"]
    assert SHIPPED.with_name("static_model_card.md").is_file()


def test_shipped_weights_know_what_code_means(shipped: StaticEmbedder) -> None:
    """A question is closest to the code that answers it, even where no word is shared with it."""
    question = shipped.encode_text(b"delete a directory and everything in it")
    texts = [
        b"def rmtree(path):\n    for entry in os.scandir(path):\n        os.unlink(entry)\n    os.rmdir(path)",
        b"def mean(values):\n    return sum(values) / len(values)",
        b"func (s *Server) ListenAndServe() error { conn, err := net.Listen(s.addr) }",
    ]
    scores = [float(question @ shipped.encode_text(text)) for text in texts]
    assert scores.index(max(scores)) == 0


def test_loads_and_encodes_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched: with sockets forbidden the embedder loads and encodes."""

    def refuse(*_: object, **__: object) -> socket.socket:
        raise AssertionError("the embedder opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    embedder = StaticEmbedder.load()
    assert np.linalg.norm(embedder.encode_text(b"parse the config file")) == pytest.approx(1.0, abs=1e-5)
    assert (embedder.name, embedder.version, embedder.dimension) == ("codelore-static", "1", embedder.dimension)


def test_text_without_words_is_zero(shipped: StaticEmbedder) -> None:
    """Empty text, punctuation and over-long data give a zero vector, never a NaN."""
    for text in (b"", b"+-*/ {}", b"a" * 500):
        vector = shipped.encode_text(text)
        assert vector.shape == (shipped.dimension,)
        assert not vector.any()


@given(text=st.text(max_size=80))
def test_vectors_have_length_one_or_zero(shipped: StaticEmbedder, text: str) -> None:
    """Whatever the text, its vector is finite and of length one, or zero."""
    vector = shipped.encode_text(text.encode())
    length = np.linalg.norm(vector)
    assert np.isfinite(vector).all()
    assert abs(length - 1) < 1e-4 or length == 0


def test_a_text_is_the_sum_of_its_terms(tiny: Path) -> None:
    """Each word adds its terms' rows; the order of words does not matter, and a word said n times counts 1 + ln n."""
    embedder = StaticEmbedder.load(tiny)
    read, file, opened = embedder.steps(embedder.find_rows(hash_terms(["read", "fil", "open"]))).astype(np.float32)
    whole = embedder.steps(embedder.find_rows(hash_terms(["readfile"])))[0]
    for text, expected in (
        (b"read file", read + file),
        (b"file, read", read + file),
        (b"read_file", read + file + whole),
        (b"read open read", (1 + np.log(2)) * read + opened),
    ):
        assert np.allclose(embedder.encode_text(text), normalized(expected[None, :])[0], atol=1e-3)


def test_unknown_terms_share_rows(tiny: Path) -> None:
    """A term outside the vocabulary has the row of its bucket, the same each time."""
    embedder = StaticEmbedder.load(tiny)
    unknown, again, read = embedder.find_rows(hash_terms(["zebra", "zebra", "read"])).tolist()
    assert unknown == again != read
    assert unknown >= 3 > read
    assert row_numbers(np.zeros(0, dtype=np.uint64), hash_terms(["a", "b"]), 1).tolist() == [0, 0]


def test_hash_is_fixed() -> None:
    """The hash of a term never changes: files written with another one would be unreadable."""
    assert [hex(value) for value in hash_terms(["read", "gethttpresponses", "größe", "x" * 60]).tolist()] == [
        "0x4a185ee1fad15f0c",
        "0x295e6d263ddad609",
        "0xb3516297e21e1664",
        "0x3f1a76b0d92e2499",
    ]
    assert hash_terms([]).shape == (0,)


@given(found=st.lists(st.text(max_size=70), max_size=8))
def test_one_term_hashes_as_many_do(found: list[str]) -> None:
    """Whatever its letters and its length."""
    assert [hash_term(term) for term in found] == hash_terms(found).tolist()


def test_long_terms_do_not_collide() -> None:
    """Terms that differ only in their tail, or only in length, hash apart."""
    found = [f"{'prefix' * 10}{at}" for at in range(500)] + ["a" * length for length in range(1, 60)]
    assert len(np.unique(hash_terms(found))) == len(found)


@given(rows=st.lists(st.lists(st.floats(-100, 100, width=32), min_size=16, max_size=16), max_size=8))
def test_quantising_is_off_by_half_a_step_at_most(rows: list[list[float]]) -> None:
    """int8 values restore a vector to within half its scale; the bits are its signs; nothing is NaN."""
    vectors: FloatRows = np.array(rows, dtype=np.float32).reshape(-1, 16)
    stored = quantize(vectors)
    error = np.abs(stored.values * stored.scales[:, None] - vectors)
    assert (error <= stored.scales[:, None] * 0.5001 + 1e-6).all()
    assert stored.codes.shape == (len(vectors), 2)
    assert np.array_equal(np.unpackbits(stored.codes, axis=1).astype(bool), vectors > 0)


def test_zero_vectors_quantise_to_nothing() -> None:
    """A zero vector has scale zero and no bits."""
    stored = quantize(np.zeros((2, 8), dtype=np.float32))
    assert not stored.codes.any()
    assert not stored.values.any()
    assert not stored.scales.any()


def _packed(header: object, version: int = 1, magic: bytes = b"CODELORE") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<8sII", magic, version, len(head)) + head


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cannot read"),
        (b"CODE", "cut short"),
        (_packed({}, magic=b"NOTOURS!"), "does not hold"),
        (_packed({}, version=9), "format 9"),
        (_packed(b"{nonsense"), "unreadable header"),
        (_packed(b"\xff\xfe"), "unreadable header"),
        (_packed([1]), "no header object"),
        (_packed({"vocabulary": 1}), "unusable header"),
        (_packed(_HEADER | {"vocabulary": "many", "buckets": 1, "dimension": 8}), "unusable header"),
        (_packed(_HEADER | {"vocabulary": 1, "buckets": 0, "dimension": 8}), "claim"),
        (_packed(_HEADER | {"vocabulary": 1, "buckets": 1, "dimension": 7}), "claim"),
        (_packed(_HEADER | {"vocabulary": 1 << 40, "buckets": 1, "dimension": 8}), "asks for"),
        (struct.pack("<8sII", b"CODELORE", 1, 1 << 31) + b"{}" + bytes(200), "header"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, data: bytes, says: str) -> None:
    """A missing, foreign, old or torn file is a ModelError that names it and says what to do."""
    path = tmp_path / "broken.bin"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=says) as caught:
        StaticEmbedder.load(path)
    assert str(path) in str(caught.value)
    assert "reinstall" in str(caught.value)


def test_missing_and_cut_files_are_named(tiny: Path) -> None:
    """A file that is not there, or lost its end, is a ModelError."""
    with pytest.raises(ModelError, match="cannot read"):
        StaticEmbedder.load(tiny.with_name("absent.bin"))
    tiny.write_bytes(tiny.read_bytes()[:-1])
    with pytest.raises(ModelError, match="asks for"):
        StaticEmbedder.load(tiny)


def test_unusable_rows_are_not_written(tmp_path: Path) -> None:
    """A model needs sorted, distinct hashes, a shared row and a dimension that fills bytes."""
    rows = np.ones((3, 8), dtype=np.float32)
    for hashes, wrong in (([2, 1], rows), ([1, 1], rows), ([1, 2, 3], rows), ([1], rows[:, :7])):
        with pytest.raises(ValueError, match="hashes"):
            write_model(tmp_path / "never.bin", _HEADER, np.array(hashes, dtype=np.uint64), wrong)
    assert not (tmp_path / "never.bin").exists()


def test_rows_too_large_to_be_added_exactly_are_refused(tmp_path: Path) -> None:
    """Numbers of 8 and more do not fit the encoder's steps; saying so beats vectors that mean something else."""
    rows = np.full((2, 8), 9, np.float32)
    write_model(tmp_path / "m.bin", {"name": "t", "version": "1"}, np.zeros(0, np.uint64), rows)
    encoder = ChunkEncoder(StaticEmbedder.load(tmp_path / "m.bin"))
    with pytest.raises(ModelError, match="beyond 8"):
        encoder.encode(np.zeros(1, np.int64), np.zeros(1, np.uint32), np.ones(1, np.uint16), 1)


def test_a_chunk_is_encoded_from_its_counted_terms(shipped: StaticEmbedder) -> None:
    """Each term weighs 1 + ln of its count, chunks without terms are zero, and no chunk depends on the others."""
    rows, chunk, counts = np.array([5, 9, 5, 7]), np.array([40, 3, 3, 40], np.uint32), np.array([3, 1, 2, 1], np.uint16)
    found = ChunkEncoder(shipped).encode(rows, chunk, counts, 41)
    steps = shipped.steps(rows).astype(np.float32)
    expected = normalized(np.stack([steps[1] + (1 + np.log(2)) * steps[2], steps[3] + (1 + np.log(3)) * steps[0]]))
    assert np.allclose(found[[3, 40]], expected, atol=0.01)
    assert not np.delete(found, [3, 40], axis=0).any()
    alone = ChunkEncoder(shipped).encode(rows[1:3], chunk[1:3] - np.uint32(3), counts[1:3], 1)
    assert (alone[0] == found[3]).all()
