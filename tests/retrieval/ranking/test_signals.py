"""Every signal says what it is, and is a number for every file or chunk, whatever the tree and the query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import SymbolKind
from ingest.path_kinds import PathFlag, path_flags
from retrieval.filters import Filters
from retrieval.globs import glob_pattern
from retrieval.ranking.fusion import ALL_SIGNALS
from retrieval.ranking.near import NEAR_SIGNALS, Near
from retrieval.ranking.rank import matrix
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS, Scale, Signal
from tests.retrieval.ranking.trees import QUERIES, TRACE, paths_of, queries, scene_of, trees
from tests.retrieval.snapshots import Files


def require_sound(signals: Sequence[Signal[Any]], of: object, size: int) -> None:
    """Every signal is one finite float32 a row, not negative unless it is a prior; shares are at most 1."""
    for signal in signals:
        values = signal.values(of)
        assert values.shape == (size,), signal.name
        assert values.dtype == np.float32, signal.name
        assert np.isfinite(values).all(), signal.name
        if signal.scale is not Scale.PRIOR:
            assert (values > -1e-6).all(), signal.name
        if signal.scale is Scale.SHARE and signal.name != "spelled":  # which adds up names of the query, each at most 1
            assert (values < 1 + 1e-5).all(), signal.name


def require_sound_scene(scene: Scene) -> None:
    if scene.files:
        require_sound(FILE_SIGNALS, scene, scene.files)
        require_sound(CHUNK_SIGNALS, scene, len(scene.pool.chunk))
        scores = np.linspace(-3, 3, scene.files, dtype=np.float32)
        require_sound(NEAR_SIGNALS, Near(scores, paths_of(scene), None), scene.files)


@pytest.mark.parametrize("signals", [ALL_SIGNALS, CHUNK_SIGNALS], ids=["files", "chunks"])
def test_every_signal_has_a_name_of_its_own_and_says_what_it_is(signals: Sequence[Signal[Any]]) -> None:
    names = [each.name for each in signals]
    assert len(set(names)) == len(names)
    assert all(each.about.strip() and each.about == each.about.strip() for each in signals)
    assert all(names)


@pytest.mark.parametrize("text", QUERIES, ids=range(len(QUERIES)))
def test_signals_of_a_shop_are_numbers(text: str) -> None:
    require_sound_scene(scene_of(text))


@settings(max_examples=120, deadline=None)
@given(trees, queries)
def test_signals_of_any_tree_and_query_are_numbers(files: Files, text: str) -> None:
    require_sound_scene(scene_of(text, files))


@settings(max_examples=40, deadline=None)
@given(trees, queries, st.sampled_from([("shop",), ("*.py",), ("docs/**", "*.go")]), st.sampled_from([None, True, False]))
def test_a_scene_never_scores_what_a_filter_hides(files: Files, text: str, globs: tuple[str, ...], tests: bool | None) -> None:
    """Neither a file that a filter hides, nor a file without a chunk that may answer."""
    scene = scene_of(text, files, Filters(paths=globs, tests=tests))
    for path in paths_of(scene):
        assert any(glob_pattern(glob).fullmatch(path) for glob in globs)
        assert tests in {None, bool(path_flags(path) & PathFlag.TEST)}
    assert sorted(set(scene.pool.row.tolist())) == list(range(scene.files))
    assert scene.snapshot.chunk_document[scene.pool.chunk].tolist() == scene.pool.files[scene.pool.row].tolist()
    require_sound_scene(scene)


def test_chunks_of_other_kinds_are_in_no_scene() -> None:
    """A filter on kinds leaves out chunks, and a file where none is left."""
    scene = scene_of("total of the cart, refund_order", filters=Filters(kinds=(SymbolKind.CLASS,)))
    kinds = [scene.snapshot.kinds[chunk] for chunk in scene.pool.chunk.tolist()]
    assert kinds
    assert all(int(each) >> list(SymbolKind).index(SymbolKind.CLASS) & 1 for each in kinds)
    assert "shop/refund_order.py" not in paths_of(scene)


def test_hidden_files_are_in_no_scene() -> None:
    """A file of another view lies in the same segment; its words and its path bring nothing in."""
    scene = scene_of("refund_order shop/refund_order.py", hidden=["shop/refund_order.py"])
    assert "shop/refund_order.py" not in paths_of(scene)
    assert "vendor/lib/refund.py" in paths_of(scene)


def value(signals: Sequence[Signal[Scene]], name: str, text: str) -> dict[str, float]:
    """Return a file signal by path, rounded."""
    scene = scene_of(text)
    found = next(each for each in signals if each.name == name).values(scene)
    return {path: round(float(each), 4) for path, each in zip(paths_of(scene), found, strict=True)}


@pytest.mark.parametrize(
    ("name", "text", "highest"),
    [
        ("definition", "Where is Cart?", "shop/cart.py"),
        ("spelled", "Cart", "shop/cart.py"),
        ("type_definition", "Router", "web/router.go"),
        ("type_symbol", "router", "web/router.go"),
        ("symbol_full", "render a page", "web/index.ts"),
        ("pairs", "template tags", "shop/templatetags.py"),
        ("pair_names", "template tags", "shop/templatetags.py"),
        ("stem_full", "refund order", "shop/refund_order.py"),
        ("named_path", "see shop/cart.py", "shop/cart.py"),
        ("area_stem", "fix(router): serve it", "web/router.go"),
        ("area", "router: serve it", "web/router.go"),
        ("frame", TRACE, "shop/cart.py"),
        ("doc_coverage", "money back", "shop/refund_order.py"),
        ("folder_recall", "vendor refund", "vendor/lib/refund.py"),
        ("whole_names", "who calls refund_order", "shop/refund_order.py"),
        ("chunk", "prices sum", "shop/cart.py"),
        ("test_asked", "tests of the cart's total", "tests/test_cart.py"),
    ],
)
def test_a_signal_is_highest_where_its_meaning_says(name: str, text: str, highest: str) -> None:
    found = value(FILE_SIGNALS, name, text)
    assert found[highest] == max(found.values()) > 0
    assert min(found.values()) == 0


def test_a_flag_that_is_asked_for_is_no_longer_held_against_a_file() -> None:
    plain, asked = value(FILE_SIGNALS, "test", "cart total"), value(FILE_SIGNALS, "test", "test cart total")
    assert plain["tests/test_cart.py"] == 1
    assert asked["tests/test_cart.py"] == 0
    names = {each.name for each in FILE_SIGNALS}
    assert {(flag.name or "").lower() for flag in PathFlag} <= names


def test_the_table_is_the_matrix() -> None:
    """Columns are in order of the table; what should be equal is rounded to be."""
    scene = scene_of("refund order")
    found = matrix(FILE_SIGNALS, scene)
    assert found.shape == (scene.files, len(FILE_SIGNALS))
    assert found.dtype == np.float32
    at = [each.name for each in FILE_SIGNALS].index("weighed_file")
    assert np.allclose(found[:, at], scene.file, atol=1e-4)
    assert np.array_equal(found, matrix(FILE_SIGNALS, scene_of("refund order")))
