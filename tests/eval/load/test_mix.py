"""What is asked: weights, material, seed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.load.mix import DEFAULT_MIX, Kind, Mix, derive, parse_mix, read_queries
from ingest.errors import QueryError, SourceError
from tests.eval.load.shop import MATERIAL, indexed, new_shop


def test_a_mix_is_kinds_with_weights() -> None:
    assert parse_mix("search=8, show=0") == {Kind.SEARCH: 8, Kind.SHOW: 0}
    assert set(parse_mix(DEFAULT_MIX)) == set(Kind)


@pytest.mark.parametrize("text", ["", "search", "search=x", "search=-1", "find=1", "search=1,search=2", "search=0"])
def test_what_is_no_mix_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        parse_mix(text)


def test_the_same_seed_asks_the_same_and_another_does_not() -> None:
    weights = {Kind.SEARCH: 3, Kind.SHOW: 1}
    one, same, other = (Mix(weights, MATERIAL, seed) for seed in (1, 1, 2))
    numbers = range(200)
    assert [one.operation(at) for at in numbers] == [same.operation(at) for at in numbers]
    assert [one.operation(at) for at in numbers] != [other.operation(at) for at in numbers]


def test_kinds_come_as_often_as_they_weigh() -> None:
    mix = Mix({Kind.SEARCH: 3, Kind.SHOW: 1, Kind.SYMBOLS: 0}, MATERIAL, 5)
    seen = Counter(mix.operation(at).kind for at in range(4_000))
    assert seen.keys() == {Kind.SEARCH, Kind.SHOW}
    assert seen[Kind.SEARCH] / seen[Kind.SHOW] == pytest.approx(3, rel=0.15)


def test_a_kind_without_material_is_named() -> None:
    with pytest.raises(QueryError, match="graph-callers; leave it out"):
        Mix({Kind.GRAPH_CALLERS: 1}, MATERIAL, 0)


def test_material_comes_from_a_repositorys_own_definitions(tmp_path: Path) -> None:
    """Docs and names to search for, names and patterns, spans of lines, handles of the graph."""
    root, data = indexed(new_shop(tmp_path / "shop"), tmp_path / "data")
    material = derive(data, root)
    assert "Add up what order 2 costs." in material[Kind.SEARCH] == material[Kind.CONTEXT]
    assert {"order*", "check_out_order"} <= set(material[Kind.SYMBOLS])
    assert "orders.py:1-3" in material[Kind.SHOW]
    assert "orders.py#order_total_3" in material[Kind.GRAPH_CALLERS]


def test_queries_come_from_lines_of_text_or_of_json(tmp_path: Path) -> None:
    file = tmp_path / "queries.txt"
    file.write_text('where is it\n\n{"query": "why", "id": 1}\n')
    assert read_queries(file, "shop") == ["where is it", "why"]


def test_a_set_is_asked_what_is_about_the_repository(tmp_path: Path) -> None:
    """All of it where nothing is."""
    rows = [
        {"id": "1", "query": "ours", "name": "shop", "relevant": ["a.py"]},
        {"id": "2", "query": "theirs", "repo": "somebody/bank", "relevant": ["b.py"]},
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert read_queries(tmp_path, "shop") == ["ours"]
    assert read_queries(tmp_path, "bank") == ["theirs"]
    assert read_queries(tmp_path, "farm") == ["ours", "theirs"]


def test_a_set_that_asks_nothing_is_refused(tmp_path: Path) -> None:
    """An oracle of edges has no queries."""
    (tmp_path / "shop.refs.jsonl").write_text('{"symbol": "a", "path": "a.py", "line": 1, "refs": []}\n')
    with pytest.raises(SourceError, match="no queries"):
        read_queries(tmp_path, "shop")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot read"), (b"\xff", "cannot read"), (b" \n", "no queries"), (b'{"q": 1}', "no JSON")]
)
def test_queries_that_cannot_be_read_are_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "queries.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        read_queries(file, "shop")
