"""Where a setting gets its value: keys of configuration files, definitions, the environment, options, assignments.

The lines are read, not resolved: a row of kind ``definition`` is a fact of its file, every other says what its line looks like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import reduce

import numpy as np

from graph.definitions import find_definitions
from graph.tests_of import is_test_file
from ingest.facts import FactStore
from ingest.model import Symbol, SymbolKind
from retrieval.embed import hash_terms
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.structure import StructureRow
from retrieval.terms import SYMBOL_TERM, terms

MAX_DOCUMENTS = 300
"""Files that are read for one setting; a name in more of them is a word, not a setting."""

_SETTINGS = frozenset({
    *(SymbolKind.KEY, SymbolKind.CONSTANT, SymbolKind.VARIABLE, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.MACRO),
})  # fmt: skip
_ORDER = ("key", "definition", "environment", "option", "assignment")
_ENVIRONMENT = re.compile(
    rb"environ\b|getenv|get_env|GetEnvironmentVariable|process\.env|import\.meta\.env|env::var|\benv!\(|\bENV\b|\bLookupEnv|\$_ENV|\benv\(|"
    rb"\bexport |System\.getProperty"
)
_LINE = 1000


def setting_rows(names: Sequence[str], snapshot: Snapshot, facts: FactStore, allowed: Mask) -> tuple[str, list[StructureRow]]:
    """Return the spelling that is found first, and where it is defined, read from the environment, taken as an option or assigned."""
    for name in names:
        rows = list(dict.fromkeys([*_defined(name, snapshot, facts, allowed), *_read(name, snapshot, facts, allowed)]))
        taken = {(row.path, row.line) for row in rows if row.kind in {"key", "definition"}}
        rows = [row for row in rows if row.kind in {"key", "definition"} or (row.path, row.line) not in taken]
        if rows:
            return name, sorted(rows, key=lambda row: (is_test_file(row.path), _ORDER.index(row.kind), row.path, row.line))
    return names[0], []


def definitions_of(
    name: str, snapshot: Snapshot, facts: FactStore, allowed: Mask, kinds: Collection[SymbolKind] = ()
) -> Iterator[tuple[str, Symbol]]:
    """Yield (path, symbol) of the definitions with exactly this name, or this qualified one; only files that define it are read."""
    last = re.split(r"[.:/]+", name)[-1]
    documents = _documents([SYMBOL_TERM + last.lower()], snapshot, allowed)
    rows = [(snapshot.document_id(each), *snapshot.name(each)) for each in documents]
    for path, _, symbol in find_definitions(facts, rows, name, kinds=kinds):
        if name in {symbol.name, symbol.qualified_name}:
            yield path, symbol


def _defined(name: str, snapshot: Snapshot, facts: FactStore, allowed: Mask) -> Iterator[StructureRow]:
    for path, symbol in definitions_of(name, snapshot, facts, allowed, _SETTINGS):
        kind = "key" if symbol.kind is SymbolKind.KEY else "definition"
        yield StructureRow(symbol.qualified_name, path, symbol.start_line, kind, "proven", name)


def _read(name: str, snapshot: Snapshot, facts: FactStore, allowed: Mask) -> Iterator[StructureRow]:
    spoken = terms(name.rpartition(".")[2].encode("utf-8", "ignore"))
    if not spoken or not re.fullmatch(r"[\w.-]+", name):
        return
    pieces = spoken[:-1] or spoken  # an option is written with hyphens, each piece a word
    documents = sorted({*_documents(spoken[-1:], snapshot, allowed), *_documents(pieces, snapshot, allowed)})
    if len(documents) > MAX_DOCUMENTS:
        return
    path_of = {snapshot.document_id(each): snapshot.name(each)[0] for each in documents}
    for document, text in facts.texts(path_of.keys()).items():
        for line, kind in _lines(name.encode(), text):
            yield StructureRow("", path_of[document], line, kind, "text", name)


def _lines(name: bytes, text: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines, from 1, that give a name a value or read it from outside, and how."""
    word = re.compile(rb"(?<![\w-])" + re.escape(name) + rb"(?![\w-])")
    assigned = re.compile(rb"(?<![\w-])" + re.escape(name) + rb"[\"']?\]?\s*(?::\s?[\w\[\], .|]{1,80})?\s*(?::?=(?!=)|:\s)")
    option = re.compile(rb"--(?:no-)?" + re.escape(name.replace(b"_", b"-").lower()) + rb"(?![\w-])")
    counted, line, judged = 0, 1, -1
    for found in re.finditer(re.escape(name) + rb"|--", text):
        if found.start() < judged:
            continue
        start = text.rfind(b"\n", 0, found.start()) + 1
        line += text.count(b"\n", counted, start)
        counted = start
        end = text.find(b"\n", start)
        judged = len(text) if end < 0 else end
        content = text[start:judged][:_LINE]
        if word.search(content) and _ENVIRONMENT.search(content):
            yield line, "environment"
        elif option.search(content) and (b'"' in content or b"'" in content):
            yield line, "option"
        elif assigned.search(content):
            yield line, "assignment"


def _documents(words: Sequence[str], snapshot: Snapshot, allowed: Mask) -> list[int]:
    """Return the documents with a chunk that holds all the terms."""
    held: list[int] = []
    keys = hash_terms(list(words))
    for part in snapshot.parts:
        chunks = [part.segment.posting_chunk[part.segment.postings(int(key))] for key in keys]
        common: Numbers = reduce(np.intersect1d, chunks).astype(np.int64) + part.first_chunk
        held += snapshot.documents_of(common[allowed[common]]).tolist()
    return sorted(held)


def defines(name: str, snapshot: Snapshot, allowed: Mask) -> bool:
    """Return whether anything that the view shows is defined by a name; of a qualified one the last part counts."""
    last = re.split(r"[.:#/]+|->", name)[-1]
    return bool(last) and bool(_documents([SYMBOL_TERM + last.lower()], snapshot, allowed))
