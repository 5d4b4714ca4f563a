"""A transformer's vectors of the chunks that training questions come upon: made when they are asked for, kept on disk by what was read.

A search finds the vectors of a whole repository filled in (``retrieval.models.filling``). Training asks a few questions of many
repositories, so only the chunks of their candidates are embedded, and all questions share one cache: the same chunks in two commits of a
repository are embedded once, and a training that was ended goes on where it was.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.database import Database
from ingest.facts import FactStore
from ingest.shown_files import ShownFile, shown_files
from retrieval.models.chunk_text import chunk_key, chunk_texts, file_key
from retrieval.models.embedder import Embedder, ModelOptions
from retrieval.models.filling import Pace
from retrieval.models.opening import open_embedder
from retrieval.models.tier_files import TierColumns
from retrieval.models.tier_scores import PartColumns, TierScores, score_chunks
from retrieval.models.vector_cache import VectorCache
from retrieval.segment import F32
from retrieval.snapshot import Numbers, Snapshot

_BATCH = Pace().batch_texts


@dataclass(frozen=True, slots=True)
class TierVectors:
    """Which model embeds, and where its vectors are kept."""

    address: str
    cache: Path

    def open(self) -> Embedder:
        """Open the model. Raises ``ModelError``."""
        return open_embedder(self.address, ModelOptions(self.cache.parent / "models"))


class PoolVectors:
    """Scores all chunks that it is asked for: a ``retrieval.ranking.tier.Vectors`` that embeds what lacks a vector."""

    def __init__(self, database: Database, cache: VectorCache, embedder: Embedder, address: str) -> None:
        """``database`` is the index that snapshots are of."""
        self._facts = FactStore(database)
        self._shown: dict[int, ShownFile] = {each.document_id: each for each in shown_files(database)}
        self._cache = cache
        self._embedder = embedder
        self._model = cache.add_model(embedder.fingerprint, address, embedder.name, embedder.dimension)
        self._columns: dict[int, TierColumns] = {}

    def encode(self, text: str) -> F32:
        """Return the vector of a question."""
        return self._embedder.encode_query(text)

    def scores(self, snapshot: Snapshot, query: F32, chunks: Numbers, row: Numbers) -> TierScores:
        """Return the cosines of chunks, of the files ``row``, to a question. Raises ``StoreError``, and ``ModelError`` from the model."""
        documents = snapshot.documents_of(chunks)
        ids = snapshot.document_ids[documents].tolist()
        self._load(each for each in ids if each not in self._columns)
        sizes = zip(snapshot.first_chunk[documents].tolist(), snapshot.chunks_of[documents].tolist(), ids, strict=True)
        return score_chunks([PartColumns(first, count, self._columns[each]) for first, count, each in sizes], query, chunks, row)

    def _load(self, documents: Iterable[int]) -> None:
        """Have the vectors of all chunks of documents in memory."""
        keys: dict[int, list[bytes]] = {}
        waiting: dict[bytes, str] = {}
        for each in documents:
            keys[each], lacking = self._keys(self._shown[each])
            waiting |= lacking
            while len(waiting) >= _BATCH:
                self._embed(waiting)
        while waiting:
            self._embed(waiting)
        for each, own in keys.items():
            rows = [row for row in self._cache.vectors(self._model, own) if row is not None]
            values = np.frombuffer(b"".join(data for _, data in rows), np.int8).reshape(len(rows), self._model.dimension)
            self._columns[each] = TierColumns(values, np.array([scale for scale, _ in rows], np.float32))

    def _keys(self, file: ShownFile) -> tuple[list[bytes], dict[bytes, str]]:
        """Return the keys of a file's chunks, and key and text of those that have no vector."""
        named = file_key(file.path, file.content_hash, file.language)
        known = self._cache.chunks_of(named)
        if known is not None and not self._cache.lacking(self._model, known):
            return known, {}
        texts = list(chunk_texts(file.path, self._facts.parsed(file.document_id)))
        keys = [chunk_key(text) for text in texts]
        self._cache.add_files({named: keys})
        by_key = dict(zip(keys, texts, strict=True))
        return keys, {key: by_key[key] for key in self._cache.lacking(self._model, keys)}

    def _embed(self, waiting: dict[bytes, str]) -> None:
        """Embed and store one batch, and take it out of what waits."""
        keys = list(waiting)[:_BATCH]
        self._cache.add_vectors(self._model, keys, self._embedder.encode([waiting.pop(key) for key in keys]))


@contextmanager
def pool_vectors(wanted: TierVectors | None, data: Path) -> Generator[PoolVectors | None]:
    """Open the vectors for the index in a data folder; None where none are wanted. Raises ``ModelError`` and ``StoreError``."""
    if wanted is None:
        yield None
        return
    with closing(VectorCache(wanted.cache)) as cache, closing(Database(data / "codelore.db")) as database:
        yield PoolVectors(database, cache, wanted.open(), wanted.address)
