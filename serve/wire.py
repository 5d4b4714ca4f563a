r"""What leaves Codelore as JSON: one schema for every way in, and the only module that knows pydantic.

Text that JSON cannot hold is spelled out: a byte of a path that is not UTF-8 becomes ``\xff``, a lone surrogate ``\ud800``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingest.model import ViewStatus
from ingest.views import Repository
from retrieval.answers import ContextPack, SearchAnswer, Span, SymbolAnswer
from retrieval.indexer import IndexOutcome

MAX_LISTED = 20
"""Failed files and cut-off notes listed with an answer; their full number is said beside them, and ``codelore status`` lists all."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def spell_out(value: object) -> object:
    """Return text that UTF-8 can hold; anything else as it is."""
    return _SURROGATE.sub(_spelled, value) if isinstance(value, str) else value


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


Text = Annotated[str, BeforeValidator(spell_out)]


class Wire(BaseModel):
    """Whatever is printed as JSON."""

    # Built when first used: a process prints one kind of answer, and building all models takes longer than a search.
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, defer_build=True)


class FailedFile(Wire):
    """A file that should have been indexed and was not, or not wholly."""

    path: Text
    reason: Text


class Status(Wire):
    """The truth about the view an answer comes from, or about all of them together."""

    view: Text = Field(description="the worktree's root or the ref; empty when several views were asked")
    repository: Text
    generation: int = Field(description="rises by one with each published change; 0 when several views were asked or none is indexed")
    as_of: datetime | None = Field(description="when the view was last found true or made so; the oldest of several; null when never")
    files: int
    chunks: int
    symbols: int
    pending: int | None = Field(description="files that differ from the generation; null where nobody looked")
    failed: list[FailedFile] = Field(description="files not indexed, or not wholly, and why")
    failed_total: int = Field(description="how many there are, listed or not")
    skipped: dict[str, int] = Field(description="files left out on purpose, by rule")
    truncated: list[Text] = Field(description="what a cap cut off, in words")
    truncated_total: int = Field(description="how many there are, listed or not")
    notes: list[Text] = Field(description="what else limits the answer")
    views: list[Status] = Field(default=[], description="the status of each view when several were asked")


class SearchHit(Wire):
    """A span of a file, and why it is here."""

    rank: int = Field(description="from 1")
    score: float = Field(description="larger is better; comparable within one answer")
    path: Text = Field(description="relative to the view's root")
    start_line: int = Field(description="from 1")
    end_line: int = Field(description="the last line of the span")
    symbol: Text = Field(description="the definition the span belongs to; empty outside any")
    kind: str = Field(description="of the symbol; empty without one")
    language: str
    snippet: Text = Field(description="the span's text, whole")
    repository: Text
    view: Text
    signals: dict[str, float] = Field(description="what brought it here, by signal")


class SearchResult(Wire):
    """The answer of ``search --json``."""

    status: Status
    hits: list[SearchHit]


class BatchResult(Wire):
    """One line of ``search --queries FILE --jsonl``."""

    id: Text | int | None = Field(description="the query's own id, or null")
    query: Text
    latency_ms: float = Field(description="time to answer, without start-up and printing")
    status: Status | None = Field(description="null when there is an error")
    hits: list[SearchHit]
    error: Text | None = Field(default=None, description="why this query has no answer")


class ContextItem(Wire):
    """A span in a context pack."""

    path: Text
    start_line: int
    end_line: int
    symbol: Text
    fidelity: str = Field(description="full, signature or name")
    text: Text
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
    path: Text
    start_line: int
    end_line: int
    language: str
    text: Text


class SymbolRecord(Wire):
    """A definition."""

    name: Text
    qualified_name: Text
    kind: str
    path: Text
    start_line: int
    end_line: int
    signature: Text
    doc: Text
    language: str


class SymbolsResult(Wire):
    """The answer of ``symbols --json``."""

    status: Status
    total: int = Field(description="definitions that match, with those beyond the limit")
    symbols: list[SymbolRecord]


class StatusResult(Wire):
    """The answer of ``status --json``."""

    status: Status


class IndexedView(Wire):
    """What an index run did to one view."""

    path: Text = Field(description="the path as it was given")
    error: Text | None = Field(default=None, description="why this path was not indexed")
    added: int = Field(default=0, description="files the view did not have")
    changed: int = Field(default=0, description="files with new content")
    deleted: int = Field(default=0, description="files the view has no more")
    unchanged: int = Field(default=0, description="files that were not even read")
    parsed: int = Field(default=0, description="files that were read and parsed; others were known by content")
    parsed_bytes: int = 0
    seconds: float = 0.0
    status: Status | None = Field(default=None, description="null when there is an error")


class IndexResult(Wire):
    """The answer of ``index --json``; under ``--watch`` one a line, a change each."""

    indexed: list[IndexedView]


class RepositoryRecord(Wire):
    """A repository and its views."""

    name: Text
    identity: Text = Field(description="the git directory all its worktrees share, or the folder")
    root: Text
    views: list[Status]


class ReposResult(Wire):
    """The answer of ``repos --json``."""

    repositories: list[RepositoryRecord]


class ForgetResult(Wire):
    """The answer of ``forget --json``."""

    forgotten: list[Text]


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
    detail: Text


class DoctorResult(Wire):
    """The answer of ``doctor --json``."""

    ok: bool
    checks: list[CheckRecord]


def to_status(status: ViewStatus, *, listed: int | None = MAX_LISTED) -> Status:
    """Return a view's status with at most ``listed`` failures and cut-offs; None lists all."""
    return Status(
        view=status.view,
        repository=status.repository,
        generation=status.generation,
        as_of=datetime.fromtimestamp(status.as_of, UTC) if status.as_of else None,
        files=status.files,
        chunks=status.chunks,
        symbols=status.symbols,
        pending=status.pending if status.pending >= 0 else None,
        failed=[FailedFile.model_validate(each) for each in status.failed[:listed]],
        failed_total=len(status.failed),
        skipped=status.skipped,
        truncated=list(status.truncated[:listed]),
        truncated_total=len(status.truncated),
        notes=list(status.notes),
    )


def to_statuses(statuses: Sequence[ViewStatus]) -> Status:
    """Return the status of an answer: that of its one view, or the sum of several with each of them below."""
    if len(statuses) == 1:
        return to_status(statuses[0])
    views = [to_status(each) for each in statuses]
    skipped: dict[str, int] = {}
    for each in statuses:
        skipped |= {rule: skipped.get(rule, 0) + count for rule, count in each.skipped.items()}
    known = all(each.pending >= 0 for each in statuses)
    return Status(
        view="",
        repository="",
        generation=0,
        as_of=min((each.as_of for each in views if each.as_of), default=None),
        files=sum(each.files for each in statuses),
        chunks=sum(each.chunks for each in statuses),
        symbols=sum(each.symbols for each in statuses),
        pending=sum(each.pending for each in statuses) if known else None,
        failed=[failed for each in views for failed in each.failed][:MAX_LISTED],
        failed_total=sum(len(each.failed) for each in statuses),
        skipped=skipped,
        truncated=[cut for each in views for cut in each.truncated][:MAX_LISTED],
        truncated_total=sum(len(each.truncated) for each in statuses),
        notes=[note for each in views for note in each.notes],
        views=views,
    )


def to_hits(answer: SearchAnswer) -> list[SearchHit]:
    """Return the hits of an answer."""
    return [SearchHit.model_validate(hit) for hit in answer.hits]


def to_search(answer: SearchAnswer) -> SearchResult:
    """Return the answer of a search."""
    return SearchResult(status=to_statuses(answer.status), hits=to_hits(answer))


def to_batch(query: str, identity: str | int | None, answer: SearchAnswer, error: str, latency_ms: float) -> BatchResult:
    """Return one answer of many."""
    return BatchResult(
        id=identity,
        query=query,
        latency_ms=round(latency_ms, 3),
        status=to_statuses(answer.status) if answer.status else None,
        hits=to_hits(answer),
        error=error or None,
    )


def to_context(pack: ContextPack) -> ContextResult:
    """Return a context pack."""
    items = [ContextItem.model_validate(item) for item in pack.items]
    return ContextResult(status=to_statuses(pack.status), budget=pack.budget, tokens=pack.tokens, left_out=pack.left_out, items=items)


def to_span(span: Span) -> SpanResult:
    """Return lines of a file."""
    return SpanResult(
        status=to_status(span.status),
        path=span.path,
        start_line=span.start_line,
        end_line=span.end_line,
        language=span.language,
        text=span.text,
    )


def to_symbols(answer: SymbolAnswer) -> SymbolsResult:
    """Return definitions found by name."""
    rows = [SymbolRecord.model_validate(row) for row in answer.symbols]
    return SymbolsResult(status=to_status(answer.status), total=answer.total, symbols=rows)


def to_indexed(path: str, outcome: IndexOutcome, status: ViewStatus, seconds: float) -> IndexedView:
    """Return what an index run did to one view."""
    return IndexedView(
        path=path,
        added=outcome.added,
        changed=outcome.changed,
        deleted=outcome.deleted,
        unchanged=outcome.unchanged,
        parsed=outcome.parsed,
        parsed_bytes=outcome.parsed_bytes,
        seconds=seconds,
        status=to_status(status),
    )


def to_repositories(found: Iterable[tuple[Repository, list[ViewStatus]]]) -> ReposResult:
    """Return repositories and their views."""
    records = [
        RepositoryRecord(name=each.name, identity=each.identity, root=each.root, views=[to_status(view) for view in views])
        for each, views in found
    ]
    return ReposResult(repositories=records)


def to_json(model: Wire) -> str:
    """Return a model as one line of JSON."""
    return model.model_dump_json()
