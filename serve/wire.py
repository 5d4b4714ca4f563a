"""The schema of everything that leaves Codelore as JSON, one for every way in, and the only module that knows pydantic.

The command line prints ``serve.documents``, which a test holds to these models: loading them would take a cold search half of its time.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Whatever is printed as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FailedFile(Wire):
    """A file that should have been indexed and was not, or not wholly."""

    path: str
    reason: str


class Status(Wire):
    """The truth about the view an answer comes from, or about all of them together."""

    view: str = Field(description="the worktree's root or the ref; empty when several views were asked")
    repository: str
    generation: int = Field(description="rises by one with each published change; 0 when several views were asked or none is indexed")
    as_of: datetime | None = Field(description="when the view was last found true or made so; the oldest of several; null when never")
    files: int
    chunks: int
    symbols: int
    pending: int | None = Field(description="files that differ from the generation; null where nobody looked")
    failed: list[FailedFile] = Field(description="files not indexed, or not wholly, and why")
    failed_total: int = Field(description="how many there are, listed or not")
    skipped: dict[str, int] = Field(description="files left out on purpose, by rule")
    truncated: list[str] = Field(description="what a cap cut off, in words")
    truncated_total: int = Field(description="how many there are, listed or not")
    notes: list[str] = Field(description="what else limits the answer")
    views: list[Status] = Field(default=[], description="the status of each view when several were asked")


class SearchHit(Wire):
    """A span of a file, and why it is here."""

    rank: int = Field(description="from 1")
    score: float = Field(description="larger is better; comparable within one answer")
    path: str = Field(description="relative to the view's root")
    start_line: int = Field(description="from 1")
    end_line: int = Field(description="the last line of the span")
    symbol: str = Field(description="the definition the span belongs to; empty outside any")
    kind: str = Field(description="of the symbol; empty without one")
    language: str
    snippet: str = Field(description="the span's text, whole")
    repository: str
    view: str
    signals: dict[str, float] = Field(description="what brought it here, by signal")


class SearchResult(Wire):
    """The answer of ``search --json``."""

    status: Status
    hits: list[SearchHit]


class BatchResult(Wire):
    """One line of ``search --queries FILE --jsonl``."""

    id: str | int | None = Field(description="the query's own id, or null")
    query: str
    latency_ms: float = Field(description="time to answer, without start-up and printing")
    status: Status | None = Field(description="null when there is an error")
    hits: list[SearchHit]
    error: str | None = Field(default=None, description="why this query has no answer")


class ContextItem(Wire):
    """A span in a context pack."""

    path: str
    start_line: int
    end_line: int
    symbol: str
    fidelity: str = Field(description="full, signature or name")
    text: str
    tokens: int


class ContextResult(Wire):
    """The answer of ``context --json``."""

    status: Status
    budget: int
    tokens: int
    left_out: int = Field(description="hits that did not fit the budget")
    items: list[ContextItem]


class SpanResult(Wire):
    """The answer of ``show --json``."""

    status: Status
    path: str
    start_line: int
    end_line: int
    language: str
    text: str


class SymbolRecord(Wire):
    """A definition."""

    name: str
    qualified_name: str
    kind: str
    path: str
    start_line: int
    end_line: int
    signature: str
    doc: str
    language: str


class SymbolsResult(Wire):
    """The answer of ``symbols --json``."""

    status: Status
    total: int = Field(description="definitions that match, with those beyond the limit")
    symbols: list[SymbolRecord]


class StatusResult(Wire):
    """The answer of ``status --json``."""

    status: Status


class ResolvedGraph(Wire):
    """What an index run did to the graph of one view."""

    files: int = Field(description="files the view shows")
    resolved: int = Field(description="files whose edges were made anew")
    generation: int = Field(description="of the graph, which counts apart from the view")
    partial: list[FailedFile] = Field(description="files of which some names could not be read")


class IndexedView(Wire):
    """What an index run did to one view."""

    path: str = Field(description="the path as it was given")
    error: str | None = Field(default=None, description="why this path was not indexed")
    added: int = Field(default=0, description="files the view did not have")
    changed: int = Field(default=0, description="files with new content")
    deleted: int = Field(default=0, description="files the view has no more")
    unchanged: int = Field(default=0, description="files that were not even read")
    parsed: int = Field(default=0, description="files that were read and parsed; others were known by content")
    parsed_bytes: int = 0
    seconds: float = 0.0
    graph: ResolvedGraph | None = Field(default=None, description="null when the graph was up to date, or with --no-graph")
    status: Status | None = Field(default=None, description="null when there is an error")


class IndexResult(Wire):
    """The answer of ``index --json``; under ``--watch`` one a line, a change each."""

    indexed: list[IndexedView]


class RepositoryRecord(Wire):
    """A repository and its views."""

    name: str
    identity: str = Field(description="the git directory all its worktrees share, or the folder")
    root: str
    views: list[Status]


class ReposResult(Wire):
    """The answer of ``repos --json``."""

    repositories: list[RepositoryRecord]


class ForgetResult(Wire):
    """The answer of ``forget --json``."""

    forgotten: list[str]


class LanguageRecord(Wire):
    """A language or a text format."""

    name: str
    family: str = Field(description="language or format")
    extensions: list[str]
    filenames: list[str]
    levels: list[str] = Field(description="what is read from its files; outline for a format with structure")


class LanguagesResult(Wire):
    """The answer of ``languages --json``."""

    languages: list[LanguageRecord]


class CheckRecord(Wire):
    """One check of ``doctor``."""

    name: str
    ok: bool
    detail: str


class DoctorResult(Wire):
    """The answer of ``doctor --json``."""

    ok: bool
    checks: list[CheckRecord]


class GraphNode(Wire):
    """A node of the graph: a symbol, a file, a package, or what a name outside the indexed code stands for."""

    handle: str = Field(description="its name for good: PATH#QUALIFIED.NAME, with ~2 behind it for the second one of that name")
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
    path: str = Field(description="the file whose text shows the edge, or history, or overlay:NAME")
    line: int = Field(description="from 1; 0 where there is none")


class GraphCoverage(Wire):
    """What an answer may be missing."""

    unknown: int = Field(description="uses no rule could decide, that could still mean what was asked about")
    unresolved_files: int | None = Field(description="files whose uses nobody resolved; null where nobody counted")


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
