"""A question about structure, asked of one view: its graph where there is one, and the lines that the rows stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.answers import Coverage, GraphView, Verdict, ask, open_view
from graph.flow_store import FlowStore
from graph.graph_state import GraphState
from graph.model import REPOSITORY, EdgeKind, Handle, Node, NodeKind, graph_name
from graph.store import GraphStore
from ingest.database import Database
from ingest.facts import FactStore
from ingest.model import View, ViewKind
from ingest.views import Repository, ViewCatalog
from retrieval.configured import defines, definitions_of, setting_rows
from retrieval.snapshot import Mask, Snapshot
from retrieval.structure import MAX_FILES, MAX_TARGETS, Structure, StructureRow, ask_graph, find_targets, modules_named
from retrieval.understanding.structural import Relation, Structural
from retrieval.view_graphs import ViewGraphs

_Asked = tuple[str, list[Node], list[StructureRow], Verdict, Coverage, list[str]]


_VERSIONS = "packages are matched by the names that manifests give them, and their versions are not compared"


@dataclass(frozen=True, slots=True)
class AskedView:
    """A view that is asked. ``allowed`` (bool, one a chunk) are the chunks of files whose rows the filters let through."""

    repository: Repository
    view: View
    snapshot: Snapshot
    allowed: Mask


class StructureSearch:
    """Asks the graphs in a store, or says that there is none."""

    def __init__(self, database: Database, store: GraphStore | None) -> None:
        self._database, self._store = database, store
        self._facts, self._views = FactStore(database), ViewCatalog(database)

    def answers(self, asked: Structural, views: Iterable[AskedView], limit: int) -> list[Structure]:
        """Return the answer for each view where the name stands for something, with at most ``limit`` rows each.

        A use that stands in several answers, where its file is and where what it uses is, is left to the view that has the file.
        """
        found = [(each, answer) for each in views if (answer := self._answer(asked, each)) is not None]
        own = {f"{REPOSITORY}{answer.repository}/{row.path}:{row.line}" for _, answer in found for row in answer.rows if row.path}
        shown: list[Structure] = []
        for each, answer in found:
            rows = [row for row in answer.rows if f"{row.path}:{row.line}" not in own]
            abroad = sum(_is_abroad(row) and row.kind != EdgeKind.REQUESTS for row in rows)
            notes = (*answer.notes, f"{abroad:,} uses are in other repositories: {_VERSIONS}") if abroad else answer.notes
            text = tuple(self._with_text(rows[:limit], each.view))
            shown.append(replace(answer, rows=text, total=len(rows), notes=notes))
        return shown

    def _answer(self, asked: Structural, each: AskedView) -> Structure | None:
        """Return the answer for one view with all rows, without their lines."""
        view, snapshot, allowed = each.view, each.snapshot, each.allowed
        graph, notes = self._graph(view)
        name, targets, rows, verdict, coverage, more = (asked.name, [], [], Verdict.NONE, Coverage(), [])
        if graph is not None:
            name, targets, rows, verdict, coverage, more = ask(graph, lambda open_graph: self._ask(open_graph, asked, snapshot))
        if asked.relation is Relation.CONFIGURED:
            spelled, settings = setting_rows(asked.names, snapshot, self._facts, allowed)
            if settings:
                name, rows = spelled, [*settings, *(row for row in rows if name == spelled)]
                verdict = Verdict.PROVEN if any(row.evidence == "proven" for row in rows) else Verdict.POSSIBLE
            if not rows:
                return None
        elif not targets and (graph is not None or not self._is_known(asked, snapshot, allowed)):
            return None
        choice = len(targets) > (MAX_FILES if _are_files(targets) else MAX_TARGETS)
        if choice:
            more = [f"{len(targets):,} definitions are named {name}: ask for one by its qualified name or its handle"]
        shown = self._shown(rows, snapshot, allowed)
        if len(shown) < len(rows):
            more = [*more, f"{len(rows) - len(shown):,} uses in files that the filters hide are left out"]
        return Structure(
            asked.relation,
            name,
            view.name,
            each.repository.name,
            graph().generation if graph else 0,
            verdict,
            coverage,
            () if choice else tuple(targets),
            tuple(targets) if choice else (),
            tuple(shown),
            len(shown),
            (*notes, *more),
        )

    def _graph(self, view: View) -> tuple[Callable[[], GraphView] | None, list[str]]:
        """Return what opens the graph of a view, None where there is none, and what is to be said of it."""
        name = graph_name(view)
        where = f"{view.root} --ref {view.name}" if view.kind is ViewKind.REF else view.root
        if self._store is None or not GraphState(self._database, self._store).has_graph(name):
            return None, [f"the graph of {view.name} has not been built, so that this is an ordinary search; run: codelore index {where}"]
        graphs = ViewGraphs(self._database, self._store)
        seen, unresolved = graphs.across(view), graphs.reach(view).unresolved_files
        stale = FlowStore(self._database).resolved(name) != view.generation
        notes = [f"the graph shows an older state of {view.name}; run: codelore index {where}"] if stale else []
        return lambda: open_view(seen, name, unresolved_files=unresolved), notes

    def _ask(self, graph: GraphView, asked: Structural, snapshot: Snapshot) -> _Asked:
        name, targets = find_targets(graph, asked, lambda: _paths(snapshot), lambda name: self._handles(name, snapshot))
        if not targets or len(targets) > (MAX_FILES if _are_files(targets) else MAX_TARGETS):
            return name, targets, [], Verdict.NONE, Coverage(0, graph.unresolved_files), []
        return name, targets, *ask_graph(graph, asked, targets)

    def _handles(self, name: str, snapshot: Snapshot) -> Iterator[Handle]:
        for path, symbol in definitions_of(name, snapshot, self._facts, snapshot.live):
            yield Handle(f"{path}#{symbol.qualified_name}")

    def _is_known(self, asked: Structural, snapshot: Snapshot, allowed: Mask) -> bool:
        """Return whether the name would be asked about if there were a graph."""
        known = list(_paths(snapshot))
        return any(defines(name, snapshot, allowed) or modules_named(name, known) for name in asked.names)

    def _shown(self, rows: Sequence[StructureRow], snapshot: Snapshot, allowed: Mask) -> list[StructureRow]:
        """Return the rows of files that the filters let through."""
        if allowed is snapshot.live or not rows:
            return list(rows)
        kept = {snapshot.name(int(each))[0] for each in snapshot.documents_of(allowed)}
        hidden = {snapshot.name(int(each))[0] for each in np.flatnonzero(snapshot.document_live)} - kept
        return [row for row in rows if row.path not in hidden]

    def _with_text(self, rows: Iterable[StructureRow], view: View) -> Iterator[StructureRow]:
        """Yield rows with the lines that they stand in, be they of the view or of another repository's."""
        rows = list(rows)
        others = ViewGraphs(self._database, self._store).parties(view) if self._store and any(map(_is_abroad, rows)) else {}
        homes = {f"{REPOSITORY}{name}/": other for name, other in others.items()} | {"": view}
        paths: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            home = max((each for each in homes if row.path.startswith(each)), key=len)
            paths[home].add(row.path.removeprefix(home))
        lines: dict[str, list[bytes]] = {}
        for home, wanted in paths.items():
            entries = self._views.entries_at(homes[home], wanted)
            texts = self._facts.texts({entry.document_id for entry in entries.values()})
            lines |= {home + path: texts[entry.document_id].split(b"\n") for path, entry in entries.items()}
        for row in rows:
            own = lines.get(row.path, [])
            text = own[row.line - 1] if 0 < row.line <= len(own) else b""
            yield replace(row, text=text.decode("utf-8", "replace").strip()[:_TEXT])


def _is_abroad(row: StructureRow) -> bool:
    return row.path.startswith(REPOSITORY)


_TEXT = 300
"""Characters of a row's line that are shown."""


def _are_files(targets: Sequence[Node]) -> bool:
    return all(node.kind == NodeKind.FILE for node in targets)


def _paths(snapshot: Snapshot) -> Iterator[str]:
    for document in np.flatnonzero(snapshot.document_live):
        yield snapshot.name(int(document))[0]
