"""What a worker is started with. Loads nothing that reading needs: the workers do that themselves, while the files are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retrieval.tasks import Batch, ReadTask


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """All a worker needs to know; ``make`` runs in the worker."""

    weights: Path

    def load(self) -> Callable[[Path], Callable[[ReadTask], Batch]]:
        """Import what reads files, and return what makes such a function from the weights."""
        from retrieval.worker import make_reader

        return make_reader

    def make(self) -> Callable[[ReadTask], Batch]:
        """Load what reads files, and return the function that does one task."""
        return self.load()(self.weights)
