"""What is learned from: for each question the signals of the candidates and which of them answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.model import Question, Target
from ingest.errors import SourceError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.query import parse_query
from retrieval.ranking.graph_signals import Neighbourhood
from retrieval.ranking.rank import matrix
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS
from retrieval.ranking.tier import TIER_SIGNALS, Vectors, look
from retrieval.segment import F32
from retrieval.snapshot import Numbers

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Sample:
    """A question's R candidates. One without candidates, or without one that answers, is scored 0 and not learned from."""

    question: str
    repository: str
    source: str
    """The set it is of."""
    kind: str
    targets: Sequence[Target]
    """What answers, found or not."""
    paths: Sequence[str]
    values: F32
    """Signals of the files (R, K)."""
    answers: Flags
    graph: Neighbourhood | None
    chunks: ChunkSample | None
    foreign: bool = False
    """Asked of another repository than the one it is about."""
    meant: F32 | None = None
    """Signals of a transformer's vectors (R, T); None where none was asked."""


@dataclass(slots=True)
class ChunkSample:
    """The chunks of a question's candidates (N) where the lines that answer are known."""

    row: Numbers
    values: F32
    """Signals of the chunks (N, L)."""
    answers: Flags
    """Which chunks hold a line that answers."""
    lines: Numbers
    """First and last line of each chunk (N, 2)."""


def sample(engine: Engine, root: str, question: Question, source: str, *, foreign: bool = False, vectors: Vectors | None = None) -> Sample:
    """Ask one question for its signals."""
    request = SearchRequest(question.text, root)
    ranker = engine.ranker(request)
    scene = ranker.scene(parse_query(question.text), ranker.allowed(request.filters))
    paths = [scene.snapshot.name(file)[0] for file in scene.pool.files.tolist()]
    answers = [not foreign and any(target.is_file(path) for target in question.targets) for path in paths]
    near = ranker.near(scene, np.zeros(scene.files, np.float32))
    meant = look(vectors, scene) if scene.files else None
    return Sample(
        question.question_id,
        question.repository,
        source,
        question.kind or question.category,
        question.targets,
        paths,
        matrix(FILE_SIGNALS, scene) if scene.files else np.zeros((0, len(FILE_SIGNALS)), np.float32),
        np.array(answers, np.bool_),
        near.graph,
        None if foreign or not scene.files else _chunks(scene, paths, question),
        foreign,
        None if meant is None else matrix(TIER_SIGNALS, meant),
    )


def without(samples: Sequence[Sample], names: Sequence[str]) -> Sequence[Sample]:
    """Return the samples with these signals of files and of chunks at 0. Raises ``SourceError`` for one that is not there."""
    known = {each.name for each in (*FILE_SIGNALS, *CHUNK_SIGNALS)}
    for name in names:
        if name not in known:
            raise SourceError(f"there is no signal {name} of files or chunks to do without; codelore signals lists them")
    files, chunks = ([each.name in names for each in signals] for signals in (FILE_SIGNALS, CHUNK_SIGNALS))
    for each in samples if names else ():
        each.values[:, files] = 0
        if each.chunks is not None:
            each.chunks.values[:, chunks] = 0
    return samples


def _chunks(scene: Scene, paths: Sequence[str], question: Question) -> ChunkSample | None:
    """Return the chunks of the candidates where the question says which lines answer."""
    wanted = [(path, first, last) for path in paths for target in question.targets if target.is_file(path) for first, last in target.spans]
    if not wanted:
        return None
    lines = np.array([_lines(scene, chunk) for chunk in scene.pool.chunk.tolist()], np.int64).reshape(-1, 2)
    answers = np.zeros(len(lines), np.bool_)
    for path, first, last in wanted:
        inside = scene.pool.row == paths.index(path)
        answers |= inside & (lines[:, 0] <= last) & (lines[:, 1] >= first)
    return ChunkSample(scene.pool.row, matrix(CHUNK_SIGNALS, scene), answers, lines)


def _lines(scene: Scene, chunk: int) -> tuple[int, int]:
    segment, at = scene.snapshot.locate(chunk)
    return int(segment.start_line[at]), int(segment.end_line[at])
