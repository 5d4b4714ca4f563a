"""The weights of the ranking: what a file of them must be, and that what signals added is the score."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import ModelError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.query import parse_query
from retrieval.ranking.fusion import ALL_SIGNALS, FORMAT, Way, in_ways, load_fusion, table
from retrieval.ranking.near import NEAR_SIGNALS
from retrieval.ranking.rank import NESTED, Ranking, matrix
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS, Scale
from retrieval.run import IndexOptions
from retrieval.weights import FUSION
from tests.ingest.repositories import write
from tests.retrieval.ranking.trees import QUERIES, SHOP, queries, ranker_of, trees
from tests.retrieval.snapshots import Files, everything, snapshot_of

Change = Callable[[dict[str, Any]], object]


def shipped() -> dict[str, Any]:
    return json.loads(FUSION.read_text(encoding="utf-8"))


def changed(place: Path, change: Change) -> Path:
    """Write the shipped weights with one change."""
    document = shipped()
    change(document)
    file = place / "other.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_the_shipped_weights_are_of_this_release_and_say_where_they_come_from() -> None:
    """They name no signal that there is not, weigh what they name, and record what they are worth."""
    document, fusion = shipped(), load_fusion()
    assert document["format"] == FORMAT
    assert fusion.version == document["version"]
    assert fusion.record["repositories"]
    assert fusion.record["unseen"]
    assert set(document["first"]) <= {each.name for each in FILE_SIGNALS}
    assert set(document["second"]) <= {each.name for each in ALL_SIGNALS}
    assert set(document["chunks"]) <= {each.name for each in CHUNK_SIGNALS}
    for model in (fusion.first, fusion.second, fusion.chunks):
        assert model.weights.shape == (len(Way), len(model.signals))
        assert np.any(model.weights)


@pytest.mark.parametrize(
    ("keys", "value", "says"),
    [
        ("format", 99, "format 99"),
        ("format", None, "format None"),
        ("second", None, "cannot read"),
        ("reading", {}, "chunk"),
        ("first moon", {"value": 1.0}, "moon"),
        ("chunks moon", {}, "moon"),
        ("relevance weights moon", 1.0, "moon"),
        ("relevance weights", [1.0], "cannot"),
        ("first chunk", "much", "str"),
        ("first chunk", {"value": "much"}, "much"),
        ("second chunk", {"root": None}, "not a number"),
        ("first chunk", {"value": float("nan")}, "not a number"),
        ("relevance bias", float("inf"), "not a number"),
        ("reading lines", "long", "long"),
        ("first", [], "cannot read"),
        ("terms", None, "cannot read"),
        ("terms signals moon", 1.0, "moon"),
        ("terms signals rarity", float("nan"), "not a number"),
        ("terms words fix", float("inf"), "not a number"),
        ("terms words fix", "little", "little"),
    ],
)
def test_a_file_of_weights_that_cannot_be_used_is_an_error_that_names_it(tmp_path: Path, keys: str, value: object, says: str) -> None:
    def change(found: dict[str, Any]) -> None:
        *above, last = keys.split()
        for key in above:
            found = found[key]
        found[last] = value

    file = changed(tmp_path, change)
    with pytest.raises(ModelError) as caught:
        load_fusion(file)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe\x00", b"{}"])
def test_a_file_that_is_no_json_object_is_an_error_that_names_it(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(text)
    with pytest.raises(ModelError, match=r"broken\.json"):
        load_fusion(file)


def test_a_folder_and_a_missing_file_are_errors_that_name_them(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ModelError, match=place.name):
            load_fusion(place)


def test_an_engine_searches_with_the_weights_it_is_given(tmp_path: Path) -> None:
    """Weights that see nothing but the name of a file order by that; unusable ones are an error when something is asked."""

    def only_names(found: dict[str, Any]) -> None:
        for model in ("first", "second", "chunks"):
            found[model] = {}
        found["second"] = {"stem_full": {"value": 5.0}}

    write(tmp_path / "tree", {"refund.py": "def other(): pass\n", "a.py": "def refund():\n    '''refund'''\n    return refund\n"})
    given = EngineOptions(IndexOptions(workers=1), fusion=changed(tmp_path, only_names))
    request = SearchRequest("refund", str(tmp_path / "tree"))
    with Engine(tmp_path / "data", given) as engine:
        engine.index(str(tmp_path / "tree"))
        answer = engine.search(request)
    assert [file.path for file in answer.files] == ["refund.py", "a.py"]
    assert answer.files[0].signals == {"stem_full": 5.0}
    assert answer.files[1].signals == {}
    with (
        Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1), fusion=tmp_path / "no.json")) as engine,
        pytest.raises(ModelError, match=r"no\.json"),
    ):
        engine.search(request)


def test_scores_are_shares_of_the_best_and_all_else_is_as_it_is() -> None:
    values = np.array([[2.0, 2.0, 0.0], [1.0, 4.0, 0.0]], np.float32)
    found = in_ways(values, np.array([True, False, True]))[Way.VALUE]
    assert found.tolist() == [[1.0, 2.0, 0.0], [0.5, 4.0, 0.0]]
    assert in_ways(values[:0], np.array([True, False, True]))[Way.ROOT].shape == (0, 3)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_model_is_the_sum_of_what_signals_add_in_their_ways(data: st.DataObject) -> None:
    """As plain loops say it: a value, and the root of it."""
    numbers = st.floats(0, 8, width=32)
    rows = data.draw(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=5))
    weights = {each.name: {"value": data.draw(numbers), "root": data.draw(numbers)} for each in CHUNK_SIGNALS[:3]}
    names = [each.name for each in CHUNK_SIGNALS[:3]]
    added = table(names, weights, CHUNK_SIGNALS).contributions(np.array(rows, np.float32))
    for at, name in enumerate(names):
        top = max(row[at] for row in rows)
        for row, found in zip(rows, added, strict=True):
            share = row[at] / top if top and CHUNK_SIGNALS[at].scale is Scale.SCORE else row[at]
            assert found[at] == pytest.approx(weights[name]["value"] * share + weights[name]["root"] * share**0.5, rel=1e-4, abs=1e-4)


def ranked(files: Files, text: str, limit: int = 10) -> Ranking:
    snapshot = snapshot_of(files)
    return ranker_of(snapshot).rank(parse_query(text), everything(snapshot), limit)


def require_consistent(found: Ranking, limit: int) -> None:
    """Files and flat list are in order and bounded, every chunk is of a file that is listed, scores are chances."""
    assert len(found.files) <= limit
    assert len(found.flat) <= limit
    assert 0 <= found.confidence <= 1
    assert [each.score for each in found.files] == sorted((each.score for each in found.files), reverse=True)
    assert [each.score for each in found.flat] == sorted((each.score for each in found.flat), reverse=True)
    documents = [each.document for each in found.files]
    assert len(set(documents)) == len(documents)
    assert {each.document for each in found.flat} <= set(documents)
    if found.files:
        assert found.files[0].score == pytest.approx(found.confidence, abs=1e-6)
    for file in found.files:
        assert 1 <= len(file.chunks) <= NESTED
        assert {each.document for each in file.chunks} == {file.document}
        assert all(0 <= each.score <= file.score + 1e-6 for each in file.chunks)


@settings(max_examples=60, deadline=None)
@given(trees, queries, st.integers(1, 12))
def test_any_ranking_is_in_order_bounded_and_the_same_again(files: Files, text: str, limit: int) -> None:
    found = ranked(files, text, limit)
    require_consistent(found, limit)
    assert ranked(files, text, limit) == found


@pytest.mark.parametrize("text", [each for each in QUERIES if "/" not in each[:2]], ids=str)
def test_what_the_signals_added_is_the_score(text: str) -> None:
    """The score of a file is the chance of the best times e to the difference of the sums; told are all that added anything."""
    found = ranked(SHOP, text)
    require_consistent(found, 10)
    sums = [sum(file.signals.values()) for file in found.files]
    for file, total in zip(found.files, sums, strict=True):
        assert file.score == pytest.approx(found.confidence * np.exp(total - sums[0]), rel=5e-3, abs=2e-6)
        assert all(file.signals.values())
        assert set(file.signals) <= {each.name for each in ALL_SIGNALS}


def test_the_confidence_is_a_logistic_model_of_the_best_file() -> None:
    snapshot = snapshot_of(SHOP)
    ranker = ranker_of(snapshot)
    scene = ranker.scene(parse_query("refund order"), everything(snapshot))
    values = matrix(FILE_SIGNALS, scene)
    names, weights, bias = load_fusion().relevance
    at = [[each.name for each in FILE_SIGNALS].index(name) for name in names]
    chances = [1 / (1 + np.exp(-(float(row[at] @ weights) + bias))) for row in values]
    assert ranker.confidence(values) == pytest.approx(max(chances), abs=1e-5)


def test_without_a_graph_its_signals_add_nothing() -> None:
    names = {each.name for each in NEAR_SIGNALS if each.name.startswith("graph ")}
    for file in ranked(SHOP, "cart total").files:
        assert not names & set(file.signals)
