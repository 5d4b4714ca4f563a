"""The nouns of an answer: what was asked of which state of a view, what is known, and what might be missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from graph.columns import EdgeColumns, edge_columns
from graph.model import Edge, EdgeKind, Evidence, Handle, Node
from graph.store import GraphStore
from ingest.errors import NotIndexedError, StoreBusyError

if TYPE_CHECKING:
    from graph.code_owners import OwnerRule
    from ingest.git_blame import AuthorShare  # which loads parsers

T = TypeVar("T")

_ATTEMPTS = 3


class EdgeSource(Protocol):
    """Neighbours in bulk. Every ``GraphStore`` is one; a cache in memory may stand in for it."""

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles; no kinds or evidence means all."""
        ...

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles; no kinds or evidence means all."""
        ...


@runtime_checkable
class ColumnSource(Protocol):
    """A source that keeps edges in columns, and gives them as they are: to make 100,000 objects takes 0.2 s."""

    def places(
        self,
        view: str,
        handles: Iterable[Handle],
        *,
        backwards: bool,
        kinds: Collection[EdgeKind] = (),
        evidence: Collection[Evidence] = (),
    ) -> Iterator[tuple[EdgeColumns, Sequence[int]]]:
        """Yield the edges of ``edges_from``, or ``edges_to``, as they are kept, and which of each file's they are."""
        ...


@dataclass(frozen=True, slots=True)
class GraphView:
    """One generation of one view's graph, as the questions ask it."""

    store: GraphStore
    name: str
    generation: int
    edges: EdgeSource
    unresolved_files: int | None = None
    """Files that define symbols and whose uses nobody resolved, or not all; None where nobody counted."""

    def nodes(self, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist."""
        return self.store.nodes(self.name, handles)

    def edges_from(
        self, handles: Iterable[Handle], kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield stored edges out of the handles."""
        return self.edges.edges_from(self.name, handles, kinds=kinds, evidence=evidence)

    def edges_to(self, handles: Iterable[Handle], kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()) -> Iterator[Edge]:
        """Yield stored edges into the handles."""
        return self.edges.edges_to(self.name, handles, kinds=kinds, evidence=evidence)

    def places(
        self, handles: Collection[Handle], *, backwards: bool, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[tuple[EdgeColumns, Sequence[int]]]:
        """Yield the edges out of the handles, or into them, in columns, and which of each these are: for what only counts them."""
        if isinstance(self.edges, ColumnSource):
            yield from self.edges.places(self.name, handles, backwards=backwards, kinds=kinds, evidence=evidence)
            return
        columns = edge_columns(list((self.edges_to if backwards else self.edges_from)(handles, kinds, evidence)))
        yield columns, range(len(columns.label))


def open_view(store: GraphStore, name: str, *, edges: EdgeSource | None = None, unresolved_files: int | None = None) -> GraphView:
    """Open the newest generation of a view. Raises ``NotIndexedError`` when the store has none."""
    generation = store.generation(name)
    if not generation:
        raise NotIndexedError(f"the graph of {name} has not been built; run: codelore index")
    return GraphView(store, name, generation, edges or store, unresolved_files)


def ask(open: Callable[[], GraphView], question: Callable[[GraphView], T]) -> T:
    """Answer a question from one generation: one that is published meanwhile makes the question start again.

    Raises ``StoreBusyError`` when that happens every time.
    """
    view = open()
    for _ in range(_ATTEMPTS):
        answer = question(view)
        if view.store.generation(view.name) == view.generation:
            return answer
        view = open()
    raise StoreBusyError(f"the graph of {view.name} changed {_ATTEMPTS} times while it was asked; ask again when the indexing is done")


class Verdict(StrEnum):
    """How sure an answer is as a whole: the best evidence among its edges."""

    PROVEN = "proven"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an answer may be missing."""

    unknown: int = 0
    """Uses no rule could decide, that could still mean what was asked about."""
    unresolved_files: int | None = None
    """Files whose uses nobody resolved; None where nobody counted."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A bound that cut an answer short. ``left_out`` is how much it cut off, None where that was not counted."""

    name: str
    limit: int
    left_out: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Edges, how sure they are, and what they may be missing."""

    view: str
    generation: int
    targets: tuple[Node, ...]
    """What was asked about."""
    verdict: Verdict
    coverage: Coverage
    edges: tuple[Edge, ...]
    nodes: Mapping[Handle, Node] = field(default_factory=dict[Handle, Node])
    """The nodes that the edges name."""
    caps: tuple[Cap, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A node some steps away. It is proven when a chain of proven edges leads there; ``depth`` counts the edges of that chain."""

    node: Node
    depth: int
    evidence: Evidence
    via: Edge
    """The last step of the chain."""


@dataclass(frozen=True, slots=True)
class ReachAnswer(Answer):
    """An answer about what lies several steps away. ``edges`` holds the last step to each node, so that they form a tree."""

    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleUse:
    """How one module depends on another, all edges together."""

    module: Node
    edges: int
    proven: int
    kinds: tuple[EdgeKind, ...]


@dataclass(frozen=True, slots=True)
class ModuleAnswer(Answer):
    """An answer about modules. ``edges`` holds one edge for each module, the best evidence first."""

    modules: tuple[ModuleUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Cycle:
    """Modules that reach each other, and one shortest round trip among them."""

    members: tuple[Handle, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class CycleAnswer(Answer):
    """Every group of modules that reach each other, largest first. ``edges`` holds a round trip through each."""

    cycles: tuple[Cycle, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreached:
    """A symbol that no edge reaches, and what was not proven about that."""

    node: Node
    unknown: int
    """Unknown uses that share its name."""
    namesakes: int
    """Uses of methods of its name in other types, which it may implement without saying so."""
    used_by: int
    """Uses from other symbols that are not reached either."""
    handed_over: bool
    """A decorator was given it, and may keep it."""
    doubtful: bool
    """One of these speaks for a use, or a symbol of which that is true keeps it alive."""


@dataclass(frozen=True, slots=True)
class UnreachedAnswer(Answer):
    """Symbols without a use that is known, those that nothing speaks for first."""

    roots: int = 0
    """Symbols and files that the search started from."""
    unreached: tuple[Unreached, ...] = ()


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A file that changes often and that many others use."""

    path: str
    churn: float
    dependents: int
    score: float


@dataclass(frozen=True, slots=True)
class HotSpotAnswer(Answer):
    """Files by churn times dependents."""

    churn_source: str = ""
    hot_spots: tuple[HotSpot, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteRow:
    """An HTTP route, what answers it, and how many edges of requests lead to it."""

    node: Node
    handlers: tuple[Handle, ...]
    requests: int


@dataclass(frozen=True, slots=True)
class RouteAnswer(Answer):
    """The routes of a view, by path. ``edges`` are what answers them."""

    routes: tuple[RouteRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A node and its share of the random walk."""

    node: Node
    score: float


@dataclass(frozen=True, slots=True)
class RankAnswer(Answer):
    """Nodes near the seeds, best first."""

    ranked: tuple[Ranked, ...] = ()


@dataclass(frozen=True, slots=True)
class OwningRule:
    """A line of the CODEOWNERS file that decides about ``files`` of the files asked about."""

    rule: OwnerRule
    files: int


@dataclass(frozen=True, slots=True)
class Declared:
    """What the CODEOWNERS file says of the files asked about. Without a ``path`` there is no such file."""

    path: str = ""
    """From the root of the checkout."""
    host: str = ""
    owners: tuple[tuple[str, int], ...] = ()
    """Every owner and how many of the files are theirs, most first."""
    rules: tuple[OwningRule, ...] = ()
    """In order of line."""
    unowned: int = 0
    """Files that nobody owns."""
    problems: tuple[str, ...] = ()
    """Lines of it that its host would skip."""


@dataclass(frozen=True, slots=True)
class Authors:
    """Who last wrote the lines that still stand, in ``files`` of the files asked about, as of ``commit``."""

    commit: str = ""
    files: int = 0
    lines: int = 0
    """All lines looked at, those that are not committed included."""
    uncommitted: int = 0
    shares: tuple[AuthorShare, ...] = ()
    """One for each address, most lines first."""
    ignored: tuple[str, ...] = ()
    """Files of revisions that git was configured to pass over."""


@dataclass(frozen=True, slots=True)
class OwnersAnswer(Answer):
    """Who owns ``targets``. ``files`` are the files this is about: 1 for a symbol or a file, else those of the view in the folder."""

    files: int = 0
    declared: Declared = Declared()
    authors: Authors = Authors()
    notes: tuple[str, ...] = ()
    """What was not looked at, and why."""


_BEST = {Evidence.PROVEN: 0, Evidence.EXTERNAL: 1, Evidence.POSSIBLE: 2, Evidence.UNKNOWN: 3}


def by_evidence(edge: Edge) -> tuple[int, str, int, int, str, str, str, str]:
    """Order edges, whatever order a store has them in: the best evidence first, then by place."""
    return _BEST[edge.evidence], edge.path, edge.line, edge.start_byte, edge.source, edge.target, edge.kind, edge.rule


def evidence_rank(evidence: Evidence) -> int:
    """Return a number that is smaller for better evidence."""
    return _BEST[evidence]


def verdict_of(edges: Iterable[Edge]) -> Verdict:
    """Return the best evidence among edges. A target outside the indexed code is as certain as one inside."""
    return verdict_on(edge.evidence for edge in edges)


def verdict_on(evidence: Iterable[Evidence]) -> Verdict:
    """Return the best of the evidence of edges."""
    best = min((_BEST[each] for each in evidence), default=3)
    return Verdict.PROVEN if best <= 1 else Verdict.POSSIBLE if best == 2 else Verdict.NONE


def capped(items: Sequence[T], limit: int, name: str) -> tuple[tuple[T, ...], tuple[Cap, ...]]:
    """Return the first items and, where some are left out, the cap that says so."""
    if len(items) <= limit:
        return tuple(items), ()
    return tuple(items[:limit]), (Cap(name, limit, len(items) - limit),)
