"""Definitions by name over stored facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.definitions import find_definitions
from ingest.analyze import analyze
from ingest.database import Database
from ingest.facts import FactStore, store_form
from ingest.git import blob_id
from ingest.model import DocumentId, SymbolKind
from ingest.views import ViewCatalog

FILES = {"b.py": "class Store:\n    def get(self): pass\n    def get_all(self): pass\n", "a.cpp": "struct V { int operator[](int i); };\n"}


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[FactStore, list[tuple[DocumentId, str, str]]]]:
    """Two files in a fact store."""
    database = Database(tmp_path / "codelore.db")
    facts = FactStore(database)
    repository = ViewCatalog(database).add_repository(identity="/r", name="r", root="/r")
    files = [(path, text.encode()) for path, text in FILES.items()]
    forms = [store_form(path, blob_id(data), analyze(path, data)[0], size=len(data)) for path, data in files]
    documents = facts.add(repository, forms)
    yield facts, [(document, form.path, form.language) for document, form in zip(documents, forms, strict=True)]
    database.close()


@pytest.mark.parametrize(
    ("pattern", "kinds", "names"),
    [
        ("get", (), ["Store.get"]),
        ("GET*", (), ["Store.get", "Store.get_all"]),
        ("store.?et", (), ["Store.get"]),
        ("*", (SymbolKind.CLASS,), ["Store"]),
        ("[gs]et", (), []),
        ("operator[]", (), ["V.operator[]"]),
        ("nothing", (), []),
    ],
)
def test_patterns_match_names_and_qualified_names(
    stored: tuple[FactStore, list[tuple[DocumentId, str, str]]], pattern: str, kinds: tuple[SymbolKind, ...], names: list[str]
) -> None:
    """Only * and ? are wild, case does not matter, and kinds narrow it down."""
    assert [symbol.qualified_name for _, _, symbol in find_definitions(*stored, pattern, kinds=kinds)] == names


def test_answers_are_in_order_of_path_and_line(stored: tuple[FactStore, list[tuple[DocumentId, str, str]]]) -> None:
    found = [(path, language, symbol.start_line) for path, language, symbol in find_definitions(*stored, "*")]
    assert found == sorted(found)
    assert {path for path, _, _ in found} == set(FILES)
