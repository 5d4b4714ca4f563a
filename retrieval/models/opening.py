"""How an embedding model is named and opened.

A name is like an address: ``static:``, ``onnx:WHERE`` or ``sentence-transformers:WHERE``, where WHERE is a folder on this machine or an
installed package that holds one. Nothing is fetched from a network unless ``ModelOptions.download`` says so.
"""

from __future__ import annotations

from pathlib import Path

from ingest.errors import ModelError
from retrieval.embed import StaticEmbedder
from retrieval.models.embedder import Embedder, ModelOptions
from retrieval.weights import SHIPPED

SCHEMES = ("static", "onnx", "sentence-transformers")


def split_address(address: str) -> tuple[str, str]:
    """Return scheme and place of a model's address. Raises ``ModelError``."""
    scheme, colon, place = address.partition(":")
    if not colon or scheme not in SCHEMES or (scheme != "static" and not place):
        raise ModelError(
            f"{address!r} names no embedding model; write static:, onnx:FOLDER, onnx:PACKAGE, or sentence-transformers:NAME_OR_FOLDER"
        )
    return scheme, place


def open_embedder(address: str, options: ModelOptions) -> Embedder:
    """Open the model at an address. Raises ``ModelError`` that says what to install or which path is missing."""
    scheme, place = split_address(address)
    if scheme == "static":
        return StaticEmbedder.load(Path(place) if place else SHIPPED)
    # What computes a model takes 0.1 to 5 s to load, and need not be installed.
    if scheme == "onnx":
        try:
            from retrieval.models.onnx_embedder import OnnxEmbedder
        except ImportError as error:
            raise _not_installed(address, error, "models") from error
        return OnnxEmbedder.load(place, options)
    try:
        from retrieval.models.sentence_embedder import SentenceEmbedder
    except ImportError as error:
        raise _not_installed(address, error, "torch") from error
    return SentenceEmbedder.load(place, options)


def _not_installed(address: str, error: ImportError, extra: str) -> ModelError:
    return ModelError(f"cannot open the embedding model {address}: {error}; install what computes it: pip install 'codelore[{extra}]'")
