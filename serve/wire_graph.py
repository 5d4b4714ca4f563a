"""The schema of what the graph's commands print as JSON, as ``serve.wire`` is that of all others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from serve.wire import Status, Wire


class GraphNode(Wire):
    """A node of the graph: a symbol, a file, a package, or what a name outside the indexed code stands for."""

    handle: str = Field(
        description="its name for good: PATH#QUALIFIED.NAME, with ~2 behind it for the second one of that name, and repository:NAME/ in"
        " front where it is in another indexed repository"
    )
    kind: str = Field(description="a symbol kind, or file, package, lambda, route, external, unknown")
    name: str
    qualified_name: str
    path: str = Field(description="empty outside the indexed code")
    start_line: int = Field(description="from 1; 0 where the node has no place")
    end_line: int
    language: str


class GraphEdge(Wire):
    """One edge, how it is known, and where."""

    kind: str = Field(description="what the source does with the target, such as calls or inherits")
    evidence: str = Field(description="proven, possible, external or unknown")
    rule: str = Field(description="the rule that made it; dispatch is added when a question is asked")
    source: str = Field(description="the handle of a node")
    target: str = Field(description="the handle of a node")
    path: str = Field(description="the file whose text shows the edge, or //history")
    line: int = Field(description="from 1; 0 where there is none")


class GraphCoverage(Wire):
    """What an answer may be missing."""

    unknown: int = Field(description="uses no rule could decide, that could still mean what was asked about")
    unresolved_files: int | None = Field(description="files whose uses nobody resolved, or not all; null where nobody counted")
    levels: dict[str, str] = Field(description="of each language in the view: resolved, or symbols only")


class GraphCap(Wire):
    """A bound that cut an answer short."""

    name: str = Field(description="what was bounded, such as edges, depth or nodes")
    limit: int
    left_out: int | None = Field(description="how much was cut off; null where that was not counted")


class GraphResult(Wire):
    """The answer of ``graph callers``, ``callees``, ``references``, ``implementations``, ``overrides`` and ``path`` with ``--json``."""

    status: Status
    generation: int = Field(description="of the graph, which counts its own; 0 when nothing was asked")
    verdict: str = Field(description="proven, possible or none: the best evidence in the answer")
    coverage: GraphCoverage
    targets: list[GraphNode] = Field(description="what was asked about; empty when the name stands for nothing or for several nodes")
    choices: list[GraphNode] = Field(description="what the name may stand for when it is ambiguous; ask again with a handle")
    edges: list[GraphEdge]
    nodes: list[GraphNode] = Field(description="the nodes that the edges name")
    caps: list[GraphCap] = Field(description="the bounds that cut the answer short; empty when it is whole")


class ReachedNode(Wire):
    """A node some edges away."""

    node: GraphNode
    depth: int = Field(description="edges of the chain that leads to it")
    evidence: str = Field(description="proven when proven edges alone lead to it, else possible")
    via: GraphEdge = Field(description="the last edge of that chain")


class ReachResult(GraphResult):
    """The answer of ``graph impact``, ``tests`` and ``neighbourhood`` with ``--json``."""

    reached: list[ReachedNode] = Field(description="nearest first")


class ModuleUseRecord(Wire):
    """How one module depends on another, all edges together."""

    module: GraphNode
    edges: int
    proven: int = Field(description="edges that are proven, or lead to a known place outside")
    kinds: list[str]


class ModulesResult(GraphResult):
    """The answer of ``graph dependencies`` and ``dependents`` with ``--json``; ``edges`` holds one for each module."""

    modules: list[ModuleUseRecord]


class CycleRecord(Wire):
    """Modules that reach each other."""

    members: list[str] = Field(description="handles of the modules")
    edges: list[GraphEdge] = Field(description="a shortest way round through the first member")


class CyclesResult(GraphResult):
    """The answer of ``graph cycles --json``."""

    cycles: list[CycleRecord] = Field(description="largest first")


class UnreachedRecord(Wire):
    """A symbol that no known edge reaches."""

    node: GraphNode
    unknown: int = Field(description="unknown uses that share its name")
    namesakes: int = Field(description="uses of methods of its name in other types, which it may implement without saying so")
    used_by: int = Field(description="uses from symbols that are not reached either")
    handed_over: bool = Field(description="a decorator was given it, and may keep it")
    doubtful: bool = Field(description="an unknown use, a namesake or a decorator speaks for it, or for a symbol that keeps it alive")


class DeadResult(GraphResult):
    """The answer of ``graph dead --json``; its verdict is never proven."""

    roots: int = Field(description="files, tests, entry points and exports that the search began with")
    unreached: list[UnreachedRecord] = Field(description="those that nothing speaks for first")


class OwnerRecord(Wire):
    """An owner that a CODEOWNERS file names."""

    owner: str = Field(description="@name, @group/team or an address")
    files: int = Field(description="files of those asked about that are theirs")


class OwnerRuleRecord(Wire):
    """A line of a CODEOWNERS file that decides."""

    line: int
    pattern: str
    owners: list[str] = Field(description="empty where the line takes owners away")
    section: str = Field(description="in a GitLab file; empty outside of sections")
    optional: bool = Field(description="the section asks for no approval")
    files: int = Field(description="files of those asked about that it decides about")


class DeclaredOwners(Wire):
    """What the CODEOWNERS file that counts says."""

    path: str = Field(description="from the root of the checkout")
    host: str = Field(description="whose rules hold: github or gitlab")
    owners: list[OwnerRecord] = Field(description="those with most files first")
    rules: list[OwnerRuleRecord] = Field(description="in order of line; of a GitLab file one for each section may decide")
    unowned: int = Field(description="files of those asked about that nobody owns")
    problems: list[str] = Field(description="lines of the file that its host skips, and why")


class AuthorRecord(Wire):
    """Who last wrote lines that still stand; names and addresses are those of the mailmap."""

    author: str = Field(description="as the newest of the commits says")
    email: str
    lines: int
    share: float = Field(description="of all lines looked at, from 0 to 1")
    commit: str = Field(description="the newest commit that wrote one of the lines")
    newest: datetime | None = Field(description="the author's date of that commit")


class AuthorsRecord(Wire):
    """Who last wrote the lines."""

    commit: str = Field(description="the commit whose history was asked")
    files: int = Field(description="files that were read")
    lines: int = Field(description="lines looked at, those that are not committed included")
    uncommitted: int = Field(description="lines that are not in the commit")
    shares: list[AuthorRecord] = Field(description="one for each address, most lines first")
    ignored: list[str] = Field(description="files of revisions that git is configured to pass over (blame.ignoreRevsFile)")


class OwnersResult(GraphResult):
    """The answer of ``graph owners --json``; its verdict is none when no owner and no author is known."""

    files: int = Field(description="what this is about: 1 for a symbol or a file, else the indexed files of the folder")
    declared: DeclaredOwners | None = Field(description="null where there is no CODEOWNERS file")
    authors: AuthorsRecord | None = Field(description="null where nothing was read; notes and caps say why")
    notes: list[str] = Field(description="what could not be looked at, and why")


class HotSpotRecord(Wire):
    """A file that changes often and that many others use."""

    path: str
    churn: float = Field(description="changes of it, one that N changes came after counting exp(-N / 400)")
    dependents: int = Field(description="other files that use it")
    score: float = Field(description="churn times dependents")


class HotSpotsResult(GraphResult):
    """The answer of ``graph hotspots --json``."""

    churn_source: str = Field(description="where churn comes from: the log of a commit, or changes_with edges")
    hot_spots: list[HotSpotRecord]


class RouteRecord(Wire):
    """An HTTP route."""

    route: GraphNode = Field(description="its name is its method and path, such as GET /users/{id}; * is any method")
    handlers: list[str] = Field(description="handles of the functions that answer it; one that begins with unknown: is not known")
    requests: int = Field(description="edges of requests that lead to it, those of other indexed repositories included")


class RoutesResult(GraphResult):
    """The answer of ``graph routes --json``; ``edges`` holds what answers each route."""

    routes: list[RouteRecord] = Field(description="by path, then by method")


class RankedNode(Wire):
    """A node and its weight."""

    node: GraphNode
    score: float = Field(description="share of a random walk that goes back to the seeds again and again")


class RankResult(GraphResult):
    """The answer of ``graph rank --json``; ``targets`` are the seeds."""

    ranked: list[RankedNode]


class GraphPageResult(GraphResult):
    """The answer of ``graph view --json``: what the picture shows."""

    page: str | None = Field(description="the file that was written; null when the name is ambiguous")


class GraphStatusResult(Wire):
    """The answer of ``graph status --json``."""

    status: Status
    generation: int = Field(description="of the graph")
    files: int = Field(description="files, and other sources of edges such as history")
    nodes: dict[str, int] = Field(description="by kind")
    edges: dict[str, dict[str, int]] = Field(description="by kind, then by evidence")
    coverage: GraphCoverage
    notes: list[str] = Field(description="what manifests, history, edges.lock and overlays left out, and what is stale")


class ExportedNode(GraphNode):
    """A line of ``graph export``: a node."""

    type: str = Field(description="node")


class ExportedEnd(Wire):
    """One end of an exported edge."""

    handle: str
    kind: str
    qualified_name: str
    path: str
    line: int = Field(description="where it is defined; 0 outside the indexed code")


class ExportedEdge(Wire):
    """A line of ``graph export``: an edge."""

    type: str = Field(description="edge")
    kind: str
    evidence: str
    rule: str
    source: ExportedEnd
    target: ExportedEnd
    path: str = Field(description="the file whose text shows the edge")
    line: int
    start_byte: int = Field(description="where the name is used; -1 where there is no such place")
    end_byte: int


class NodePair(Wire):
    """A symbol in two states."""

    before: GraphNode
    after: GraphNode


class MovedNode(NodePair):
    """A symbol that has another handle now."""

    similarity: float = Field(description="share of what it touches, is touched by or contains; 1 for equal text")


class EdgePair(Wire):
    """An edge that is known otherwise now."""

    before: GraphEdge
    after: GraphEdge


class GraphDiffResult(Wire):
    """The answer of ``graph diff --json``."""

    before: Status = Field(description="the truth about the first state")
    after: Status = Field(description="the truth about the second state")
    levels: dict[str, str] = Field(description="of each language in either state: resolved, or symbols only")
    added: list[GraphNode]
    removed: list[GraphNode]
    moved: list[MovedNode]
    changed: list[NodePair] = Field(description="symbols whose text changed")
    edges_added: list[GraphEdge]
    edges_removed: list[GraphEdge]
    edges_changed: list[EdgePair]
    caps: list[GraphCap] = Field(description="the bounds that cut lists short; empty when they are whole")


class GraphImportResult(Wire):
    """The answer of ``graph import --json``."""

    status: Status
    overlay: str = Field(description="overlay:NAME")
    removed: bool = Field(description="an overlay was taken out, with --remove")
    documents: int = Field(default=0, description="files in the index")
    occurrences: int = Field(default=0, description="references seen, without those of local variables and parameters")
    edges: int = Field(default=0, description="edges that were made")
    left_out: dict[str, int] = Field(default={}, description="references without an edge, by reason")
    stale: list[str] = Field(default=[], description="files that changed since they were indexed; nothing of or in them is imported")
    absent: list[str] = Field(default=[], description="files of the index that the graph does not have")


class CypherResult(Wire):
    """The answer of ``graph cypher --json``."""

    status: Status
    columns: list[str]
    rows: list[list[Any]] = Field(description="a list for each row, in order of the columns")
    truncated: bool = Field(description="the server had more rows than --limit")
