"""Call graphs as two public benchmarks write them: a dictionary from a caller's name to the names it calls.

Our graph is mapped onto their names here. A call of a class is a call of its constructor, looked up along the proven base classes,
because the benchmarks list the function that runs; a class that has none anywhere gives no edge. Every function and every file is a key,
with or without calls.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from graph.model import EXTERNAL, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind

CallGraph = dict[str, set[str]]

FUNCTIONS = frozenset({"function", "method", "constructor", "lambda"})
CLASSES = frozenset({"class", "interface", "struct", "trait", "enum"})
CALLS = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
FACTS = frozenset({Evidence.PROVEN, Evidence.EXTERNAL})
ANY = frozenset({Evidence.PROVEN, Evidence.EXTERNAL, Evidence.POSSIBLE})

_DUPLICATE = re.compile(r"~\d+")


class Namer(ABC):
    """How a benchmark writes names."""

    constructors: tuple[str, ...] = ()
    """Names a constructor may have; the first one found in the class or its bases is the one that runs."""
    lambda_name: str = "<lambda{}>"

    @abstractmethod
    def module(self, path: str) -> str:
        """Name the module that a file is."""

    def symbol(self, path: str, qualified: str) -> str:
        """Name a symbol of a file."""
        module = self.module(path)
        return f"{module}.{qualified}" if module else qualified

    @abstractmethod
    def outside(self, package: str, symbol: str) -> str:
        """Name somebody else's symbol, or return an empty text for what the benchmark never lists."""


class PythonNamer(Namer):
    """PyCG's names: dotted from the root, ``<builtin>.len``, ``<**PyStr**>.join``, ``main.func.<lambda1>``."""

    constructors = ("__init__",)
    _types: ClassVar = {
        "str": "Str",
        "dict": "Dict",
        "list": "List",
        "set": "Set",
        "tuple": "Tuple",
        "bytes": "Bytes",
        "int": "Num",
        "float": "Num",
    }

    def module(self, path: str) -> str:
        """Name a module by its dotted path; a package is named by its folder."""
        pure = PurePosixPath(path).with_suffix("")
        parts = pure.parts[:-1] if pure.name == "__init__" and len(pure.parts) > 1 else pure.parts
        return ".".join(parts)

    def outside(self, package: str, symbol: str) -> str:
        """Name a builtin, a method of a builtin type, or a symbol of another package."""
        if package != "builtins":
            return f"{package}.{symbol}" if symbol else ""
        owner, _, method = symbol.partition(".")
        if method and owner in self._types:
            return f"<**Py{self._types[owner]}**>.{method}"
        return f"<builtin>.{symbol}"


class JavaScriptNamer(Namer):
    """SWARM-CG's names for JavaScript: as PyCG's, with ``constructor`` and ``<arrow1>``."""

    constructors = ("constructor",)
    lambda_name = "<arrow{}>"
    _types: ClassVar = {"String": "JSString", "Array": "JSArray", "Object": "JSObject", "Promise": "JSPromise"}

    def module(self, path: str) -> str:
        """Name a module by its dotted path without the ending."""
        return ".".join(PurePosixPath(path).with_suffix("").parts)

    def outside(self, package: str, symbol: str) -> str:
        """Name a global, or a symbol of another package."""
        if package not in {"javascript", "builtins", "globals", "lib"}:
            return f"{package}.{symbol}" if symbol else ""
        return f"<builtin>.{symbol}"


class JavaNamer(Namer):
    """SWARM-CG's names for Java: ``package.Class:method()`` with simple parameter types; here without the parameters."""

    constructors = ("<init>",)

    def module(self, path: str) -> str:
        """Name the folder of the file, which is its package."""
        return ".".join(PurePosixPath(path).parent.parts)

    def symbol(self, path: str, qualified: str) -> str:
        """Name a method as ``package.Class:method``; nested classes are joined by ``$``."""
        owner, _, name = qualified.rpartition(".")
        joined = f"{owner.replace('.', '$')}:{name}" if owner else name
        return super().symbol(path, joined)

    def outside(self, package: str, symbol: str) -> str:
        """Name a method of the Java library."""
        owner, _, name = symbol.rpartition(".")
        return f"{package}.{owner.replace('.', '$')}:{name}" if owner else f"{package}.{name}"


@dataclass(frozen=True, slots=True)
class _Names:
    """The benchmark's name of every node, and what is needed to find constructors."""

    nodes: dict[Handle, Node]
    of: dict[Handle, str]
    members: dict[Handle, dict[str, Handle]]
    bases: dict[Handle, list[Handle]]


def call_graph(graphs: Iterable[FileGraph], namer: Namer, evidence: Collection[Evidence] = FACTS) -> CallGraph:
    """Return the calls of the graphs whose evidence is one of these, under the benchmark's names."""
    whole = list(graphs)
    names = _name_all(whole, namer)
    found: CallGraph = {name: set() for handle, name in names.of.items() if names.nodes[handle].kind in {*FUNCTIONS, NodeKind.FILE}}
    for edge in (edge for graph in whole for edge in graph.edges):
        if edge.kind not in CALLS or edge.evidence not in evidence or edge.source not in names.of:
            continue
        for callee in _callees(edge, names, namer):
            found.setdefault(names.of[edge.source], set()).add(callee)
            found.setdefault(callee, set())
    return found


def _name_all(graphs: Iterable[FileGraph], namer: Namer) -> _Names:
    nodes: dict[Handle, Node] = {}
    members: dict[Handle, dict[str, Handle]] = defaultdict(dict)
    bases: dict[Handle, list[tuple[int, Handle]]] = defaultdict(list)
    whole = list(graphs)
    for graph in whole:
        nodes.update((node.handle, node) for node in graph.nodes)
    for edge in (edge for graph in whole for edge in graph.edges):
        if edge.kind in {EdgeKind.INHERITS, EdgeKind.IMPLEMENTS} and edge.evidence in FACTS:
            bases[edge.source].append((edge.start_byte, edge.target))
    of = {node.handle: _name(node, namer) for node in nodes.values() if node.path and node.kind != NodeKind.LAMBDA}
    of.update(_lambda_names(nodes.values(), namer))
    for node in nodes.values():
        path, _, qualified = node.handle.partition("#")
        owner, _, _ = qualified.rpartition(".")
        if owner and node.kind in FUNCTIONS:
            members[Handle(f"{path}#{owner}")].setdefault(node.name, node.handle)
    return _Names(nodes, of, members, {handle: [base for _, base in sorted(each)] for handle, each in bases.items()})


def _name(node: Node, namer: Namer) -> str:
    if node.kind == NodeKind.FILE:
        return namer.module(node.path)
    return namer.symbol(node.path, _DUPLICATE.sub("", node.handle.partition("#")[2]))


def _lambda_names(nodes: Iterable[Node], namer: Namer) -> Iterator[tuple[Handle, str]]:
    """Name the lambdas by their number in the scope, in the order of the file, as the benchmarks do."""
    counts: dict[str, int] = defaultdict(int)
    renamed: dict[str, str] = {}
    for node in sorted(
        (node for node in nodes if node.kind == NodeKind.LAMBDA), key=lambda node: (node.path, node.start_line, node.handle)
    ):
        path, _, qualified = node.handle.partition("#")
        owner, _, _ = qualified.rpartition(".")
        scope = renamed.get(f"{path}#{owner}", _DUPLICATE.sub("", owner))
        counts[f"{path}#{scope}"] += 1
        name = namer.lambda_name.format(counts[f"{path}#{scope}"])
        renamed[node.handle] = f"{scope}.{name}" if scope else name
        yield node.handle, namer.symbol(path, renamed[node.handle])


def _callees(edge: Edge, names: _Names, namer: Namer) -> Iterator[str]:
    if edge.target.startswith(EXTERNAL):
        package, _, symbol = edge.target.removeprefix(EXTERNAL).partition("#")
        name = namer.outside(package, symbol)
        if name:
            yield name
        return
    node = names.nodes.get(edge.target)
    if node is None:
        return
    if node.kind in CLASSES:
        constructor = _constructor(edge.target, names, namer)
        if constructor is not None:
            yield names.of[constructor]
    elif edge.target in names.of:
        yield names.of[edge.target]


def _constructor(owner: Handle, names: _Names, namer: Namer) -> Handle | None:
    for each in _linearized(owner, names, frozenset()):
        for wanted in namer.constructors:
            if wanted in names.members.get(each, {}):
                return names.members[each][wanted]
    return None


def _linearized(owner: Handle, names: _Names, above: frozenset[Handle]) -> list[Handle]:
    """Return a class and its bases in the order they are searched: depth first, and a base that is reached twice at its last place."""
    if owner in above:
        return []
    order = [owner]
    for base in names.bases.get(owner, []):
        order += _linearized(base, names, above | {owner})
    return [each for at, each in enumerate(order) if each not in order[at + 1 :]]


@dataclass(frozen=True, slots=True)
class CallScore:
    """What one call graph scores against its ground truth. Edges are (caller, callee)."""

    invented: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]
    right: int
    claimed: int
    expected: int
    unnamed: tuple[str, ...] = ()
    """Keys of the ground truth that are no node of ours."""

    @property
    def complete(self) -> bool:
        """No false edge."""
        return not self.invented

    @property
    def sound(self) -> bool:
        """No edge missing, and no caller."""
        return not self.missed and not self.unnamed


def compare(ours: CallGraph, truth: CallGraph, *, callers_listed: bool) -> CallScore:
    """Compare two call graphs.

    With ``callers_listed`` an edge is judged only when the ground truth lists its caller, as PyCG's micro-benchmark does; without it an
    edge of a caller that is not listed is invented, as its macro-benchmark and SWARM-CG count.
    """
    claimed = {(caller, callee) for caller, callees in ours.items() for callee in callees if caller in truth or not callers_listed}
    expected = {(caller, callee) for caller, callees in truth.items() for callee in callees}
    return CallScore(
        tuple(sorted(claimed - expected)),
        tuple(sorted(expected - claimed)),
        len(claimed & expected),
        len(claimed),
        len(expected),
        tuple(sorted(truth.keys() - ours.keys())),
    )
