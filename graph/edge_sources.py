"""What besides names gives edges to the files of a view: manifests, documents and tests; and what people said in ``edges.lock``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property

from graph.columns import AnyGraph, decode_nodes
from graph.documents import DefinitionIndex, any_mentioned, document_edges, names_mentioned, reexports_of, words_mentioned
from graph.merge import merge_by_path
from graph.model import EdgeKind, Evidence, FileGraph, Handle, Node
from graph.program import Program
from graph.reviewed import Review
from ingest.facts import FactStore
from ingest.model import DocumentId
from ingest.path_kinds import PathFlag, path_flags

DOCUMENT_LANGUAGES = frozenset({"markdown", "rst", "html"})
_Shown = Mapping[str, tuple[DocumentId, str]]


class EdgeSources:
    """The further edges of the files of a view, in one run."""

    def __init__(self, facts: FactStore, shown: _Shown, review: Review, *, changed: Collection[str], removed: Collection[str]) -> None:
        self._facts, self._shown, self._review = facts, shown, review
        self._changed, self._removed = frozenset(changed), frozenset(removed)
        self.notes: dict[str, list[str]] = {}

    def concerned(self, known: Collection[str], edited: Collection[str], *, unclear: bool = False) -> set[str]:
        """Return the files whose graphs are to be made again for what others hold, besides those that rest on a name.

        ``known`` are the files of the view before, ``edited`` those that others see differently now. ``unclear`` says that nobody knows
        what one of these was before.
        """
        found = {path for path in self._review.homes if path in self._shown}
        if self._manifests_among(self._changed | self._removed) or self._review.has_changed(EdgeKind.DEPENDS_ON):
            found |= self._manifests
        unclear = unclear or bool(self._removed) or any(path not in known for path in self._changed)
        if unclear or any(path_flags(path) & PathFlag.BARREL for path in edited if path in self._shown):
            found |= self._documents
        return found

    @cached_property
    def _manifests(self) -> frozenset[str]:
        return self._manifests_among(self._shown)

    @staticmethod
    def _manifests_among(paths: Iterable[str]) -> frozenset[str]:
        from graph.packages import is_manifest  # with all its readers 10 ms, which a run that finds nothing changed does not pay

        return frozenset(filter(is_manifest, paths))

    @cached_property
    def _documents(self) -> frozenset[str]:
        return frozenset(path for path, (_, language) in self._shown.items() if language in DOCUMENT_LANGUAGES)

    def _text(self, path: str) -> bytes:
        document = self._shown[path][0]
        return self._facts.texts([document])[document]

    @cached_property
    def _packages(self) -> dict[str, FileGraph]:
        from graph.packages import package_graphs, read_packages

        packages, failures = read_packages((path, self._text(path)) for path in sorted(self._manifests))
        self.notes["manifests"] = [f"{each.path}: {each.reason}" for each in failures]
        return {graph.path: graph for graph in package_graphs(packages)}

    def rests(self, path: str) -> Sequence[str]:
        """Return what decides about edges of a file besides what its names rest on: files, and names that documents mention."""
        mentioned = names_mentioned(self._shown[path][1], self._text(path)) if path in self._documents else ()
        return (*self._review.rests(path), *sorted(mentioned))

    def complete(self, graphs: Iterable[AnyGraph], program: Program, stored: Callable[[], Iterator[FileGraph]]) -> Iterator[AnyGraph]:
        """Yield resolved graphs with their further edges: documents last, since they may be about any of the others.

        ``stored`` yields the graphs as they were before.
        """
        found: dict[str, AnyGraph] = {}
        for resolved in graphs:
            graph = found[resolved.path] = self._declared(resolved)
            if graph.path not in self._documents:
                yield self._reviewed(graph, program)
        written = [path for path in found if path in self._documents]
        if written:
            self._describe(found, stored)
        for path in written:
            yield self._reviewed(found[path], program)

    def _reviewed(self, graph: AnyGraph, program: Program) -> AnyGraph:
        if self._review.concerns(graph.path) or (graph.path in self._manifests and self._review.lock):
            return self._review.apply(_decoded(graph), lambda handle: self.exists(handle, program))
        return graph

    def _declared(self, graph: AnyGraph) -> AnyGraph:
        package = self._packages.get(graph.path) if graph.path in self._manifests else None
        return next(merge_by_path([_decoded(graph)], [package])) if package else graph

    def _describe(self, found: dict[str, AnyGraph], stored: Callable[[], Iterator[FileGraph]]) -> None:
        """Add what documents are about."""
        written = self._documents & found.keys()
        words = set[str]().union(*(words_mentioned(self._shown[path][1], self._text(path)) for path in written))
        index = self._definitions(found, words, stored)
        ambiguous = 0
        for path in written:
            graph = _decoded(found[path])
            made = document_edges(graph, self._shown[path][1], self._text(path), index)
            found[path] = replace(graph, edges=(*graph.edges, *made.edges))
            ambiguous += made.ambiguous
        if written == self._documents:
            self.notes["documents"] = (
                [f"documents: {ambiguous:,} mentions in code quotes fit too many definitions to give them all"] if ambiguous else []
            )

    def _definitions(self, found: Mapping[str, AnyGraph], words: Set[str], stored: Callable[[], Iterator[FileGraph]]) -> DefinitionIndex:
        """Return what documents with these words can name: the definitions in the files as they are now."""
        nodes: list[Node] = []
        reexports: list[tuple[str, Handle]] = []
        others = (
            (graph for graph in stored() if graph.path in self._shown and graph.path not in found) if len(found) < len(self._shown) else ()
        )
        for graph in (*found.values(), *others):
            if graph.path in self._documents:
                continue
            nodes += _named(graph, words)
            if path_flags(graph.path) & PathFlag.BARREL:
                reexports += self._reexports(_decoded(graph))
        return DefinitionIndex(nodes, self._shown, reexports=reexports)

    def _reexports(self, graph: FileGraph) -> Iterator[tuple[str, Handle]]:
        if any(edge.kind is EdgeKind.IMPORTS and edge.evidence is Evidence.PROVEN and "#" in edge.target for edge in graph.edges):
            yield from reexports_of(graph, self._facts.parsed(self._shown[graph.path][0]).imports)

    def exists(self, handle: Handle, program: Program) -> bool:
        """Say whether a symbol, a file or a package of the view has this handle."""
        path = handle.partition("#")[0]
        if path not in self._shown:
            return False
        if handle in {node.handle for node in program.unit(path).nodes}:
            return True
        return path in self._packages and handle in {node.handle for node in self._packages[path].nodes}


def _named(graph: AnyGraph, words: Set[str]) -> Sequence[Node]:
    """Return the nodes of a file, none where no name has any of these words."""
    if isinstance(graph, FileGraph):
        return graph.nodes if any_mentioned({node.name for node in graph.nodes}, words) else ()
    columns = decode_nodes(graph.nodes)
    return columns.all() if any_mentioned(columns.names(), words) else ()


def _decoded(graph: AnyGraph) -> FileGraph:
    return graph if isinstance(graph, FileGraph) else graph.decode()
