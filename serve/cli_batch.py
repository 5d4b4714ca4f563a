"""Many questions, one process: a line an answer."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, cast

from ingest.errors import NotIndexedError, QueryError, SourceError
from retrieval.answers import SearchAnswer, SearchRequest
from retrieval.engine import Engine
from serve import render
from serve.cli_search import found_something, graph_for, meanings_of, print_answer, request, with_pending
from serve.compose import open_engine
from serve.documents import batch_document, to_line
from serve.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class _Question:
    """One line of the queries file."""

    text: str
    identity: str | int | None = None
    error: str = ""
    at: str = ""
    """Where it is asked from, instead of where all are."""


def search_all(typed: argparse.Namespace) -> int:
    """Answer each query of a file."""
    settings = load_settings()
    with open_engine(settings) as engine:
        return answer_queries(engine, request(typed, ""), typed, settings)


def answer_queries(engine: Engine, template: SearchRequest, typed: argparse.Namespace, settings: Settings | None = None) -> int:
    """Answer each query of the file in turn; return 0 when one of them found something, else 1, or 2 when one could not be understood.

    The working tree is walked for pending files once, at the first answer, and not again: the answers share one moment. Raises
    ``NotIndexedError`` when there is no view to ask, and ``SourceError`` when the file cannot be read.
    """
    found = wrong = False
    pending: dict[str, int] = {}
    engine.views(template)
    for question in _questions(typed.queries):
        begun = time.perf_counter()
        answer, error = SearchAnswer((), ()), question.error
        try:
            if not error:
                wanted = replace(template, text=question.text, at=question.at or template.at)
                with graph_for(wanted, settings) if settings else nullcontext() as graph:
                    answer = engine.search(wanted, graph)
        except (QueryError, NotIndexedError) as raised:
            error = str(raised)
        latency_ms = (time.perf_counter() - begun) * 1000
        if not pending:
            pending = {each.view: each.pending for each in with_pending(engine, answer.status, template)}
        answer = replace(answer, status=tuple(replace(each, pending=pending.get(each.view, -1)) for each in answer.status))
        found, wrong = found or found_something(answer), wrong or bool(error)
        _print(question, answer, error, latency_ms, typed)
    return 2 if wrong else 0 if found else 1


def _print(question: _Question, answer: SearchAnswer, error: str, latency_ms: float, typed: argparse.Namespace) -> None:
    if typed.json or typed.jsonl:
        about = meanings_of(answer, typed)
        print(to_line(batch_document(question.text, question.identity, answer, error, latency_ms, files=typed.files, about=about)))
        return
    print(f"=== {render.one_line(question.text)}  ({latency_ms:.1f} ms)")
    if error:
        sys.stdout.flush()
        print(f"codelore search: {error}", file=sys.stderr)
    else:
        print_answer(answer, typed, request(typed, question.text))


def _questions(name: str) -> Iterator[_Question]:
    """Yield the queries of a file: a line each, as text or as an object with ``query``, ``id`` and ``at``; empty lines are passed over."""
    try:
        with nullcontext(sys.stdin) if name == "-" else open(name, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                if line.strip():
                    yield _question(line.strip())
    except OSError as error:
        raise SourceError(f"cannot read the queries in {name}: {error.strerror}; check the path") from error


def _question(line: str) -> _Question:
    if not line.startswith("{"):
        return _Question(line)
    try:
        given = json.loads(line)
    except ValueError as error:
        return _Question(line, error=f"the line begins with {{ and is no JSON object: {error}")
    given = cast("dict[str, Any]", given)
    text, identity, at = given.get("query"), given.get("id"), given.get("at") or ""
    if not isinstance(text, str):
        return _Question(line, error='the object has no "query" that is text')
    if identity is not None and not isinstance(identity, str | int):
        return _Question(text, error='the "id" is neither text nor a whole number')
    if not isinstance(at, str):
        return _Question(text, identity, 'the "at" is no text such as PATH:LINE')
    return _Question(text, identity, at=at)
