"""The signals of files and of chunks: each a small function of a scene, in one table with what it means.

To add a signal, write a function and put it in the table; ``codelore eval train`` weighs it, ``--explain`` shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np

from ingest.path_kinds import PathFlag
from retrieval.ranking.scene import Scene
from retrieval.ranking.words import By
from retrieval.segment import F32, Field

T = TypeVar("T")

CHUNK_PREFIX = "chunk."
"""Before the name of a chunk's signal where it stands beside those of its file."""

_DEPTH, _SIZE = 8, 8


class Scale(StrEnum):
    """What of a signal the fusion sees."""

    SCORE = "score"
    """A score without upper bound: as a share of the best of the query, and the root of that."""
    SHARE = "share"
    """A share of the query or of a name, 0 to 1, or (``spelled``) a sum of few such: as it is, and the root of that."""
    PRIOR = "prior"
    """What is known of a file whatever is asked: as it is."""


@dataclass(frozen=True, slots=True)
class Signal(Generic[T]):
    """A number for each file or chunk of what it looks at; ``about`` says in words what it is."""

    name: str
    about: str
    scale: Scale
    values: Callable[[T], F32]


def _named_path(scene: Scene) -> F32:
    if not scene.query.paths:
        return np.zeros(scene.files, np.float32)
    ends = [path.lower().endswith(scene.query.paths) for path, _ in scene.names]
    return np.array(ends, np.float32)


def _flag(flag: PathFlag, *, wanted: bool) -> Signal[Scene]:
    def values(scene: Scene) -> F32:
        if (flag in scene.query.wants) is not wanted:
            return np.zeros(scene.files, np.float32)
        return ((scene.flags & int(flag)) > 0).astype(np.float32)

    name = (flag.name or "").lower()
    if wanted:
        return Signal(f"{name}_asked", f"its path says {name}, as does the query", Scale.PRIOR, values)
    return Signal(name, f"its path says {name}, and the query does not", Scale.PRIOR, values)


def _depth(scene: Scene) -> F32:
    depths = [path.count("/") for path, _ in scene.names]
    return np.minimum(np.array(depths, np.float32) / _DEPTH, 1)


def _minor(scene: Scene) -> F32:
    asked = {term.text for term in scene.query.terms}
    minor = scene.priors.minor[scene.pool.files].tolist()
    return np.array([at and language not in asked for at, (_, language) in zip(minor, scene.names, strict=True)], np.float32)


def _definitions_count(scene: Scene) -> F32:
    return (np.log1p(np.bincount(scene.definitions.row, minlength=scene.files)) / _SIZE).astype(np.float32)


def _types_share(scene: Scene) -> F32:
    own = scene.definitions
    count = np.maximum(np.bincount(own.row, minlength=scene.files), 1)
    return (np.bincount(own.row, own.is_type, scene.files) / count).astype(np.float32)


def _pairs(*fields: Field) -> Callable[[Scene], F32]:
    def values(scene: Scene) -> F32:
        found = scene.pairs
        if not len(found.term):
            return np.zeros(scene.files, np.float32)
        held = found.in_any(fields)
        key = np.unique(found.term[held] * scene.files + scene.pool.row[found.place[held]])
        return np.bincount(key % scene.files, scene.pair_weights[key // scene.files], scene.files).astype(np.float32)

    return values


def _type(scene: Scene, values: F32) -> F32:
    return scene.definitions.of_files(scene.definitions.types_only(values))


S, H, P = Scale.SCORE, Scale.SHARE, Scale.PRIOR
FILE_SIGNALS: tuple[Signal[Scene], ...] = (
    Signal("weighed_chunk", "BM25F of its best chunk, terms weighed by the model", S, lambda x: x.pool.best(x.chunk)),
    Signal(
        "weighed_chunks", "BM25F of its five best chunks, terms weighed by the model", S, lambda x: x.pool.sum_of_best(x.chunk, x.pool.row)
    ),
    Signal("weighed_file", "BM25F of the whole file, terms weighed by the model", S, lambda x: x.file),
    Signal(
        "weighed_names", "BM25 of the names it defines, terms weighed by the model", S, lambda x: x.words.field_score(Field.NAMES, By.MODEL)
    ),
    Signal("weighed_coverage", "share of the query its best chunk holds, terms weighed by the model", H, lambda x: x.pool.best(x.coverage)),
    Signal(
        "weighed_file_coverage",
        "share of the query the file holds, terms weighed by the model",
        H,
        lambda x: x.words.field_coverage(*Field, by=By.MODEL),
    ),
    Signal(
        "weighed_name_coverage",
        "share of the query the names it defines and its path hold, terms weighed by the model",
        H,
        lambda x: x.words.field_coverage(Field.NAMES, Field.STEM, Field.DIRECTORIES, by=By.MODEL),
    ),
    Signal("chunk", "BM25F of its best chunk", S, lambda x: x.pool.best(x.words.chunk_score(By.RARITY))),
    Signal("chunks", "BM25F of its five best chunks", S, lambda x: x.pool.sum_of_best(x.words.chunk_score(By.RARITY), x.pool.row)),
    Signal("title_chunk", "BM25F of its best chunk for the query's first line", S, lambda x: x.pool.best(x.words.chunk_score(By.TITLE))),
    Signal("file", "BM25F of the whole file", S, lambda x: x.words.file_score(By.RARITY)),
    Signal("title_file", "BM25F of the whole file for the query's first line", S, lambda x: x.words.file_score(By.TITLE)),
    Signal("body", "BM25 of its text", S, lambda x: x.words.field_score(Field.BODY)),
    Signal("names", "BM25 of the names it defines", S, lambda x: x.words.field_score(Field.NAMES)),
    Signal("docs", "BM25 of its docs", S, lambda x: x.words.field_score(Field.DOCS)),
    Signal("context", "BM25 of what encloses its chunks", S, lambda x: x.words.field_score(Field.CONTEXT)),
    Signal(
        "title_names",
        "BM25 of the names it defines, for the query's first line",
        S,
        lambda x: x.words.field_score(Field.NAMES, by=By.TITLE),
    ),
    Signal("path_terms", "BM25 of its name", S, lambda x: x.words.field_score(Field.STEM)),
    Signal("folder_terms", "BM25 of its folders", S, lambda x: x.words.field_score(Field.DIRECTORIES)),
    Signal("coverage", "share of the query its best chunk holds", H, lambda x: x.pool.best(x.words.chunk_coverage(*Field))),
    Signal(
        "title_coverage",
        "share of the query's first line its best chunk holds",
        H,
        lambda x: x.pool.best(x.words.chunk_coverage(*Field, by=By.TITLE)),
    ),
    Signal("file_coverage", "share of the query the file holds", H, lambda x: x.words.field_coverage(*Field)),
    Signal(
        "name_coverage",
        "share of the query the names it defines and its path hold",
        H,
        lambda x: x.words.field_coverage(Field.NAMES, Field.STEM, Field.DIRECTORIES),
    ),
    Signal("doc_coverage", "share of the query its docs hold", H, lambda x: x.words.field_coverage(Field.DOCS)),
    Signal(
        "chunk_names", "share of the query the names in its best chunk hold", H, lambda x: x.pool.best(x.words.chunk_coverage(Field.NAMES))
    ),
    Signal(
        "chunk_docs", "share of the query the docs in its best chunk hold", H, lambda x: x.pool.best(x.words.chunk_coverage(Field.DOCS))
    ),
    Signal("definition", "it defines a name of the query", H, lambda x: x.definitions.of_files(x.definitions.named)),
    Signal("named", "names of the query its best chunk defines", S, lambda x: x.pool.best(x.named)),
    Signal("spelled", "names of the query it defines, as they are spelled there", H, lambda x: x.pool.best(x.spelled)),
    Signal("type_definition", "it defines a type the query names", H, lambda x: _type(x, x.definitions.named)),
    Signal(
        "symbol",
        "best of its names: share of the query times share of the name",
        S,
        lambda x: x.definitions.of_files(x.definitions.likeness),
    ),
    Signal("symbols", "the five best of its names", S, lambda x: x.pool.sum_of_best(x.definitions.likeness, x.definitions.row)),
    Signal("symbol_full", "a name of several words that the query has all of", H, lambda x: x.definitions.of_files(x.definitions.whole)),
    Signal("type_symbol", "best of its types' names", S, lambda x: _type(x, x.definitions.likeness)),
    Signal("symbol_recall", "largest share of the query in one name", H, lambda x: x.definitions.of_files(x.definitions.asked)),
    Signal("whole_names", "identifiers of the query it holds", S, lambda x: x.words.holding(x.identifiers)),
    Signal("pairs", "neighbouring words of the query it holds as one identifier", S, _pairs(*Field)),
    Signal("pair_names", "neighbouring words of the query it defines as one name", S, _pairs(Field.NAMES, Field.STEM)),
    Signal("stem", "share of its name the query has; less in a long query", H, lambda x: x.paths.stem),
    Signal("title_stem", "share of its name the query's first line has", H, lambda x: x.paths.title_stem),
    Signal("stem_precision", "share of its name the query has", H, lambda x: x.paths.stem_precision),
    Signal("stem_recall", "share of the query its name has", H, lambda x: x.paths.stem_recall),
    Signal("stem_rarity", "rarity of the query's words in its name", S, lambda x: x.paths.stem_rarity),
    Signal("stem_full", "share of the query its name has, where that is the whole name", H, lambda x: x.paths.stem_full),
    Signal("path_recall", "share of the query its path has", H, lambda x: x.paths.path_recall),
    Signal("path_rarity", "rarity of the query's words in its path", S, lambda x: x.paths.path_rarity),
    Signal("folder_recall", "share of the query its folders have", H, lambda x: x.paths.folder_recall),
    Signal("area", "share of the change's area that its path has", H, lambda x: x.paths.share_of(x.area)),
    Signal("area_stem", "share of the change's area that its name has", H, lambda x: x.paths.share_of(x.area, stem_only=True)),
    Signal("frame", "a frame of the trace lies in it", H, lambda x: x.pool.best(x.frames)),
    Signal("named_path", "the query has its path", H, _named_path),
    Signal("vector", "cosine of its best chunk", S, lambda x: x.pool.best(np.maximum(x.vector, 0))),
    Signal("vectors", "cosines of its five best chunks", S, lambda x: x.pool.sum_of_best(np.maximum(x.vector, 0), x.pool.row)),
    Signal("size", "logarithm of its length", P, lambda x: x.priors.size[x.pool.files]),
    Signal("definitions", "logarithm of the number of its definitions", P, _definitions_count),
    Signal("types", "share of types among its definitions", P, _types_share),
    Signal("codeless", "it defines nothing but headings and keys", P, lambda x: x.priors.codeless[x.pool.files].astype(np.float32)),
    Signal("minor", "written in a minor language of the view", P, _minor),
    Signal("depth", "folders it lies below", P, _depth),
    *(_flag(flag, wanted=False) for flag in PathFlag),
    *(_flag(flag, wanted=True) for flag in (PathFlag.TEST, PathFlag.EXAMPLE, PathFlag.BENCHMARK, PathFlag.DECLARATION, PathFlag.DOCUMENT)),
)
CHUNK_SIGNALS: tuple[Signal[Scene], ...] = (
    Signal("weighed", "BM25F, terms weighed by the model", S, lambda x: x.chunk),
    Signal("weighed_coverage", "share of the query it holds, terms weighed by the model", H, lambda x: x.coverage),
    Signal(
        "weighed_names",
        "share of the query its names hold, terms weighed by the model",
        H,
        lambda x: x.words.chunk_coverage(Field.NAMES, by=By.MODEL),
    ),
    Signal("chunk", "BM25F", S, lambda x: x.words.chunk_score(By.RARITY)),
    Signal("title", "BM25F for the query's first line", S, lambda x: x.words.chunk_score(By.TITLE)),
    Signal("body", "BM25 of its text", S, lambda x: x.words.chunk_body),
    Signal("coverage", "share of the query it holds", H, lambda x: x.words.chunk_coverage(*Field)),
    Signal("names", "share of the query its names hold", H, lambda x: x.words.chunk_coverage(Field.NAMES)),
    Signal("docs", "share of the query its docs hold", H, lambda x: x.words.chunk_coverage(Field.DOCS)),
    Signal("context", "share of the query that what encloses it holds", H, lambda x: x.words.chunk_coverage(Field.CONTEXT)),
    Signal("definition", "it defines a name of the query", H, lambda x: x.definitions.of_chunks(x.definitions.named)),
    Signal("spelled", "names of the query it defines, as they are spelled there", H, lambda x: x.spelled),
    Signal(
        "symbol",
        "best of its names: share of the query times share of the name",
        H,
        lambda x: x.definitions.of_chunks(x.definitions.likeness),
    ),
    Signal("frame", "a frame of the trace lies in it", H, lambda x: x.frames),
    Signal("vector", "cosine", S, lambda x: np.maximum(x.vector, 0)),
    Signal("length", "logarithm of its length", P, lambda x: (np.log1p(x.snapshot.lengths[x.pool.chunk]) / _SIZE).astype(np.float32)),
)
