"""The signals of a chunk for someone who asks from a place: what its text has of the question, and how what it defines is tied to that.

A linear model of them (``retrieval/place.json``, written by ``codelore eval train-place``) takes the place of the chunks' part of the
fusion. It is learned from functions of public repositories whose bodies are hidden: their signature and docs ask, and the definitions of
other files that the bodies use answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ingest.errors import ModelError
from retrieval.places.around import COUNTED, TIES, Tie
from retrieval.ranking.fusion import Model, require_format, table
from retrieval.ranking.rank import Scores
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import CHUNK_SIGNALS, Scale, Signal
from retrieval.segment import F32
from retrieval.weights import PLACE

PLACE_PREFIX = "place."
"""Before the name of a signal in what explains a hit."""
_TEXT = ("symbol", "names", "vector")
_CHUNK_AT = {each.name: at for at, each in enumerate(CHUNK_SIGNALS)}

TIE_ABOUT: Mapping[Tie, str] = {
    Tie.OWN: "what the definition around the place uses, its signature included",
    Tie.CLASS: "what others of the same class use",
    Tie.FILE: "what others of the same file use",
    Tie.IMPORT: "what the file imports by name",
    Tie.IDLE: "what the file imports by name and nothing in it uses",
    Tie.MODULE: "what stands in a module that the file imports",
    Tie.IDLE_MODULE: "what stands in a module that the file imports and uses nothing of",
    Tie.PASSED: "what a module that the file imports imports",
    Tie.BESIDE: "what stands in a file of which the file uses something",
    Tie.BASE: "what the class around the place is derived from",
    Tie.INHERITED: "members of that",
    Tie.OWN_MEMBER: "members of a type that the definition around the place uses",
    Tie.MEMBER: "members of a type that the file uses",
    Tie.OVERRIDDEN: "what the definition around the place overrides",
    Tie.NAMESAKE: "what definitions elsewhere of the name of that around the place use",
    Tie.LIKE: "what code that answers the question uses",
}


@dataclass(frozen=True)
class PlaceScene:
    """A scene of R files and N chunks with what the fusion makes of it, and the ties of its chunks to the place (N, T)."""

    scene: Scene
    scores: Scores
    ties: F32

    @cached_property
    def tied(self) -> F32:
        """Which chunks have any tie, as 0 or 1 (N)."""
        return np.any(self.ties > 0, axis=1).astype(np.float32)

    def text(self, name: str) -> F32:
        """Return a signal of the chunks' text (N)."""
        return self.scores.values[:, _CHUNK_AT[name]]


def _text(name: str) -> Callable[[PlaceScene], F32]:
    return lambda place: place.text(name)


def _tie(at: int) -> Callable[[PlaceScene], F32]:
    return lambda place: place.ties[:, at]


def _tied(name: str) -> Callable[[PlaceScene], F32]:
    return lambda place: place.tied * place.text(name)


def _scale(tie: Tie) -> Scale:
    return Scale.SHARE if tie in COUNTED else Scale.PRIOR


def _behind(scores: F32) -> F32:
    return np.subtract(scores, scores.max(initial=-np.inf), dtype=np.float32) if len(scores) else scores


PLACE_SIGNALS: tuple[Signal[PlaceScene], ...] = (
    Signal(
        "file score", "how far the file is behind the best by the fusion", Scale.PRIOR, lambda x: _behind(x.scores.files)[x.scene.pool.row]
    ),
    Signal("span score", "how far it is behind the best span by the spans' model", Scale.PRIOR, lambda x: _behind(x.scores.chunks)),
    *(Signal(f"text {each.name}", f"{each.about} (of this span)", each.scale, _text(each.name)) for each in CHUNK_SIGNALS),
    *(Signal(tie.value, f"it defines {TIE_ABOUT[tie]}", _scale(tie), _tie(at)) for at, tie in enumerate(TIES)),
    Signal("tied", "it defines anything that is tied to the place", Scale.PRIOR, lambda x: x.tied),
    *(Signal(f"tied {name}", f"its {name} as above, where it does", Scale.SHARE, _tied(name)) for name in _TEXT),
)


@dataclass(frozen=True, slots=True)
class PlaceModel:
    """The model of one training."""

    version: str
    record: Mapping[str, Any]
    chunks: Model


@lru_cache(2)
def load_place_model(path: Path = PLACE) -> PlaceModel:
    """Read the weights. Raises ModelError, naming the file, when it cannot be used."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        require_format(data["format"])
        model = table([each.name for each in PLACE_SIGNALS], data["weights"], PLACE_SIGNALS)
        return PlaceModel(str(data["version"]), data["record"], model)
    except ModelError as error:
        raise ModelError(f"the weights of places {path} cannot be used: {error}; reinstall the package or name another file") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot read the weights of places {path}: {error!r}; reinstall the package or name another file") from error
