"""Fills a model's vectors in, a few seconds' work at a time: what is stored stays, so a killed run goes on where it was.

Files that questions came upon go first, then those of the view indexed last, the newest first. Until a model has every chunk, the one
before it answers; then that one is dropped.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.database import Database
from ingest.facts import FactStore
from ingest.model import RepositoryId
from ingest.shown_files import ShownFile, shown_files
from retrieval.models.chunk_text import chunk_key, chunk_texts, file_key
from retrieval.models.embedder import Embedder
from retrieval.models.tier_files import TierFiles, segment_key
from retrieval.models.vector_cache import StoredModel, VectorCache
from retrieval.run import Progress
from retrieval.segment import Segment

_ROUNDS = 3
"""How often what was indexed meanwhile is looked for again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In which pieces the work is done."""

    batch_texts: int = 256
    """Texts encoded and stored at once: 3 s of MiniLM's work, and all that a kill can cost."""
    publish_seconds: float = 30.0
    """Vectors become searchable this often …"""
    publish_share: float = 20.0
    """… and no more than one such part of the time goes into that."""


@dataclass(frozen=True, slots=True)
class FillOutcome:
    """What a run did: ``embedded`` vectors made, of all ``chunks`` that ``known`` have one now."""

    model: StoredModel
    embedded: int
    known: int
    chunks: int
    complete: bool
    dropped: tuple[str, ...] = ()
    """Models that were dropped because this one answers now."""


class TierFiller:
    """Brings the vectors of one model up to date with what views show."""

    def __init__(
        self,
        database: Database,
        cache: VectorCache,
        segments: Callable[[RepositoryId], Sequence[Segment]],
        files: TierFiles,
        embedder: Embedder,
        model: StoredModel,
        pace: Pace,
    ) -> None:
        self._database = database
        self._facts = FactStore(database)
        self._cache = cache
        self._segments = segments
        self._files = files
        self._embedder = embedder
        self._model = model
        self._pace = pace
        self._published = time.monotonic()
        self._publishing = 0.0
        self._unpublished = False

    def fill(self, progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> FillOutcome:
        """Embed what lacks a vector, until all is done or ``stopped``. Raises ``StoreError``, and ``ModelError`` from the model."""
        embedded, known, shown = 0, 0, list[ShownFile]()
        lacking = True
        try:
            for _ in range(_ROUNDS):
                shown = self._in_order()
                done, known, lacking = self._round(shown, progress, stopped)
                embedded += done
                if not done or stopped():
                    break
        finally:
            self._publish()
        dropped = () if lacking else self._take_over(shown)
        return FillOutcome(self._model, embedded, known, sum(each.chunks for each in shown), not lacking, dropped)

    def _in_order(self) -> list[ShownFile]:
        asked = self._cache.asked()
        return sorted(shown_files(self._database), key=lambda each: (-asked.get(each.document_id, 0), -each.indexed_at, -each.mtime_ns))

    def _round(
        self, shown: Sequence[ShownFile], progress: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> tuple[int, int, bool]:
        """Go through all files once; return how many vectors were made, how many chunks have one, and whether any lacks one."""
        total, passed, embedded = sum(each.chunks for each in shown), 0, 0
        waiting: dict[bytes, str] = {}
        for file in shown:
            if stopped():
                break
            waiting |= self._lacking(file)
            passed += file.chunks
            while len(waiting) >= self._pace.batch_texts:
                embedded += self._store(waiting)
                progress(Progress("embedding", passed - len(waiting), total, unit="chunks"))
                if self._is_due():
                    self._publish()
                if stopped():
                    break
        while waiting and not stopped():
            embedded += self._store(waiting)
        progress(Progress("embedding", passed - len(waiting), total, unit="chunks"))
        return embedded, passed - len(waiting), passed < total or bool(waiting)

    def _lacking(self, file: ShownFile) -> dict[bytes, str]:
        """Return key and text of a file's chunks that have no vector, in order."""
        key = file_key(file.path, file.content_hash, file.language)
        chunks = self._cache.chunks_of(key)
        if chunks is not None and not self._cache.lacking(self._model, chunks):
            return {}
        try:
            parsed = self._facts.parsed(file.document_id)
        except LookupError:  # another run took it out of the store meanwhile
            return {}
        every = list(chunk_texts(file.path, parsed))
        keys = [chunk_key(text) for text in every]
        if chunks is None:
            self._cache.add_files({key: keys})
        texts = dict(zip(keys, every, strict=True))
        return {each: texts[each] for each in self._cache.lacking(self._model, texts)}

    def _store(self, waiting: dict[bytes, str]) -> int:
        """Embed and store one batch, and take it out of what waits."""
        keys = list(waiting)[: self._pace.batch_texts]
        self._unpublished = True
        self._cache.add_vectors(self._model, keys, self._embedder.encode([waiting.pop(key) for key in keys]))
        return len(keys)

    def _is_due(self) -> bool:
        return time.monotonic() - self._published > max(self._pace.publish_seconds, self._pace.publish_share * self._publishing)

    def _publish(self) -> None:
        """Write the files that searches read, where there may be more to find in them."""
        begun = time.monotonic()
        files: defaultdict[RepositoryId, dict[int, bytes]] = defaultdict(dict)
        for each in shown_files(self._database):
            files[each.repository_id][each.document_id] = file_key(each.path, each.content_hash, each.language)
        for repository, of in files.items():
            for segment in self._segments(repository):
                key = segment_key(segment)
                there = self._files.open(key, segment.chunks)
                if self._unpublished or there is None or np.isnan(there.scales).any():
                    self._files.write(key, segment.chunks, self._rows(segment, of))
        self._unpublished = False
        self._published = time.monotonic()
        self._publishing = self._published - begun

    def _rows(self, segment: Segment, files: dict[int, bytes]) -> Iterator[tuple[float, bytes] | None]:
        """Yield the vector of each of a segment's chunks, None for those of files that no view shows, or that wait."""
        for number, document in enumerate(segment.document_ids.tolist()):
            count = int(segment.chunk_start[number + 1] - segment.chunk_start[number])
            chunks = self._cache.chunks_of(files[document]) if document in files else None
            if chunks is None or len(chunks) != count:
                yield from [None] * count
            else:
                yield from self._cache.vectors(self._model, chunks)

    def _take_over(self, shown: Sequence[ShownFile]) -> tuple[str, ...]:
        """Answer with this model from now on; drop all others, and what no view shows any more."""
        others = tuple(each.name for each in self._cache.models() if each.model_id != self._model.model_id)
        self._cache.answer_with(self._model)
        self._files.drop_others()
        collect_garbage(self._cache, [self._files], shown, self._segments)
        return others


def collect_garbage(
    cache: VectorCache, files: Sequence[TierFiles], shown: Sequence[ShownFile], segments: Callable[[RepositoryId], Sequence[Segment]]
) -> None:
    """Drop all vectors and files that belong to nothing that a view shows."""
    cache.collect_garbage({file_key(each.path, each.content_hash, each.language) for each in shown})
    keys = {segment_key(segment) for each in {each.repository_id for each in shown} for segment in segments(each)}
    for each in files:
        each.sweep(keys)
