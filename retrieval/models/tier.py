"""A transformer's scores beside the static ones: which model answers, its vectors of an open snapshot, and what it could not tell.

The model of the settings answers once it has every chunk; until then the one before it, if that can still be opened. What has no vector yet
has no score: it is ranked without.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from ingest.errors import ModelError, StoreError
from retrieval.models.embedder import Embedder, ModelOptions
from retrieval.models.opening import open_embedder
from retrieval.models.tier_files import TierFiles, segment_key
from retrieval.models.tier_scores import PartColumns, TierScores, count_known, score_chunks
from retrieval.models.vector_cache import StoredModel, VectorCache
from retrieval.segment import F32
from retrieval.snapshot import Numbers, Snapshot

_NOTED_AT_MOST = 5_000
"""Documents whose want of a vector is remembered between two writes."""


@dataclass(frozen=True, slots=True)
class TierPlace:
    """Where the vectors of transformers are, and which model is wanted."""

    address: str
    cache: Path
    files: Path
    options: ModelOptions
    busy_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class _Answering:
    """The model that answers, open."""

    model: StoredModel
    embedder: Embedder
    files: TierFiles


class Tier:
    """Scores chunks by the transformer's vectors. One caller at a time."""

    def __init__(self, place: TierPlace) -> None:
        self._place = place
        self._answering: _Answering | None = None
        self._seen: tuple[int, ...] = ()
        self._parts: WeakKeyDictionary[Snapshot, list[PartColumns]] = WeakKeyDictionary()
        self._keys: WeakKeyDictionary[Snapshot, list[str]] = WeakKeyDictionary()
        self._missed: Counter[int] = Counter()
        self.problem = ""
        """Why no model answers though one is wanted, in words; empty when all is well."""

    def encode(self, text: str) -> F32 | None:
        """Return the vector of a question by the model that answers; None when none does."""
        self._look()
        return self._answering.embedder.encode_query(text) if self._answering else None

    def scores(self, snapshot: Snapshot, query: F32, chunks: Numbers, row: Numbers) -> TierScores:
        """Return the cosines of chunks, of the files ``row``, to a question that ``encode`` has turned into a vector."""
        parts = self._columns(snapshot)
        found = score_chunks(parts, query, chunks, row)
        missed = chunks[~found.known]
        if len(missed) and len(self._missed) < _NOTED_AT_MOST:
            self._missed.update(snapshot.document_ids[snapshot.documents_of(missed)].tolist())
        return found

    def close(self) -> None:
        """Remember which files were asked for in vain: they are embedded first."""
        if self._missed:
            # A wish that is lost costs the order of some work; nobody's answer should fail for it.
            with suppress(StoreError), closing(VectorCache(self._place.cache, busy_seconds=0.1)) as cache:
                cache.note_asked(self._missed)
            self._missed.clear()

    def _look(self) -> None:
        """Open the model that answers, anew when another process has filled or swapped vectors."""
        seen = self._state()
        if seen == self._seen:
            return
        self._parts.clear()
        self._seen = seen
        models = stored_models(self._place)
        if self._answering is None or self._answering.model not in models:
            self._answering = self._choose(models)

    def _state(self) -> tuple[int, ...]:
        """Tell states of the files apart: every change of them renames something in these folders."""
        folders = [self._place.files, *([self._answering.files.folder] if self._answering else [])]
        return tuple(_changed_at(folder) for folder in folders)

    def _choose(self, models: list[StoredModel]) -> _Answering | None:
        self.problem = ""
        wanted = [each for each in models if each.address == self._place.address]
        for model in [*(each for each in models if each.answers), *reversed(wanted)]:
            try:
                embedder = open_embedder(model.address, self._place.options)
            except ModelError as error:
                self.problem = str(error)
                continue
            if embedder.fingerprint == model.fingerprint:
                self.problem = ""
                return _Answering(model, embedder, TierFiles(self._place.files, model.fingerprint, model.dimension))
            self.problem = f"the weights of {model.address} are no longer those that made its vectors; run: codelore embed"
        return None

    def _columns(self, snapshot: Snapshot) -> list[PartColumns]:
        if self._answering is None:
            return []
        parts = self._parts.get(snapshot)
        if parts is None:
            keys = self._keys.get(snapshot)
            if keys is None:
                keys = self._keys[snapshot] = [segment_key(part.segment) for part in snapshot.parts]
            parts = self._parts[snapshot] = _open_columns(self._answering.files, snapshot, keys)
        return parts


def stored_models(place: TierPlace) -> list[StoredModel]:
    """Return the models that have vectors, the one that answers first. Raises ``StoreError``."""
    if not place.cache.is_file():
        return []
    with closing(VectorCache(place.cache, busy_seconds=place.busy_seconds)) as cache:
        return cache.models()


def coverage(place: TierPlace, snapshot: Snapshot) -> list[tuple[StoredModel, int]]:
    """Return, for each model, how many of the chunks that a snapshot shows have its vector; opens no model."""
    models = stored_models(place)
    keys = [segment_key(part.segment) for part in snapshot.parts] if models else []
    found: list[tuple[StoredModel, int]] = []
    for model in models:
        files = TierFiles(place.files, model.fingerprint, model.dimension)
        found.append((model, count_known(_open_columns(files, snapshot, keys), snapshot.live)))
    return found


def _open_columns(files: TierFiles, snapshot: Snapshot, keys: list[str]) -> list[PartColumns]:
    return [
        PartColumns(part.first_chunk, part.segment.chunks, files.open(key, part.segment.chunks))
        for part, key in zip(snapshot.parts, keys, strict=True)
    ]


def _changed_at(folder: Path) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
