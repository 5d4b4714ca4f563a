"""Small files to pack, parsed for real."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.analyze import analyze
from ingest.model import ViewStatus
from retrieval.answers import Hit, SearchAnswer
from retrieval.packs.files import PackFile
from retrieval.packs.handles import file_digest

VIEW, REPOSITORY = "/home/me/shop", "shop"


def pack_file(path: str, text: str, *, repository: str = REPOSITORY, view: str = VIEW) -> PackFile:
    """Return a file as an index would have it."""
    parsed, problem = analyze(path, text.encode())
    assert not problem
    digest = file_digest(repository, path, str(hash(text)))
    return PackFile(repository, view, path, language=parsed.language, digest=digest, text=text, symbols=parsed.symbols)


class Tree:
    """Files by path, and hits on them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.files = {path: pack_file(path, text) for path, text in texts.items()}

    def __call__(self, repository: str, view: str, path: str, language: str) -> PackFile:
        """Read a file."""
        return self.files[path]

    def answer(self, *places: tuple[str, int, int], score: float = 9.0) -> SearchAnswer:
        """Return hits on lines, each a little worse than the one before."""
        hits = [
            Hit(at, score - at / 100, path, start, end, "", "", "python", self.files[path].text(start, end), REPOSITORY, VIEW)
            for at, (path, start, end) in enumerate(places, start=1)
        ]
        return SearchAnswer(tuple(hits), (ViewStatus(VIEW, REPOSITORY, 1, 1.0),))
