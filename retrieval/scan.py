"""The answer for a folder that was never indexed: a lexical scan of the files themselves, within a bound of time.

Two passes. The first reads as many files as the time allows, the most promising first, and only counts how often the query's terms occur as
plain bytes (about 300 MB/s, where cutting text into words does 20). The second cuts the best files into chunks and ranks those by BM25 over
the same terms that an index has.
"""

from __future__ import annotations

import math
import os
import re
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ingest.analyze import decode, detect
from ingest.chunk import tile
from ingest.errors import CodeloreError, NotIndexedError, SourceError
from ingest.model import Chunk, Extraction, Failure, LanguageId, Skipped, SkipRule, SourceFile, SourceTree, ViewStatus
from ingest.path_kinds import PathFlag, path_flags
from ingest.pool import Crash, WorkerPool
from ingest.walk import WalkOptions, read_source, screen, skip_by_name, walk
from retrieval.answers import Hit, SearchAnswer, SearchRequest
from retrieval.filters import Filters
from retrieval.globs import glob_pattern
from retrieval.lexical import QueryTerm
from retrieval.names import path_names, root
from retrieval.query import Query, parse_query
from retrieval.regex import MATCHES_A_FILE, find_starts
from retrieval.terms import terms, words

MAX_READ_BYTES = 4_000_000
"""Larger files are not read whatever the options allow: one of them must not eat the time of all others."""

_LISTING_SHARE, _FIRST_SHARE, _SILENT_SHARE = 0.4, 0.8, 0.3
_BATCH = 50
_CANDIDATES = 60
_CHUNKS_A_FILE = 3
_K1, _B = 1.2, 0.6
_STORES = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})
_CODE_LAST = re.compile(r"\.(json|jsonl|csv|tsv|xml|svg|html?|ya?ml|lock|txt|log|sql|ipynb|geojson|dat|data)$", re.IGNORECASE)
_LESS_LIKELY = int(PathFlag.TEST | PathFlag.VENDORED | PathFlag.GENERATED | PathFlag.EXAMPLE)
_DEFINES = rb"\b(?:def|class|func|fn|function|interface|struct|enum|trait|type|module|object|const|let|var|val|sub|macro_rules!)\s+"


@dataclass(slots=True)
class _Found:
    """A file that holds something of the query."""

    file: SourceFile
    size: int
    counts: tuple[int, ...]
    language: LanguageId
    likely: float = 1.0
    score: float = 0.0


@dataclass(slots=True)
class _Scan:
    """One scan under way, and the truth about it."""

    root: str
    query: Query
    filters: Filters
    options: WalkOptions
    started: float
    seconds: float
    listed: int = 0
    read: int = 0
    unread: list[str] = field(default_factory=list[str])
    skipped: Counter[str] = field(default_factory=Counter[str])
    failed: list[Failure] = field(default_factory=list[Failure])
    notes: list[str] = field(default_factory=list[str])
    truncated: list[str] = field(default_factory=list[str])

    def late(self, share: float = 1.0) -> bool:
        """Tell whether this share of the time is used up."""
        return time.monotonic() - self.started > self.seconds * share


@dataclass(slots=True)
class _Part:
    """What a worker found in some of the files."""

    state: _Scan
    hits: list[Hit] = field(default_factory=list[Hit])


def scan(root: str, request: SearchRequest, options: WalkOptions, *, seconds: float = 1.5) -> SearchAnswer:
    """Answer from the files below ``root``, as far as ``seconds`` reach; the status says how far that was.

    Raises ``QueryError`` for a query that cannot be understood, ``SourceError`` for a folder that cannot be read, and ``NotIndexedError``
    for what only an index can tell: another ref or other repositories.
    """
    if request.ref or request.repositories:
        raise NotIndexedError("a ref, or a repository by its name, can only be searched once it is indexed; run: codelore index")
    capped = replace(options, max_file_bytes=min(options.max_file_bytes, MAX_READ_BYTES), keep=options.keep - {SkipRule.TOO_LARGE})
    state = _Scan(
        os.path.realpath(root), parse_query(request.text, regex=request.regex), request.filters, capped, time.monotonic(), seconds
    )
    files = _listed(state)
    state.listed = len(files)
    hits: list[Hit] = []
    if request.filters.kinds:
        state.notes.append("kinds of symbols are known once the folder is indexed; until then a filter on them lets nothing through")
    elif state.query.pattern is not None:
        hits = _by_pattern(state, files, request.limit)
    else:
        hits = _by_terms(state, files, request.limit)
    return SearchAnswer(tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)), (_status(state),))


def _status(state: _Scan) -> ViewStatus:
    took = time.monotonic() - state.started
    if state.unread:
        last = f"{len(state.unread):,} of {state.listed:,} files were not read within {state.seconds:g} s, such as {state.unread[0]}"
        state.truncated.insert(0, last)
    return ViewStatus(
        view=state.root,
        repository=os.path.basename(state.root),
        generation=0,
        as_of=time.time(),
        files=state.read,
        pending=state.listed,
        failed=tuple(state.failed),
        skipped=dict(state.skipped),
        truncated=tuple(state.truncated),
        notes=(f"not indexed: lexical scan of {state.read:,} of {state.listed:,} files in {took:.2f} s", *state.notes),
    )


def _listed(state: _Scan) -> list[SourceFile]:
    """List the files that the filters let through, most promising first."""
    tree = _tree(state)
    state.skipped.update(skip.rule.value for skip in tree.skipped)
    state.failed += tree.failures
    patterns = [glob_pattern(glob) for glob in state.filters.paths]
    asked = {root(term.text) for term in state.query.terms}

    def promise(file: SourceFile) -> tuple[float, ...]:
        names = path_names(file.path)
        named = bool(state.query.paths) and file.path.lower().endswith(state.query.paths)
        flags = path_flags(file.path)
        return (
            -named,
            -len(names.stem & asked) - 0.5 * len((names.folders - names.stem) & asked),
            bool(_CODE_LAST.search(file.path)),
            flags & _LESS_LIKELY > 0,
            -file.mtime_ns,
        )

    def wanted(path: str) -> bool:
        test = bool(path_flags(path) & PathFlag.TEST)
        return (state.filters.tests is None or test == state.filters.tests) and (
            not patterns or any(pattern.fullmatch(path) for pattern in patterns)
        )

    return sorted((file for file in tree.files if wanted(file.path)), key=promise)


def _tree(state: _Scan) -> SourceTree:
    """Walk as an index run does; where that takes too long, take the files nearest to the root without asking ignore rules."""
    outcome: list[SourceTree | CodeloreError] = []

    def work() -> None:
        try:
            outcome.append(walk(state.root, state.options))
        except (CodeloreError, OSError) as error:  # nobody waits for a walk that was given up
            outcome.append(error if isinstance(error, CodeloreError) else SourceError(f"could not list {state.root}: {error}"))

    walker = threading.Thread(target=work, daemon=True)
    walker.start()
    walker.join(state.seconds * _LISTING_SHARE)
    if not outcome:
        state.notes.append(f"listing the files took more than {state.seconds * _LISTING_SHARE:.1f} s: ignore rules were not applied")
        return SourceTree(tuple(_nearest(state)))
    if isinstance(outcome[0], CodeloreError):
        raise outcome[0]
    return outcome[0]


def _nearest(state: _Scan) -> Iterator[SourceFile]:
    """Yield files level by level until the time for listing is up twice over."""
    level = [""]
    while level:
        below: list[str] = []
        for folder in level:
            if state.late(2 * _LISTING_SHARE * 0.8):
                state.truncated.append("files in deeper folders were not listed")
                return
            try:
                with os.scandir(f"{state.root}/{folder}") as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in _STORES:
                                below.append(f"{folder}{entry.name}/")
                        elif entry.is_file(follow_symlinks=False):
                            found = entry.stat(follow_symlinks=False)
                            if skip_by_name(entry.name, found.st_size, state.options) is None:
                                yield SourceFile(folder + entry.name, found.st_size, found.st_mtime_ns)
            except OSError as error:
                state.failed.append(Failure(folder, error.strerror or str(error)))
        level = below


def _texts(state: _Scan, files: Sequence[SourceFile], share: float) -> Iterator[tuple[SourceFile, bytes, LanguageId]]:
    """Read files until the time is up; what is left is noted."""
    for at, file in enumerate(files):
        if state.late(share):
            state.unread += [each.path for each in files[at:]]
            return
        data = read_source(state.root, file, state.options)
        state.read += 1
        if isinstance(data, Failure):
            state.failed.append(data)
            continue
        skip = data if isinstance(data, Skipped) else screen(file.path, data, state.options)
        if skip is not None or isinstance(data, Skipped):
            state.skipped[skip.rule.value if skip else ""] += 1
            continue
        text = decode(data)
        language = detect(file.path, text)
        if not state.filters.languages or language in state.filters.languages:
            yield file, text, language


def _by_terms(state: _Scan, files: Sequence[SourceFile], limit: int) -> list[Hit]:
    found = _first_pass(state, files)
    if not found:
        return []
    asked = {root(term.text) for term in state.query.terms}
    documents = Counter(at for each in found for at, count in enumerate(each.counts) if count)
    weights = [_weight(term, documents[at], state.read) for at, term in enumerate(state.query.terms)]
    mean = sum(each.size for each in found) / len(found)
    for each in found:
        each.score = _bm25(each.counts, weights, each.size / mean)
    top = max(each.score for each in found) or 1.0
    for each in found:
        names = path_names(each.file.path)
        folders = names.folders - names.stem
        named = len(names.stem & asked) / max(len(names.stem), 1) + 0.5 * len(folders & asked) / max(len(folders), 2)
        named += 2.0 * (bool(state.query.paths) and each.file.path.lower().endswith(state.query.paths))
        each.score = each.score / top + 0.4 * named - 0.4 * (1 - each.likely)
    found.sort(key=lambda each: (-each.score, each.file.path))
    return _second_pass(state, found[: max(_CANDIDATES, limit)], weights, limit)


def _first_pass(state: _Scan, files: Sequence[SourceFile]) -> list[_Found]:
    """Count each term in each file as bytes, case aside; a stem is part of the words it stands for."""
    probes = [_probe(term.text) for term in state.query.terms]
    found: list[_Found] = []
    for file, text, language in _texts(state, files, _FIRST_SHARE):
        lowered = text.lower()
        counts = tuple(lowered.count(probe) for probe in probes)
        path = file.path.lower().encode("utf-8", "surrogateescape")
        if any(counts) or any(probe in path for probe in probes):
            likely = 0.0 if path_flags(file.path) & _LESS_LIKELY else 1.0
            found.append(_Found(file, len(text), counts, language, likely))
    return found


def _probe(term: str) -> bytes:
    """Return what a word must hold to have this stem: ``query`` stands for ``queries`` too."""
    return (term[:-1] if len(term) > 3 and term.endswith("y") else term).encode("utf-8", "ignore")


def _weight(term: QueryTerm, holding: int, read: int) -> float:
    return term.weight * math.log(1 + (read - holding + 0.5) / (holding + 0.5))


def _bm25(counts: Sequence[int], weights: Sequence[float], length: float) -> float:
    norm = _K1 * (1 - _B + _B * length)
    return sum(weight * count * (_K1 + 1) / (count + norm) for count, weight in zip(counts, weights, strict=True) if count)


def _second_pass(state: _Scan, found: Sequence[_Found], weights: Sequence[float], limit: int) -> list[Hit]:
    """Cut the best files into chunks and rank those: their file's score, their own BM25, and whether they define a name of the query."""
    names = [re.escape(each.text.encode("utf-8", "ignore")) for each in state.query.identifiers if each.weight > 0.3]
    defines = re.compile(_DEFINES + b"(?:" + b"|".join(names) + rb")\b", re.IGNORECASE) if names else None
    rows: list[Hit] = []
    for each in found:
        if state.late():
            state.truncated.append("not all of the best files were cut into chunks in time")
            break
        data = read_source(state.root, each.file, state.options)
        if not isinstance(data, bytes):
            continue
        text = decode(data)
        for chunk in tile(text, Extraction()):
            part = text[chunk.start_byte : chunk.end_byte]
            held = Counter(term for word in words(part) for term in terms(word))
            own = _bm25([held[term.text] for term in state.query.terms], weights, len(part) / 1_400)
            if own:
                signals = {"file": each.score, "chunk": own, "definition": float(defines is not None and defines.search(part) is not None)}
                rows.append(_hit(state, each.file.path, each.language, chunk, part, signals))
    return _best(rows, limit)


def _best(rows: Sequence[Hit], limit: int) -> list[Hit]:
    """Scale the chunks' scores, add up, and keep a few chunks of each file."""
    top = max((row.signals["chunk"] for row in rows), default=1.0)
    scaled = [row.signals | {"chunk": round(row.signals["chunk"] / top, 4)} for row in rows]
    ranked = [replace(row, signals=signals, score=round(sum(signals.values()), 4)) for row, signals in zip(rows, scaled, strict=True)]
    taken: Counter[str] = Counter()
    hits: list[Hit] = []
    for hit in sorted(ranked, key=lambda hit: (-hit.score, hit.path, hit.start_line)):
        taken[hit.path] += 1
        if taken[hit.path] <= _CHUNKS_A_FILE and len(hits) < limit:
            hits.append(hit)
    return hits


def _by_pattern(state: _Scan, files: Sequence[SourceFile], limit: int) -> list[Hit]:
    """Match in a worker that can be ended: a pattern such as ``(a+)+$`` may take for ever on one line, and nothing else interrupts it."""
    hits: list[Hit] = []
    batches = [tuple(files[at : at + _BATCH]) for at in range(0, len(files), _BATCH)]
    unread = {file.path: None for file in files}
    setup = replace(state, skipped=Counter[str](), failed=[], notes=[], truncated=[])
    with WorkerPool[tuple[SourceFile, ...], _Part](
        partial(_matcher, setup), workers=1, silence_seconds=state.seconds * _SILENT_SHARE
    ) as pool:
        waiting = iter(batches)
        for batch, part in pool.run(iter(lambda: () if state.late(_FIRST_SHARE) else next(waiting, ()), ())):
            if isinstance(part, Crash):
                state.truncated.append(f"the pattern took more than {state.seconds * _SILENT_SHARE:.1f} s on a file near {batch[0].path}")
                break
            hits += part.hits
            for file in batch:
                del unread[file.path]
            state.read += part.state.read
            state.skipped += part.state.skipped
            state.failed += part.state.failed
            state.truncated += part.state.truncated
            state.unread += part.state.unread
    state.unread += unread
    hits.sort(key=lambda hit: (-hit.score, hit.path, hit.start_line))
    if len(hits) > limit:
        state.truncated.append(f"{len(hits):,} chunks match, the first {limit:,} are shown")
    return hits[:limit]


def _matcher(setup: _Scan) -> Callable[[tuple[SourceFile, ...]], _Part]:
    def work(files: tuple[SourceFile, ...]) -> _Part:
        part = _Part(replace(setup, skipped=Counter[str](), failed=[], unread=[], truncated=[]))
        part.hits = list(_matches(part.state, files))
        return part

    return work


def _matches(state: _Scan, files: Sequence[SourceFile]) -> Iterator[Hit]:
    pattern = state.query.pattern
    assert pattern is not None
    for file, text, language in _texts(state, files, 1.0):
        starts = find_starts(pattern, text)
        if not starts:
            continue
        if len(starts) == MATCHES_A_FILE:
            state.truncated.append(f"{file.path} has {MATCHES_A_FILE:,} matches or more; the rest of it was not searched")
        likely = 0.0 if path_flags(file.path) & _LESS_LIKELY else 1.0
        for chunk in tile(text, Extraction()):
            count = bisect_left(starts, chunk.end_byte) - bisect_left(starts, chunk.start_byte)
            if count:
                part = text[chunk.start_byte : chunk.end_byte]
                hit = _hit(state, file.path, language, chunk, part, {"matches": float(count), "likely": likely})
                line = text.count(b"\n", chunk.start_byte, starts[bisect_left(starts, chunk.start_byte)])
                yield replace(hit, score=round(likely + 1 - 1 / (1 + count), 6), first_match=line)


def _hit(state: _Scan, path: str, language: LanguageId, chunk: Chunk, part: bytes, signals: dict[str, float]) -> Hit:
    return Hit(
        rank=0,
        score=0.0,
        path=path,
        start_line=chunk.start_line,
        end_line=chunk.end_line,
        symbol="",
        kind="",
        language=language,
        snippet=part.decode("utf-8", "replace").rstrip("\n"),
        repository=os.path.basename(state.root),
        view=state.root,
        signals={name: round(value, 4) for name, value in signals.items()},
    )
