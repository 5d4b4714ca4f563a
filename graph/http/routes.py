"""The routes of a view: what its files say about HTTP, kept file by file, and put together again when one of them says something else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from graph.flow_store import FlowStore
from graph.http.facts import NO_FACTS, HttpFacts, from_rows
from graph.http.joining import ROUTES, RouteTable, graph_of
from graph.model import FileGraph, Handle
from ingest.codec import encode_value

_FACTS = "http of "


def facts_of(flows: FlowStore, view: str) -> Iterator[tuple[str, HttpFacts]]:
    """Yield what each file of a view says about HTTP, by path, in order."""
    for name in flows.notes(view, _FACTS):
        yield name.removeprefix(_FACTS), from_rows(flows.note(view, name))


class Routes:
    """What the files of a view say about HTTP after a run."""

    def __init__(self, flows: FlowStore, view: str, found: Mapping[str, HttpFacts], removed: Collection[str]) -> None:
        """``found`` is what the files say that were resolved in this run; ``removed`` are files that are gone."""
        self._flows, self._view = flows, view
        self._before = frozenset(name.removeprefix(_FACTS) for name in flows.notes(view, _FACTS))
        said: dict[str, HttpFacts] = dict.fromkeys(removed, NO_FACTS) | dict(found)
        self._changed = {path: facts for path, facts in said.items() if self._is_new(path, facts)}
        self.changed = bool(self._changed)

    def _is_new(self, path: str, facts: HttpFacts) -> bool:
        if path not in self._before or not facts:
            return bool(facts) or path in self._before
        kept: Any = self._flows.note(self._view, f"{_FACTS}{path}")
        return encode_value(kept) != encode_value(facts)

    @cached_property
    def _files(self) -> dict[str, HttpFacts]:
        """What every file says now."""
        kept = {path: facts for path, facts in facts_of(self._flows, self._view) if path not in self._changed}
        return {path: facts for path, facts in (kept | self._changed).items() if facts}

    def graph(self) -> FileGraph:
        """Return the routes, what answers them and what asks for them; a graph without nodes and edges for none."""
        return graph_of(self._files)

    @cached_property
    def handles(self) -> frozenset[Handle]:
        """The routes."""
        return frozenset(each.handle for each in RouteTable(self._files).served)

    def notes(self) -> dict[str, list[str]]:
        """Return what was left out, where that is new."""
        if not self.changed:
            return {}
        dropped = sum(facts.dropped for facts in self._files.values())
        why = f"routes: {dropped:,} routes and requests are left out, because their path or address is no literal"
        return {ROUTES: [why] if dropped else []}

    def keep(self) -> None:
        """Remember what the files say."""
        for path, facts in self._changed.items():
            self._flows.keep(self._view, f"{_FACTS}{path}", facts or None)
