"""The commands that ask the graph."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from graph.answers import Answer, GraphView, ReachAnswer, ask, open_view
from graph.dead import JUDGED, dead_code
from graph.http.listing import list_routes
from graph.importance import hot_spots, rank
from graph.levels import Reach
from graph.model import EdgeKind, Evidence, Handle, graph_name
from graph.neighbourhood import neighbourhood
from graph.picture import picture
from graph.questions import NameNotFoundError, callees, callers, find_one, implementations, overrides, references
from graph.reach import find_tests, impact, path_between
from graph.store import GraphStore
from graph.structure import cycles, dependencies, dependents, module_scope
from graph.surroundings import look_around
from ingest.errors import NotIndexedError, QueryError, SourceError
from ingest.model import View, ViewKind, ViewStatus
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from serve import render_graph
from serve.cli_search import look, style
from serve.compose import open_engine, open_graph
from serve.documents import to_line
from serve.graph_documents import answer_document, choices_document, count_document, export_records, page_document
from serve.graph_page import page
from serve.progress import show_progress
from serve.settings import load_settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """The view that a command asks about, with its graph."""

    engine: Engine
    store: GraphStore
    view: View
    status: ViewStatus
    typed: argparse.Namespace
    reach: Reach

    def answer(self, question: Callable[[GraphView], T]) -> T:
        """Answer from one generation of the graph. Raises ``NotIndexedError`` when there is none."""
        name = graph_name(self.view)
        if not self.store.generation(name):
            where = f"{self.view.root} --ref {self.view.name}" if self.view.kind is ViewKind.REF else self.view.root
            raise NotIndexedError(f"the graph of {self.view.name} has not been built; run: codelore index {where}")
        seen = self.engine.graphs(self.store).across(self.view)
        return ask(lambda: open_view(seen, name, unresolved_files=self.reach.unresolved_files), question)


def run(typed: argparse.Namespace) -> int:
    """Answer what was asked; return 1 when nothing was found, or the name stands for nothing or for several symbols."""
    with opened(typed) as asked:
        if typed.question in _WHOLE:
            return _WHOLE[typed.question](asked)
        try:
            answer = asked.answer(lambda graph: _QUESTIONS[typed.question](graph, asked))
        except NameNotFoundError as error:
            return _print_choices(error, asked)
    if typed.json:
        print(to_line(answer_document(answer, asked.status, asked.reach.levels)))
    else:
        rows = render_graph.rows(answer, style())
        if rows:
            print(rows)
        sys.stdout.flush()
        print(render_graph.summary(answer, asked.status, asked.reach.levels), file=sys.stderr)
    return 0 if render_graph.found(answer) else 1


@contextmanager
def opened(typed: argparse.Namespace) -> Generator[Asked]:
    """Open the view that a command asks about, and bring its graph up to date."""
    settings = load_settings()
    with open_engine(settings) as engine:
        view = engine.views(SearchRequest(text="graph", root=typed.directory, ref=typed.ref))[0][1]
        status = look(engine, engine.status(typed.directory, ref=typed.ref, look=False), typed.directory, typed.ref)
        with closing(open_graph(settings)) as store:
            with show_progress() as progress:
                engine.resolve(view, store, progress=progress)
            yield Asked(engine, store, view, status, typed, engine.graphs(store).reach(view))


def _print_choices(error: NameNotFoundError, asked: Asked) -> int:
    if asked.typed.json:
        print(to_line(choices_document(error.named, asked.typed.question, asked.status, asked.reach)))
    elif error.named.choices:
        print(render_graph.nodes(error.named.choices, style()))
    sys.stdout.flush()
    print(f"codelore graph {asked.typed.question}: {render_graph.one_line(str(error))}", file=sys.stderr)
    return 1


# Each question, from what was typed.


def _kinds(asked: Asked) -> tuple[EdgeKind, ...]:
    return tuple(map(EdgeKind, asked.typed.kind))


def _evidence(asked: Asked) -> tuple[Evidence, ...]:
    return tuple(map(Evidence, asked.typed.evidence))


def _near(question: Callable[..., Answer]) -> Callable[[GraphView, Asked], Answer]:
    def ask_near(graph: GraphView, asked: Asked) -> Answer:
        options = {name: getattr(asked.typed, name) for name in ("depth", "nodes", "limit") if hasattr(asked.typed, name)}
        return question(graph, find_one(graph, asked.typed.symbol), kinds=_kinds(asked), evidence=_evidence(asked), **options)

    return ask_near


def _path(graph: GraphView, asked: Asked) -> Answer:
    typed = asked.typed
    start, end = find_one(graph, typed.start), find_one(graph, typed.end)
    return path_between(graph, start, end, kinds=_kinds(asked), evidence=_evidence(asked), depth=typed.depth, nodes=typed.nodes)


def _neighbourhood(graph: GraphView, asked: Asked) -> Answer:
    seeds = [find_one(graph, name) for name in asked.typed.symbol]
    typed = asked.typed
    return neighbourhood(graph, seeds, kinds=_kinds(asked), evidence=_evidence(asked), depth=typed.depth, nodes=typed.nodes)


def _rank(graph: GraphView, asked: Asked) -> Answer:
    typed = asked.typed
    seeds = dict.fromkeys((find_one(graph, name).handle for name in typed.symbol), 1.0)
    if typed.query is not None:
        seeds = _hits(graph, asked) | seeds
    elif not seeds:
        raise QueryError("give a QUERY or --symbol SYMBOL, e.g. codelore graph rank 'where are sessions stored'")
    return rank(graph, seeds, kinds=_kinds(asked), evidence=_evidence(asked), hops=typed.depth, nodes=typed.nodes, limit=typed.limit)


def _hits(graph: GraphView, asked: Asked) -> dict[Handle, float]:
    """Return the nodes of a query's hits; a hit weighs less the lower it ranks."""
    typed = asked.typed
    request = SearchRequest(text=typed.query, root=typed.directory, ref=typed.ref, limit=typed.seeds)
    handles = {
        Handle(f"{hit.path}#{hit.symbol}" if hit.symbol else hit.path): hit.rank for hit in reversed(asked.engine.search(request).hits)
    }
    return {handle: 1.0 / handles[handle] for handle in graph.nodes(handles)}


def _modules(question: Callable[..., Answer]) -> Callable[[GraphView, Asked], Answer]:
    def ask_modules(graph: GraphView, asked: Asked) -> Answer:
        scope = module_scope(graph, asked.typed.module)
        return question(graph, scope, kinds=_kinds(asked), evidence=_evidence(asked), limit=asked.typed.limit)

    return ask_modules


def _cycles(graph: GraphView, asked: Asked) -> Answer:
    within = module_scope(graph, asked.typed.module).handles if asked.typed.module else ()
    return cycles(graph, within=within, kinds=_kinds(asked), evidence=_evidence(asked), limit=asked.typed.limit)


def _dead(graph: GraphView, asked: Asked) -> Answer:
    typed = asked.typed
    return dead_code(graph, exports=typed.exported, symbol_kinds=frozenset(typed.kind) or JUDGED, limit=typed.limit)


def _owners(graph: GraphView, asked: Asked) -> Answer:
    from graph.owners import owners  # loads parsers

    typed, texts = asked.typed, asked.engine.texts(asked.view)
    return owners(graph, asked.view, texts, typed.symbol, blame_files=typed.blame_files, seconds=typed.seconds, limit=typed.limit)


def _hot_spots(graph: GraphView, asked: Asked) -> Answer:
    from graph.past import read_churn  # what reads git's log, which no other question needs: 15 ms

    typed, view = asked.typed, asked.view
    changed, source = read_churn(look_around(view), asked.engine.texts(view).paths, typed.commits) or (None, "")
    return hot_spots(graph, changed, churn_source=source, kinds=_kinds(asked), evidence=_evidence(asked), limit=typed.limit)


def _routes(graph: GraphView, asked: Asked) -> Answer:
    routes = asked.engine.graphs(asked.store).routes(asked.view)
    return list_routes(graph, routes, pattern=asked.typed.pattern or "", evidence=_evidence(asked), limit=asked.typed.limit)


_QUESTIONS: dict[str, Callable[[GraphView, Asked], Answer]] = {
    "callers": _near(callers),
    "callees": _near(callees),
    "references": _near(references),
    "implementations": _near(implementations),
    "overrides": _near(overrides),
    "impact": _near(impact),
    "tests": _near(find_tests),
    "path": _path,
    "neighbourhood": _neighbourhood,
    "rank": _rank,
    "dependencies": _modules(dependencies),
    "dependents": _modules(dependents),
    "cycles": _cycles,
    "dead": _dead,
    "owners": _owners,
    "hotspots": _hot_spots,
    "routes": _routes,
}


# What is about the view as a whole, or writes a file.


def _view(asked: Asked) -> int:
    """Write a picture as one HTML page."""
    typed = asked.typed

    def question(graph: GraphView) -> ReachAnswer:
        scope = module_scope(graph, typed.symbol)
        return picture(graph, scope, kinds=_kinds(asked), evidence=_evidence(asked), depth=typed.depth, nodes=typed.nodes)

    try:
        answer = asked.answer(question)
    except NameNotFoundError as error:
        return _print_choices(error, asked)
    path = Path(typed.output)
    try:
        path.write_text(page(answer, typed.symbol, asked.status, asked.reach.levels), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SourceError(f"cannot write the picture to {path}: {error.strerror}; give another file with --output") from error
    if typed.json:
        print(to_line(page_document(answer, str(path), asked.status, asked.reach.levels)))
    else:
        print(path)
        sys.stdout.flush()
        print(render_graph.summary(answer, asked.status, asked.reach.levels), file=sys.stderr)
    return 0


def _export(asked: Asked) -> int:
    """Stream every node and edge of one generation."""
    output = asked.typed.output
    asked.answer(lambda _: None)
    nodes = edges = 0
    try:
        with nullcontext(sys.stdout) if output == "-" else open(output, "w", encoding="utf-8") as lines:
            nodes, edges = _write(lines, asked)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise SourceError(f"cannot write the graph to {output}: {error.strerror}; give another file with --output") from error
    sys.stdout.flush()
    print(f"{nodes:,} nodes, {edges:,} edges", file=sys.stderr)
    return 0


def _write(lines: TextIO, asked: Asked) -> tuple[int, int]:
    counts = {"node": 0, "edge": 0}
    for record in export_records(asked.store, graph_name(asked.view)):
        counts[record["type"]] += 1
        lines.write(to_line(record) + "\n")
    return counts["node"], counts["edge"]


def _status(asked: Asked) -> int:
    """Tell how much there is of what."""
    document = asked.answer(lambda graph: count_document(graph, asked.status, asked.reach))
    if asked.typed.json:
        print(to_line(document))
    else:
        print(render_graph.counts(document))
    return 0


_WHOLE: dict[str, Callable[[Asked], int]] = {"view": _view, "export": _export, "status": _status}
