"""Fills every store: finds what changed, has workers do it, and makes it visible as one new generation.

The order makes a kill harmless. Facts are committed batch by batch, each file whole, and nobody sees them; then their segments; last, in
one transaction, the view moves on. A run that starts after a kill finds the facts and does the rest.

What reads, parses and writes segments is loaded when a run needs it: a second worktree, whose files the store knows, does not.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.database import Database
from ingest.errors import EmptyTreeError, ExtractionError, NotARepositoryError
from ingest.facts import FactStore
from ingest.git import GitCheckout, blob_id, find_checkout, head, repository_identity, resolve_ref
from ingest.lock import exclusive, lock_path
from ingest.model import ContentHash, DocumentId, Failure, RepositoryId, SourceFile, SourceTree, View, ViewId, ViewKind
from ingest.views import Entry, IndexReport, ScreenedFile, ViewCatalog
from ingest.walk import Survey, read_source, settled, survey, walk_commit
from retrieval.refresh import Known, WholeRun, files_to_read, is_same, revised
from retrieval.run import IndexOptions, IndexOutcome, Progress
from retrieval.tasks import BATCH_FILES, LOWER_KEPT, Batch, ReadTask, Tasks, batches
from retrieval.worker_setup import WorkerSetup

if TYPE_CHECKING:
    from graph.kept_trees import ContentFlow
    from ingest.pool import Crash, WorkerPool
    from retrieval.catalog import SegmentCatalog, SegmentWriter

_SMALL_RUN_BYTES = 300_000  # one worker does this as fast as two
_KNOWN_HASHES_FROM = 32  # asking git's settings whether its hashes hold pays off from this many changed files on
_MAX_LISTED = 1_000
_GARBAGE_FROM = 1_000  # documents
_MANY_SEGMENTS = 16  # merging costs 15 ms, a search 0.1 ms a segment
_TELLING_FILES, _TELLING_BYTES = 3, 1_000  # so many source files of such a size define something; short scripts need not


@dataclass(slots=True)
class _Run:
    """State of one run over one view."""

    view: View
    tree: SourceTree
    before: dict[str, Entry]
    shown: list[tuple[DocumentId, int, int]] = field(default_factory=list[tuple[DocumentId, int, int]])
    paths: dict[DocumentId, str] = field(default_factory=dict[DocumentId, str])
    failures: list[Failure] = field(default_factory=list[Failure])
    screened: list[ScreenedFile] = field(default_factory=list[ScreenedFile])
    unchanged: int = 0
    parsed: int = 0
    parsed_bytes: int = 0
    symbols: int = 0
    wrote: bool = False
    """Segments were written, or had to be looked through."""

    def show(self, document: DocumentId, file: SourceFile) -> None:
        self.shown.append((document, file.size, file.mtime_ns))
        self.paths[document] = file.path


class Indexer:
    """Indexes working trees and refs into the stores. One at a time for one repository, across processes."""

    def __init__(
        self,
        database: Database,
        held: Callable[[RepositoryId], Collection[DocumentId] | None],
        catalog: Callable[[], SegmentCatalog],
        setup: WorkerSetup,
        options: IndexOptions,
        locks: Path,
    ) -> None:
        """``held`` is ``holdings.held_documents`` of the store; ``catalog`` is called when there is something to write."""
        self._facts = FactStore(database)
        self._views = ViewCatalog(database)
        self._held = held
        self._open_catalog = catalog
        self._setup = setup
        self._options = options
        self._locks = locks
        self._pool: WorkerPool[ReadTask, Batch] | None = None
        self.keep_trees = False
        """Whether ``lower_kept`` will be asked for."""
        self._whole_runs: dict[ViewId, WholeRun] = {}

    @cached_property
    def _catalog(self) -> SegmentCatalog:
        return self._open_catalog()

    def index_worktree(self, root: str, progress: Callable[[Progress], None] = lambda _: None) -> IndexOutcome:
        """Bring the view of a working tree, or of a folder outside git, up to date.

        Raises ``EmptyTreeError`` when nothing is there to index, ``ExtractionError`` when no symbol comes out of files that must have some,
        ``SourceError`` and ``StoreError`` for what stops a run.
        """
        root = os.path.realpath(root)
        checkout = find_checkout(root)
        identity = repository_identity(root, checkout)
        with self.locked(identity, progress):
            view = self._views.add_view(self._repository(identity, root), ViewKind.WORKTREE, name=root, root=root)
            self._start_workers(view.repository_id)
            progress(Progress("walking"))
            found = survey(root, self._options.walk)
            commit = head(checkout)[0] if checkout else ""
            run = _Run(view, found.tree, self._views.entries(view.view_id))
            self._process(run, self._sort_out(run, found), progress)
            outcome = self._publish(run, commit, progress)
            self._whole_runs[view.view_id] = WholeRun(outcome.view.generation, {each.path: each.rule for each in found.tree.skipped})
            return outcome

    def index_paths(self, root: str, changed: Collection[str], progress: Callable[[Progress], None] = lambda _: None) -> IndexOutcome:
        """Do what ``index_worktree`` does, looking only at paths, relative to ``root``, that are known to have changed.

        Looks at the whole tree the first time, after another process's run, and where ``files_to_read`` is in doubt; not at git's HEAD.
        """
        root = os.path.realpath(root)
        checkout = find_checkout(root)
        view = next((each for each in self._views.views() if each.kind is ViewKind.WORKTREE and each.name == root), None)
        if view is not None and view.view_id in self._whole_runs:
            with self.locked(repository_identity(root, checkout), progress):
                outcome = self._refresh(self._views.view(view.view_id), checkout, set(changed), progress)
            if outcome is not None:
                return outcome
        return self.index_worktree(root, progress)

    def _refresh(
        self, view: View, checkout: GitCheckout | None, changed: set[str], progress: Callable[[Progress], None]
    ) -> IndexOutcome | None:
        whole, old, before = self._whole_runs[view.view_id], self._views.report(view.view_id), self._views.entries_at(view, changed)
        known = Known(before, old, whole.skipped, partial(self._views.shows_below, view))
        files = files_to_read(view.root, checkout, changed, known, self._options.walk) if view.generation == whole.generation else None
        if files is None:
            return None
        run = _Run(view, SourceTree(tuple(files)), before)
        self._process(run, self._sort_out(run, None), progress)
        had = {entry.document_id for entry in before.values()}
        left, fresh, report = had - run.paths.keys(), run.paths.keys() - had, revised(old, changed, run.screened, run.failures)
        files_now = self._views.size(view.view_id) - len(left) + len(fresh)
        if not files_now or len(report.failed) > _MAX_LISTED:
            return None
        if fresh or left or report != old:
            view = self._views.publish(view.view_id, shown=run.shown, hidden=left, commit=view.commit, report=report)
            self._whole_runs[view.view_id] = replace(whole, generation=view.generation)
            if run.wrote and self._catalog.count(view.repository_id) > _MANY_SEGMENTS:
                self._catalog.compact(view.repository_id)
        else:
            self._views.touch(view.view_id, run.shown)
        added = set(run.paths.values()) - before.keys()
        return IndexOutcome(
            view=view,
            added=len(added),
            changed=len(fresh) - len(added),
            deleted=len(before.keys() - set(run.paths.values())),
            unchanged=files_now - len(fresh),
            parsed=run.parsed,
            parsed_bytes=run.parsed_bytes,
            report=report,
        )

    def index_ref(self, path: str, ref: str, progress: Callable[[Progress], None] = lambda _: None) -> IndexOutcome:
        """Bring the view of a branch, tag or commit up to date, without a checkout of it.

        Raises ``RefNotFoundError`` when git does not know the ref, ``NotARepositoryError`` outside git, and what ``index_worktree`` raises.
        """
        checkout = find_checkout(os.path.realpath(path))
        if checkout is None:
            raise NotARepositoryError(f"{path} is in no git repository, so it has no ref {ref!r}; index the folder without --ref")
        identity = repository_identity(checkout.root, checkout)
        with self.locked(identity, progress):
            commit = resolve_ref(checkout, ref)
            view = self._views.add_view(self._repository(identity, checkout.root), ViewKind.REF, name=ref, root=checkout.root)
            self._start_workers(view.repository_id)
            progress(Progress("walking"))
            run = _Run(view, walk_commit(checkout, commit, self._options.walk), self._views.entries(view.view_id))
            self._process(run, self._sort_out(run, None), progress, checkout)
            return self._publish(run, commit, progress)

    def _repository(self, identity: str, root: str) -> RepositoryId:
        name = os.path.basename(os.path.dirname(identity) if identity.endswith("/.git") else identity).removesuffix(".git")
        readable = os.fsencode(name or identity).decode("utf-8", "replace")
        return self._views.add_repository(identity=identity, name=readable, root=root)

    def locked(self, identity: str, progress: Callable[[Progress], None] = lambda _: None) -> AbstractContextManager[None]:
        """Keep every other run, in any process, from changing a repository. Raises ``StoreBusyError`` after the bound."""
        return exclusive(
            lock_path(self._locks, identity),
            wait_seconds=self._options.lock_seconds,
            waiting=lambda: progress(Progress("waiting for another process that indexes this repository")),
        )

    def _sort_out(self, run: _Run, found: Survey | None) -> list[SourceFile]:
        """Return the files that have to be read; the others are shown as they are."""
        keep = self._options.walk.keep
        screened = {each.path: each for each in self._views.report(run.view.view_id).screened if each.rule not in keep}
        unsure: list[SourceFile] = []
        for file in run.tree.files:
            entry, left_out = run.before.get(file.path), screened.get(file.path)
            if entry and entry.current and is_same(entry, file):
                run.unchanged += 1
                run.show(entry.document_id, file)
            elif left_out and left_out.mtime_ns and (left_out.size, left_out.mtime_ns) == (file.size, file.mtime_ns):
                run.screened.append(left_out)
            else:
                unsure.append(file)
        return self._known(run, unsure, found) if unsure else []

    def _known(self, run: _Run, files: list[SourceFile], found: Survey | None) -> list[SourceFile]:
        """Show files whose content git can name and the store already has; return the rest."""
        hashes = self._hashes(run, files, found)
        documents = self._facts.find(run.view.repository_id, hashes.items()) if hashes else {}
        screened = self._screened(run.view, self._sibling(run.view)) if len(documents) < len(hashes) else {}
        missing: list[SourceFile] = []
        for file in files:
            key = (file.path, hashes.get(file.path, ContentHash("")))
            if (document := documents.get(key)) is not None:
                run.unchanged += file.path in run.before and run.before[file.path].document_id == document
                run.show(document, settled(file))
            elif (left_out := screened.get(key)) is not None:
                left = ScreenedFile(file.path, file.size, settled(file).mtime_ns, left_out.rule, left_out.detail, left_out.content_hash)
                run.screened.append(left)
            else:
                missing.append(file)
        return missing

    def _hashes(self, run: _Run, files: list[SourceFile], found: Survey | None) -> dict[str, ContentHash]:
        """Map paths to content hashes; a file that git cannot name is read where the store may know it."""
        hashes = {file.path: file.content_hash for file in files if file.content_hash}
        if self._facts.has_any(run.view.repository_id):
            if found is not None and len(files) >= _KNOWN_HASHES_FROM:
                hashes |= found.known_hashes(files)
            for file in files:
                if file.path not in hashes and (read := self._hashed(run.view.root, file)):
                    hashes[file.path] = read
        return hashes

    def _sibling(self, view: View) -> View | None:
        """Return the view of the same repository that was indexed last."""
        others = [each for each in self._views.views(view.repository_id) if each.generation and each.view_id != view.view_id]
        return max(others, key=lambda each: each.indexed_at, default=None)

    def _screened(self, *views: View | None) -> dict[tuple[str, str], ScreenedFile]:
        """Return what views left out for its content, by path and content: it need not be read again. What settings keep is left out."""
        keep = self._options.walk.keep
        reports = [self._views.report(view.view_id) for view in views if view is not None]
        return {
            (each.path, each.content_hash): each
            for report in reports
            for each in report.screened
            if each.content_hash and each.rule not in keep
        }

    def _hashed(self, root: str, file: SourceFile) -> ContentHash | None:
        """Read a file for its hash: 0.1 ms, where parsing again what a switch of branches or a ``touch`` brings back takes 2 to 20."""
        data = read_source(root, file, self._options.walk)
        return blob_id(data) if isinstance(data, bytes) else None

    def _process(
        self, run: _Run, files: list[SourceFile], progress: Callable[[Progress], None], checkout: GitCheckout | None = None
    ) -> None:
        """Have files read and parsed, below the view's root or as blobs of ``checkout``, and repair what the index lacks."""
        if not files:
            held = self._held(run.view.repository_id)
            if held is not None and not self._views.shown(run.view.repository_id).union(run.paths).difference(held):
                return
        run.wrote = True
        self._write(
            run,
            [ReadTask(run.view.root, batch, self._options.walk, checkout, keep_trees=self.keep_trees) for batch in batches(files)],
            progress,
        )

    def _write(self, run: _Run, tasks: list[ReadTask], progress: Callable[[Progress], None]) -> None:
        """Have workers read and parse, store facts as they come, and write the segments."""
        total = sum(len(task.files) for task in tasks)
        total_bytes = sum(file.size for task in tasks for file in task.files)
        work = self._work(tasks, total_bytes)
        self._catalog.sweep(run.view.repository_id)
        from retrieval.catalog import SegmentWriter  # while the workers are at work

        writer = SegmentWriter(self._catalog, run.view.repository_id)
        done = done_bytes = 0
        for task, batch in work:
            documents = self._facts.add(run.view.repository_id, batch.stored) if batch.stored else []
            writer.add(batch.segment, documents)
            self._account(run, task, batch, documents)
            done += len(task.files)
            done_bytes += sum(file.size for file in task.files)
            progress(Progress("indexing", done, total, done_bytes, total_bytes))
        self._rebuild(run, writer, progress)
        writer.flush()

    @staticmethod
    def _account(run: _Run, task: ReadTask, batch: Batch, documents: list[DocumentId]) -> None:
        for document, file, stored in zip(documents, batch.files, batch.stored, strict=True):
            run.show(document, file)
            run.symbols += stored.symbols
        run.failures += batch.failures
        run.screened += [
            ScreenedFile(file.path, file.size, file.mtime_ns, left.rule, left.detail, file.content_hash or "")
            for file, left in batch.screened
        ]
        run.parsed += len(documents)
        run.parsed_bytes += batch.size

    def _work(self, tasks: list[ReadTask], size: int) -> Iterator[tuple[ReadTask, Batch]]:
        """Set workers to work on tasks of so many bytes in all, and return what comes back."""
        if not tasks:
            return iter(())
        workers = min(1, self._options.workers) if size < _SMALL_RUN_BYTES else self._options.workers
        queue = Tasks(tasks)
        return self._sound(queue, self._running_pool(workers).run(queue))

    @staticmethod
    def _sound(queue: Tasks, results: Iterable[tuple[ReadTask, Batch | Crash]]) -> Iterator[tuple[ReadTask, Batch]]:
        """Yield results; what crashed a worker is tried in parts, then as plain text, before it counts as failed."""
        for task, batch in results:
            if isinstance(batch, Batch):
                yield task, batch
            elif len(task.files) > 1:
                queue.split(task)
            elif not task.as_text:
                queue.retry(replace(task, as_text=True))
            else:
                yield task, Batch(failures=[Failure(file.path, batch.reason) for file in task.files])

    def _start_workers(self, repository: RepositoryId) -> None:
        """Have workers load what they need while this process lists the files of a repository that is new to the store.

        Of another one it is not known whether anything has to be read. With one core there is nothing to gain.
        """
        if self._options.workers > 1 and not self._facts.has_any(repository):
            self._running_pool(self._options.workers)

    def _running_pool(self, workers: int) -> WorkerPool[ReadTask, Batch]:
        from ingest.pool import WorkerPool

        if threading.active_count() > 1:
            self._setup.load()  # a worker that is forked while another thread imports this would wait for that thread for ever

        if self._pool is None:
            self._pool = WorkerPool(self._setup.make, workers=workers, silence_seconds=self._options.silence_seconds)
        elif workers:
            self._pool.grow(workers)
        return self._pool

    def lower_kept(self) -> Iterator[list[ContentFlow]]:
        """Yield the flows of what the workers keep from the last run."""
        if self._pool is not None:
            for batch in self._pool.ask_each(LOWER_KEPT, lambda batch: bool(batch.flows)):
                yield batch.flows

    def _rebuild(self, run: _Run, writer: SegmentWriter, progress: Callable[[Progress], None]) -> None:
        """Make the features again of documents that no segment holds: a run was killed before it wrote them, or a file was torn.

        In this process: a forked worker must not open the database, because it inherits this connection's idea of which locks are held.
        """
        missing = self._catalog.lacking(run.view.repository_id, run.paths, writer.held)
        if not missing:
            return
        from retrieval.worker import make_builder, rebuild

        documents, builder = list(self._facts.paths(missing).items()), make_builder(self._setup.weights)
        for at in range(0, len(documents), BATCH_FILES):
            part = documents[at : at + BATCH_FILES]
            writer.add(rebuild(builder, self._facts, part), [document for document, _ in part])
            progress(Progress("rebuilding the index from stored facts", at + len(part), len(documents)))

    def _publish(self, run: _Run, commit: str, progress: Callable[[Progress], None]) -> IndexOutcome:
        self._refuse_empty(run)
        now_shown = {document for document, _, _ in run.shown}
        before = {entry.document_id: path for path, entry in run.before.items()}
        hidden = [document for document in before if document not in now_shown]
        paths = set(run.paths.values())
        report = IndexReport(
            skipped=dict(Counter([left.rule for left in run.screened] + [left.rule for left in run.tree.skipped])),
            failed=tuple([*run.tree.failures, *run.failures][:_MAX_LISTED]),
            screened=tuple(run.screened),
            truncated=_beyond(len(run.tree.failures) + len(run.failures)),
        )
        known = {(entry.document_id, entry.size, entry.mtime_ns) for entry in run.before.values()}
        shown = [row for row in run.shown if row not in known]
        if shown or hidden or report != self._views.report(run.view.view_id) or commit != run.view.commit or not run.view.generation:
            progress(Progress("publishing"))
            view = self._views.publish(run.view.view_id, shown=shown, hidden=hidden, commit=commit, report=report)
            if hidden:
                self._collect_garbage(run.view.repository_id)
            if hidden or run.wrote:
                self._catalog.compact(run.view.repository_id)
        else:
            self._views.touch(run.view.view_id)
            view = self._views.view(run.view.view_id)
        gone = [path for path in run.before if path not in paths]
        added = [path for path in paths if path not in run.before]
        return IndexOutcome(
            view=view,
            added=len(added),
            changed=len(now_shown - before.keys()) - len(added),
            deleted=len(gone),
            unchanged=run.unchanged,
            parsed=run.parsed,
            parsed_bytes=run.parsed_bytes,
            report=report,
        )

    def _collect_garbage(self, repository: RepositoryId) -> None:
        """Drop facts that no view shows once they outnumber the others: until then they make switching back cost no parsing."""
        hidden, total = self._facts.hidden(repository)
        if hidden > max(_GARBAGE_FROM, total - hidden):
            self._facts.collect_garbage(repository)

    def _refuse_empty(self, run: _Run) -> None:
        """Say so when a run would publish nothing, or a first run nothing of what it should."""
        if not run.shown:
            why = Counter(left.rule for left in [*run.screened, *run.tree.skipped])
            reasons = ", ".join(f"{count} {rule}" for rule, count in why.most_common())
            failed = f", {len(run.failures)} failed" if run.failures else ""
            raise EmptyTreeError(f"nothing to index in {run.view.root}: every file was left out ({reasons}{failed}); see codelore doctor")
        if run.symbols or run.view.generation:
            return
        shown = [document for document, _, _ in run.shown]
        if self._facts.have_symbols(shown):
            return
        from ingest.languages.registry import LANGUAGES

        sources = self._facts.sources_without_symbols(shown, LANGUAGES, size=_TELLING_BYTES)
        if sources >= _TELLING_FILES:
            raise ExtractionError(
                f"{sources} source files in {run.view.root} were parsed and not one symbol came out; the grammars do not work here:"
                " run codelore doctor"
            )

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


def _beyond(failures: int) -> tuple[str, ...]:
    return (f"{failures - _MAX_LISTED:,} more failed files are not listed (cap: {_MAX_LISTED:,})",) if failures > _MAX_LISTED else ()
