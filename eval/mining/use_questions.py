"""Questions out of bodies: a function's signature and docs, asked from where it stands, and what of other files its body uses.

That is what someone needs who is about to write the body, which is hidden. What it uses is what the graph proves.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from eval.doc_pairs import clean_doc
from eval.mining.model import Kind, Lines, Mined, Tally
from eval.mining.snapshot import CodeFile, Snapshot, is_answer_path
from graph.build import resolve_files
from graph.model import Edge, EdgeKind, Evidence, Node
from ingest.model import Symbol, SymbolKind

MIN_WORDS = 8
MIN_LINES, MAX_LINES = 4, 150
MAX_DOC = 900
SHARE = 3
"""One documented function in so many of a file is asked about: the others are what its author would see."""

NO_USE = "its body uses no definition of another file that the graph proves"
UNDOCUMENTED = f"fewer than {MIN_WORDS} words of docs"
NO_BODY = f"a body of fewer than {MIN_LINES} or more than {MAX_LINES} lines"
LEFT = f"one in {SHARE} of a file's functions is asked about"

_USES = frozenset({EdgeKind.CALLS, EdgeKind.REFERENCES, EdgeKind.INSTANTIATES, EdgeKind.READS, EdgeKind.WRITES})
_KINDS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
_ENDS = (":", "{", "=>", "=", "do", "->")


def use_questions(snapshot: Snapshot, name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for some documented functions that use definitions of other files; count the others."""
    uses: dict[str, list[Edge]] = {}
    nodes: dict[str, Node] = {}
    for graph in resolve_files({path: file.text for path, file in snapshot.files.items()}):
        nodes.update((node.handle, node) for node in graph.nodes)
        for edge in graph.edges:
            if edge.kind in _USES and edge.evidence is Evidence.PROVEN:
                uses.setdefault(edge.source, []).append(edge)
    for path in sorted(snapshot.files):
        if is_answer_path(path):
            for symbol in _asked(snapshot, path, tally):
                needed = _needed(snapshot, path, uses.get(f"{path}#{symbol.qualified_name}", ()), nodes)
                if not needed:
                    tally.drop(Kind.USE, NO_USE)
                    continue
                yield _question(snapshot.files[path], symbol, needed, name)


def _asked(snapshot: Snapshot, path: str, tally: Tally) -> list[Symbol]:
    fit: list[Symbol] = []
    for symbol in snapshot.symbols(path):
        if symbol.kind not in _KINDS:
            continue
        tally.seen[Kind.USE] += 1
        if len(clean_doc(symbol.doc).split()) < MIN_WORDS:
            tally.drop(Kind.USE, UNDOCUMENTED)
        elif not MIN_LINES <= symbol.end_line - signature_end(snapshot.files[path], symbol) <= MAX_LINES:
            tally.drop(Kind.USE, NO_BODY)
        else:
            fit.append(symbol)
    wanted = -(-len(fit) // SHARE)
    tally.drop(Kind.USE, LEFT, len(fit) - wanted)
    return sorted(random.Random(path).sample(fit, wanted), key=lambda each: each.start_line)


def _needed(snapshot: Snapshot, path: str, edges: Sequence[Edge], nodes: dict[str, Node]) -> list[Lines]:
    found = {edge.target: node for edge in edges if (node := nodes.get(edge.target)) is not None and "#" in edge.target}
    kept = [each for _, each in sorted(found.items()) if each.path != path and each.path in snapshot.files and is_answer_path(each.path)]
    return [Lines(each.path, ((each.start_line, each.end_line),)) for each in kept]


def _question(file: CodeFile, symbol: Symbol, needed: Sequence[Lines], name: str) -> Mined:
    last = signature_end(file, symbol)
    lines = file.text.decode("utf-8", "replace").split("\n")
    signature = "\n".join(lines[symbol.start_line - 1 : last]).strip()
    place = f"{file.path}#{symbol.qualified_name}:{symbol.start_line}"
    return Mined(
        f"use/{name}/{place}",
        Kind.USE,
        symbol.kind.value,
        file.language,
        f"{signature}\n{symbol.doc[:MAX_DOC]}",
        tuple(needed),
        place,
        (Lines(file.path, ((last + 1, symbol.end_line),)),),
        f"{file.path}:{symbol.start_line}",
    )


def signature_end(file: CodeFile, symbol: Symbol) -> int:
    """Return the last line of a function's head: where its brackets are closed and its body opens; its first line where none does.

    A declaration that ends before a body is all head.
    """
    lines = file.text.split(b"\n")
    open_brackets = 0
    for number in range(symbol.start_line, symbol.end_line):
        line = lines[number - 1].decode("utf-8", "replace").partition(" #")[0].rstrip()
        open_brackets += sum(map(line.count, "([")) - sum(map(line.count, ")]"))
        if open_brackets <= 0 and line.endswith(_ENDS):
            return number
        if open_brackets <= 0 and line.endswith(";"):
            return symbol.end_line
    return symbol.start_line
