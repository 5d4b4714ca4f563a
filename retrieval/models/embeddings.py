"""The vectors of a data folder's transformer: filling them in, what is there, and asking them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from functools import cached_property
from pathlib import Path

from ingest.database import Database
from ingest.errors import ModelError, StoreBusyError
from ingest.lock import exclusive
from ingest.model import RepositoryId, View
from ingest.shown_files import shown_files
from ingest.views import ViewCatalog
from retrieval.catalog import SegmentCatalog
from retrieval.holdings import VECTORS_FILE
from retrieval.models.embedder import Embedder, ModelOptions
from retrieval.models.filling import FillOutcome, Pace, TierFiller, collect_garbage
from retrieval.models.opening import open_embedder
from retrieval.models.tier import Tier, TierPlace, coverage
from retrieval.models.tier_files import TierFiles
from retrieval.models.vector_cache import StoredModel, VectorCache
from retrieval.run import EmbedOptions, Progress
from retrieval.segment import Segment
from retrieval.snapshot import Snapshot

_PACE = Pace()


class Embeddings:
    """All that can be done with the vectors of transformers. One caller at a time."""

    def __init__(
        self, database: Database, catalog: SegmentCatalog, data: Path, wanted: EmbedOptions, threads: int, busy_seconds: float
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._data = data
        self._wanted = wanted
        self._threads = threads
        options = ModelOptions(data / "models", device=wanted.device, download=wanted.download)
        self._place = TierPlace(wanted.address, data / VECTORS_FILE, data / "vectors", options, busy_seconds)

    @property
    def address(self) -> str:
        """The address of the model that is wanted; empty when none is."""
        return self._wanted.address

    @cached_property
    def tier(self) -> Tier | None:
        """What scores chunks for questions; None when no model is wanted."""
        return Tier(self._place) if self.address else None

    def open(self) -> Embedder:
        """Open the wanted model. Raises ``ModelError``, also when none is wanted."""
        if not self.address:
            raise ModelError("no embedding model is set, so there is nothing to embed with: set CODELORE_EMBEDDER (docs/models.md)")
        return open_embedder(self.address, ModelOptions(self._data / "models", self._threads, self._wanted.device, self._wanted.download))

    def models(self) -> list[tuple[StoredModel, int]]:
        """Return the models that have vectors, the answering one first, and how many vectors each has."""
        if not self._place.cache.is_file():
            return []
        with self._cache() as cache:
            return [(each, cache.count(each)) for each in cache.models()]

    def fill(
        self,
        *,
        progress: Callable[[Progress], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
        pace: Pace = _PACE,
    ) -> FillOutcome:
        """Bring the wanted model's vectors up to date with all views.

        Raises ``ModelError`` when no model is wanted or it cannot be opened, ``StoreBusyError`` when another process does this.
        """
        with self._alone():
            progress(Progress("opening the model"))
            embedder = self.open()
            with self._cache() as cache:
                model = cache.add_model(embedder.fingerprint, self.address, embedder.name, embedder.dimension)
                files = TierFiles(self._place.files, model.fingerprint, model.dimension)
                return TierFiller(self._database, cache, self._segments, files, embedder, model, pace).fill(progress, stopped)

    def coverage(self, view: View) -> list[tuple[StoredModel, int]]:
        """Return for each model that has vectors, the answering one first, how many chunks of a view have one. Opens no model."""
        if not self._place.cache.is_file():
            return []
        shown = ViewCatalog(self._database).document_ids(view.view_id)
        return coverage(self._place, Snapshot(view, self._segments(view.repository_id), shown))

    def collect_garbage(self) -> None:
        """Drop the vectors of what no view shows any more; a run that embeds does it at its end, so with one at work nothing is done."""
        if not self._place.cache.is_file():
            return
        try:
            with self._alone(), self._cache() as cache:
                files = [TierFiles(self._place.files, each.fingerprint, each.dimension) for each in cache.models()]
                collect_garbage(cache, files, shown_files(self._database), self._segments)
        except StoreBusyError:
            return

    def _alone(self) -> AbstractContextManager[None]:
        return exclusive(self._data / "locks" / "embed", wait_seconds=0, doing="embedding for this data folder")

    def _cache(self) -> AbstractContextManager[VectorCache]:
        return closing(VectorCache(self._place.cache, busy_seconds=self._place.busy_seconds))

    def close(self) -> None:
        """Note which files were asked for in vain."""
        if "tier" in self.__dict__ and self.tier is not None:
            self.tier.close()

    def _segments(self, repository: RepositoryId) -> Sequence[Segment]:
        return [each.segment for each in self._catalog.load(repository)]
