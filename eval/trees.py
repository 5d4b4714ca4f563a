"""Lays out the corpora of a run. Several commits of one repository take one folder after another: most files stay as they are.

A hundred commits of a large repository would be gigabytes, and each would be read from the first file to the last. In one folder that moves
from commit to commit, oldest first, only what changed between two of them is written, and only that has to be indexed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.corpora import Corpus, Places, commit_time, find_repository, lay_out, list_files, write_files


@dataclass(frozen=True, slots=True)
class Tree:
    """A corpus as a folder. ``moved``: the folder held another commit of the same repository before."""

    root: Path
    moved: bool = False


class Trees:
    """Lays out corpora one at a time. What ``lay_out`` returned may change with the next corpus of the same repository."""

    def __init__(self, places: Places, corpora: Iterable[Corpus], report: Callable[[str], None] = lambda _: None) -> None:
        """Take all corpora of the run: those that share a repository share a folder."""
        self._places = places
        self._report = report
        alone = places.single is not None or places.folders is not None
        movable = [each for each in corpora if each.commit and not alone and not each.hidden and each.write is None]
        times = Counter(_repository(each) for each in movable)
        self._shared = {each.name: each for each in movable if times[_repository(each)] > 1}
        self._folders: dict[tuple[str, str, str], _Moving] = {}

    def in_order(self, corpora: Sequence[Corpus]) -> list[Corpus]:
        """Return the corpora with those of one repository together, oldest first, at the place of the first of them."""
        names = {each.name: _repository(each) if each.name in self._shared else (each.name,) for each in corpora}
        place: dict[tuple[str, ...], int] = {}
        for at, each in enumerate(corpora):
            place.setdefault(names[each.name], at)
        times = {each.name: commit_time(each, self._places) if each.name in self._shared else 0 for each in corpora}
        return sorted(corpora, key=lambda each: (place[names[each.name]], times[each.name]))

    def lay_out(self, corpus: Corpus) -> Tree:
        """Return the folder of a corpus. Raises ``SourceError`` as ``corpora.lay_out`` does."""
        if corpus.name not in self._shared:
            return Tree(lay_out(corpus, self._places, self._report))
        moving = self._folders.setdefault(_repository(corpus), _Moving(self._places.cache / "moving"))
        return moving.move(corpus, self._places, self._report)

    def close(self) -> None:
        """Remove the folders that moved."""
        for each in self._folders.values():
            each.remove()
        self._folders.clear()


def _repository(corpus: Corpus) -> tuple[str, str, str]:
    return corpus.name.partition("@")[0], corpus.upstream or corpus.git, corpus.folder


class _Moving:
    """A folder of this run alone, made with the first commit."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._above: Path | None = None
        self._held: dict[str, str] = {}

    def move(self, corpus: Corpus, places: Places, report: Callable[[str], None]) -> Tree:
        checkout = find_repository(corpus, places, report)
        wanted = list_files(checkout, corpus)
        moved = self._above is not None
        if self._above is None:
            self._parent.mkdir(parents=True, exist_ok=True)
            self._above = Path(tempfile.mkdtemp(prefix="run-", dir=self._parent))
        root = self._above / corpus.name.partition("@")[0]
        if not self._held:
            shutil.rmtree(root, ignore_errors=True)
        root.mkdir(exist_ok=True)
        changed = {path: name for path, name in wanted.items() if self._held.get(path) != name}
        for path in self._held.keys() - wanted.keys():
            _remove(root, root / path)
        self._held = {}  # what fails half way begins anew
        write_files(checkout, corpus, changed, root, report, of=len(wanted))
        self._held = wanted
        return Tree(root.absolute(), moved)

    def remove(self) -> None:
        if self._above is not None:
            shutil.rmtree(self._above, ignore_errors=True)


def _remove(root: Path, file: Path) -> None:
    """Remove a file, and the folders above it that it leaves empty: the next commit may have a file in their place."""
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == root or any(folder.iterdir()):
            break
        folder.rmdir()
