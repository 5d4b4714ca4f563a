"""What the graph knows between files, counted: who uses whom, which definitions are used from how many files, which packages are needed.

Only proven uses count, and for packages those that are known to lead outside: what a summary says is a fact, not the best guess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import starmap

import numpy as np

from graph.adjacency import RowStore
from graph.columns import EdgeColumns, edge_columns
from graph.model import EXTERNAL, EdgeKind, Evidence
from graph.questions import USING
from graph.store import GraphStore

_KINDS = frozenset(USING)
_OUTSIDE = frozenset({*USING, EdgeKind.DEPENDS_ON})
OWN_LIBRARIES = frozenset({"builtins", "builtin", "javascript", "java.lang", "kotlin", "scala", "php", "ruby", "std", "System", "c"})
"""What each language has without being asked for."""


@dataclass(frozen=True, slots=True)
class FileUses:
    """What one file uses elsewhere: handles of the view with the number of proven uses, and packages outside with theirs."""

    path: str
    inside: Mapping[str, int]
    outside: Mapping[str, int]


@dataclass(slots=True)
class Relations:
    """All uses between the files of a view."""

    generation: int = 0
    files: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Source path, target path, number of uses."""
    users: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Handle of a symbol, the other files that use it."""
    outside: dict[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])

    def into(self) -> dict[str, dict[str, int]]:
        """Return ``files`` turned round: target path, source path, number of uses."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for source, targets in self.files.items():
            for target, uses in targets.items():
                found[target][source] = uses
        return found


class RelationReader:
    """Reads the relations of views and keeps what each file's graph says, so that one that changed is read again alone."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._rows: dict[str, dict[int, FileUses]] = {}

    def read(self, view: str) -> Relations:
        """Return the relations of a view's newest graph; none where it has no graph."""
        generation, found = self._uses(view)
        relations = Relations(generation)
        for each in found:
            if not each.path:
                continue
            targets: Counter[str] = Counter()
            for handle, uses in each.inside.items():
                path = handle.partition("#")[0]
                targets[path] += uses
                if path != handle:
                    relations.users.setdefault(handle, set()).add(each.path)
            relations.files[each.path] = targets
            relations.outside[each.path] = each.outside
        return relations

    def _uses(self, view: str) -> tuple[int, Iterable[FileUses]]:
        if not isinstance(self._store, RowStore):
            generation = self._store.generation(view)
            columns = ((file.path, edge_columns(file.edges)) for file in self._store.files(view))
            return generation, list(starmap(_uses_of, columns))
        generation, shown = self._store.shown(view)
        kept = self._rows.get(view, {})
        rows = {number: kept[number] for number in shown if number in kept}
        rows |= {number: _uses_of(_path_of(columns), columns) for number, columns in self._store.columns(shown - rows.keys())}
        self._rows[view] = rows
        return generation, rows.values()


def is_package(handle: str) -> bool:
    """Tell whether a handle lies in a package outside; what a language has without an import is in none."""
    return handle.startswith(EXTERNAL) and handle.removeprefix(EXTERNAL).partition("#")[0] not in OWN_LIBRARIES


def _path_of(columns: EdgeColumns) -> str:
    return next((path for kind, _, _, path in columns.labels if kind in _OUTSIDE), "")


def _uses_of(path: str, columns: EdgeColumns) -> FileUses:
    """Count the uses of other files and of packages in one file's edges."""
    inside = _counted(columns, [at for at, (kind, evidence, *_) in enumerate(columns.labels) if _is_proven(kind, evidence)])
    outside = _counted(columns, [at for at, (kind, evidence, *_) in enumerate(columns.labels) if _is_outside(kind, evidence)])
    own = f"{path}#"
    packages: Counter[str] = Counter()
    for handle, uses in outside:
        if is_package(handle):
            packages[handle.removeprefix(EXTERNAL).partition("#")[0]] += uses
    return FileUses(path, {handle: uses for handle, uses in inside if handle != path and not handle.startswith(own)}, packages)


def _is_proven(kind: EdgeKind, evidence: Evidence) -> bool:
    return kind in _KINDS and evidence is Evidence.PROVEN


def _is_outside(kind: EdgeKind, evidence: Evidence) -> bool:
    return kind in _OUTSIDE and evidence is Evidence.EXTERNAL


def _counted(columns: EdgeColumns, wanted: Collection[int]) -> Iterator[tuple[str, int]]:
    if wanted:
        label, target = np.asarray(columns.label, np.int32), np.asarray(columns.target, np.int32)
        counts = np.bincount(target[np.isin(label, list(wanted))])
        for at in np.flatnonzero(counts).tolist():
            yield columns.texts[at], int(counts[at])
