"""How true a graph's edges are, judged by references that a compiler front end found (a SCIP oracle).

An oracle is ``NAME.refs.jsonl``: one function or class a line, with its place (``def_path``, ``def_line``) and the places that refer to it
(``refs``: path and line). Paths are relative to the root of the repository, lines count from 1, and several uses on one line are one.

What is judged, and how:

- A *use* is (path, line, target): what every edge of a use kind (``USE_KINDS``) says, once for each line and target. An edge to a
  constructor at a place that also has an ``instantiates`` edge is not judged apart: oracles list one of the two there, that of Python the
  class and that of TypeScript the constructor, where the class has one. The use is right when either is listed, and finds what is listed.
- A target *is* an oracle's symbol when path and name agree and the symbol's line lies in the node; the innermost such node. So decorators
  above a function, which the node may or may not include, make no difference. SCIP names a symbol by a descriptor such as
  ``App#decorator().``, which several definitions can share (overloads, a property's setter, functions inside methods), and an oracle row
  gives the place of one. Other nodes of that file and name are the symbol, too, when the descriptor's names occur in this order in their
  qualified name; of several symbols, the one with most names. A reference on the line of such a definition is none and is dropped.
- A proven use is *right* when the oracle lists its (path, line) for its target, and *wrong* when it does not.
- Judged are uses in files that the oracle knows (it names them in any row) of targets that it lists. A proven use of a function or class
  that is in such a file and yet is not listed is *unlisted*: the oracle lists nothing without a reference, so it claims there is none, or
  leaves that kind of symbol out. Unlisted uses are counted apart, and ``strict precision`` counts them as wrong.
- A proven use that the oracle does not list, on a line that does not hold the target's name, goes through a variable or an attribute whose
  value is known (``cls()``, ``self.response_class()``). The oracle knows names only, so such uses are counted as *by value* and not judged.
- Recall of proven is the share of the oracle's references that are a proven use; recall of proven + possible, of either evidence.
- Edges of overlays are no claim of the resolver and are left out.

The oracle errs too. Disagreements that were looked into are in a file (``eval/data/scip_explained.jsonl``); they are printed apart, with
their reasons, as are errors that a front end makes by rule (``eval/scip_front_end.py``). They change no number of the table; below it
precision and recall are printed without them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.model import OVERLAY, Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.errors import SourceError

USE_KINDS = frozenset({
    EdgeKind.CALLS,
    EdgeKind.REFERENCES,
    EdgeKind.INHERITS,
    EdgeKind.IMPLEMENTS,
    EdgeKind.INSTANTIATES,
    EdgeKind.READS,
    EdgeKind.WRITES,
    EdgeKind.IMPORTS,
})
CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor"})
JUDGED_KINDS = frozenset({"function", "method", "constructor", "class", "interface", "enum", "type", "struct", "trait"})

_DISAMBIGUATOR = re.compile(r"\(\+\d+\)")
_DEFINES = r"\b(?:def|class|function|interface|type|enum)\s+{}\b"

Place = tuple[str, int]
"""Path and line."""


@dataclass(frozen=True, slots=True)
class OracleSymbol:
    """A function or class with every place that refers to it."""

    name: str
    kind: str
    path: str
    line: int
    uses: frozenset[Place]
    descriptor: tuple[str, ...] = ()
    """Names of what encloses the symbol, and its own, outermost first."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """What a compiler front end says of one repository. ``files`` are those it names."""

    repository: str
    symbols: tuple[OracleSymbol, ...]
    files: frozenset[str]


def read_oracle(file: Path) -> Oracle:
    """Read ``NAME.refs.jsonl``. Raises ``SourceError`` when it cannot be read or a line is no symbol with its references."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SourceError(f"cannot read the oracle {file}: {error}") from error
    symbols: list[OracleSymbol] = []
    for number, line in enumerate(lines, start=1):
        try:
            symbols.append(_symbol(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(f"{file}:{number} is no oracle row ({error!r}); it needs name, kind, def_path, def_line and refs") from error
    files = {symbol.path for symbol in symbols} | {path for symbol in symbols for path, _ in symbol.uses}
    return Oracle(file.name.removesuffix(".refs.jsonl"), tuple(symbols), frozenset(files))


def _symbol(row: dict[str, Any]) -> OracleSymbol:
    uses = frozenset((use["path"], use["line"]) for use in row["refs"])
    name = row["name"].rpartition(".")[2]
    tail = _DISAMBIGUATOR.sub("", row.get("symbol", name).rpartition("/")[2])
    return OracleSymbol(name, row["kind"], row["def_path"], row["def_line"], uses, tuple(re.findall(r"[\w$]+", tail)))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One (place, target) on which the graph and the oracle differ. ``said`` is what the other side has at that place."""

    direction: str
    """``invented``, ``unlisted``, ``by value`` or ``missed``."""
    rule: str
    path: str
    line: int
    name: str
    target_path: str
    target_line: int
    said: str


@dataclass(slots=True)
class Verdict:
    """What scoring one repository found. All counts are of distinct (path, line, target)."""

    repository: str
    references: int = 0
    right: int = 0
    wrong: int = 0
    unlisted: int = 0
    by_value: int = 0
    outside: int = 0
    """Proven uses in files that the oracle does not know, or of targets in such files."""
    found_proven: int = 0
    found_possible: int = 0
    """References that are a possible use and not a proven one."""
    possible: int = 0
    """Possible uses of listed symbols in listed files; a closed set counts once for each of its members."""
    possible_right: int = 0
    """Those of them that the oracle has."""
    unmapped: int = 0
    """References whose symbol is no node of the graph; they count as missed."""
    disagreements: list[Disagreement] = field(default_factory=list[Disagreement])

    @property
    def precision(self) -> float:
        """Share of judged proven uses that are right."""
        return ratio(self.right, self.right + self.wrong)

    @property
    def strict_precision(self) -> float:
        """Precision with unlisted uses counted as wrong."""
        return ratio(self.right, self.right + self.wrong + self.unlisted)

    @property
    def recall(self) -> float:
        """Share of the oracle's references that the graph has proven."""
        return ratio(self.found_proven, self.references)

    @property
    def recall_possible(self) -> float:
        """Share of the oracle's references that the graph has proven or lists as possible."""
        return ratio(self.found_proven + self.found_possible, self.references)


def ratio(part: int, whole: int) -> float:
    """Return part / whole; 0 when there is nothing."""
    return part / whole if whole else 0.0


def score(oracle: Oracle, graphs: Iterable[FileGraph], root: Path) -> Verdict:
    """Compare the graphs of a repository with its oracle. ``root`` holds the sources; a line that is not there holds every name."""
    claims = _Claims(graphs)
    sources = Sources(root)
    symbol_of = claims.assign(oracle.symbols)
    verdict = Verdict(oracle.repository)
    for (path, line, target), rule in claims.proven.items():
        node = claims.nodes.get(target)
        if node is not None and node.kind in JUDGED_KINDS:
            runs = symbol_of.get(claims.runs.get((path, line, target), target))
            _judge(verdict, oracle, Claim(path, line, node, rule), symbol_of.get(target), sources, runs)
    for path, line, target in claims.possible:
        if (symbol := symbol_of.get(target)) is not None and path in oracle.files:
            verdict.possible += 1
            verdict.possible_right += (path, line) in symbol.uses
    nodes_of: dict[OracleSymbol, list[Node]] = defaultdict(list)
    for handle, symbol in symbol_of.items():
        nodes_of[symbol].append(claims.nodes[handle])
    for symbol in oracle.symbols:
        _look_up(verdict, claims, symbol, nodes_of[symbol], sources)
    return verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """A proven use of a node."""

    path: str
    line: int
    target: Node
    rule: str


class Sources:
    """Lines of the files of a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[str]] = {}

    def text(self, path: str) -> str:
        """Return a whole file, empty when there is none."""
        self.line(path, 0)
        return "\n".join(self._files[path])

    def line(self, path: str, number: int) -> str | None:
        """Return a line, counted from 1, or None when there is no such line."""
        if path not in self._files:
            try:
                self._files[path] = (self._root / path).read_text(encoding="utf-8", errors="replace").split("\n")
            except OSError:
                self._files[path] = []
        lines = self._files[path]
        return lines[number - 1] if 0 < number <= len(lines) else None


def _judge(
    verdict: Verdict, oracle: Oracle, claim: Claim, symbol: OracleSymbol | None, sources: Sources, runs: OracleSymbol | None
) -> None:
    """Judge one use; ``runs`` is the constructor that it calls, where it makes an instance of a class with one, else as ``symbol``."""
    if claim.path not in oracle.files or claim.target.path not in oracle.files:
        verdict.outside += 1
        return
    if any(each is not None and (claim.path, claim.line) in each.uses for each in (symbol, runs)):
        verdict.right += 1
        return
    line, target = sources.line(claim.path, claim.line), claim.target
    if line is not None and not re.search(rf"\b{re.escape(target.name)}\b", line):
        verdict.by_value += 1
        direction = "by value"
    elif symbol is None:
        verdict.unlisted += 1
        direction = "unlisted"
    else:
        verdict.wrong += 1
        direction = "invented"
    said = _listed_at(oracle, claim.path, claim.line, target.name)
    verdict.disagreements.append(
        Disagreement(direction, claim.rule, claim.path, claim.line, target.name, target.path, target.start_line, said)
    )


def _listed_at(oracle: Oracle, path: str, line: int, name: str) -> str:
    places = [f"{symbol.path}:{symbol.line}" for symbol in oracle.symbols if symbol.name == name and (path, line) in symbol.uses]
    return f"the oracle has {', '.join(places)}" if places else "the oracle has nothing of that name here"


def _look_up(verdict: Verdict, claims: _Claims, symbol: OracleSymbol, nodes: Sequence[Node], sources: Sources) -> None:
    defined = re.compile(_DEFINES.format(re.escape(symbol.name)))
    for path, line in sorted(symbol.uses):
        if len(nodes) > 1 and path == symbol.path and defined.search(sources.line(path, line) or ""):
            continue
        verdict.references += 1
        if any((path, line, node.handle) in claims.proven or (path, line, node.handle) in claims.constructed for node in nodes):
            verdict.found_proven += 1
            continue
        if any((path, line, node.handle) in claims.possible for node in nodes):
            verdict.found_possible += 1
            said = "possible"
        elif not nodes:
            verdict.unmapped += 1
            said = "no node for the target"
        else:
            said = claims.said_at(path, line, symbol.name)
        verdict.disagreements.append(Disagreement("missed", said, path, line, symbol.name, symbol.path, symbol.line, said))


class _Claims:
    """What the graphs say, by place."""

    def __init__(self, graphs: Iterable[FileGraph]) -> None:
        self.nodes: dict[Handle, Node] = {}
        self.proven: dict[tuple[str, int, Handle], str] = {}
        self.possible: dict[tuple[str, int, Handle], str] = {}
        self.runs: dict[tuple[str, int, Handle], Handle] = {}
        """The constructor that an instantiation of a class at a place runs."""
        self.constructed: set[tuple[str, int, Handle]] = set()
        """Proven uses of constructors at such places."""
        self._places: dict[Place, list[Edge]] = defaultdict(list)
        self._named: dict[tuple[str, str], list[Node]] = defaultdict(list)
        whole = [graph for graph in graphs if not graph.path.startswith(OVERLAY)]
        for graph in whole:
            for node in graph.nodes:
                self.nodes[node.handle] = node
                self._named[node.path, node.name].append(node)
        for graph in whole:
            self._add_uses([edge for edge in graph.edges if edge.kind in USE_KINDS])

    def _add_uses(self, edges: Sequence[Edge]) -> None:
        built = {(edge.path, edge.line, edge.start_byte): edge for edge in edges if edge.kind is EdgeKind.INSTANTIATES}
        for edge in edges:
            node = self.nodes.get(edge.target)
            self._places[edge.path, edge.line].append(edge)
            constructs = node is not None and edge.kind is EdgeKind.CALLS and (node.kind == "constructor" or node.name in CONSTRUCTORS)
            instance = built.get((edge.path, edge.line, edge.start_byte)) if constructs else None
            if instance is not None:
                self.runs[edge.path, edge.line, instance.target] = edge.target
                if edge.evidence is Evidence.PROVEN:
                    self.constructed.add((edge.path, edge.line, edge.target))
                continue
            if edge.evidence is Evidence.PROVEN:
                self.proven.setdefault((edge.path, edge.line, edge.target), edge.rule)
            elif edge.evidence is Evidence.POSSIBLE:
                self.possible.setdefault((edge.path, edge.line, edge.target), edge.rule)

    def assign(self, symbols: Iterable[OracleSymbol]) -> dict[Handle, OracleSymbol]:
        """Return which symbol each node is."""
        found: dict[Handle, OracleSymbol] = {}
        fallback: dict[Handle, OracleSymbol] = {}
        for symbol in symbols:
            named = [node for node in self._named[symbol.path, symbol.name] if node.kind != "file"]
            around = [node for node in named if node.start_line <= symbol.line <= node.end_line]
            if around:
                found[max(around, key=lambda node: (node.start_line, node.kind in JUDGED_KINDS)).handle] = symbol
            for node in named:
                better = fallback.get(node.handle)
                if _in_order(symbol.descriptor, node.qualified_name) and (
                    better is None or len(better.descriptor) < len(symbol.descriptor)
                ):
                    fallback[node.handle] = symbol
        return fallback | found

    def said_at(self, path: str, line: int, name: str) -> str:
        """Say in words what the graphs have for a name at a place."""
        here = self._places[path, line]
        for edge in here:
            if edge.target.rpartition("#")[2].rpartition(".")[2].partition("~")[0] == name or edge.target == f"unknown:{name}":
                if edge.evidence in {Evidence.EXTERNAL, Evidence.UNKNOWN}:
                    return f"{edge.evidence} ({edge.rule})"
                return f"{edge.evidence} of another {name} ({edge.rule})"
        return "no edge of that name" if here else "no edge on that line"


def _in_order(names: Sequence[str], qualified: str) -> bool:
    """Say whether all of the names occur in a qualified name in this order."""
    rest = iter(re.findall(r"[\w$]+", qualified))
    return bool(names) and all(name in rest for name in names)
