"""The one facade: open a data folder, index, ask. Thread-safe for one caller at a time; any number of processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model import graph_name
from ingest.database import Database
from ingest.errors import NotIndexedError, QueryError, SourceError
from ingest.facts import FactStore
from ingest.git import GitCheckout, find_checkout, repository_identity, resolve_ref
from ingest.model import DocumentId, Failure, RepositoryId, View, ViewKind, ViewStatus
from ingest.view_texts import ViewTexts
from ingest.views import IndexReport, Repository, ViewCatalog
from retrieval.holdings import PAYLOAD_BYTES, VECTORS_FILE, held_documents, index_fingerprint, remove_files
from retrieval.run import EmbedOptions, IndexOptions, IndexOutcome, Progress
from retrieval.weights import FUSION, SHIPPED

if TYPE_CHECKING:
    from graph.indexing import GraphOutcome
    from graph.store import GraphStore
    from retrieval.answers import SearchAnswer, SearchRequest, Span, SymbolAnswer
    from retrieval.catalog import SegmentCatalog
    from retrieval.filters import Filters
    from retrieval.indexer import Indexer
    from retrieval.models.embeddings import Embeddings
    from retrieval.packs.model import ContextPack
    from retrieval.ranking.rank import Ranker
    from retrieval.searcher import Searcher
    from retrieval.summaries.model import Overview
    from retrieval.summaries.overview import Summaries
    from retrieval.view_graphs import ViewGraphs

# What only a search or only a run needs is loaded when there is one: numpy takes 70 ms, grammars and process pools 40, and a run that
# finds every file known takes less than both.


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to run the engine."""

    index: IndexOptions = field(default_factory=IndexOptions)
    weights: Path = SHIPPED
    fusion: Path = FUSION
    """Weights of the ranking."""
    busy_seconds: float = 30.0
    payload_bytes: int = PAYLOAD_BYTES
    """Larger segments are files of their own."""
    embed: EmbedOptions = field(default_factory=EmbedOptions)


class Engine:  # noqa: PLR0904
    """Everything Codelore can do with one data folder."""

    def __init__(self, data: Path, options: EngineOptions | None = None) -> None:
        """Open the data folder, made if it is not there. Raises ``StoreError``."""
        self._data = data
        self._options = options or EngineOptions()
        self._database = Database(data / "codelore.db", busy_seconds=self._options.busy_seconds)
        self._facts = FactStore(self._database)
        self._views = ViewCatalog(self._database)
        self._summaries: tuple[GraphStore | None, Summaries] | None = None
        self._about: dict[int, tuple[int, tuple[IndexReport, tuple[int, int, int], tuple[list[Failure], list[str]]]]] = {}

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._data

    @cached_property
    def _fingerprint(self) -> str:
        return index_fingerprint(self._options.weights)

    @cached_property
    def _catalog(self) -> SegmentCatalog:
        from retrieval.catalog import SegmentCatalog

        return SegmentCatalog(self._database, self._data / "segments", self._fingerprint, payload_bytes=self._options.payload_bytes)

    @cached_property
    def _searcher(self) -> Searcher:
        from retrieval.embed import StaticEmbedder
        from retrieval.ranking.fusion import load_fusion
        from retrieval.searcher import Searcher

        embedder, fusion = StaticEmbedder.load(self._options.weights), load_fusion(self._options.fusion)
        vectors = self.embeddings.tier if self._options.embed.address else None
        return Searcher(self._database, self._catalog, embedder, fusion, self.views, self._status, vectors)

    @cached_property
    def _indexer(self) -> Indexer:
        from retrieval.indexer import Indexer
        from retrieval.worker_setup import WorkerSetup

        setup = WorkerSetup(self._options.weights)
        return Indexer(self._database, self._held, lambda: self._catalog, setup, self._options.index, self._data / "locks")

    def _held(self, repository: RepositoryId) -> Collection[DocumentId] | None:
        return held_documents(self._database, self._data / "segments", repository, self._fingerprint)

    @cached_property
    def embeddings(self) -> Embeddings:
        """The vectors of the model that the options name, beside the static ones."""
        from retrieval.models.embeddings import Embeddings

        options = self._options
        return Embeddings(self._database, self._catalog, self._data, options.embed, options.index.workers, options.busy_seconds)

    def index(
        self, path: str, *, ref: str = "", to_resolve: bool = False, progress: Callable[[Progress], None] = lambda _: None
    ) -> IndexOutcome:
        """Bring a working tree, a folder, or with ``ref`` a branch, tag or commit up to date; see ``Indexer`` for what it raises.

        ``to_resolve`` says that ``resolve`` comes next: the workers keep for it what they can.
        """
        self._indexer.keep_trees = to_resolve
        return self._indexer.index_ref(path, ref, progress) if ref else self._indexer.index_worktree(path, progress)

    def refresh(self, root: str, changed: Collection[str], *, progress: Callable[[Progress], None] = lambda _: None) -> IndexOutcome:
        """Bring a working tree up to date after changes to these paths, relative to it; see ``Indexer.index_paths``."""
        return self._indexer.index_paths(root, changed, progress)

    def resolve(self, view: View, store: GraphStore, *, progress: Callable[[Progress], None] = lambda _: None) -> GraphOutcome | None:
        """Bring the graph of a view up to date in ``store``; None when it is. One process at a time does. Raises ``StoreError``."""
        from graph.graph_state import GraphState
        from graph.surroundings import look_around

        name, around, options = graph_name(view), look_around(view), self._options.index
        state = GraphState(self._database, store)
        if state.is_current(name, view.generation, around):
            return None
        from graph.indexing import GraphIndexer  # what resolves is loaded where there is something to resolve
        from ingest.lock import exclusive, lock_path

        with exclusive(
            lock_path(self._data / "locks", f"graph of {name}"),  # not the index's: files are searched while their names are resolved
            wait_seconds=options.lock_seconds,
            waiting=lambda: progress(Progress("waiting for another process that resolves this repository")),
            doing="resolving this repository",
        ):
            if state.is_current(name, view.generation, around):
                return None
            indexer = GraphIndexer(self._database, store, workers=options.workers, silence_seconds=options.silence_seconds)
            others = [graph_name(each) for each in self._views.views(view.repository_id) if each.view_id != view.view_id]
            return indexer.update(
                name,
                self._views.languages(view.view_id),
                shows=view.generation,
                like=next((each for each in reversed(others) if state.has_graph(each)), ""),
                around=around,
                kept=self._indexer.lower_kept if "_indexer" in self.__dict__ else lambda: (),
                progress=lambda phase, done, total: progress(Progress(phase, done, total)),
            )

    def graphs(self, store: GraphStore) -> ViewGraphs:
        """Return what can be told of, and laid over, the graphs of views in ``store``."""
        from retrieval.view_graphs import ViewGraphs

        return ViewGraphs(self._database, store)

    def summaries(self, store: GraphStore | None = None) -> Summaries:
        """Return the summaries of views, with the uses that the graphs in ``store`` know; what they read is kept for the next time."""
        from retrieval.summaries.overview import Summaries

        if self._summaries is None or self._summaries[0] is not store:
            self._summaries = store, Summaries(self._database, store)
        return self._summaries[1]

    def overview(self, root: str, name: str = "", *, store: GraphStore | None = None, ref: str = "", depth: int = 1) -> Overview:
        """Sum up a file, folder or symbol of the view around ``root``, or the whole view, and what is in it ``depth`` levels down.

        Raises ``LookupError`` when ``name`` is none of these.
        """
        request = _request("overview", root, ref)
        repository, view = self.views(request)[0]
        inside = self._relative(view, root, os.path.join(name, "x")) if name else "x"
        at = "" if inside == "x" else inside.removesuffix("/x") or name
        status = self._status(repository, view)
        return self.summaries(store).overview(view, name, status, at=at, title=repository.name, depth=depth)

    def search(self, request: SearchRequest, graph: GraphStore | None = None) -> SearchAnswer:
        """Answer a question from every view it asks, as one list. One about structure (who calls X) is asked of ``graph`` as well.

        Raises ``QueryError`` for a query that cannot be understood, ``NotIndexedError`` when there is no view to ask, and
        ``ValueError`` for a limit below 1.
        """
        if request.limit < 1:
            raise ValueError(f"a limit must be at least 1, not {request.limit}")
        return self._searcher.search(self._placed(request) if request.at else request, graph)

    def _placed(self, request: SearchRequest) -> SearchRequest:
        """Return the request with its place as its view spells it. Raises ``QueryError`` where several views are asked."""
        found = self.views(request)
        if len(found) > 1:
            raise QueryError(f"{request.at} is a place in one repository, and {len(found)} are asked; name one, or ask from no place")
        return replace(request, at=self._relative(found[0][1], request.root, request.at))

    def context(self, request: SearchRequest, *, budget: int, seen: Iterable[str] = (), graph: GraphStore | None = None) -> ContextPack:
        """Pack what answers a question into ``budget`` tokens; ``seen`` are texts with handles of what the asker has already.

        A text of several questions is answered part by part, and one about structure with what the graph says, in front.

        With a ``graph`` store, what lies around the hits is taken in by signature. A view without a graph there does without, and says so.
        Raises as ``search`` does, ``ValueError`` for a budget below 1, ``QueryError`` for what holds no handle, and ``StoreBusyError`` when
        the view changes faster than it is read.
        """
        from retrieval.packs.packing import Packing

        return Packing(self._database, self.views, self.search, self.summaries).pack(request, budget=budget, seen=seen, graph=graph)

    def show(self, root: str, path: str, *, start: int = 1, end: int = 0, ref: str = "") -> Span:
        """Return lines of a file as the view holds them; ``end`` 0 is the last line.

        Raises ``LookupError`` for a path or lines that the view has not.
        """
        with self._database.read():
            return self._show(_request(path, root, ref), path, start, end)

    def _show(self, request: SearchRequest, path: str, start: int, end: int) -> Span:
        repository, view = self.views(request)[0]
        relative = self._relative(view, request.root, path)
        entry = self._views.entries_at(view, [relative]).get(relative)
        if entry is None:
            raise LookupError(f"{path} is not in the index of {view.name}; see codelore status for what was skipped")
        parsed = self._facts.parsed(entry.document_id)
        lines = parsed.text.decode("utf-8", "replace").split("\n")[: parsed.lines]
        start, end = max(start, 1), min(end or parsed.lines, parsed.lines)
        if start > end:
            raise LookupError(f"{relative} has {parsed.lines} lines in the index of {view.name}; lines {start} to {end} are not among them")
        from retrieval.answers import Span

        return Span(relative, start, end, "\n".join(lines[start - 1 : end]), parsed.language, self._status(repository, view))

    def texts(self, view: View) -> ViewTexts:
        """Return the texts of a view's files."""
        return ViewTexts(self._database, view)

    def symbols(self, root: str, pattern: str, *, filters: Filters | None = None, limit: int = 50, ref: str = "") -> SymbolAnswer:
        """Return the definitions whose name matches ``pattern`` (``*`` and ``?`` are wild, case does not matter), in order of path."""
        request = _request(pattern, root, ref, filters)
        return self._searcher.symbols(request, limit)

    def ranker(self, request: SearchRequest) -> Ranker:
        """Return what ranks the first view that a request asks, to train or to explain it. Raises as ``search`` does."""
        return self._searcher.ranker(request)

    def views(self, request: SearchRequest) -> list[tuple[Repository, View]]:
        """Return the views a request asks. Raises ``NotIndexedError`` when there is none."""
        repositories = {each.repository_id: each for each in self._views.repositories()}
        if request.repositories:
            return self._named_views(request, repositories)
        root = os.path.realpath(request.root)
        views = [view for view in self._views.views() if view.generation]
        if request.ref:
            checkout = find_checkout(root)
            identity = repository_identity(checkout.root, checkout) if checkout else ""
            refs = [view for view in views if view.kind is ViewKind.REF and repositories[view.repository_id].identity == identity]
            found = [view for view in refs if view.name == request.ref] or _of_commit(refs, checkout, request.ref)
            if not found:
                raise NotIndexedError(f"the ref {request.ref!r} of {root} is not indexed; run: codelore index {root} --ref {request.ref}")
        else:
            around = [
                view
                for view in views
                if view.kind is ViewKind.WORKTREE and (root == view.root or root.startswith(view.root.rstrip("/") + "/"))
            ]
            found = sorted(around, key=lambda view: -len(view.root))[:1]
            if not found:
                raise NotIndexedError(f"{root} is not indexed; run: codelore index {root}")
        return [(repositories[view.repository_id], view) for view in found]

    def _named_views(self, request: SearchRequest, repositories: dict[RepositoryId, Repository]) -> list[tuple[Repository, View]]:
        """Return for each named repository its ref view of the request, or its working tree indexed last."""
        chosen: dict[RepositoryId, View] = {}
        for view in sorted(self._views.views(), key=lambda view: view.indexed_at):
            named = "*" in request.repositories or repositories[view.repository_id].name in request.repositories
            if named and view.generation and (view.name == request.ref if request.ref else view.kind is ViewKind.WORKTREE):
                chosen[view.repository_id] = view
        if not chosen:
            raise NotIndexedError(f"no indexed repository is named {' or '.join(request.repositories)}; codelore repos lists them")
        return [(repositories[each], view) for each, view in sorted(chosen.items())]

    def status(self, root: str, *, ref: str = "", look: bool = True) -> ViewStatus:
        """Return the truth about the view around ``root``; with ``look`` the working tree is walked to count pending files."""
        request = _request("status", root, ref)
        pending = self._pending(self.views(request)[0][1]) if look else -1
        with self._database.read():
            repository, view = self.views(request)[0]
            return self._status(repository, view, pending=pending)

    def pending(self, root: str, *, ref: str = "") -> int:
        """Return how many files differ from the newest generation of the view around ``root``; -1 where that cannot be known."""
        return self._pending(self.views(_request("status", root, ref))[0][1])

    def repositories(self) -> list[tuple[Repository, list[ViewStatus]]]:
        """Return every repository with the status of its views."""
        with self._database.read():
            return [
                (each, [self._status(each, view) for view in self._views.views(each.repository_id)]) for each in self._views.repositories()
            ]

    def forget(self, name: str, store: GraphStore | None = None) -> list[str]:
        """Delete a repository by name, identity or root, or one view by its root, and everything only it used; return what went.

        Raises ``NotIndexedError`` when nothing is so named.
        """
        path = os.path.realpath(name)
        gone: list[str] = []
        for repository in self._views.repositories():
            whole = name == repository.name or path in {repository.identity, repository.root}
            if not whole and not any(view.name in {name, path} for view in self._views.views(repository.repository_id)):
                continue
            with self._indexer.locked(repository.identity):
                views = self._views.views(repository.repository_id)
                named = [view for view in views if whole or view.name in {name, path}]
                for view in named:
                    self._forget_graph(graph_name(view), store)
                if whole or (named and len(named) == len(views)):
                    self._views.forget_repository(repository.repository_id)
                    remove_files(self._data / "segments", repository.repository_id)
                    gone.append(repository.root)
                elif named:
                    for view in named:
                        self._views.forget_view(view.view_id)
                        gone.append(view.name)
                    self._facts.collect_garbage(repository.repository_id)
        if not gone:
            raise NotIndexedError(f"nothing indexed is named {name!r}; codelore repos lists what is")
        if "_searcher" in self.__dict__:
            self._searcher.forget()
        self._facts.drop_contents()
        if (self._data / VECTORS_FILE).is_file():
            self.embeddings.collect_garbage()
        return gone

    def _forget_graph(self, name: str, store: GraphStore | None) -> None:
        from graph.flow_store import FlowStore
        from graph.sqlite_store import SqliteGraphStore

        FlowStore(self._database).drop(name)
        for each in (SqliteGraphStore(self._database), store):  # from before the server, if that is where it is
            if each is not None:
                each.drop(name)

    def check(self) -> list[str]:
        """Return what is wrong with the store, in words; empty when all is well."""
        from retrieval.snapshot import Snapshot

        problems = self._database.check()
        for repository in self._views.repositories():
            stored = self._catalog.load(repository.repository_id)
            for view in self._views.views(repository.repository_id):
                missing = Snapshot(view, [each.segment for each in stored], self._views.document_ids(view.view_id)).missing
                if missing:
                    problems.append(f"{missing} files of {view.name} are not in the index; run: codelore index {view.root}")
        return problems

    def close(self) -> None:
        """End workers and close the store."""
        if "_indexer" in self.__dict__:
            self._indexer.close()
        if "_searcher" in self.__dict__:
            self._searcher.close()
        if "embeddings" in self.__dict__:
            self.embeddings.close()
        self._database.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _status(
        self, repository: Repository, view: View, *, missing: int = 0, pending: int = -1, truncated: tuple[str, ...] = ()
    ) -> ViewStatus:
        report, (files, chunks, symbols), (failed, cut) = self._facts_about(view)
        notes = list(report.notes)
        if missing:
            notes.append(f"{missing} files are missing from the index until it is repaired: run codelore index {view.root}")
        return ViewStatus(
            view=view.name,
            repository=repository.name,
            generation=view.generation,
            as_of=view.indexed_at,
            files=files,
            chunks=chunks,
            symbols=symbols,
            pending=pending,
            failed=(*report.failed, *failed),
            skipped=report.skipped,
            truncated=(*report.truncated, *cut, *truncated),
            notes=tuple(notes),
        )

    def _facts_about(self, view: View) -> tuple[IndexReport, tuple[int, int, int], tuple[list[Failure], list[str]]]:
        """Return report, totals and problems of a view, read once a generation: reading Django's takes 10 ms, a search 2 ms."""
        known = self._about.get(view.view_id)
        if known is None or known[0] != view.generation:
            of = view.view_id
            known = self._about[of] = (view.generation, (self._views.report(of), self._views.totals(of), self._views.problems(of)))
        return known[1]

    def _pending(self, view: View) -> int:
        from retrieval.pending import count_pending

        screened = self._views.report(view.view_id).screened
        return count_pending(view, self._views.entries(view.view_id), screened, self._options.index.walk)

    @staticmethod
    def _relative(view: View, root: str, path: str) -> str:
        """Return a path as the view spells it: relative to its root, whether it was typed from there or from a folder below."""
        absolute = os.path.normpath(os.path.join(os.path.realpath(root), path))
        checkout = find_checkout(root) if view.kind is ViewKind.REF else None  # of a ref every worktree may ask
        below = (checkout.root if checkout else view.root).rstrip("/") + "/"
        return absolute.removeprefix(below) if absolute.startswith(below) else path


def _request(text: str, root: str, ref: str, filters: Filters | None = None) -> SearchRequest:
    from retrieval.answers import SearchRequest  # 4 ms, as long as nothing is asked
    from retrieval.filters import Filters

    return SearchRequest(text=text, root=root, ref=ref, filters=filters or Filters())


def _of_commit(refs: Sequence[View], checkout: GitCheckout | None, ref: str) -> list[View]:
    """Return the view of a commit that was indexed by another name: a tag's by its hash, say, or the other way round."""
    if not refs or checkout is None:
        return []
    try:
        commit = resolve_ref(checkout, ref)
    except SourceError:
        return []
    return [view for view in refs if view.commit == commit][-1:]
