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


class PackLinkRecord(Wire):
    """Why a symbol is in a pack though the question did not find it: a proven edge of the graph."""

    relation: str = Field(description="what the symbol is to the hit: callee, caller, base, subtype, overridden, type or test")
    of: str = Field(description="the symbol of the hit")
    rule: str = Field(description="the rule that made the edge")
    path: str = Field(description="where the edge is seen")
    line: int


class PackSymbolRecord(Wire):
    """A definition in a pack."""

    name: str = Field(description="qualified; empty for a span that defines nothing, whose first line is the signature")
    kind: str
    start_line: int
    end_line: int
    signature: str = Field(description="in one line; empty where only the name is shown")
    doc: str = Field(description="its first sentence")
    links: list[PackLinkRecord]


class PackSiblingRecord(Wire):
    """A near copy of an item, which is not shown again."""

    path: str
    start_line: int
    end_line: int
    repository: str
    view: str


class ContextItem(Wire):
    """Part of a file in a context pack."""

    place: str = Field(description="path:start-end@view")
    path: str
    start_line: int
    end_line: int
    fidelity: str = Field(description="full, signature or name")
    text: str = Field(description="in full the lines; else a line for each definition, or their names")
    tokens: int = Field(description="estimated, with the heading")
    repository: str
    view: str
    language: str
    handle: str = Field(description="names these lines of this content for good; give it back with --seen")
    symbols: list[PackSymbolRecord] = Field(description="in full the definitions that began before the span; else what is shown")
    siblings: list[PackSiblingRecord]


class ContextFront(Wire):
    """A text about a view that stands before the items."""

    kind: str = Field(description="structure: the graph's answer to a question about structure; modules: how the modules hang together")
    text: str
    tokens: int = Field(description="estimated for the text as it is printed; they count in the pack's")
    repository: str
    view: str


class ContextResult(Wire):
    """The answer of ``context --json``."""

    status: Status
    budget: int
    tokens: int
    left_out: int = Field(description="hits of which not even the name fitted")
    reduced: int = Field(description="hits shown by signature or name alone")
    seen: int = Field(description="hits left out because the asker has them")
    neighbours_left_out: int = Field(description="symbols around the hits that did not fit")
    notes: list[str] = Field(description="what the pack does without")
    parts: list[str] = Field(description="the questions of the text that were answered by themselves; none where it was answered as one")
    front: list[ContextFront] = Field(description="what stands before the items")
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


class QuotedText(Wire):
    """Words of the repository, cut where they end in ``…``. Whoever wrote them is not Codelore."""

    text: str
    path: str
    line: int


class SizeShare(Wire):
    """A language, or a folder of tests, and how much there is of it."""

    name: str = Field(description="empty for tests that lie beside the code")
    files: int
    lines: int


class SummedDefinition(Wire):
    """A definition in one line."""

    name: str
    qualified_name: str
    kind: str
    path: str
    start_line: int
    end_line: int
    signature: str
    doc: str = Field(description="the first sentence of its documentation, in the repository's words")
    members: int
    exported: bool = Field(description="others may use it, as far as its own line says")
    used_by: int = Field(description="other files of the product with a proven use of it or of what is in it")
    tested_by: int = Field(description="test and example files with such a use")


class UseLink(Wire):
    """Proven uses between what is summed up and something else."""

    target: str = Field(description="a file, a folder, the handle of a symbol, or an external package")
    uses: int


class EntryPointRecord(Wire):
    """Where a program comes in."""

    kind: str = Field(description="script (a manifest names it), main, shebang or routes")
    name: str
    path: str
    line: int
    target: str = Field(description="what a script runs, as the manifest says it; empty for others")


class DeclaredPackage(Wire):
    """A package that a manifest declares."""

    name: str
    ecosystem: str
    path: str
    line: int


class SummaryRecord(Wire):
    """What is known of a repository, a module (a folder), a file or a symbol; what does not apply to it is empty."""

    level: str = Field(description="repository, module, file or symbol")
    path: str = Field(description="of the file or folder; empty for the repository")
    name: str = Field(
        description="what its language calls it: a dotted module, an import path, a qualified name; empty where that is not known"
    )
    kind: str = Field(description="of a symbol its kind, of a file its language")
    start_line: int
    end_line: int
    files: int
    lines: int = Field(description="of a folder the lines of code in it")
    signature: str
    roles: list[str] = Field(description="what rules over paths say it is for, such as test")
    doc: QuotedText | None
    languages: list[SizeShare]
    packages: list[DeclaredPackage]
    headings: list[QuotedText]
    entry_points: list[EntryPointRecord]
    definitions: list[SummedDefinition] = Field(description="of a symbol its members; the most important first")
    uses: list[UseLink]
    used_by: list[UseLink] = Field(description="by files of the product")
    tested_by: int = Field(description="test and example files that use it")
    external: list[UseLink] = Field(description="packages outside the indexed code")
    imports: list[str] = Field(description="what a file names in its imports, where the graph has not resolved them")
    tests: list[SizeShare]
    configuration: list[str]
    parts: list[SummaryRecord] = Field(description="what is in it, one level down")
    counts: dict[str, int] = Field(description="by list, how many there are where not all are listed")


class OverviewResult(Wire):
    """The answer of ``overview --json``."""

    status: Status
    linked: bool = Field(description="names are resolved, so that uses are counted")
    summary: SummaryRecord | None = Field(description="null when the name stands for several symbols")
    choices: list[SummedDefinition] = Field(description="what the name may stand for; ask again with PATH#QUALIFIED.NAME")
    notes: list[str] = Field(description="what the counts lack")


class ModelRecord(Wire):
    """A model whose vectors are kept beside the static ones."""

    name: str
    address: str = Field(description="what the setting `embedder` said when it was embedded")
    fingerprint: str = Field(description="of its weights and all else that a vector depends on")
    answers: bool = Field(description="questions are scored with it; another one is being filled in beside it")
    embedded: int = Field(description="chunks of the view that have a vector of it")


class Vectors(Wire):
    """The vectors of transformers."""

    embedder: str | None = Field(description="the address of the model that is set; null when none is")
    models: list[ModelRecord] = Field(description="the one that answers first")


class StatusResult(Wire):
    """The answer of ``status --json``."""

    status: Status
    vectors: Vectors


class EmbedResult(Wire):
    """The answer of ``embed --json``."""

    embedder: str = Field(description="the address of the model that is set")
    model: str
    fingerprint: str
    embedded: int = Field(description="vectors made by this run")
    known: int = Field(description="chunks that have one now, of all views")
    chunks: int
    complete: bool = Field(description="every chunk has a vector, so this model answers")
    dropped: list[str] = Field(description="models that answered before and were dropped with their vectors")
    seconds: float


class ResolvedGraph(Wire):
    """What an index run did to the graph of one view."""

    seconds: float = Field(description="time it took, after what is searched was published")
    files: int = Field(description="files the view shows")
    resolved: int = Field(description="files whose edges were made anew")
    generation: int = Field(description="of the graph, which counts apart from the view")
    partial: list[FailedFile] = Field(description="files of which some names could not be read")
    notes: list[str] = Field(description="what manifests, history, edges.lock and overlays left out, and what is stale")


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
    seconds: float = Field(default=0.0, description="time until the text could be searched")
    graph: ResolvedGraph | None = Field(
        default=None,
        description="null when the graph was up to date, with --no-graph, and for changes under --watch, which another process resolves",
    )
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
