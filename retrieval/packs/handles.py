"""Handles: names for lines of a content, so that an asker can say what it has and is never sent it twice.

A handle reads ``mzxw6ytboi:10-60``: a digest of repository, path and content, then the lines. One at another fidelity than full says so
behind a slash and may hold several spans: ``mzxw6ytboi:10-60,70-80/signature``. It depends on nothing else, so the same lines have the
same handle in every view and in every pack, and a changed file has new ones. A heading as people read it, ``path:10-60@view #mzxw6ytboi``,
says the same.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from ingest.errors import QueryError
from retrieval.packs.model import Fidelity, PackHandle

Lines = tuple[int, int]
"""First and last line, counted from 1."""

_DIGEST_BYTES = 7  # 10 letters and a bit: among a million files two share one with a chance of 1 in 2,000
_HEADING = re.compile(r":(\d+-\d+)@[^\n]* #([a-z2-7]{10})(?: \((signature)\)((?:\n\d+-\d+ [^\n]*)+))?$", re.MULTILINE)
_ENTRY = re.compile(r"^\d+-\d+", re.MULTILINE)
_HANDLE = re.compile(r"\b([a-z2-7]{10}):(\d+-\d+(?:,\d+-\d+)*)(?:/(signature|name))?(?![\w/-])")


def file_digest(repository: str, path: str, content_hash: str) -> str:
    """Return what tells a file's content from every other in handles: 10 letters and digits."""
    key = "\0".join((repository, path, content_hash)).encode("utf-8", "surrogatepass")
    return b32encode(blake2b(key, digest_size=_DIGEST_BYTES).digest()).decode().lower()[:10]


def handle_of(digest: str, spans: Iterable[Lines], fidelity: Fidelity) -> PackHandle:
    """Return the handle of spans of a content."""
    lines = ",".join(f"{first}-{last}" for first, last in spans)
    return PackHandle(f"{digest}:{lines}" if fidelity is Fidelity.FULL else f"{digest}:{lines}/{fidelity}")


class Seen:
    """What an asker has already, by the handles it was given."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Take handles from texts that hold them among other things, such as an earlier pack. Raises ``QueryError`` for one without."""
        self._full: defaultdict[str, list[Lines]] = defaultdict(list)
        self._reduced: defaultdict[str, set[tuple[int, int, Fidelity]]] = defaultdict(set)
        for text in texts:
            found: list[tuple[str, str, str]] = _HANDLE.findall(text)
            for span, digest, fidelity, entries in _HEADING.findall(text):
                found.append((digest, ",".join(_ENTRY.findall(entries)) if fidelity else span, fidelity))
            if not found and text.strip():
                raise QueryError(f"no handle in {text[:80]!r}; a handle is DIGEST:START-END, as a pack gives it with every item")
            for digest, spans, fidelity in found:
                self._add(digest, spans, fidelity)

    def _add(self, digest: str, spans: str, fidelity: str) -> None:
        for span in spans.split(","):
            first, last = map(int, span.split("-"))
            if fidelity:
                self._reduced[digest].add((first, last, Fidelity(fidelity)))
            else:
                self._full[digest].append((first, last))

    def unseen(self, digest: str, span: Lines) -> Sequence[Lines]:
        """Return the parts of a span that were not shown in full."""
        parts = [span]
        for first, last in self._full.get(digest, ()):
            parts = [piece for part in parts for piece in _without(part, first, last)]
        return parts

    def holds(self, digest: str, span: Lines, fidelity: Fidelity) -> bool:
        """Say whether a definition was shown at this fidelity or a better one; in full is enough when its first line was."""
        if not self.unseen(digest, (span[0], span[0])):
            return True
        known = self._reduced.get(digest, ())
        return (*span, Fidelity.SIGNATURE) in known or (*span, fidelity) in known


def _without(span: Lines, first: int, last: int) -> list[Lines]:
    start, end = span
    return [(a, b) for a, b in ((start, min(end, first - 1)), (max(start, last + 1), end)) if a <= b]
