"""BM25F equals a plain implementation of its formula, for any files, segments, deletions and filters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analyze import analyze
from retrieval.lexical import CHUNK, FILE, LexicalScorer, LexicalScores, chunk_counts, score_chunks
from retrieval.query import parse_query
from retrieval.ranking.pool import gather_pool, match_pool
from retrieval.segment import F32
from retrieval.snapshot import Mask, Snapshot
from retrieval.terms import terms, words
from tests.retrieval.snapshots import snapshot_of

WORDS = ("order", "refund", "cartItem", "http_server", "index", "zebra", "x")
PATHS = ("shop/order.py", "shop/refund.py", "index/zebra.txt", "cart_item.py", "http/index.py", "a/b/notes.txt")
LIMITS = {"body": 63, "names": 3, "context": 3, "docs": 3, "stem": 3, "directories": 3}


@dataclass
class PlainChunk:
    """Term counts of a chunk by field, as the definition of each field says."""

    path: str
    fields: dict[str, Counter[str]]
    length: int
    """Terms of the body, each as often as it is there: lengths are not capped."""


def count(text: str | bytes) -> Counter[str]:
    data = text.encode() if isinstance(text, str) else text
    return Counter(term for word in words(data) for term in terms(word))


def plain_chunks(path: str, text: str) -> Iterator[PlainChunk]:
    parsed = analyze(path, text.encode())[0]
    folders, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if stem == "index" and folders:
        stem = folders.rpartition("/")[2]
    for chunk in parsed.chunks:
        defined = [symbol for symbol in parsed.symbols if chunk.start_byte <= symbol.start_byte < chunk.end_byte]
        fields = {
            "body": count(parsed.text[chunk.start_byte : chunk.end_byte]),
            "names": count(" ".join(chunk.names)),
            "context": count(chunk.context),
            "docs": count("\n".join(symbol.doc for symbol in defined)),
            "stem": count(stem),
            "directories": count(folders),
        }
        capped = {name: Counter({term: min(n, LIMITS[name]) for term, n in counts.items()}) for name, counts in fields.items()}
        yield PlainChunk(path, capped, fields["body"].total())


def plain_scores(
    chunks: Sequence[PlainChunk], live: Sequence[bool], allowed: Sequence[bool], query: str
) -> tuple[list[float], dict[str, float]]:
    """Score chunks and files by the formula, one at a time."""
    lengths = [chunk.length for chunk in chunks]
    shown = [length for length, alive in zip(lengths, live, strict=True) if alive]
    mean = max(sum(shown) / len(shown), 1) if shown else 1
    files: dict[str, int] = {}
    for chunk, length, alive in zip(chunks, lengths, live, strict=True):
        if alive:
            files[chunk.path] = files.get(chunk.path, 0) + length
    mean_file = max(sum(files.values()) / len(files), 1) if files else 1
    by_chunk = [0.0] * len(chunks)
    by_file: dict[str, float] = {}
    for term in parse_query(query).terms:
        holding = [at for at, chunk in enumerate(chunks) if any(counts[term.text] for counts in chunk.fields.values())]
        frequency = sum(live[at] for at in holding)
        idf = math.log1p((sum(live) - frequency + 0.5) / (frequency + 0.5)) * term.weight
        held: dict[str, list[PlainChunk]] = {}
        for at in holding:
            if live[at] and allowed[at]:
                fields = {name: counts[term.text] for name, counts in chunks[at].fields.items()}
                norm = 1 / (1 - CHUNK.b + CHUNK.b * lengths[at] / mean)
                tf = fields["body"] * norm + sum(fields[name] * getattr(CHUNK, name) for name in fields if name != "body")
                by_chunk[at] += idf * (CHUNK.k1 + 1) * tf / (tf + CHUNK.k1)
                held.setdefault(chunks[at].path, []).append(chunks[at])
        for path, inside in held.items():
            norm = 1 / (1 - FILE.b + FILE.b * files[path] / mean_file)
            tf = sum(chunk.fields["body"][term.text] for chunk in inside) * norm
            tf += sum(chunk.fields[name][term.text] * getattr(FILE, name) for chunk in inside for name in ("names", "context", "docs"))
            tf += sum(inside[0].fields[name][term.text] * getattr(FILE, name) for name in ("stem", "directories"))
            by_file[path] = by_file.get(path, 0.0) + idf * (FILE.k1 + 1) * tf / (tf + FILE.k1)
    return by_chunk, by_file


def of_chunks(snapshot: Snapshot, scorer: LexicalScorer, scores: LexicalScores, allowed: Mask) -> F32:
    """Score every chunk, as the pool of all files has it."""
    pool = gather_pool(snapshot, np.arange(len(snapshot.document_ids)), allowed)
    found = match_pool(pool, scores.matches)
    count = chunk_counts(found.weight, scorer.norms(pool.chunk, pool.files)[0][found.place])
    own = np.zeros(snapshot.chunks, np.float32)
    own[pool.chunk] = score_chunks(scores.matches, found.term, found.place, count, len(pool.chunk))
    return own


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A file of functions with docs, small or cut into several chunks."""
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        name, doc, body = (
            draw(st.sampled_from(WORDS)),
            draw(st.lists(st.sampled_from(WORDS), max_size=4)),
            draw(st.lists(st.sampled_from(WORDS))),
        )
        parts.append(
            f'def {name}():\n    """{" ".join(doc)}"""\n' + "".join(f"    {word}()\n" for word in body * draw(st.sampled_from([1, 1, 9])))
        )
    return "\n".join(parts)


FILES = st.dictionaries(st.sampled_from(PATHS), texts(), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(FILES, st.data())
def test_scores_are_those_of_the_formula(files: dict[str, str], data: st.DataObject) -> None:
    """Whatever is deleted, filtered out, or in another segment; deleted chunks do not even count in the statistics."""
    listed = list(files.items())
    cut = data.draw(st.integers(0, len(listed)))
    hidden = data.draw(st.sets(st.sampled_from(list(files)), max_size=len(files) - 1))
    filtered = data.draw(st.sets(st.sampled_from(list(files))))
    query = " ".join(data.draw(st.lists(st.sampled_from([*WORDS, "unheard"]), min_size=1, max_size=4)))
    snapshot = snapshot_of(listed[:cut], listed[cut:], hidden=sorted(hidden))
    chunks = [chunk for path, text in listed for chunk in plain_chunks(path, text)]
    live = [chunk.path not in hidden for chunk in chunks]
    allowed = [alive and chunk.path not in filtered for chunk, alive in zip(chunks, live, strict=True)]
    scorer = LexicalScorer(snapshot)
    shown = snapshot.live if allowed == live else np.array(allowed, np.bool_)
    scores = scorer.score(parse_query(query).terms, shown)
    by_chunk, by_file = plain_scores(chunks, live, allowed, query)
    own = of_chunks(snapshot, scorer, scores, shown)
    assert own.tolist() == pytest.approx(by_chunk, rel=1e-4, abs=1e-6)
    for document in range(len(files)):
        inside = own[snapshot.chunk_document == document]
        assert scores.chunk[document] >= inside.max(initial=0) - 1e-4
        assert (scores.chunk[document] > 0) == bool((inside > 0).any())
    found = {snapshot.name(at)[0]: float(score) for at, score in enumerate(scores.document)}
    assert found == pytest.approx({path: by_file.get(path, 0.0) for path in files}, rel=1e-4, abs=1e-6)
    again = scorer.score(parse_query(query).terms, shown)  # with what was kept of the first time
    for one, other in ((scores.document, again.document), (scores.named, again.named), (scores.chunk, again.chunk)):
        assert one.tolist() == other.tolist()


@settings(max_examples=60, deadline=None)
@given(FILES, st.data())
def test_common_terms_score_the_best_by_the_rare_ones(files: dict[str, str], data: st.DataObject) -> None:
    """Where one document is enough, the best of those are as all would have it; no document scores more; what was kept changes nothing."""
    listed = list(files.items())
    cut = data.draw(st.integers(0, len(listed)))
    snapshot = snapshot_of(listed[:cut], listed[cut:])
    terms_of = parse_query(" ".join(data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)))).terms
    everything = LexicalScorer(snapshot).score(terms_of, snapshot.live)
    scorer = LexicalScorer(snapshot, enough=1)
    scores = scorer.score(terms_of, snapshot.live)
    for part, whole in ((scores.document, everything.document), (scores.named, everything.named), (scores.chunk, everything.chunk)):
        assert (part <= whole + 1e-4).all()
    rarest = min(everything.matches, key=lambda each: (not len(each.chunk), len(each.chunk), each.term.text))
    alone = LexicalScorer(snapshot).score([rarest.term], snapshot.live)
    best = alone.chunk == alone.chunk.max(initial=0)
    assert scores.document[best].tolist() == pytest.approx(everything.document[best].tolist(), rel=1e-5)
    filtered = scorer.score(terms_of, np.ones(snapshot.chunks, np.bool_))
    for term in terms_of:
        scorer.score([term], snapshot.live)
    for again in (filtered, scorer.score(terms_of, snapshot.live)):
        assert again.document.tolist() == pytest.approx(scores.document.tolist(), rel=1e-5)


def test_an_empty_view_scores_nothing() -> None:
    snapshot = snapshot_of()
    empty: Mask = snapshot.live
    scores = LexicalScorer(snapshot).score(parse_query("order").terms, empty)
    assert (len(scores.chunk), len(scores.document)) == (0, 0)
    assert scores.weights.keys() == {"order"}
