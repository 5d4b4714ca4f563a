"""Definitions by name over stored facts."""

from __future__ import annotations

import fnmatch
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
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


@pytest.mark.parametrize("name", ["ſtore_kind", "STORE_KIND", "\u212and", "straße", "größe_x", "İd_y"])
def test_letters_that_equal_others_where_case_does_not_matter_are_found(tmp_path: Path, name: str) -> None:
    """Python's regular expressions decide what is equal, whatever files were left unread."""
    database = Database(tmp_path / "codelore.db")
    facts = FactStore(database)
    repository = ViewCatalog(database).add_repository(identity="/r", name="r", root="/r")
    data = f"def {name}(): pass\ndef other(): pass\n".encode()
    parsed = analyze("a.py", data)[0]
    symbols = [replace(parsed.symbols[0], name=name, qualified_name=name), parsed.symbols[-1]]
    form = store_form("a.py", blob_id(data), replace(parsed, symbols=tuple(symbols)), size=len(data))
    documents = [(facts.add(repository, [form])[0], "a.py", "python")]
    for pattern in (
        "store_kind",
        "ſTORE*",
        "kn?",
        "kNd",
        "stra?e",
        "GRÖSSE_X",
        "größe_X",
        "id_Y",
        "*d_y",
        name,
        name.upper(),
        name.lower(),
    ):
        wanted = re.compile(fnmatch.translate(pattern), re.IGNORECASE)
        found = [symbol.name for _, _, symbol in find_definitions(facts, documents, pattern)]
        assert found == [name] * bool(wanted.match(name)), pattern
    database.close()


def test_plain_letters_equal_their_own_two_cases_alone() -> None:
    """Of all characters; that is why files without them need not be read."""
    plain = "abcdefghjlmnopqrtuvwxyz"
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert {each.lower() for each in re.findall(f"[{plain}]", every, re.IGNORECASE)} == set(plain)
    assert len(re.findall(f"[{plain}]", every, re.IGNORECASE)) == 2 * len(plain)


def test_a_document_that_is_gone_is_no_silence(stored: tuple[FactStore, list[tuple[DocumentId, str, str]]]) -> None:
    with pytest.raises(LookupError, match="no document 99"):
        list(find_definitions(stored[0], [(DocumentId(99), "x.py", "python")], "get"))
