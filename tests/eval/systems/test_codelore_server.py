"""Our engine behind the protocol, in this process; test_registry runs it in one of its own."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest

from eval.systems.answering import Answering
from eval.systems.codelore_server import CodeloreAdapter, main
from graph.model import Handle, graph_name
from graph.store import open_graph_store
from ingest.errors import ModelError, QueryError
from retrieval.engine import Engine
from retrieval.weights import SHIPPED
from tests.retrieval.models.tiny_models import write_bert


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "invoice.py").write_text("def lower_total(total):\n    return total\n")
    (root / "stock.py").write_text("def count_shelf(shelf):\n    return len(shelf)\n")
    return root


def ask(adapter: CodeloreAdapter, root: Path, data: Path) -> dict[str, float]:
    """The signals of the best answer to one question."""
    answers = Answering(adapter)
    place = {"root": str(root), "data": str(data)}
    assert answers.answer({"do": "index", **place})["files"] == 2
    asked = answers.answer({"do": "ask", **place, "limit": 1, "questions": ["count what lies on the shelf"]})
    answers.close()
    best = asked["answers"][0]["found"][0]
    assert best["path"] == "stock.py"
    return best["signals"]


def test_the_vector_signal_can_be_left_out(shop: Path, tmp_path: Path) -> None:
    with_vectors = ask(CodeloreAdapter({}), shop, tmp_path / "with")
    without = ask(CodeloreAdapter({"vectors": "off"}), shop, tmp_path / "without")
    assert with_vectors != without


def test_other_weights_can_be_named(shop: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    shutil.copy(SHIPPED, weights)
    assert ask(CodeloreAdapter({"weights": str(weights)}), shop, tmp_path / "own") == ask(CodeloreAdapter({}), shop, tmp_path / "shipped")
    with pytest.raises(ModelError):
        ask(CodeloreAdapter({"weights": str(tmp_path / "none")}), shop, tmp_path / "none-data")


def test_a_transformer_fills_its_vectors_in_before_it_is_asked(shop: Path, tmp_path: Path) -> None:
    model = write_bert(tmp_path / "tiny")
    with_vectors = ask(CodeloreAdapter({"embedder": f"onnx:{model}"}), shop, tmp_path / "with")
    without = ask(CodeloreAdapter({}), shop, tmp_path / "without")
    with Engine(tmp_path / "with") as engine:
        assert [found for _, found in engine.embeddings.models()] == [2]
    assert {name: value for name, value in with_vectors.items() if not name.startswith("tier")} == without


@pytest.mark.parametrize("wanted", ["on", "off"])
def test_names_are_resolved_unless_that_is_not_wanted(shop: Path, tmp_path: Path, wanted: str) -> None:
    """As ``codelore index`` does it: into the store of the data folder."""
    (shop / "till.py").write_text("from invoice import lower_total\n\ndef pay():\n    return lower_total(1)\n")
    data = tmp_path / "data"
    CodeloreAdapter({"graph": wanted}).index(str(shop), str(data), lambda: iter(()))
    with Engine(data) as engine, closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")) as store:
        edges = list(store.edges_to(graph_name(engine.index(str(shop)).view), [Handle("invoice.py#lower_total")]))
    assert bool(edges) == (wanted == "on")


@pytest.mark.parametrize("wanted", ["on", "off"])
def test_a_question_is_asked_from_its_place_unless_that_is_not_wanted(shop: Path, tmp_path: Path, wanted: str) -> None:
    """From a place its own file is no answer."""
    answers = Answering(CodeloreAdapter({"at": wanted}))
    place = {"root": str(shop), "data": str(tmp_path / "data")}
    answers.answer({"do": "index", **place})
    asked = answers.answer({"do": "ask", **place, "limit": 5, "questions": ["count what lies on the shelf"], "at": ["stock.py:1"]})
    answers.close()
    assert ("stock.py" in {row["path"] for row in asked["answers"][0]["found"]}) == (wanted == "off")


def test_a_value_that_is_none_is_an_error() -> None:
    with pytest.raises(QueryError, match="vectors is on or off"):
        CodeloreAdapter({"vectors": "1"})
    with pytest.raises(QueryError, match="graph is on or off"):
        CodeloreAdapter({"graph": "no"})
    with pytest.raises(SystemExit, match="vectors is on or off"):
        main(["vectors=1"])


def test_the_program_answers_until_its_input_ends(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    requests = [{"do": "index", "root": str(folder), "data": str(tmp_path / "data")} for folder in (shop, tmp_path / "nowhere")]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps(each) + "\n" for each in requests)))
    main([])
    indexed, failed = map(json.loads, capfd.readouterr().out.splitlines())
    assert indexed["files"] == 2
    assert "nowhere" in failed["error"]
