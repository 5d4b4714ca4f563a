"""Summaries as the JSON that leaves Codelore. Its schema is ``serve.wire``; a test holds the command's output to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from retrieval.summaries.model import Definition, Overview, Quote, Share, Summary
from serve.documents import Document, status_document

_PLAIN = ("path", "name", "kind", "start_line", "end_line", "files", "lines", "signature", "tested_by")
_LISTS = ("roles", "imports", "configuration")
_ROWS = ("packages", "entry_points", "uses", "used_by", "external")


def overview_document(overview: Overview) -> Document:
    """Return the answer to a question for an overview."""
    return {
        "status": status_document(overview.status),
        "linked": overview.linked,
        "summary": _summary(overview.summary) if overview.summary else None,
        "choices": [_row(each) for each in overview.choices],
        "notes": list(overview.notes),
    }


def _summary(summary: Summary) -> Document:
    return {
        "level": summary.level.value,
        **{name: getattr(summary, name) for name in _PLAIN},
        **{name: list(getattr(summary, name)) for name in _LISTS},
        **{name: [_row(each) for each in getattr(summary, name)] for name in _ROWS},
        "doc": _row(summary.doc) if summary.doc else None,
        "headings": [_row(each) for each in summary.headings],
        "definitions": [_row(each) for each in summary.definitions],
        "languages": _shares(summary.languages),
        "tests": _shares(summary.tests),
        "parts": [_summary(each) for each in summary.parts],
        "counts": {each.name: each.total for each in summary.counts},
    }


def _row(row: Quote | Definition) -> Document:
    return {each.name: getattr(row, each.name) for each in fields(row)}


def _shares(shares: Iterable[Share]) -> list[Document]:
    return [{"name": each.language, "files": each.files, "lines": each.lines} for each in shares]
