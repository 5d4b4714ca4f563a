"""Regular expressions over the text of every file a view shows, as ranked chunks."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from retrieval.priors import PathFlag
from retrieval.rank import RankedChunk
from retrieval.snapshot import Mask, Snapshot

SECONDS = 10.0
"""A pattern that takes longer answers with what it found so far, and says so."""

_MATCHES_A_FILE = 1_000
_LESS_LIKELY = int(PathFlag.TEST | PathFlag.VENDORED | PathFlag.GENERATED | PathFlag.EXAMPLE)


def match_pattern(
    snapshot: Snapshot, pattern: re.Pattern[bytes], allowed: Mask, texts: Iterable[tuple[int, bytes]], *, limit: int
) -> tuple[list[RankedChunk], tuple[str, ...]]:
    """Return the chunks that match, and what was cut off.

    A chunk scores 1 for a match where a definition stands, plus a little for each further match; tests, vendored and generated files come
    after the others. ``texts`` are (document number, text).
    """
    deadline = time.monotonic() + SECONDS
    found: list[RankedChunk] = []
    truncated: list[str] = []
    crowded: list[str] = []
    for document, text in texts:
        matches = _in_text(snapshot, document, pattern, text)
        if sum(matches.values()) >= _MATCHES_A_FILE:
            crowded.append(snapshot.name(document)[0])
        likely = 0.0 if int(snapshot.document_flags[document]) & _LESS_LIKELY else 1.0
        for chunk, count in matches.items():
            if allowed[chunk]:
                signals = {"matches": float(count), "likely": likely}
                found.append(RankedChunk(chunk, document, round(likely + 1 - 1 / (1 + count), 6), signals))
        if time.monotonic() > deadline:
            truncated.append(f"the pattern took more than {SECONDS:.0f} s; files after {snapshot.name(document)[0]} were not searched")
            break
    if crowded:
        files = f"{len(crowded):,} files such as {crowded[0]} have" if len(crowded) > 1 else f"{crowded[0]} has"
        truncated.append(f"{files} {_MATCHES_A_FILE:,} matches or more; the rest was not searched")
    found.sort(key=lambda each: (-each.score, snapshot.name(each.document)[0], each.chunk))
    if len(found) > limit:
        truncated.append(f"{len(found):,} chunks match, the first {limit:,} are shown")
    return found[:limit], tuple(truncated)


def _in_text(snapshot: Snapshot, document: int, pattern: re.Pattern[bytes], text: bytes) -> Counter[int]:
    """Count matches by chunk."""
    first = int(snapshot.first_chunk[document])
    count = int(snapshot.chunks_of[document])
    if not count:
        return Counter()
    segment, local = snapshot.locate(first)
    starts = segment.start_byte[local : local + count].tolist()
    matches: Counter[int] = Counter()
    for seen, match in enumerate(pattern.finditer(text)):
        if seen >= _MATCHES_A_FILE:
            break
        matches[first + bisect_right(starts, match.start()) - 1] += 1
    return matches
