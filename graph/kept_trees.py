"""Syntax trees that are kept from taking facts from a file until its names are read, in the process that parsed it.

To parse anew took a third of the time of reading names. Trees are large, so that only those of so much text are kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from graph.languages.registry import RESOLVED
from graph.lowering import SyntaxNode
from graph.recursion import deep_recursion
from ingest.model import ContentHash, LanguageId, ParsedFile

KEPT_BYTES = 12_000_000
"""Of text, for which a process keeps trees: about 250 MB."""
_BYTES_OF_TREE = 21  # for one of text
_AT_ONCE_BYTES = 200_000  # about 0.2 s of lowering


class ContentFlow(NamedTuple):
    """The flow of a content, encoded, and the classes in it that name a base: name and scope."""

    content_hash: ContentHash
    language: LanguageId
    bases: list[tuple[str, int]]
    data: bytes


TakeFlows = Callable[[], Iterable[list[ContentFlow]]]
"""Gives the flows of what was kept, some at a time."""


class KeptTrees:
    """The trees of one process."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most = most_bytes
        self._kept: deque[tuple[ContentHash, ParsedFile, SyntaxNode | None, int]] = deque()
        self._bytes = 0

    def keep(self, content_hash: ContentHash, parsed: ParsedFile, tree: SyntaxNode | None) -> None:
        """Keep what a flow is made of, unless there is too much of it already."""
        if self._bytes + len(parsed.text) <= self._most:
            slim = ParsedFile(parsed.language, parsed.text, parsed.lines, (), parsed.symbols)
            has_names = parsed.language in RESOLVED
            size = len(parsed.text) if has_names else len(parsed.text) // _BYTES_OF_TREE
            self._kept.append((content_hash, slim, tree if has_names else None, size))
            self._bytes += size

    def forget(self) -> None:
        """Let go of everything."""
        self._kept.clear()
        self._bytes = 0

    def lower(self) -> list[ContentFlow]:
        """Let go of some trees, and return their flows; none when there are no trees left."""
        from graph.build import flow_of  # a process that reads no names does not load what does
        from graph.flow_codec import encode_flow
        from graph.program import named_bases

        found: list[ContentFlow] = []
        size = 0
        with deep_recursion():
            while self._kept and size < _AT_ONCE_BYTES:
                content_hash, parsed, tree, kept = self._kept.popleft()
                self._bytes -= kept
                size += len(parsed.text)
                flow = flow_of(parsed, tree)
                found.append(ContentFlow(content_hash, parsed.language, named_bases(flow), encode_flow(flow)))
        return found
