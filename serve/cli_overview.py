"""The command that sums up: overview."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import replace

from graph.model import graph_name
from retrieval.answers import SearchRequest
from retrieval.summaries.model import Definition, Overview
from retrieval.summaries.text import render as text_of
from serve import render
from serve.cli_search import look, style
from serve.compose import open_engine, open_graph
from serve.documents import to_line
from serve.overview_documents import overview_document
from serve.progress import show_progress
from serve.settings import load_settings


def overview(typed: argparse.Namespace) -> int:
    """Sum up a repository, a folder, a file or a symbol; return 1 when a name stands for several symbols."""
    settings = load_settings()
    with open_engine(settings) as engine, closing(open_graph(settings)) as store:
        view = engine.views(SearchRequest(text="overview", root=typed.directory, ref=typed.ref))[0][1]
        if store.generation(graph_name(view)):  # one that is behind costs what changed; one that is not there, more than an overview may
            with show_progress() as progress:
                engine.resolve(view, store, progress=progress)
        found = engine.overview(typed.directory, typed.name, store=store, ref=typed.ref, depth=typed.depth)
        found = replace(found, status=look(engine, found.status, typed.directory, typed.ref))
    if typed.json:
        print(to_line(overview_document(found)))
    else:
        _print(found, typed)
    return 0 if found.summary else 1


def _print(found: Overview, typed: argparse.Namespace) -> None:
    if found.summary:
        print(render.plain(text_of(found.summary, budget=typed.budget)))
    else:
        print("\n".join(map(_choice, found.choices)))
    sys.stdout.flush()
    if not found.summary:
        print(
            f"codelore overview: {len(found.choices)} symbols are named {render.one_line(typed.name)}: ask for one by its handle",
            file=sys.stderr,
        )
    print("\n".join([*found.notes, render.status_line([found.status])]), file=sys.stderr)


def _choice(each: Definition) -> str:
    handle = render.one_line(f"{each.path}#{each.qualified_name}")
    return f"{style().path(handle)}  {each.kind}  {each.start_line}-{each.end_line}"
