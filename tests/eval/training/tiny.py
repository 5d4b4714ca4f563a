"""A tiny set of questions about the small repositories of the tests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

REPOSITORIES = Path(__file__).parents[2] / "repos"
NAMES = ("python", "typescript", "rust", "go")
"""Of three folds."""
ASKED: dict[str, list[tuple[str, str, tuple[int, int] | None]]] = {
    "python": [("one thing on sale", "shop.py", (24, 40)), ("Item", "shop.py", (24, 40)), ("größe", "größe.py", None)],
    "typescript": [("Entity", "service.ts", (17, 22)), ("what can be stored", "service.ts", (16, 22)), ("service", "service.ts", None)],
    "rust": [
        ("keeps things in a store", "src/store.rs", None),
        ("Item price", "src/store.rs", (17, 30)),
        ("Sound", "src/broken.rs", (1, 7)),
    ],
    "go": [
        ("server answers requests", "server.go", (1, 3)),
        ("Kind says what an item is", "server.go", (22, 28)),
        ("zzz qqq", "server.go", None),
    ],
}


def write_set(place: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write a folder of questions."""
    place.mkdir(parents=True)
    (place / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return place


def rows(names: Iterable[str] = NAMES) -> list[dict[str, Any]]:
    """Return the questions as rows, of two kinds."""
    return [
        {
            "id": f"{name}/{at}",
            "query": text,
            "name": name,
            "kind": "change" if at else "docstring",
            "relevant": [{"path": path, "lines": list(span)} if span else {"path": path}],
        }
        for name in names
        for at, (text, path, span) in enumerate(ASKED[name])
    ]


def lay_out(place: Path, names: Iterable[str] = NAMES) -> Path:
    """Copy repositories of the tests, one folder each, out of the repository that the tests are in."""
    for name in names:
        shutil.copytree(REPOSITORIES / name, place / name)
    return place
