r"""Answers as the JSON that leaves Codelore. Its schema is ``serve.wire``; a test holds every command's output to it.

Written by hand because loading pydantic and building the models takes 0.1 to 0.2 s, half of what a cold search may take.

Text that JSON cannot hold is spelled out: a byte of a path that is not UTF-8 becomes ``\xff``, a lone surrogate ``\ud800``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingest.model import ViewStatus
from ingest.views import Repository
from retrieval.answers import FileHit, Hit, SearchAnswer, Span, SymbolAnswer
from retrieval.run import IndexOutcome

if TYPE_CHECKING:
    from graph.indexing import GraphOutcome
    from graph.model import Node
    from retrieval.packs.model import ContextPack, PackItem
    from retrieval.structure import Structure

MAX_LISTED = 20
"""Failed files and cut-off notes listed with an answer; their full number is said beside them, and ``codelore status`` lists all."""

Document = dict[str, Any]
"""A JSON object."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_line(document: Document) -> str:
    """Return a document as one line of JSON."""
    return _SURROGATE.sub(_spelled, json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\\\u{code:04x}"


def status_document(status: ViewStatus, *, listed: int | None = MAX_LISTED) -> Document:
    """Return a view's status with at most ``listed`` failures and cut-offs; None lists all."""
    return {
        "view": status.view,
        "repository": status.repository,
        "generation": status.generation,
        "as_of": time_document(status.as_of),
        "files": status.files,
        "chunks": status.chunks,
        "symbols": status.symbols,
        "pending": status.pending if status.pending >= 0 else None,
        "failed": [asdict(each) for each in status.failed[:listed]],
        "failed_total": len(status.failed),
        "skipped": status.skipped,
        "truncated": list(status.truncated[:listed]),
        "truncated_total": len(status.truncated),
        "notes": list(status.notes),
        "views": [],
    }


def answer_status(statuses: Sequence[ViewStatus]) -> Document:
    """Return the status of an answer: that of its one view, or the sum of several with each of them below."""
    if len(statuses) == 1:
        return status_document(statuses[0])
    skipped: dict[str, int] = {}
    for each in statuses:
        skipped |= {rule: skipped.get(rule, 0) + count for rule, count in each.skipped.items()}
    whole = ViewStatus(
        view="",
        repository="",
        generation=0,
        as_of=min((each.as_of for each in statuses if each.as_of), default=0.0),
        files=sum(each.files for each in statuses),
        chunks=sum(each.chunks for each in statuses),
        symbols=sum(each.symbols for each in statuses),
        pending=-1 if any(each.pending < 0 for each in statuses) else sum(each.pending for each in statuses),
        failed=tuple(failed for each in statuses for failed in each.failed),
        skipped=skipped,
        truncated=tuple(cut for each in statuses for cut in each.truncated),
        notes=tuple(note for each in statuses for note in each.notes),
    )
    return status_document(whole) | {"views": [status_document(each) for each in statuses]}


def time_document(seconds: float) -> str | None:
    """Return a moment, given in seconds since the epoch; None for 0."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z") if seconds else None


def search_document(answer: SearchAnswer, *, files: bool = False, about: Mapping[str, str] | None = None) -> Document:
    """Return the answer of a search: its hits, or with ``files`` its files. ``about`` says what signals mean, where that was asked."""
    return {"status": answer_status(answer.status)} | _found(answer, files=files, about=about or {})


def _found(answer: SearchAnswer, *, files: bool, about: Mapping[str, str]) -> Document:
    return {
        "confidence": None if answer.confidence is None else round(answer.confidence, 6),
        "relevant": answer.relevant,
        "model": answer.model,
        "structure": [_structure(each) for each in answer.structure],
        "parts": list(answer.parts),
        "hits": [] if files else [_hit(hit) for hit in answer.hits],
        "files": [_file(file) for file in answer.files] if files else [],
        "about": dict(about),
        "terms": {term: round(share, 4) for term, share in answer.terms.items()} if about else {},
    }


def _target(node: Node) -> Document:
    kept = {name: getattr(node, name) for name in ("handle", "qualified_name", "path")}
    return kept | {"kind": str(node.kind), "line": node.start_line}


def _structure(answer: Structure) -> Document:
    return {
        "relation": answer.relation.value,
        "name": answer.name,
        "view": answer.view,
        "repository": answer.repository,
        "generation": answer.generation or None,
        "verdict": answer.verdict.value,
        "unknown": answer.coverage.unknown,
        "unresolved_files": answer.coverage.unresolved_files,
        "targets": [_target(each) for each in answer.targets],
        "choices": [_target(each) for each in answer.choices],
        "rows": [asdict(row) for row in answer.rows],
        "total": answer.total,
        "notes": list(answer.notes),
    }


def _file(file: FileHit) -> Document:
    return asdict(replace(file, chunks=())) | {"chunks": [_hit(each) for each in file.chunks]}


def _hit(hit: Hit) -> Document:
    document = asdict(hit)
    del document["first_match"]  # where a person's terminal begins to show the snippet
    return document


def batch_document(
    query: str,
    identity: str | int | None,
    answer: SearchAnswer,
    error: str,
    latency_ms: float,
    *,
    files: bool = False,
    about: Mapping[str, str] | None = None,
) -> Document:
    """Return one answer of many, shaped as ``search_document`` shapes one."""
    return {
        "id": identity,
        "query": query,
        "latency_ms": round(latency_ms, 3),
        "status": answer_status(answer.status) if answer.status else None,
        **_found(answer, files=files, about=about or {}),
        "error": error or None,
    }


def context_document(pack: ContextPack) -> Document:
    """Return a context pack."""
    return {
        "status": answer_status(pack.status),
        "budget": pack.budget,
        "tokens": pack.tokens,
        "left_out": pack.left_out,
        "reduced": pack.reduced,
        "seen": pack.seen,
        "neighbours_left_out": pack.neighbours_left_out,
        "notes": list(pack.notes),
        "parts": list(pack.parts),
        "front": [asdict(each) for each in pack.front],
        "items": [_pack_item(item) for item in pack.items],
    }


def _pack_item(item: PackItem) -> Document:
    return {"place": item.place} | asdict(item)


def span_document(span: Span) -> Document:
    """Return lines of a file."""
    return asdict(span) | {"status": status_document(span.status)}


def symbols_document(answer: SymbolAnswer) -> Document:
    """Return definitions found by name."""
    return {"status": status_document(answer.status), "total": answer.total, "symbols": [asdict(row) for row in answer.symbols]}


def indexed_document(
    path: str,
    outcome: IndexOutcome | None,
    status: ViewStatus | None,
    error: str,
    seconds: float,
    graph: GraphOutcome | None = None,
    graph_seconds: float = 0.0,
) -> Document:
    """Return what an index run did to one view, or why it did nothing."""
    counts = ("added", "changed", "deleted", "unchanged", "parsed", "parsed_bytes")
    return {
        "path": path,
        "error": error or None,
        **{name: getattr(outcome, name) if outcome else 0 for name in counts},
        "seconds": round(seconds, 3),
        "graph": _graph_document(graph, graph_seconds) if graph else None,
        "status": status_document(status) if status else None,
    }


def _graph_document(graph: GraphOutcome, seconds: float) -> Document:
    return {
        "seconds": round(seconds, 3),
        "files": graph.files,
        "resolved": graph.resolved,
        "generation": graph.generation,
        "partial": [{"path": path, "reason": reason} for path, reason in graph.partial],
        "notes": list(graph.notes),
    }


def repositories_document(found: Iterable[tuple[Repository, list[ViewStatus]]]) -> Document:
    """Return repositories and their views."""
    records = [
        {"name": each.name, "identity": each.identity, "root": each.root, "views": [status_document(view) for view in views]}
        for each, views in found
    ]
    return {"repositories": records}
