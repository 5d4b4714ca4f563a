"""Keeps views fresh from file events: one thread, one run at a time, and a look at the whole tree wherever events may have been lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging import getLogger

from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from ingest.errors import SourceError, StoreBusyError
from ingest.git import find_checkout
from retrieval.engine import Engine
from retrieval.indexer import IndexOutcome
from retrieval.refresh import MAX_PATHS

_TICK_MS = 500
"""How often roots are looked at that send no events: whether they still stand, whether a delayed run is due."""

_STEP_MS = 5
"""Events this close together are one change: an editor's save is three of them within 1 ms."""

_STORM_QUIET_MS, _STORM_SECONDS = 100, 5.0
"""Many files at once, as a checkout changes, are waited out: until it is quiet, at most this long."""

_SETTLE_SECONDS = 0.1
"""A file is looked at again after this time: one written within the tick of its clock that it was read in cannot be told apart by time."""

_WHOLE_SECONDS = 300.0
"""Every tree is looked at wholly this often: network file systems and full queues lose events."""

_RETRY_SECONDS = 2.0
_GONE_SECONDS = 60.0

_HEAD_FILES = frozenset({"", "HEAD", "index", "packed-refs", "info/exclude", "config"})

_log = getLogger(__name__)


@dataclass(slots=True)
class _Tree:
    """A watched root, and what is known to be stale in it."""

    root: str
    stores: tuple[str, ...]
    """Git directories that belong to it."""
    identity: tuple[int, int] | None = None
    changed: set[str] = field(default_factory=set[str])
    whole: bool = True
    due: float = 0.0
    settling: set[str] = field(default_factory=set[str])
    """Read a moment ago, to be looked at once more; "" stands for the whole tree."""
    settled: set[str] = field(default_factory=set[str])
    settle_at: float = 0.0
    looked_at: float = 0.0
    gone_since: float = 0.0
    complaint: str = ""

    def stale(self, now: float) -> bool:
        """Tell whether a run is due."""
        return (self.whole or bool(self.changed)) and now >= self.due and not self.gone_since


def watch(
    engine: Engine,
    paths: Sequence[str],
    *,
    report: Callable[[IndexOutcome], None],
    stop: threading.Event | None = None,
    debounce_ms: int = 30,
) -> None:
    """Index working trees and keep them fresh until ``stop`` is set or SIGINT or SIGTERM arrives.

    ``report`` gets the first run of each root and every later one that changed its view. A root that vanishes is waited for. Raises
    ``SourceError`` when there is nothing left to watch or the system refuses to, and ``StoreError`` for a store that cannot be written.
    """
    trees = [_tree(path) for path in dict.fromkeys(os.path.realpath(path) for path in paths)]
    missing = [tree.root for tree in trees if not os.path.isdir(tree.root)]
    if missing:
        raise SourceError(f"cannot watch {', '.join(missing)}: no such folder; check the path")
    ending = stop or threading.Event()
    with _ending_on_signals():
        try:
            while not ending.is_set():
                _watch_standing(engine, trees, report, ending, debounce_ms)
        except KeyboardInterrupt:
            return


def _tree(root: str) -> _Tree:
    checkout = find_checkout(root)
    stores = (checkout.git_dir, checkout.common_dir) if checkout else (f"{root}/.git",)
    return _Tree(root, tuple(dict.fromkeys(os.path.realpath(store) for store in stores)))


@contextmanager
def _ending_on_signals() -> Generator[None]:
    """Turn SIGTERM into what SIGINT is, where this thread may."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _watch_standing(
    engine: Engine, trees: list[_Tree], report: Callable[[IndexOutcome], None], stop: threading.Event, debounce_ms: int
) -> None:
    """Watch the roots that stand until one vanishes or comes back; then the watcher has to be made again."""
    for tree in trees:
        _look_for(tree)
    standing = [tree for tree in trees if not tree.gone_since]
    if not standing:
        if all(time.monotonic() - tree.gone_since > _GONE_SECONDS for tree in trees):
            gone = ", ".join(tree.root for tree in trees)
            raise SourceError(f"stopped watching {gone}: gone for {_GONE_SECONDS:.0f} s; start again when it is back")
        stop.wait(_TICK_MS / 1000)
        return
    with _events(standing) as events:
        while not stop.is_set():
            if _run_due(engine, standing, report):
                continue
            changes = events.watch(debounce_ms, min(_STEP_MS, debounce_ms), _pause(standing), stop)
            if changes == "signal":
                raise KeyboardInterrupt
            if isinstance(changes, set):
                _sort(engine, standing, _whole_storm(events, changes, stop))
            if any(_identity(tree.root) != tree.identity for tree in trees):
                return


def _look_for(tree: _Tree) -> None:
    """Note whether a root stands; one that has changed its place on disk is stale as a whole."""
    found = _identity(tree.root)
    if found is None:
        tree.gone_since = tree.gone_since or time.monotonic()
    else:
        tree.gone_since = 0.0
        tree.stores = _tree(tree.root).stores
    if found != tree.identity:
        tree.identity, tree.whole = found, True


def _identity(root: str) -> tuple[int, int] | None:
    try:
        found = os.stat(root)
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _events(trees: list[_Tree]) -> Generator[RustNotify]:
    """Start the watcher; every event from here on is seen, so that a run begun later misses nothing."""
    outside = {store for tree in trees for store in tree.stores if not _below(store, tree.root) and os.path.isdir(store)}
    places = [tree.root for tree in trees] + sorted(outside)
    try:
        events = _notifier(places)
    except (OSError, WatchfilesRustInternalError) as error:
        raise SourceError(
            f"cannot watch {', '.join(tree.root for tree in trees)}: {error}. If the system's limit of watches is reached, raise"
            " fs.inotify.max_user_watches, or run codelore index by hand"
        ) from error
    try:
        yield events
    finally:
        events.close()


def _notifier(places: list[str]) -> RustNotify:
    for _ in range(20):
        try:
            return RustNotify(places, False, False, 0, True, True)
        except FileNotFoundError:  # a folder went while its tree was being registered
            time.sleep(0.05)
    return RustNotify(places, False, False, 0, True, True)


def _pause(trees: list[_Tree]) -> int:
    """Return how many ms may pass without an event before something is due; at least 1."""
    now = time.monotonic()
    due = [tree.settle_at for tree in trees if tree.settling] + [tree.due for tree in trees if tree.changed or tree.whole]
    return max(1, min([_TICK_MS, *(int((at - now) * 1000) + 1 for at in due)]))


def _whole_storm(events: RustNotify, changes: set[tuple[int, str]], stop: threading.Event) -> set[str]:
    """Return the changed paths; of many at once, wait for the rest."""
    found = {path for _, path in changes}
    until = time.monotonic() + _STORM_SECONDS
    while len(found) > MAX_PATHS and time.monotonic() < until:
        more = events.watch(_STORM_QUIET_MS, _STORM_QUIET_MS, _STORM_QUIET_MS, stop)
        if not isinstance(more, set):
            break
        found |= {path for _, path in more}
    return found


def _sort(engine: Engine, trees: list[_Tree], paths: set[str]) -> None:
    """Note each path with the trees it makes stale."""
    own = os.path.realpath(engine.data)
    for path in paths:
        if _below(path, own):
            continue
        for tree in trees:
            store = next((store for store in tree.stores if _below(path, store)), None)
            if store is not None:
                tree.whole |= _moves_head(path[len(store) + 1 :])
            elif _below(path, tree.root):
                relative = path[len(tree.root) :].lstrip("/")
                if not relative:  # deleted, and perhaps made again under the same inode: the watcher has lost it
                    tree.identity = None
                if "/.git/" not in f"/{relative}":
                    tree.changed.add(relative)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _moves_head(path: str) -> bool:
    """Tell whether a file of a git directory says what is checked out or listed: not objects, logs and locks."""
    if path.endswith(".lock"):
        return False
    return path in _HEAD_FILES or path.startswith("refs/heads/")


def _run_due(engine: Engine, trees: list[_Tree], report: Callable[[IndexOutcome], None]) -> bool:
    """Bring the trees up to date for which a run is due; tell whether there was one."""
    ran = False
    for tree in trees:
        now = time.monotonic()
        if tree.settling and now >= tree.settle_at:
            tree.changed |= tree.settling
            tree.settled, tree.settling = tree.settling, set()
        tree.whole |= now - tree.looked_at > _WHOLE_SECONDS
        if tree.stale(now):
            ran = True
            _run(engine, tree, report)
    return ran


def _run(engine: Engine, tree: _Tree, report: Callable[[IndexOutcome], None]) -> None:
    changed, whole, first = tree.changed, tree.whole or len(tree.changed) > MAX_PATHS or "" in tree.changed, not tree.looked_at
    again, settled = changed, tree.settled
    tree.changed, tree.whole, tree.settled = set(), False, set()
    try:
        outcome = engine.index(tree.root) if whole else engine.refresh(tree.root, changed)
    except (SourceError, StoreBusyError) as error:
        if first:
            raise
        if str(error) != tree.complaint and _identity(tree.root) == tree.identity:
            _log.warning("%s. Trying again every %.0f s", error, _RETRY_SECONDS)
            tree.complaint = str(error)
        tree.whole, tree.due = True, time.monotonic() + _RETRY_SECONDS
        return
    now = time.monotonic()
    tree.complaint = ""
    if whole:
        tree.looked_at = now
        again = {""} if outcome.parsed and not first else set[str]()
    if again - settled:
        tree.settling |= again - settled
        tree.settle_at = now + _SETTLE_SECONDS
    if first or outcome.added or outcome.changed or outcome.deleted:
        report(outcome)
