"""Views taken apart, so that tests can compare what two stores know of one tree."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.database import Database
from ingest.facts import FactStore
from ingest.model import LanguageId, ParsedFile, ViewStatus
from ingest.views import ViewCatalog
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.run import IndexOptions

IN_PROCESS = EngineOptions(IndexOptions(workers=0, lock_seconds=5.0), busy_seconds=5.0)

QUERIES = (
    SearchRequest("open the shop", "", limit=50),
    SearchRequest("Shop.sell price", "", limit=50),
    SearchRequest("/def \\w+|fn \\w+/", "", limit=200),
    SearchRequest("total", "", limit=50, filters=Filters(languages=(LanguageId("python"),))),
    SearchRequest("shop", "", limit=50, filters=Filters(paths=("deep/**",))),
    SearchRequest("shop", "", limit=50, filters=Filters(tests=False)),
)


@dataclass(frozen=True)
class Contents:
    """All that a view can tell."""

    files: dict[str, tuple[str, str]]
    facts: dict[str, ParsedFile]
    symbols: list[tuple[str, str, int]]
    answers: list[list[tuple[str, int, int, str, str]]]
    scores: list[list[float]]
    counts: tuple[int, int, int, dict[str, int], list[str]]
    missing: tuple[str, ...]


@contextmanager
def opened(data: Path) -> Generator[Engine]:
    """Open an engine that works in this process."""
    with Engine(data, IN_PROCESS) as engine:
        yield engine


def contents(engine: Engine, data: Path, root: Path, *, ref: str = "") -> Contents:
    """Read everything a view shows."""
    database = Database(data / "codelore.db")
    try:
        view = engine.views(SearchRequest("files", str(root), ref=ref))[0][1]
        facts, entries = FactStore(database), ViewCatalog(database).entries(view.view_id)
        parsed = {path: facts.parsed(entry.document_id) for path, entry in entries.items()}
    finally:
        database.close()
    answers = [engine.search(_at(query, root, ref)) for query in QUERIES]
    status: ViewStatus = answers[0].status[0]
    return Contents(
        files={path: (entry.content_hash, parsed[path].language) for path, entry in sorted(entries.items())},
        facts=dict(sorted(parsed.items())),
        symbols=[(row.path, row.qualified_name, row.start_line) for row in engine.symbols(str(root), "*", limit=10_000, ref=ref).symbols],
        answers=[[(hit.path, hit.start_line, hit.end_line, hit.symbol, hit.snippet) for hit in answer.hits] for answer in answers],
        scores=[[hit.score for hit in answer.hits] for answer in answers],
        counts=(status.files, status.chunks, status.symbols, status.skipped, sorted(failure.path for failure in status.failed)),
        missing=status.notes,
    )


def assert_same(ours: Contents, fresh: Contents) -> None:
    """Compare two views; scores may differ by float rounding."""
    assert ours.files == fresh.files
    assert ours.facts == fresh.facts
    assert ours.symbols == fresh.symbols
    assert ours.counts == fresh.counts
    assert not ours.missing
    for query, mine, theirs, scores, expected in zip(QUERIES, ours.answers, fresh.answers, ours.scores, fresh.scores, strict=True):
        assert all(abs(one - other) <= 1e-4 for one, other in zip(scores, expected, strict=True)), (query, scores, expected)
        assert mine == theirs, query


def _at(query: SearchRequest, root: Path, ref: str) -> SearchRequest:
    return SearchRequest(query.text, str(root), query.limit, query.filters, query.regex, ref)
