"""An index run as seen from outside: how to do it, how far it is, what it did. Apart from ``indexer``: asking needs no grammar."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.model import View
from ingest.views import IndexReport
from ingest.walk import WalkOptions


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How to index."""

    walk: WalkOptions = field(default_factory=WalkOptions)
    workers: int = 2
    lock_seconds: float = 600.0
    silence_seconds: float = 60.0
    """A worker that says nothing for this long is ended."""


@dataclass(frozen=True, slots=True)
class EmbedOptions:
    """Which model embeds chunks beside the shipped static one, and how. An empty ``address`` is none."""

    address: str = ""
    """``onnx:FOLDER_OR_PACKAGE``, ``sentence-transformers:NAME_OR_FOLDER``, ``static:FILE``."""
    device: str = ""
    """Where torch computes; empty lets it choose."""
    download: bool = False
    """Whether a model that is not on this machine may be fetched from its hub."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``total`` counts files that have to be read, or another ``unit`` of work, ``total_bytes`` their bytes."""

    phase: str
    done: int = 0
    total: int = 0
    done_bytes: int = 0
    total_bytes: int = 0
    unit: str = "files"


@dataclass(frozen=True, slots=True)
class IndexOutcome:
    """What a run did."""

    view: View
    added: int
    changed: int
    deleted: int
    unchanged: int
    parsed: int
    parsed_bytes: int
    report: IndexReport
