"""What each language extracts from its golden repository, compared with a file that was read by a person.

A language joins by adding a folder ``tests/repos/<language>``; ``pytest tests/ingest/languages --update-golden`` writes its golden file.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.languages.registry import LANGUAGES
from ingest.model import Extraction, LanguageId
from ingest.parse import parse

_TESTS = Path(__file__).parents[2]
_REPOS = _TESTS / "repos"
_GOLDEN = _TESTS / "golden" / "languages"
_NAMES = sorted(language for language in LANGUAGES if (_REPOS / language).is_dir())

Row = dict[str, str | int]


def _files(language: str) -> list[Path]:
    return sorted(path for path in (_REPOS / language).rglob("*") if path.is_file())


def _symbols(found: Extraction) -> list[Row]:
    return [
        {
            "lines": f"{each.start_line}-{each.end_line}",
            str(each.kind): each.qualified_name,
            "signature": each.signature,
            "doc": each.doc.partition("\n")[0],
        }
        for each in found.symbols
    ]


def _references(found: Extraction) -> list[Row]:
    return [
        {
            "line": each.line,
            str(each.kind): each.name,
            "on": each.receiver,
            "in": found.symbols[each.symbol].qualified_name if each.symbol >= 0 else "",
        }
        for each in found.references
    ]


def _rows(found: Extraction) -> dict[str, list[Row]]:
    return {
        "symbols": _symbols(found),
        "references": _references(found),
        "imports": [{"line": each.line, "module": each.module, "name": each.name, "alias": each.alias} for each in found.imports],
        "supertypes": [
            {"line": each.line, "symbol": found.symbols[each.symbol].qualified_name, str(each.kind): each.name} for each in found.supertypes
        ],
        "syntax errors": [{"count": found.syntax_errors}] if found.syntax_errors else [],
    }


def _dump(files: dict[str, dict[str, list[Row]]]) -> str:
    """One fact a line, empty parts left out, so that a difference reads as what was gained or lost."""

    def section(title: str, rows: list[Row]) -> str:
        lines = [json.dumps({key: value for key, value in row.items() if value not in {"", 0}}, ensure_ascii=False) for row in rows]
        return f"    {json.dumps(title)}: [\n      " + ",\n      ".join(lines) + "\n    ]"

    blocks: list[str] = []
    for path, parts in files.items():
        body = ",\n".join(section(title, rows) for title, rows in parts.items() if rows)
        blocks.append(f"  {json.dumps(path, ensure_ascii=False)}: {{\n{body}\n  }}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


@pytest.mark.parametrize("language", _NAMES)
def test_a_language_extracts_exactly_what_its_golden_file_says(language: str, request: pytest.FixtureRequest) -> None:
    """Definitions, references, imports, inheritance and docs of a small repository are known to the last one."""
    found = {
        path.relative_to(_REPOS / language).as_posix(): _rows(parse(LanguageId(language), path.read_bytes())) for path in _files(language)
    }
    dumped = _dump(found)
    golden = _GOLDEN / f"{language}.json"
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(dumped, "utf-8")
    assert dumped.splitlines() == golden.read_text("utf-8").splitlines()


@pytest.mark.parametrize("language", _NAMES)
def test_symbols_nest_and_every_fact_lies_inside_its_symbol(language: str) -> None:
    """A parent comes first and encloses its children; what a symbol owns starts within it."""
    for path in _files(language):
        found = parse(LanguageId(language), path.read_bytes())
        assert [each.start_byte for each in found.symbols] == sorted(each.start_byte for each in found.symbols), path
        for index, symbol in enumerate(found.symbols):
            assert symbol.parent < index
            if symbol.parent >= 0:
                outer = found.symbols[symbol.parent]
                assert outer.start_byte <= symbol.start_byte, (path, symbol.qualified_name)
                assert symbol.end_byte <= outer.end_byte, (path, symbol.qualified_name)
        for reference in found.references:
            if reference.symbol >= 0:
                owner = found.symbols[reference.symbol]
                assert owner.start_byte <= reference.start_byte < owner.end_byte, (path, reference)


def test_every_language_has_a_golden_repository() -> None:
    """A row of the registry is a promise, and this is where it is kept."""
    assert sorted(LANGUAGES) == _NAMES


@pytest.mark.parametrize("language", _NAMES)
def test_a_golden_repository_holds_a_file_with_a_syntax_error(language: str) -> None:
    """The facts around a mistake are still found, and the mistake is counted."""
    broken = [found for path in _files(language) if (found := parse(LanguageId(language), path.read_bytes())).syntax_errors]
    assert broken
    assert all(found.symbols for found in broken)
