"""Routes and requests of a few small files, as lines that can be read."""

from __future__ import annotations

from collections.abc import Mapping

from graph.build import by_callee, flow_of, make_resolver
from graph.http.facts import HttpFacts, from_rows
from graph.http.finding import http_of
from graph.http.joining import graph_of
from graph.model import Edge, EdgeKind
from graph.program import Program
from ingest.analyze import analyze, detect
from ingest.codec import decode_value, encode_value


def facts_of(files: Mapping[str, str]) -> dict[str, HttpFacts]:
    """Return what each file says about HTTP, as it comes back from where it is stored."""
    program = Program(
        {path: detect(path, text.encode()) for path, text in files.items()}, lambda path: flow_of(analyze(path, files[path].encode())[0])
    )
    resolver, evaluator = make_resolver(program)
    paths = sorted(files)
    resolver.use_calls(by_callee(call for path in paths for call in resolver.begin(path)))
    found: dict[str, HttpFacts] = {}
    for path in paths:
        read = http_of(evaluator, path, resolver.finish(path).edges)
        assert not read.problem
        found[path] = from_rows(decode_value(encode_value(read.facts)))
    return found


def edges_of(files: Mapping[str, str], kind: EdgeKind) -> list[Edge]:
    """Return the edges of a kind, in order."""
    return [edge for edge in graph_of(facts_of(files)).edges if edge.kind is kind]


def routes(files: Mapping[str, str]) -> list[str]:
    """Return what answers each route: METHOD PATH, symbol, evidence."""
    edges = edges_of(files, EdgeKind.HANDLES)
    return sorted(f"{edge.source.partition('#')[2]} -> {edge.target.partition('#')[2] or edge.target} {edge.evidence}" for edge in edges)


def requests(files: Mapping[str, str]) -> list[str]:
    """Return what is asked for: the asking symbol, the target without its file, evidence."""
    edges = edges_of(files, EdgeKind.REQUESTS)
    return [f"{edge.source.partition('#')[2]} -> {_end(edge.target)} {edge.evidence}" for edge in edges]


def _end(target: str) -> str:
    return target if target.startswith(("external:", "unknown:")) else target.partition("#")[2]
