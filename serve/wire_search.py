"""The schema of what ``search`` and ``signals`` print as JSON."""

from __future__ import annotations

from pydantic import Field

from serve.wire import PackSiblingRecord, Status, Wire


class SearchHit(Wire):
    """A span of a file, and why it is here."""

    rank: int = Field(description="from 1; of a file's chunks the place in the file")
    score: float = Field(description="larger is better; the chance that the best file answers times how much less likely this hit is")
    path: str = Field(description="relative to the view's root")
    start_line: int = Field(description="from 1")
    end_line: int = Field(description="the last line of the span")
    symbol: str = Field(description="the definition the span belongs to; empty outside any")
    kind: str = Field(description="of the symbol; empty without one")
    language: str
    snippet: str = Field(description="the span's text, whole")
    repository: str
    view: str
    signals: dict[str, float] = Field(description="what each signal added to its rank; ``codelore signals`` says what they mean")
    siblings: list[PackSiblingRecord] = Field(description="near copies of it in other files, which are not listed again")
    parts: list[int] = Field(description="which of the answer's parts it answers, from 1; empty where the text was answered as one")


class FileRecord(Wire):
    """A file with its best chunks, and why it is here."""

    rank: int = Field(description="from 1")
    score: float = Field(description="as of a hit")
    path: str = Field(description="relative to the view's root")
    language: str
    repository: str
    view: str
    signals: dict[str, float] = Field(description="what each signal added to its rank")
    parts: list[int] = Field(description="as of a hit")
    chunks: list[SearchHit] = Field(description="its best spans, best first, 3 at most")


class StructureTarget(Wire):
    """A definition that a question about structure was asked about."""

    handle: str = Field(description="names it in ``codelore graph``")
    kind: str
    qualified_name: str
    path: str = Field(description="empty outside the indexed code")
    line: int = Field(description="from 1; 0 where it has no place")


class StructureUse(Wire):
    """One row of the answer to a question about structure."""

    symbol: str = Field(description="who calls, implements, tests and so on; empty for a line that was only read")
    path: str = Field(description="where the use stands; for tests and impact where the symbol does")
    line: int
    kind: str = Field(description="of the edge; of what sets a value: key, definition, environment, option or assignment")
    evidence: str = Field(description="proven, possible or external as in the graph; text for a line that was only read")
    target: str = Field(description="what it is a use of: a handle, or the name as it stands there")
    text: str = Field(description="the line")


class StructureResult(Wire):
    """The answer to a question about structure (``who calls X``) for one view, beside the ordinary hits."""

    relation: str = Field(description="what is asked, e.g. callers or tests; docs/queries.md lists them")
    name: str = Field(description="what was asked about, as it is spelled where it is defined")
    view: str
    repository: str
    generation: int | None = Field(description="of the graph; null where it has not been built, so that nothing was asked")
    verdict: str = Field(description="proven, possible or none: the best evidence")
    unknown: int = Field(description="uses that nobody could resolve and that might mean it")
    unresolved_files: int | None = Field(description="files whose uses nobody resolved; null where nobody counted")
    targets: list[StructureTarget] = Field(description="the definitions that were asked about")
    choices: list[StructureTarget] = Field(description="definitions of the name that are too many to ask about, so that nothing was asked")
    rows: list[StructureUse] = Field(description="the surest first, at most as many as hits")
    total: int = Field(description="rows that were found, shown or not")
    notes: list[str] = Field(description="what limits the answer")


class SearchResult(Wire):
    """The answer of ``search --json``."""

    status: Status
    confidence: float | None = Field(description="the chance, 0 to 1, that anything here answers; null for a scan, where nobody knows")
    relevant: bool | None = Field(description="false when nothing here seems to answer: hits are only the nearest; null as confidence")
    model: str = Field(description="version of the learned weights that ranked; empty for a pattern and a scan")
    structure: list[StructureResult] = Field(default=[], description="to a question about structure, one for each view that has the name")
    parts: list[str] = Field(
        description="the questions of the text that were answered by themselves, in turn; none where it was answered as one"
    )
    hits: list[SearchHit] = Field(description="the flat list; empty with --files")
    files: list[FileRecord] = Field(description="with --files the same ranking as files")
    about: dict[str, str] = Field(description="with --explain what each signal of the hits and files means")
    terms: dict[str, float] = Field(description="with --explain what share of the query each of its terms counts, as stems")


class BatchResult(Wire):
    """One line of ``search --queries FILE --jsonl``."""

    id: str | int | None = Field(description="the query's own id, or null")
    query: str
    latency_ms: float = Field(description="time to answer, without start-up and printing")
    status: Status | None = Field(description="null when there is an error")
    confidence: float | None = Field(description="as in SearchResult; null when there is an error")
    relevant: bool | None = Field(description="as in SearchResult")
    model: str = Field(description="as in SearchResult")
    structure: list[StructureResult] = Field(default=[], description="to a question about structure, one for each view that has the name")
    parts: list[str] = Field(
        description="the questions of the text that were answered by themselves, in turn; none where it was answered as one"
    )
    hits: list[SearchHit] = Field(description="the flat list; empty with --files")
    files: list[FileRecord] = Field(description="with --files the same ranking as files")
    about: dict[str, str] = Field(description="with --explain what each signal of the hits and files means")
    terms: dict[str, float] = Field(description="with --explain what share of the query each of its terms counts, as stems")
    error: str | None = Field(default=None, description="why this query has no answer")


class SignalWeights(Wire):
    """What a signal adds to a score, by how it enters."""

    value: float = Field(description="times the signal, as a share of the query's best where it is a score")
    root: float = Field(description="times the square root of that")


class SignalRecord(Wire):
    """A signal, what it means and what it weighs."""

    name: str = Field(description="as in ``signals`` of a hit")
    of: str = Field(
        description="term (of the query), file, neighbours (of the file: only the second pass has them), transformer (only where its "
        "vectors are), chunk, "
        "or place (of a span, for a question with --at)"
    )
    scale: str = Field(description="score: without bound; share: 0 to 1; prior: known whatever is asked")
    about: str
    weights: SignalWeights = Field(description="of the last pass; for the spans of a file those of the chunks' model")
    first: SignalWeights | None = Field(description="of the first pass; null where it has no such signal")
    confidence: float = Field(description="in the chance that anything answers; 0 where it does not count there")


class SignalsResult(Wire):
    """The answer of ``signals --json``."""

    model: str = Field(description="version of the weights")
    trained: str = Field(description="day of the training")
    signals: list[SignalRecord]
