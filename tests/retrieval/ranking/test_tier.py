"""A transformer's vectors in the ranking: they re-score what has them, whatever the model, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.report import document
from eval.training.train import Weights
from retrieval.answers import SearchAnswer, SearchRequest
from retrieval.embed import quantize
from retrieval.engine import Engine, EngineOptions
from retrieval.models.filling import Pace
from retrieval.models.tier_files import TierColumns
from retrieval.models.tier_scores import PartColumns, TierScores, score_chunks
from retrieval.ranking.fusion import load_fusion
from retrieval.ranking.pool import Pool
from retrieval.ranking.tier import BEST, TIER_SIGNALS, Meant
from retrieval.run import EmbedOptions, IndexOptions
from retrieval.segment import F32
from retrieval.weights import FUSION
from tests.retrieval.models.tiny_models import write_bert

QUESTION = "read the mean of values"
FILES = 24
Opened = Callable[[str], Engine]


def above(meant: Meant, name: str = "tier") -> F32:
    """The value of a signal for each file."""
    return next(each for each in TIER_SIGNALS if each.name == name).values(meant)


def meant(files: int, rows: list[int], cosine: list[float], known: list[bool]) -> Meant:
    """Cosines of a pool whose chunks lie in the files of ``rows``; the vectors of a file are all at right angles."""
    order = np.argsort(rows, kind="stable")
    pool = Pool(np.arange(files), np.array(rows, np.int64)[order], np.arange(len(rows)))
    have = np.array(known, np.bool_)[order]
    length = np.sqrt(np.bincount(pool.row[have], minlength=files)).astype(np.float32)
    return Meant(pool, TierScores(np.where(have, np.array(cosine)[order], 0).astype(np.float32), have, length))


def test_a_file_counts_by_its_best_chunks_and_without_vectors_as_any_other() -> None:
    """More than the best few chunks do not matter, and an unknown chunk is as if it were not there."""
    found = above(meant(4, [0, 0, 0, 0, 1, 2, 2], [0.6, 0.6, 0.6, 0.0, 0.4, 0.2, 0.9], [True] * 6 + [False]))
    assert BEST == 3
    assert found[0] == pytest.approx(-found[2])
    assert found[0] > 0
    assert abs(found[1]) < 1e-6
    assert found[3] == 0


def test_one_file_with_vectors_is_neither_favoured_nor_punished() -> None:
    assert above(meant(3, [0, 1], [0.9, 0.0], [True, False])).tolist() == [0, 0, 0]


chunk = st.tuples(st.integers(0, 5), st.floats(-1, 1, width=32), st.booleans())


def test_a_file_as_a_whole_counts_by_its_mean_vector() -> None:
    """Two chunks that agree are as near as one of them; two at right angles are as near as what lies between."""
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [1, 0]], np.float32)
    stored = quantize(vectors)
    row = np.array([0, 0, 1, 1, 2])
    found = score_chunks([PartColumns(0, 5, TierColumns(stored.values, stored.scales))], vectors[0], np.arange(5), row)
    assert found.length == pytest.approx([2, np.sqrt(2), 1], abs=0.02)
    assert found.known.all()
    whole = above(Meant(Pool(np.arange(3), row, np.arange(5)), found), "tier_file")
    assert whole[0] == pytest.approx(whole[2], abs=0.02)
    assert whole[0] > 0 > whole[1]
    more = above(Meant(Pool(np.arange(3), row, np.arange(5)), found), "tier_chunks")
    assert more[0] == more[1] > 0 > more[2]


@given(st.lists(chunk, min_size=1, max_size=40).filter(lambda chunks: any(known for _, _, known in chunks)))
def test_the_signal_is_centred_bounded_and_0_where_nothing_is_known(chunks: list[tuple[int, float, bool]]) -> None:
    of = meant(6, *(list(column) for column in zip(*chunks, strict=True)))  # pyright: ignore[reportArgumentType]
    there = {row for row, _, known in chunks if known}
    for name in ("tier", "tier_file", "tier_chunks"):
        found = above(of, name)
        assert np.isfinite(found).all()
        assert all(found[row] == 0 for row in range(6) if row not in there)
        assert abs(float(found.sum())) < 1e-3
        assert np.abs(found).max() <= (np.sqrt(len(there)) if name != "tier_chunks" else np.log(len(chunks) + 1)) + 1e-3


@pytest.fixture
def model(tmp_path: Path) -> str:
    """The address of a tiny model."""
    return f"onnx:{write_bert(tmp_path / 'tiny')}"


@pytest.fixture
def tree(tmp_path: Path) -> str:
    """Files that the words of the question alone cannot tell apart."""
    root = tmp_path / "tree"
    root.mkdir()
    for number in range(FILES):
        letters = "".join(chr(97 + (number * 7 + at * 3) % 26) for at in range(12))
        (root / f"part{number}.py").write_text(f"def mean_{number}(values):\n    return sum(values) / len({letters})\n")
    return str(root)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open the data folder with a model set; all are closed at the end."""
    engines: list[Engine] = []

    def made(address: str) -> Engine:
        engines.append(Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1), embed=EmbedOptions(address))))
        return engines[-1]

    yield made
    for engine in engines:
        engine.close()


def asked(engine: Engine, tree: str, text: str = QUESTION) -> SearchAnswer:
    """Ask for all files."""
    return engine.search(SearchRequest(text, tree, limit=FILES))


def added(signals: dict[str, float]) -> float:
    """What a transformer added to a score."""
    return sum(signals.get(each.name, 0) for each in TIER_SIGNALS)


def test_without_vectors_a_model_changes_nothing(opened: Opened, tree: str, model: str) -> None:
    plain = opened("")
    plain.index(tree)
    with_model = opened(model)
    assert asked(with_model, tree) == asked(plain, tree)
    with_model.embeddings.fill()
    assert asked(plain, tree).files == asked(opened(""), tree).files


def test_vectors_that_are_filled_in_re_score_the_files(opened: Opened, tree: str, model: str) -> None:
    """Each file's cosine moves it, the sum of what the signals added is the order, and the chance of any answer is as before."""
    engine = opened(model)
    engine.index(tree)
    before = asked(engine, tree)
    engine.embeddings.fill()
    after = asked(engine, tree)
    assert [each.path for each in after.files] != [each.path for each in before.files]
    assert {each.path for each in after.files} == {each.path for each in before.files}
    assert after.confidence == before.confidence
    assert load_fusion().tier.weights.any()
    totals = [sum(each.signals.values()) for each in after.files]
    assert totals == pytest.approx(sorted(totals, reverse=True), abs=1e-3)
    plain = {each.path: sum(each.signals.values()) for each in before.files}
    for each in after.files:
        assert sum(each.signals.values()) - added(each.signals) == pytest.approx(plain[each.path], abs=1e-3)
    assert sum(added(each.signals) for each in after.files) == pytest.approx(0, abs=0.01)


def test_files_without_vectors_keep_their_order(opened: Opened, tree: str, model: str) -> None:
    engine = opened(model)
    engine.index(tree)
    before = [each.path for each in asked(engine, tree).files]
    calls = iter(range(FILES))
    engine.embeddings.fill(stopped=lambda: next(calls) >= FILES // 2, pace=Pace(batch_texts=4))
    after = asked(engine, tree).files
    unknown = [each.path for each in after if not added(each.signals)]
    assert 0 < len(unknown) < FILES
    assert unknown == [path for path in before if path in unknown]


def test_a_text_of_several_lines_is_ranked_without(opened: Opened, tree: str, model: str) -> None:
    engine = opened(model)
    engine.index(tree)
    engine.embeddings.fill()
    assert all(not added(each.signals) for each in asked(engine, tree, f"{QUESTION}\n\nand some more words").files)
    assert any(added(each.signals) for each in asked(engine, tree, f"{QUESTION}\n").files)


def test_weights_without_the_tier_leave_it_out(tmp_path: Path, tree: str, model: str) -> None:
    """A file of weights from before there was one, or of a training without."""
    data = json.loads(FUSION.read_text(encoding="utf-8"))
    del data["tier"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(data))
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1), fusion=other, embed=EmbedOptions(model))) as engine:
        engine.index(tree)
        before = asked(engine, tree).files
        engine.embeddings.fill()
        assert asked(engine, tree).files == before


def test_a_training_keeps_the_tier() -> None:
    shipped = json.loads(FUSION.read_text(encoding="utf-8"))
    made = json.loads(document(Weights({}, {}, {}, {"bias": 0.0, "weights": {}}), {}, [], {}, graph=False))
    assert made["tier"] == shipped["tier"]
    assert made["version"] != shipped["version"]
