"""Regular expressions over the text of every file a view shows, as ranked chunks.

A pattern such as ``(a+)+$`` may take for ever on one line and nothing in this process can interrupt it, so matching is done by a worker
that can be ended. What it was on is tried again file by file, so that only the file at fault is lost.
"""

from __future__ import annotations

import re
import time
import warnings
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.codec import decompress
from ingest.path_kinds import PathFlag
from retrieval.ranking.rank import RankedChunk
from retrieval.regex import MATCHES_A_FILE, Pattern, find_starts, required_literal
from retrieval.snapshot import Mask, Snapshot

if TYPE_CHECKING:
    from ingest.pool import WorkerPool

SECONDS = 10.0
"""A pattern that takes longer answers with what it found so far, and says so."""

SILENCE_SECONDS = 2.0
"""A worker that is on one batch, and then on one file of it, for longer is ended."""

_BATCH_BYTES, _BATCH_FILES = 128_000, 256
PATTERN_SIGNALS = {"matches": "how often the pattern matches in this span", "likely": "1 but for tests, vendored and generated files"}
"""The signals of a hit that a pattern found, and what they mean."""
_LESS_LIKELY = int(PathFlag.TEST | PathFlag.VENDORED | PathFlag.GENERATED | PathFlag.EXAMPLE)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents by number with their compressed texts."""

    pattern: Pattern
    documents: tuple[tuple[int, bytes], ...]


_Starts = list[tuple[int, list[int]]]


@dataclass(slots=True)
class _Outcome:
    """What a worker said of the documents."""

    done: int = 0
    starts: _Starts = field(default_factory=_Starts)
    failed: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


class PatternMatcher:
    """Matches patterns in a worker that lives until ``close``."""

    def __init__(self, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._silence = silence_seconds
        self._workers: WorkerPool[_Batch, _Starts] | None = None

    def match(
        self, snapshot: Snapshot, pattern: Pattern, allowed: Mask, texts: Iterable[tuple[int, bytes]], *, limit: int, deadline: float
    ) -> tuple[list[RankedChunk], tuple[str, ...]]:
        """Return the chunks that match, and what was cut off.

        A chunk scores 1 for a match where a definition stands, plus a little for each further match; tests, vendored and generated files
        come after the others. ``texts`` are (document number, compressed text) of the documents with allowed chunks; ``deadline`` is in
        monotonic time.
        """
        outcome = self._run(pattern, texts, deadline)
        found: list[RankedChunk] = []
        for document, starts in outcome.starts:
            likely = 0.0 if int(snapshot.document_flags[document]) & _LESS_LIKELY else 1.0
            for chunk, inside in _by_chunk(snapshot, document, starts).items():
                if allowed[chunk]:
                    signals = dict(zip(PATTERN_SIGNALS, (float(len(inside)), likely), strict=True))
                    found.append(RankedChunk(chunk, document, round(likely + 1 - 1 / (1 + len(inside)), 6), signals, min(inside)))
        truncated = list(_cut_off(snapshot, outcome, int(snapshot.documents_of(allowed).size)))
        found.sort(key=lambda each: (-each.score, snapshot.name(each.document)[0], each.chunk))
        if len(found) > limit:
            truncated.append(f"{len(found):,} chunks match, the first {limit:,} are shown")
        return found[:limit], tuple(truncated)

    def _run(self, pattern: Pattern, texts: Iterable[tuple[int, bytes]], deadline: float) -> _Outcome:
        outcome = _Outcome()
        fresh = _batches(pattern, texts, outcome, deadline)
        first = next(fresh, None)
        again = deque([first] if first else [])
        while again:
            again += self._round(again, fresh, outcome, deadline)
            if time.monotonic() > deadline:
                break
        return outcome

    def _round(self, again: deque[_Batch], fresh: Iterator[_Batch], outcome: _Outcome, deadline: float) -> list[_Batch]:
        """Match until all is done, time is up, or a batch ends its worker; return that batch file by file."""
        from ingest.pool import Crash

        single: list[_Batch] = []

        def tasks() -> Iterator[_Batch]:
            while not single and time.monotonic() <= deadline:
                batch = again.popleft() if again else next(fresh, None)
                if batch is None:
                    return
                yield batch

        for batch, result in self._pool().run(tasks()):
            if not isinstance(result, Crash):
                outcome.starts += result
                outcome.done += len(batch.documents)
            elif len(batch.documents) > 1:
                single += [_Batch(batch.pattern, (document,)) for document in batch.documents]
            else:
                outcome.done += 1
                reason = result.reason.strip().rpartition("\n")[2]
                outcome.failed += [(number, reason) for number, _ in batch.documents]
        return single

    def _pool(self) -> WorkerPool[_Batch, _Starts]:
        if self._workers is None:
            from ingest.pool import WorkerPool  # only patterns need processes, and loading them costs every other search

            self._workers = WorkerPool[_Batch, _Starts](_matcher, workers=1, silence_seconds=self._silence, queued=1)
        return self._workers

    def close(self) -> None:
        """End the worker."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None


def _batches(pattern: Pattern, texts: Iterable[tuple[int, bytes]], outcome: _Outcome, deadline: float) -> Iterator[_Batch]:
    """Yield the documents that may match; one without the literal that every match holds is done with."""
    literal = required_literal(pattern)
    fold = bool(literal and pattern.flags & re.IGNORECASE)
    batch: list[tuple[int, bytes]] = []
    size = 0
    for number, stored in texts:
        if literal:
            text = decompress(stored)
            if literal not in (text.lower() if fold else text):
                outcome.done += 1
                if time.monotonic() > deadline:
                    break
                continue
        batch.append((number, stored))
        size += len(stored)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield _Batch(pattern, tuple(batch))
            batch, size = [], 0
    if batch:
        yield _Batch(pattern, tuple(batch))


def _matcher() -> Callable[[_Batch], _Starts]:
    warnings.simplefilter("ignore")  # a pattern is compiled again on its way here; its warnings are nobody's news

    def work(batch: _Batch) -> _Starts:
        found = ((number, find_starts(batch.pattern, decompress(stored))) for number, stored in batch.documents)
        return [(number, starts) for number, starts in found if starts]

    return work


def _cut_off(snapshot: Snapshot, outcome: _Outcome, wanted: int) -> Iterator[str]:
    if outcome.failed:
        name, reason = snapshot.name(outcome.failed[0][0])[0], outcome.failed[0][1]
        files = f"{len(outcome.failed):,} files such as {name}" if len(outcome.failed) > 1 else name
        yield f"the pattern took too long or failed on {files}, not searched: {reason}"
    if outcome.done < wanted:
        yield f"the pattern took more than {SECONDS:.0f} s; {wanted - outcome.done:,} of {wanted:,} files were not searched"
    crowded = [document for document, starts in outcome.starts if len(starts) >= MATCHES_A_FILE]
    if crowded:
        name = snapshot.name(crowded[0])[0]
        files = f"{len(crowded):,} files such as {name} have" if len(crowded) > 1 else f"{name} has"
        yield f"{files} {MATCHES_A_FILE:,} matches or more; the rest was not searched"


def _by_chunk(snapshot: Snapshot, document: int, starts: list[int]) -> dict[int, list[int]]:
    """Return the matches by chunk."""
    first, count = int(snapshot.first_chunk[document]), int(snapshot.chunks_of[document])
    found: defaultdict[int, list[int]] = defaultdict(list)
    if count:
        segment, local = snapshot.locate(first)
        borders = segment.start_byte[local : local + count].tolist()
        for start in starts:
            found[first + bisect_right(borders, start) - 1].append(start)
    return found
