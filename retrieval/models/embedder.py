"""What every embedding model does, whatever computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.embed import FloatRows


class Embedder(Protocol):
    """A model that turns texts into unit vectors: a dot product is a cosine. A text without content may have a vector of zeros."""

    @property
    def name(self) -> str:
        """What a person calls the model."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name the model and all else that a vector depends on: vectors of two fingerprints must not be compared."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatRows:
        """Return one vector for each text to be found, f32[n, dimension]."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a question, f32[dimension]."""
        ...


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How to open a model."""

    prepared: Path
    """Where what is made of weights is kept: an ONNX file of a BERT, say."""
    threads: int = 1
    """Cores for many texts; a question takes one."""
    device: str = ""
    """Where torch computes: ``cpu``, ``cuda``, ``cuda:1``, ``mps``; empty lets it choose."""
    download: bool = False
    """Whether a model may be fetched from its hub when it is not on this machine."""
