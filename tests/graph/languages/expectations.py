"""What small programs resolve to, and whether their lines say so themselves.

A line that ends in a comment ``= a b`` calls or makes the symbols ``a`` and ``b`` of the program and no others: a plain name is proven, a
name after ``?`` is one of a closed set, and a name after ``-`` is meant by the line but not found yet. What is external or unknown is not
of the program; no name at all says that nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from textwrap import dedent

from graph.build import resolve_files
from graph.model import Edge, EdgeKind, Evidence

Program = Mapping[str, str | bytes]
Ends = set[tuple[str, str]]

USES = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
_HASH_COMMENTS = (".py", ".rb")
_MANIFESTS = {
    ".go": ("go.mod", "module example.com/own\n\ngo 1.22\n"),
    ".rs": ("Cargo.toml", '[package]\nname = "own-crate"\n\n[dependencies]\nhttp-client = "1"\n'),
}


def edges_of(files: Program) -> list[Edge]:
    """Return the edges of all files; texts may be indented as a whole, and Go and Rust have a manifest unless they bring one."""
    manifests = dict(manifest for suffix, manifest in _MANIFESTS.items() if any(path.endswith(suffix) for path in files))
    texts: Program = {**manifests, **files}
    graphs = resolve_files({path: text if isinstance(text, bytes) else dedent(text).encode() for path, text in texts.items()})
    return [edge for graph in graphs for edge in graph.edges]


def ends(edges: Iterable[Edge], kind: EdgeKind, evidence: Evidence = Evidence.PROVEN) -> Ends:
    """Return source and target of the edges of a kind."""
    return {(edge.source, edge.target) for edge in edges if edge.kind is kind and edge.evidence is evidence}


def named_ends(files: Program, kind: EdgeKind, evidence: Evidence = Evidence.PROVEN) -> Ends:
    """Return source and target of a program's edges of a kind, its own symbols without their paths."""
    named = (each if ":" in each else each.partition("#")[2] for pair in ends(edges_of(files), kind, evidence) for each in pair)
    return set(zip(named, named, strict=True))


def edges_at(files: Mapping[str, str], line: str) -> list[Edge]:
    """Return the edges of the one line of the program that holds this text."""
    places = [(path, at) for path, text in files.items() for at, each in enumerate(dedent(text).split("\n"), 1) if line in each]
    assert len(places) == 1, f"{line!r} is in {places}"
    return [edge for edge in edges_of(files) if (edge.path, edge.line) == places[0]]


def used_in(files: Mapping[str, str], line: str, evidence: Evidence = Evidence.PROVEN, kinds: Collection[EdgeKind] = USES) -> set[str]:
    """Return the targets of the one line of the program that holds this text."""
    return {edge.target for edge in edges_at(files, line) if edge.kind in kinds and edge.evidence is evidence}


def used_by_line(files: Program, path: str) -> dict[int, set[str]]:
    """Return by line of a file what it calls or makes: after ``?`` where possible; its own symbols without its path."""
    found: dict[int, set[str]] = {}
    for edge in edges_of(files):
        if edge.path == path and edge.kind in USES:
            sign = "?" if edge.evidence is Evidence.POSSIBLE else ""
            found.setdefault(edge.line, set()).add(sign + edge.target.removeprefix(f"{path}#"))
    return found


def check(files: Mapping[str, str]) -> list[Edge]:
    """Hold every line with a comment ``= a b`` to it; return all edges of the program."""
    wanted = {
        (path, at): {each for each in line.partition(_mark(path))[2].split() if not each.startswith("-")}
        for path, text in files.items()
        for at, line in enumerate(dedent(text).split("\n"), 1)
        if _mark(path) in line
    }
    assert wanted, "no line says what it uses"
    edges = edges_of(files)
    found: dict[tuple[str, int], set[str]] = {place: set() for place in wanted}
    for edge in edges:
        path, _, name = edge.target.partition("#")
        if (edge.path, edge.line) in found and edge.kind in USES and path in files:
            found[edge.path, edge.line].add(f"?{name}" if edge.evidence is Evidence.POSSIBLE else name)
    wrong = [
        f"{path}:{at} uses {sorted(found[path, at])} and says {sorted(said)}"
        for (path, at), said in wanted.items()
        if found[path, at] != said
    ]
    assert not wrong, "\n".join(wrong)
    return edges


def _mark(path: str) -> str:
    return "# =" if path.endswith(_HASH_COMMENTS) else "// ="
