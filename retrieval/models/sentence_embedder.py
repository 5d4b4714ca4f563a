"""Any model that sentence-transformers can open, on the processor or a GPU. Loading torch takes seconds: only who asks for it pays."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, cast

import numpy as np
import sentence_transformers  # pyright: ignore[reportMissingImports]  # an extra, not among what checks install
from numpy.typing import NDArray
from transformers.utils import logging  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

from ingest.errors import ModelError
from retrieval.embed import FloatRows, normalized
from retrieval.models.embedder import ModelOptions
from retrieval.models.model_folder import find_folder

_library: Any = sentence_transformers
_BATCH_TEXTS = 32
_SAMPLED = 64
"""Numbers of each tensor that tell weights apart."""


class SentenceEmbedder:
    """One model in memory. One caller at a time."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self.dimension = int(_dimension(model))
        self.fingerprint = f"sentence-transformers-{name}-{_digest(model)}"
        self._model = model
        prompts: dict[str, str] = dict(model.prompts or ())
        self._query_prompt = prompts.get("query") or ""
        self._document_prompt = prompts.get("document") or prompts.get("passage") or ""

    @classmethod
    def load(cls, place: str, options: ModelOptions) -> SentenceEmbedder:
        """Open a folder, a package that holds one, or what the hub's cache on this machine has under a name. Raises ``ModelError``.

        The hub itself is asked only if ``options.download`` says so. Code that a model brings along is never run.
        """
        where, name = _where(place)
        log = cast(Any, logging)
        log.set_verbosity_error()  # it draws bars and reports layers that no embedding uses
        log.disable_progress_bar()
        try:
            model = _library.SentenceTransformer(
                where, device=options.device or None, local_files_only=not options.download, trust_remote_code=False
            )
        except Exception as error:  # whatever torch, transformers and the hub's client raise
            remedy = "check the name and the network" if options.download else "name a folder, or allow embedder_download to fetch it once"
            raise ModelError(f"cannot open the embedding model sentence-transformers:{place}: {_first_line(error)}; {remedy}") from error
        return cls(model, name)

    def encode(self, texts: Sequence[str]) -> FloatRows:
        """Return one unit vector for each text to be found."""
        return self._encode([self._document_prompt + text for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question."""
        return self._encode([self._query_prompt + text])[0]

    def _encode(self, texts: list[str]) -> FloatRows:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        found = self._model.encode(texts, batch_size=_BATCH_TEXTS, show_progress_bar=False, convert_to_numpy=True, prompt="")
        return normalized(np.asarray(found, np.float32))


def _where(place: str) -> tuple[str, str]:
    try:
        path, name = find_folder(place)
    except ModelError:
        if place.startswith((".", "/", "~")):
            raise
        return place, place  # a name of the hub's
    return str(path), name


def _dimension(model: Any) -> int:
    ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return ask()


def _digest(model: Any) -> str:
    """Tell weights from others by a few numbers of each tensor."""
    hashed = blake2b(digest_size=8)
    for name, tensor in sorted(model.state_dict().items()):
        if "pooler" in name:  # random where a model came without one, and no embedding uses it
            continue
        sample = tensor.flatten()[:_SAMPLED].float().cpu().numpy()
        hashed.update(f"{name}{tuple(tensor.shape)}".encode() + sample.tobytes())
    prompts: dict[str, str] = dict(model.prompts or ())
    hashed.update(f"{model.max_seq_length}/{sorted(prompts.items())}/{[type(each).__name__ for each in model]}".encode())
    return hashed.hexdigest()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
