"""A transformer's vectors of a real index: filled in pieces, kept by content, scored where they are, swapped without a gap."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from ingest.database import Database
from ingest.errors import ModelError, StoreBusyError, StoreError
from ingest.lock import exclusive
from retrieval.answers import SearchRequest
from retrieval.catalog import SegmentCatalog
from retrieval.engine import Engine, EngineOptions
from retrieval.models.embedder import Embedder
from retrieval.models.filling import Pace
from retrieval.models.tier_scores import TierScores
from retrieval.models.vector_cache import VectorCache
from retrieval.run import EmbedOptions, IndexOptions
from retrieval.snapshot import Numbers, Snapshot
from tests.retrieval.models.tiny_models import write_bert

QUESTION = "read the mean of values"
SMALL = Pace(batch_texts=8)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A tiny model."""
    return write_bert(tmp_path / "tiny")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Forty small files; one stands twice."""
    root = tmp_path / "tree"
    root.mkdir()
    for number in range(40):
        (root / f"file{number}.py").write_text(f"def read_{number}(path):\n    return open(path, {number})\n")
    return root


@pytest.fixture
def open_engine(tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Open the data folder with a model set; each engine is closed at the end."""
    engines: list[Engine] = []

    def opened(address: str) -> Engine:
        engine = Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1), embed=EmbedOptions(address)))
        engines.append(engine)
        return engine

    yield opened
    for engine in engines:
        engine.close()


def snapshot_of(engine: Engine, root: Path) -> Snapshot:
    """Open the newest generation of a tree's view, as a search does."""
    _, view = engine.views(SearchRequest(text="x", root=str(root)))[0]
    with closing(Database(engine.data / "codelore.db")) as database:
        catalog = SegmentCatalog(database, engine.data / "segments", engine._fingerprint)  # pyright: ignore[reportPrivateUsage]
        shown = [each.segment for each in catalog.load(view.repository_id)]
        rows = [row[0] for row in database._connection.execute("SELECT document_id FROM entry WHERE view_id = ?", (view.view_id,))]  # pyright: ignore[reportPrivateUsage]
    return Snapshot(view, shown, rows)


def scores(engine: Engine, root: Path) -> TierScores:
    """Score every chunk that a tree's view shows."""
    snapshot, tier = snapshot_of(engine, root), engine.embeddings.tier
    assert tier is not None
    query = tier.encode(QUESTION)
    assert query is not None
    chunks = np.flatnonzero(snapshot.live)
    return tier.scores(snapshot, query, chunks, rows_of(snapshot, chunks))


def rows_of(snapshot: Snapshot, chunks: Numbers) -> Numbers:
    """Which file each chunk is of, from 0."""
    return np.unique(snapshot.chunk_document[chunks], return_inverse=True)[1]


def covered(engine: Engine, root: Path) -> list[tuple[str, int, bool]]:
    """Name, chunks and whether it answers of each model that has vectors of a tree's view."""
    _, view = engine.views(SearchRequest(text="x", root=str(root)))[0]
    return [(each.name, found, each.answers) for each, found in engine.embeddings.coverage(view)]


def after(calls: int) -> Callable[[], bool]:
    """Return what says stop from its ``calls``-th call on."""
    counted = count(1)
    return lambda: next(counted) >= calls


@pytest.mark.parametrize("address", ["onnx:{}", "static:"])
def test_every_chunk_gets_its_vector(open_engine: Callable[[str], Engine], tree: Path, model: Path, address: str) -> None:
    """After a fill each chunk is scored by the cosine of its text and the question, and nothing is left to do."""
    engine = open_engine(address.format(model))
    engine.index(str(tree))
    done = engine.embeddings.fill()
    assert (done.embedded, done.known, done.chunks, done.complete) == (40, 40, 40, True)
    found = scores(engine, tree)
    assert found.known.all()
    embedder: Embedder = engine.embeddings.open()
    snapshot = snapshot_of(engine, tree)
    for at, chunk in enumerate(np.flatnonzero(snapshot.live).tolist()):
        path = snapshot.name(int(snapshot.chunk_document[chunk]))[0]
        text = f"{path}\n\n{(tree / path).read_text()}"
        assert found.cosine[at] == pytest.approx(float(embedder.encode([text])[0] @ embedder.encode_query(QUESTION)), abs=0.02)
    again = engine.embeddings.fill()
    assert (again.embedded, again.complete) == (0, True)


def test_without_a_model_nothing_is_done(open_engine: Callable[[str], Engine], tree: Path) -> None:
    """No model, no tier; asking to embed says which setting is missing."""
    engine = open_engine("")
    engine.index(str(tree))
    assert engine.embeddings.tier is None
    assert covered(engine, tree) == []
    with pytest.raises(ModelError, match="CODELORE_EMBEDDER"):
        engine.embeddings.fill()


def test_before_the_first_fill_nothing_answers(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """A model that is set and has no vectors yet is not even opened."""
    engine = open_engine("onnx:/nowhere")
    engine.index(str(tree))
    tier = engine.embeddings.tier
    assert tier is not None
    assert tier.encode(QUESTION) is None
    assert not tier.scores(snapshot_of(engine, tree), np.zeros(8, np.float32), np.arange(3), np.arange(3)).known.any()


def test_a_fill_goes_on_where_it_was(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """What a stopped run has stored is used at once and not made again; the rest has no score."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    first = engine.embeddings.fill(stopped=after(12), pace=SMALL)
    assert 0 < first.embedded < 40
    assert not first.complete
    assert int(scores(engine, tree).known.sum()) == first.embedded
    assert covered(engine, tree) == [("tiny", first.embedded, True)]
    second = engine.embeddings.fill()
    assert (second.embedded, second.complete) == (40 - first.embedded, True)
    assert scores(engine, tree).known.all()


def test_what_is_searchable_grows_while_filling(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """A long run shows what it has from time to time, and tells how far it is."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    seen: list[tuple[int, int]] = []
    often = Pace(batch_texts=8, publish_seconds=0, publish_share=0)
    engine.embeddings.fill(
        pace=often, progress=lambda now: seen.append((now.done, covered(engine, tree)[0][1])) if now.unit == "chunks" else None
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert 0 < seen[2][1] < 40 == seen[-1][0]


def test_an_interrupted_fill_shows_what_it_has(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """An error or an interrupt in the middle loses nothing that was stored."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))

    def interrupt(_: object) -> None:
        if interrupted := next(steps):
            raise KeyboardInterrupt(interrupted)

    steps = iter([0, 0, 1])
    with pytest.raises(KeyboardInterrupt):
        engine.embeddings.fill(progress=interrupt, pace=SMALL)
    assert covered(engine, tree) == [("tiny", 16, True)]


def test_an_edit_costs_the_chunks_it_changed(open_engine: Callable[[str], Engine], tree: Path, model: Path, tmp_path: Path) -> None:
    """A changed file is embedded anew, a clone of the tree not at all, and what nobody shows any more goes."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    (tree / "file7.py").write_text("def mean(values):\n    return sum(values)\n")
    os.utime(tree / "file7.py", (1, 1))
    engine.index(str(tree))
    assert engine.embeddings.fill().embedded == 1
    assert scores(engine, tree).known.all()
    assert [found for _, found in engine.embeddings.models()] == [40]
    clone = tmp_path / "clone"
    clone.mkdir()
    for each in tree.iterdir():
        (clone / each.name).write_bytes(each.read_bytes())
    engine.index(str(clone))
    assert engine.embeddings.fill().embedded == 0
    assert scores(engine, clone).known.all()


def test_forgetting_a_repository_forgets_its_vectors(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """Vectors tell of what was read: they go with it. While another process embeds, that one does it."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    engine.forget(str(tree))
    assert [found for _, found in engine.embeddings.models()] == [0]
    assert [each for each in (engine.data / "vectors").rglob("*") if each.is_file()] == []


def test_one_process_embeds(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """A second run says that another one is at work, and forgetting leaves the vectors to that one."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    with exclusive(engine.data / "locks" / "embed", wait_seconds=0):
        with pytest.raises(StoreBusyError, match="embedding for this data folder"):
            engine.embeddings.fill()
        engine.embeddings.collect_garbage()
    assert [found for _, found in engine.embeddings.models()] == [40]


def test_a_swap_has_no_gap(open_engine: Callable[[str], Engine], tree: Path, model: Path, tmp_path: Path) -> None:
    """Until the new model has every chunk the old one answers; then the old one's vectors are gone."""
    old = open_engine(f"onnx:{model}")
    old.index(str(tree))
    old.embeddings.fill()
    before = scores(old, tree)
    new = open_engine(f"onnx:{write_bert(tmp_path / 'other', seed=5)}")
    assert np.array_equal(scores(new, tree).cosine, before.cosine)
    assert not new.embeddings.fill(stopped=after(12), pace=SMALL).complete
    names = [(name, answers) for name, _, answers in covered(new, tree)]
    assert names == [("tiny", True), ("other", False)]
    for engine in (old, new):
        assert np.array_equal(scores(engine, tree).cosine, before.cosine)
    done = new.embeddings.fill()
    assert (done.complete, done.dropped) == (True, ("tiny",))
    assert covered(new, tree) == [("other", 40, True)]
    now = scores(new, tree)
    assert now.known.all()
    assert not np.array_equal(now.cosine, before.cosine)
    assert np.array_equal(scores(old, tree).cosine, now.cosine)
    assert len(list((new.data / "vectors").iterdir())) == 1


def test_an_old_model_that_is_gone_makes_room(open_engine: Callable[[str], Engine], tree: Path, model: Path, tmp_path: Path) -> None:
    """When the model that answered cannot be opened any more, the new one answers with what it has; the reason is told meanwhile."""
    old = open_engine(f"onnx:{model}")
    old.index(str(tree))
    old.embeddings.fill()
    model.rename(tmp_path / "away")
    alone = open_engine(f"onnx:{model}").embeddings.tier
    assert alone is not None
    assert alone.encode(QUESTION) is None
    assert str(model) in alone.problem
    new = open_engine(f"onnx:{write_bert(tmp_path / 'other', seed=5)}")
    done = new.embeddings.fill(stopped=after(12), pace=SMALL)
    assert int(scores(new, tree).known.sum()) == done.embedded
    tier = new.embeddings.tier
    assert tier is not None
    assert tier.problem == ""


def test_replaced_weights_are_noticed(open_engine: Callable[[str], Engine], tree: Path, model: Path, tmp_path: Path) -> None:
    """Other weights under the same address do not score the old ones' vectors; embedding again makes new ones."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    model.rename(tmp_path / "away")
    write_bert(model, seed=7)
    fresh = open_engine(f"onnx:{model}")
    tier = fresh.embeddings.tier
    assert tier is not None
    assert tier.encode(QUESTION) is None
    assert "no longer those" in tier.problem
    assert fresh.embeddings.fill().embedded == 40
    assert scores(fresh, tree).known.all()


def test_what_is_asked_for_goes_first(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """A file whose chunks a question came upon without a vector is embedded before the others."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill(stopped=after(12), pace=Pace(batch_texts=4))
    snapshot, tier = snapshot_of(engine, tree), engine.embeddings.tier
    assert tier is not None
    query = tier.encode(QUESTION)
    assert query is not None
    wanted = np.flatnonzero(~scores(engine, tree).known)[-2:]
    tier._missed.clear()  # pyright: ignore[reportPrivateUsage]  # of all that the line before asked for
    tier.scores(snapshot, query, wanted, rows_of(snapshot, wanted))
    tier.close()
    assert not engine.embeddings.fill(stopped=after(20), pace=Pace(batch_texts=4)).complete
    assert scores(engine, tree).known[wanted].all()


def test_torn_files_are_made_again(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """A cut or foreign file of vectors counts as none, and the next run writes it again."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    (file,) = (engine.data / "vectors").rglob("*.tier")
    whole = file.read_bytes()
    for broken in (whole[:-1], b"", b"x" * len(whole)):
        file.unlink()
        file.with_name("part").write_bytes(broken)
        file.with_name("part").rename(file)
        assert not scores(open_engine(f"onnx:{model}"), tree).known.any()
    assert engine.embeddings.fill().embedded == 0
    assert file.read_bytes() == whole


def test_an_index_made_anew_keeps_its_vectors(open_engine: Callable[[str], Engine], tree: Path, model: Path) -> None:
    """The vectors lie beside the index: when that is removed and made again, nothing is embedded again."""
    engine = open_engine(f"onnx:{model}")
    engine.index(str(tree))
    engine.embeddings.fill()
    engine.close()
    for each in engine.data.glob("codelore.db*"):
        each.unlink()
    fresh = open_engine(f"onnx:{model}")
    fresh.index(str(tree))
    assert fresh.embeddings.fill().embedded == 0
    assert scores(fresh, tree).known.all()


def test_a_cache_of_another_format_is_named(tmp_path: Path) -> None:
    """A newer database is refused with what to do."""
    with closing(Database(tmp_path / "vectors.db")):
        pass
    with pytest.raises(StoreError, match="codelore embed fills it again"):
        VectorCache(tmp_path / "vectors.db")
