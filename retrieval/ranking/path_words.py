"""What the paths of files have of a query: roots of its words in the file's name and in the folders above it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import TermMatches
from retrieval.ranking.words import weighed
from retrieval.segment import F32
from retrieval.snapshot import Numbers, Snapshot

_LONG = 6
"""A query of more roots meets a file's name by chance: from here on a match counts the less, the longer the query."""


class PathWords:
    """Q roots of a query in the paths of R files."""

    def __init__(
        self, snapshot: Snapshot, files: Numbers, stems: Sequence[TermMatches], folders: Sequence[TermMatches], title: frozenset[str]
    ) -> None:
        """``stems`` and ``folders`` say where each root stands, in the same order; ``title`` are the roots of the first line."""
        self._sizes = np.maximum(snapshot.stem_roots[files], 1).astype(np.float32)
        self._roots = [each.term.text for each in stems]
        self._title = title
        self._weight = np.array([each.term.weight for each in stems], np.float32)
        self._stem_rarity, self._folder_rarity = (np.array([each.idf for each in some], np.float32) for some in (stems, folders))
        first = snapshot.first_chunk[files]
        self._in_stem, self._in_folder = (_held(first, some) for some in (stems, folders))

    @cached_property
    def stem_precision(self) -> F32:
        """Share of each file's name that the query has."""
        return self._in_stem.sum(axis=0, dtype=np.float32) / self._sizes

    @property
    def stem(self) -> F32:
        """The same, less for a long query."""
        return self.stem_precision * np.float32(min(1.0, _LONG / max(len(self._roots), 1)))

    @property
    def title_stem(self) -> F32:
        """The same for the roots of the first line."""
        held = self._in_stem[self._are(self._title)].sum(axis=0, dtype=np.float32)
        return held / self._sizes * np.float32(min(1.0, _LONG / max(len(self._title), 1)))

    @property
    def stem_recall(self) -> F32:
        """Share of the query that each file's name has."""
        return self._share(self._in_stem)

    @property
    def stem_full(self) -> F32:
        """The same for names that the query has all of, else 0."""
        return np.where(self.stem_precision >= 1, self.stem_recall, 0).astype(np.float32)

    @property
    def folder_recall(self) -> F32:
        """Share of the query that the folders have."""
        return self._share(self._in_folder)

    @property
    def path_recall(self) -> F32:
        """Share of the query that the path has."""
        return self._share(self._in_stem | self._in_folder)

    @property
    def stem_rarity(self) -> F32:
        """Weight of the query's roots in the name, rare ones more."""
        return weighed(self._stem_rarity, self._in_stem)

    @property
    def path_rarity(self) -> F32:
        """The same for the path."""
        return self.stem_rarity + weighed(self._folder_rarity, self._in_folder)

    def share_of(self, roots: frozenset[str], *, stem_only: bool = False) -> F32:
        """Return the share of some of the query's roots that the path has, or the name alone."""
        inside = self._are(roots)
        held = self._in_stem if stem_only else self._in_stem | self._in_folder
        return held[inside].sum(axis=0, dtype=np.float32) / np.float32(max(int(inside.sum()), 1))

    def _are(self, roots: frozenset[str]) -> NDArray[np.bool_]:
        return np.array([each in roots for each in self._roots], np.bool_)

    def _share(self, held: NDArray[np.bool_]) -> F32:
        return weighed(self._weight, held) / np.float32(max(float(self._weight.sum()), 1e-6))


def _held(first: Numbers, matches: Sequence[TermMatches]) -> NDArray[np.bool_]:
    """Return which roots the files have whose first chunks these are (Q, R)."""
    held = np.zeros((len(matches), len(first)), np.bool_)
    for number, each in enumerate(matches):
        if len(each.chunk):
            wanted = first.astype(each.chunk.dtype)
            at = np.minimum(np.searchsorted(each.chunk, wanted), len(each.chunk) - 1)
            held[number] = each.chunk[at] == wanted
    return held
