"""The commands that ask: search, context, show, symbols."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.errors import NotIndexedError, QueryError
from ingest.git import find_checkout
from ingest.model import LanguageId, SymbolKind, ViewStatus
from retrieval.engine import Engine
from serve import render
from serve.compose import engine_options, open_engine, open_graph
from serve.documents import context_document, search_document, span_document, symbols_document, to_line
from serve.settings import Settings, color_wanted, load_settings

if TYPE_CHECKING:
    from graph.store import GraphStore
    from retrieval.answers import SearchAnswer, SearchRequest
    from retrieval.filters import Filters

PENDING_UP_TO_FILES = 20_000
"""A walk for pending files takes 40 ms for 7,000 files; above this many an answer says that nobody looked."""

NESTED = 3
"""Spans of each file that ``--files`` shows."""
_SPAN = re.compile(r"(?P<path>.+?)(?::(?P<start>\d+)(?:-(?P<end>\d+))?)?", re.DOTALL)


def search(typed: argparse.Namespace) -> int:
    """Answer one query."""
    settings = load_settings()
    with open_engine(settings) as engine:
        wanted = request(typed, typed.query)
        try:
            with graph_for(wanted, settings) as graph:
                found = engine.search(wanted, graph)
            answer = replace(found, status=with_pending(engine, found.status, wanted))
        except NotIndexedError as error:
            answer = _scan(settings, wanted, error)
    print_answer(answer, typed, wanted)
    return 0 if found_something(answer) else 1


def found_something(answer: SearchAnswer) -> bool:
    """Tell whether an answer has anything to show, be it relevant or only the nearest."""
    return bool(answer.hits or answer.files) or any(each.rows for each in answer.structure)


@contextmanager
def graph_for(wanted: SearchRequest, settings: Settings) -> Generator[GraphStore | None]:
    """Open the graphs for a question about structure and for one from a place; for any other one yield None."""
    from retrieval.query import parse_query

    query = parse_query(wanted.text, regex=wanted.regex) if wanted.text.strip() else None
    structural = query is not None and (query.structure or any(parse_query(part).structure for part in query.parts))
    if not structural and not wanted.at:
        yield None
        return
    with closing(open_graph(settings)) as store:
        yield store


def print_answer(answer: SearchAnswer, typed: argparse.Namespace, asked: SearchRequest) -> None:
    """Print hits to standard output; for people, the truth about them goes to standard error."""
    about = meanings_of(answer, typed)
    if typed.json or typed.jsonl:
        print(to_line(search_document(answer, files=typed.files, about=about)))
        return
    if answer.hits and answer.relevant is False:
        print(f"nothing here seems relevant (confidence {answer.confidence:.2f}); the nearest:", file=sys.stderr, flush=True)
    if answer.structure:
        from serve.render_structure import structures  # few questions are about structure

        print(structures(answer.structure, style(), several=len(answer.status) > 1), end="\n\n" if answer.hits else "\n")
    if answer.hits:
        from retrieval.query import parse_query  # here: ``codelore index`` loads this module too, and asks nothing

        if answer.parts:
            print(render.parts(answer), end="\n\n")
        query, several = parse_query(asked.text, regex=asked.regex), len(answer.status) > 1
        if typed.files:
            print(render.files(answer.files, query, style(), about=about, several=several))
        else:
            print(render.hits(answer.hits, query, style(), about=about, several=several))
    sys.stdout.flush()
    if about and (ranked := render.ranked_by(answer)):
        print(ranked, file=sys.stderr)
    print(("" if answer.hits or answer.structure else "nothing found\n") + render.status_line(answer.status), file=sys.stderr)


def meanings_of(answer: SearchAnswer, typed: argparse.Namespace) -> dict[str, str] | None:
    """Return what each signal of an answer's hits and files means, None where no explanation is asked for."""
    if not typed.explain:
        return None
    from retrieval.explained import meanings

    shown = answer.files if typed.files else answer.hits
    signals = {name for each in shown for name in each.signals} | {
        name for file in answer.files if typed.files for each in file.chunks for name in each.signals
    }
    known = meanings()
    return {name: known[name] for name in sorted(signals) if name in known}


def signals(typed: argparse.Namespace) -> int:
    """List the signals of the ranking: what each means and what it weighs."""
    from serve.documents_signals import signals_document, signals_text

    print(to_line(signals_document()) if typed.json else signals_text(style()))
    return 0


def _scan(settings: Settings, wanted: SearchRequest, error: NotIndexedError) -> SearchAnswer:
    """Answer from the files themselves where there is no index yet, and start making one."""
    if wanted.ref or wanted.repositories:
        raise error
    from retrieval.scan import scan
    from serve.background import start_indexing

    answer = scan(wanted.root, wanted, engine_options(settings).index.walk)
    root = checkout_root(wanted.root)
    process = start_indexing(root)
    note = f"an index of {root} is being made {f'in process {process}' if process else 'already'}: ask again in a while"
    return replace(answer, status=tuple(replace(each, notes=(*each.notes, note)) for each in answer.status))


def checkout_root(folder: str) -> str:
    """Return the root of the checkout around a folder, or the folder itself outside git."""
    folder = os.path.realpath(folder)
    checkout = find_checkout(folder)
    return folder if checkout is None or checkout.bare else checkout.root


def context(typed: argparse.Namespace) -> int:
    """Pack what answers a question into a token budget."""
    settings = load_settings()
    with open_engine(settings) as engine, closing(open_graph(settings)) as graph:
        wanted = request(typed, typed.query)
        found = engine.context(wanted, budget=typed.budget, seen=[_seen(each) for each in typed.seen], graph=graph)
        pack = replace(found, status=with_pending(engine, found.status, wanted))
    if typed.json:
        print(to_line(context_document(pack)))
    else:
        print(render.context(pack))
        sys.stdout.flush()
        print(f"{render.context_summary(pack)}\n{render.status_line(pack.status)}", file=sys.stderr)
    return 0 if pack.items or pack.front else 1


def _seen(typed: str) -> str:
    """Return the text of a file that holds handles, or a handle itself. Raises ``QueryError`` for what is neither."""
    if not os.path.exists(typed):
        return typed
    try:
        with open(typed, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        raise QueryError(f"cannot read the handles in {typed}: {error.strerror}; name a file that holds an earlier pack") from error


def show(typed: argparse.Namespace) -> int:
    """Print lines of a file as the index holds them."""
    match = _SPAN.fullmatch(typed.span)
    if match is None:
        raise QueryError("the path is empty; give PATH, PATH:START or PATH:START-END")
    start = int(match["start"] or 1)
    end = int(match["end"] or match["start"] or 0)
    if start < 1 or (end and end < start):
        raise QueryError(f"{typed.span} names no lines: they count from 1, and the last one is not before the first")
    with open_engine(load_settings()) as engine:
        span = engine.show(typed.directory, match["path"], start=start, end=end, ref=typed.ref)
    if typed.json:
        print(to_line(span_document(span)))
    else:
        print(render.plain(span.text))
    return 0


def symbols(typed: argparse.Namespace) -> int:
    """List definitions by name."""
    with open_engine(load_settings()) as engine:
        found = engine.symbols(typed.directory, typed.pattern, filters=filters(typed), limit=typed.limit, ref=typed.ref)
        answer = replace(found, status=look(engine, found.status, typed.directory, typed.ref))
    if typed.json:
        print(to_line(symbols_document(answer)))
    else:
        if answer.symbols:
            print(render.symbols(answer, style()))
        sys.stdout.flush()
        more = answer.total - len(answer.symbols)
        print(f"{answer.total:,} found{f', {more:,} more with a larger --limit' * (more > 0)}", file=sys.stderr)
        print(render.status_line([answer.status]), file=sys.stderr)
    return 0 if answer.symbols else 1


def request(typed: argparse.Namespace, text: str) -> SearchRequest:
    """Return what was typed as a request. Raises ``QueryError`` for an unknown filter value."""
    from retrieval.answers import SearchRequest  # indexing takes what is general from this module, and asks nothing: 4 ms

    searching = typed.command == "search"
    listing = searching and typed.files
    return SearchRequest(
        text=text,
        root=typed.directory,
        limit=typed.limit,
        filters=filters(typed),
        regex=typed.regex,
        ref=typed.ref,
        repositories=("*",) if typed.all_repos else tuple(typed.repo),
        nested=NESTED if listing else 0,
        fold=searching and not listing,
        at=typed.at,
        split=searching,
    )


def filters(typed: argparse.Namespace) -> Filters:
    """Return the filters that were typed. Raises ``QueryError`` for an unknown language or kind, which would silently match nothing."""
    from retrieval.filters import Filters

    return Filters(
        paths=tuple(typed.path), languages=tuple(map(_language, typed.language)), kinds=tuple(map(_kind, typed.kind)), tests=typed.tests
    )


def _kind(name: str) -> SymbolKind:
    try:
        return SymbolKind(name.lower())
    except ValueError:
        raise QueryError(f"there is no kind {name!r}; the kinds are {', '.join(SymbolKind)}") from None


def _language(name: str) -> LanguageId:
    """Return a language by its name or by the extension of its files."""
    from ingest.analyze import detect
    from ingest.formats.outline import FORMATS
    from ingest.languages.registry import LANGUAGES

    typed = LanguageId(name.lower())
    if typed in LANGUAGES or typed in FORMATS:
        return typed
    by_extension = detect(f"file.{typed.removeprefix('.')}", b"")
    if by_extension == "text":
        raise QueryError(f"there is no language {name!r}; codelore languages lists them")
    return by_extension


def with_pending(engine: Engine, statuses: Iterable[ViewStatus], request: SearchRequest) -> tuple[ViewStatus, ...]:
    """Say of each view that was asked how many of its files have changed since."""
    if request.ref and not request.repositories:
        return tuple(look(engine, status, request.root, request.ref) for status in statuses)
    return tuple(status if request.ref else look(engine, status, status.view) for status in statuses)


def look(engine: Engine, status: ViewStatus, root: str, ref: str = "") -> ViewStatus:
    """Count the files that differ from a view, unless it is large."""
    if status.files > PENDING_UP_TO_FILES:
        return status
    return replace(status, pending=engine.pending(root, ref=ref))


def style() -> render.Style:
    """Return colours for a terminal, none for anything else."""
    return render.Style(color=sys.stdout.isatty() and color_wanted())
