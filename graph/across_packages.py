"""What one repository's code uses of packages that other indexed repositories publish.

Nobody installs anything here, so the version that is used may be another than the indexed one: such an edge is possible, beside the
external one of the same place, which is a fact. Both manifests must agree on the package, and the name must lead to the definition
(``graph.published``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graph.across import Party
from graph.exposure import names_of
from graph.model import EXTERNAL, Edge, EdgeKind, Evidence, Handle, external
from graph.published import ECOSYSTEMS, Published
from graph.store import GraphStore
from ingest.model import SymbolKind

_TYPES = frozenset({SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.ENUM, SymbolKind.TYPE})


@dataclass(frozen=True, slots=True)
class _Pair:
    """One repository that depends on packages of another."""

    user: Party
    owner: Party


class PackageLinks:
    """The uses of packages between repositories."""

    def __init__(self, store: GraphStore, published: Mapping[Party, Published]) -> None:
        self._store, self._published = store, published
        self._related: dict[_Pair, bool] = {}

    def out_of(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield what nodes of one repository use of packages of others."""
        owners = [each for each in self._published if _wants(evidence) and self._is_related(_Pair(party, each))]
        if owners and handles:
            for edge in self._store.edges_from(party.view, handles, kinds=_asked(kinds), evidence=[Evidence.EXTERNAL]):
                for owner in owners:
                    yield from _of_kinds(self._edges(_Pair(party, owner), edge), kinds)

    def into(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield what other repositories use of nodes of one, as far as its packages publish them."""
        users = [each for each in self._published if _wants(evidence) and self._is_related(_Pair(each, party))]
        if not users or not handles:
            return
        names = names_of(self._store, party.view, self._published[party], handles)
        wanted = {party.outside(handle) for handle in handles}
        for user in users:
            asked = names | self._declared(_Pair(user, party), handles)
            for edge in self._store.edges_to(user.view, asked, kinds=_asked(kinds), evidence=[Evidence.EXTERNAL]):
                yield from (each for each in _of_kinds(self._edges(_Pair(user, party), edge), kinds) if each.target in wanted)

    def _is_related(self, pair: _Pair) -> bool:
        if pair not in self._related:
            needs, packages = self._published[pair.user].needs, self._published[pair.owner].packages
            self._related[pair] = pair.user != pair.owner and any(name in needs.get(ecosystem, ()) for ecosystem, name in packages)
        return self._related[pair]

    def _declared(self, pair: _Pair, handles: Collection[Handle]) -> set[Handle]:
        """Return how manifests of a repository spell those of the nodes that are packages of another."""
        if not any("#" in handle and ":" in handle for handle in handles):
            return set()
        spelled = self._published[pair.user].spelled
        named = {package.handle: key for key, package in self._published[pair.owner].packages.items()}
        return {external(name) for handle in handles if handle in named for name in spelled.get(named[handle], ())}

    def _edges(self, pair: _Pair, edge: Edge) -> Iterator[Edge]:
        """Yield an edge into a package as edges to what it means in the repository that publishes it."""
        user, owner = self._published[pair.user], self._published[pair.owner]
        if edge.kind is EdgeKind.DEPENDS_ON:
            ecosystem = user.ecosystem_of(edge.path)
            package = owner.declared(ecosystem, edge.target.removeprefix(EXTERNAL)) if ecosystem else None
            targets = (package,) if package else ()
        else:
            ecosystem = ECOSYSTEMS.get(f".{edge.path.rpartition('.')[2]}")
            targets = owner.behind(ecosystem, edge.target, user.needs.get(ecosystem, frozenset())) if ecosystem else ()
        nodes = self._store.nodes(pair.owner.view, targets) if edge.kind is EdgeKind.CALLS else {}
        for target in targets:
            kind = edge.kind
            if kind is EdgeKind.CALLS:
                if "#" not in target:
                    continue  # what a module gives when it is called is none of its definitions' names
                kind = EdgeKind.INSTANTIATES if target in nodes and nodes[target].kind in _TYPES else kind
            shown = pair.user.shown(replace(edge, kind=kind, evidence=Evidence.POSSIBLE, rule=f"{edge.rule}:repository"))
            yield replace(shown, target=pair.owner.outside(target))


def _wants(evidence: Collection[Evidence]) -> bool:
    return not evidence or Evidence.POSSIBLE in evidence


def _asked(kinds: Collection[EdgeKind]) -> Collection[EdgeKind]:
    """Return the kinds to read: a use of somebody else's type is a call, until it is known for a type."""
    return {*kinds, EdgeKind.CALLS} if EdgeKind.INSTANTIATES in kinds else kinds


def _of_kinds(edges: Iterable[Edge], kinds: Collection[EdgeKind]) -> Iterator[Edge]:
    return (edge for edge in edges if not kinds or edge.kind in kinds)
