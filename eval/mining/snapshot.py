"""The one commit that questions are asked about: its code files, their symbols, and in which files each identifier stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ingest.analyze import analyze, decode, detect
from ingest.git import GitCheckout, read_blobs
from ingest.languages.registry import LANGUAGES
from ingest.model import LanguageId, Symbol, SymbolKind
from ingest.path_kinds import PathFlag, path_flags
from ingest.walk import WalkOptions, screen, walk_commit

_FOREIGN = PathFlag.TEST | PathFlag.EXAMPLE | PathFlag.VENDORED | PathFlag.GENERATED | PathFlag.DOCUMENT
_BUILT = re.compile(r"(?:^|/)(?:dist|bower_components)/")
_MODULES = frozenset({SymbolKind.MODULE, SymbolKind.NAMESPACE})
_IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$]*")
_POSTINGS = 64
"""Files of one identifier that are remembered; one in more of them is never rare."""
_RARE_FILES = 3
_RARE_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file of a programming language as the index would read it."""

    path: str
    language: LanguageId
    text: bytes

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count(b"\n") + (not self.text.endswith(b"\n") and bool(self.text))


def is_answer_path(path: str) -> bool:
    """Say whether a file may answer: no test, example, document, generated, built or vendored one, and of a name that is text."""
    return (
        not path_flags(path) & _FOREIGN
        and not _BUILT.search(path)
        and path.isprintable()
        and path.encode("utf-8", "replace").decode() == path
    )


def is_code_path(path: str) -> bool:
    """Say whether a file is of a programming language by its name."""
    return detect(path, b"") in LANGUAGES


class Snapshot:
    """The code of one commit."""

    def __init__(self, checkout: GitCheckout, commit: str, files: dict[str, CodeFile]) -> None:
        self.checkout = checkout
        self.commit = commit
        self.files = files
        """Files of programming languages, by path."""
        self._symbols: dict[str, tuple[Symbol, ...]] = {}

    @classmethod
    def read(cls, checkout: GitCheckout, commit: str) -> Snapshot:
        """Read a commit as the index would. Raises SourceError where it cannot be read, EmptyTreeError where nothing is in it."""
        options = WalkOptions()
        tree = walk_commit(checkout, commit, options)
        wanted = [(each.path, each.content_hash) for each in tree.files if each.content_hash is not None and is_code_path(each.path)]
        texts = dict(read_blobs(checkout, dict.fromkeys(name for _, name in wanted)))
        files: dict[str, CodeFile] = {}
        for path, name in wanted:
            data = texts.get(name)
            if data is not None and screen(path, data, options) is None:
                text = decode(data)
                language = detect(path, text)
                if language in LANGUAGES:
                    files[path] = CodeFile(path, language, text)
        return cls(checkout, commit, files)

    def symbols(self, path: str) -> tuple[Symbol, ...]:
        """Return what a file defines; nothing for a file that is not there."""
        if path not in self._symbols:
            file = self.files.get(path)
            self._symbols[path] = analyze(path, file.text)[0].symbols if file else ()
        return self._symbols[path]

    def inner_tests(self, path: str) -> tuple[tuple[int, int], ...]:
        """Return the lines of a file of code that are its own tests, as Rust writes them: they answer nothing."""
        modules = (symbol for symbol in self.symbols(path) if symbol.kind in _MODULES and symbol.name in {"tests", "test"})
        return tuple((symbol.start_line, symbol.end_line) for symbol in modules)

    @cached_property
    def _postings(self) -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = {}
        for number, path in enumerate(self._own):
            for name in set(_IDENTIFIER.findall(self.files[path].text)):
                places = found.setdefault(name, [])
                if len(places) < _POSTINGS:
                    places.append(number)
        return found

    @cached_property
    def _own(self) -> list[str]:
        return sorted(path for path in self.files if is_answer_path(path))

    @cached_property
    def _rare(self) -> int:
        return min(max(_RARE_FILES, int(len(self._own) * _RARE_SHARE)), _POSTINGS - 1)

    def is_rare(self, name: str, paths: Iterable[str]) -> bool:
        """Say whether an identifier stands in one of the files, and in few others of the repository's own code."""
        places = self._postings.get(name.encode("utf-8", "replace"), [])
        if not 0 < len(places) <= self._rare:
            return False
        wanted = set(paths)
        return any(self._own[number] in wanted for number in places)
