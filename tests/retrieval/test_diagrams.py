"""Diagrams as text are indexed with the document that shows them."""

from __future__ import annotations

from pathlib import Path

from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.filters import Filters

_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text x="1" y="2">Quarantine gateway</text></svg>\n'


def _found(engine: Engine, root: Path, text: str, filters: Filters | None = None) -> list[str]:
    request = SearchRequest(text, str(root), filters=filters or Filters())
    return [hit.path for hit in engine.search(request).hits]


def test_a_document_is_found_by_the_labels_of_the_diagram_it_shows(tmp_path: Path) -> None:
    """The label stands in the SVG alone, and both the SVG and the page that shows it answer; a page that shows another one does not."""
    root = tmp_path / "tree"
    (root / "docs" / "img").mkdir(parents=True)
    (root / "docs" / "img" / "flow.svg").write_text(_SVG)
    (root / "docs" / "img" / "other.svg").write_text(_SVG.replace("Quarantine gateway", "Billing"))
    (root / "docs" / "overview.md").write_text("# Overview\n\nHow it fits together.\n\n![flow](img/flow.svg)\n")
    (root / "docs" / "billing.md").write_text("# Billing\n\nMoney.\n\n![money](img/other.svg)\n")
    with Engine(tmp_path / "data") as engine:
        engine.index(str(root))
        found = _found(engine, root, "quarantine gateway")
        assert set(found[:2]) == {"docs/img/flow.svg", "docs/overview.md"}
        assert _found(engine, root, "quarantine gateway", Filters(paths=("*.md",)))[0] == "docs/overview.md"
