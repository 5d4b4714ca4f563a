"""One generation of one view as a tree of folders over files, with everything that is added up over it."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from graph.packages import Package
from ingest.model import SymbolKind, View
from ingest.path_kinds import PathFlag, path_flags
from retrieval.summaries.digest import Defined, Digest
from retrieval.summaries.relations import Relations

ASIDE = PathFlag.TEST | PathFlag.EXAMPLE | PathFlag.VENDORED | PathFlag.BENCHMARK
"""Files beside the product: they say little about how it is built, and their uses of it are counted apart."""
_EXPANDED_SHARE, _FEWEST, _FEW, _MANY = 0.3, 4, 8, 24
_PLAIN_KINDS = frozenset({SymbolKind.CONSTANT, SymbolKind.VARIABLE, SymbolKind.TYPE})


@dataclass(frozen=True, slots=True)
class RoutePlace:
    """An HTTP route: its method and path, and where it is written."""

    name: str
    path: str
    line: int


@dataclass(slots=True)
class Folder:
    """A folder and what is below it, at any depth."""

    path: str
    folders: list[str] = field(default_factory=list[str])
    files: list[str] = field(default_factory=list[str])
    languages: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """By language the numbers of files and lines."""
    file_count: int = 0
    code_lines: int = 0
    product_lines: int = 0
    """Lines of code in files that are not beside the product."""


class Hierarchy:
    """A view's files, folders and the uses between them."""

    def __init__(
        self,
        view: View,
        files: Mapping[str, Digest],
        relations: Relations,
        packages: Sequence[Package] = (),
        routes: Sequence[RoutePlace] = (),
        *,
        linked: bool,
    ) -> None:
        self.view = view
        self.files = files
        self.relations = relations
        self.packages = packages
        self.routes = routes
        self.linked = linked
        self.flags = {path: flags_of(path, generated=digest.generated) for path, digest in files.items()}
        self.used_by = relations.into()
        self.folders = _folders(files, self.flags)

    def is_aside(self, path: str) -> bool:
        """Tell whether a file is a test, an example, vendored or a benchmark, by its path."""
        return bool(self.flags.get(path, 0) & ASIDE)

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files of a folder and of those in it."""
        pending = [folder]
        while pending:
            here = self.folders[pending.pop()]
            yield from here.files
            pending += here.folders

    @cached_property
    def _users(self) -> dict[str, dict[str, set[str]]]:
        """Return by path and qualified name of a definition the other files that use it or what is in it."""
        standing = {path: {each.symbol.qualified_name for each in digest.defined} for path, digest in self.files.items()}
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for handle, users in self.relations.users.items():
            path, _, name = handle.partition("#")
            names = standing.get(path, ())
            name = name.partition("~")[0]
            while name and name not in names:
                name = name.rpartition(".")[0]
            if name:
                found[path][name] |= users
        return found

    @cached_property
    def _counts(self) -> dict[str, dict[str, tuple[int, int]]]:
        aside = {path for path in self.files if self.is_aside(path)}
        return {
            path: {name: (len(users) - len(users & aside), len(users & aside)) for name, users in names.items()}
            for path, names in self._users.items()
        }

    def users(self, path: str, name: str) -> tuple[int, int]:
        """Return how many files of the product, and how many others, use a definition."""
        return self._counts.get(path, {}).get(name, (0, 0))

    def file_users(self, path: str) -> tuple[int, int]:
        """Return how many files of the product, and how many others, use a file."""
        users = self.used_by.get(path, {})
        aside = sum(self.is_aside(user) for user in users)
        return len(users) - aside, aside

    def ranked(self, paths: Iterable[str]) -> list[tuple[str, Defined, int, int]]:
        """Return the definitions of files with their users (files of the product, others), the most important first.

        Exported ones go before others and macros after all; then those that most files use, a file beside the product counting a quarter;
        then types and functions, and the longer ones.
        """
        rows = [(path, each, *self.users(path, each.symbol.qualified_name)) for path in paths for each in self.files[path].defined]
        rows.sort(key=lambda row: (*_standing(row[1]), -row[2] - row[3] / 4, *_by_itself(row[1]), row[0], row[1].symbol.start_byte))
        return rows

    def ranked_files(self, paths: Iterable[str]) -> list[str]:
        """Return files: code before all else, the product's before others, those that most others use first, then longer ones."""

        def rank(path: str) -> tuple[bool, bool, int, int, str]:
            digest = self.files[path]
            return not digest.code, self.is_aside(path), -self.file_users(path)[0], -digest.lines, path

        return sorted(paths, key=rank)

    @cached_property
    def top(self) -> list[str]:
        """Return the folders that show best how the product is laid out: large ones are opened until there is a handful.

        As in a tree map, the largest one gives way to what is in it while it holds much of all code or there are few.
        """
        chosen: list[str] = self._inner("")
        shown = self._direct("")
        total = max(sum(self.folders[each].product_lines for each in chosen), 1)
        while chosen:
            largest = max(chosen, key=lambda each: (self.folders[each].product_lines, each))
            inner, direct = self._inner(largest), self._direct(largest)
            much = self.folders[largest].product_lines > _EXPANDED_SHARE * total
            before, after = len(chosen) + shown, len(chosen) - 1 + len(inner) + shown + direct
            if before >= _FEWEST and (after > max(_MANY, before) or not (much or before < _FEW)):
                break
            chosen = [each for each in chosen if each != largest] + inner
            shown += direct
        return sorted(chosen, key=lambda each: (-self.folders[each].product_lines, each))

    @cached_property
    def top_files(self) -> list[str]:
        """Return the files of the product that are in none of ``top``: the root's, and those of folders that were opened."""
        inside = set(self.top)
        return self.ranked_files(path for path in self.files if self._is_product(path) and not inside & set(ancestors(path)))

    def _is_product(self, path: str) -> bool:
        return self.files[path].code and not self.is_aside(path)

    def _direct(self, folder: str) -> int:
        return sum(map(self._is_product, self.folders[folder].files))

    def _inner(self, folder: str) -> list[str]:
        """Return the folders with code of the product in a folder; one that holds no such file but one such folder gives way to it."""
        found: list[str] = []
        for each in self.folders[folder].folders:
            here = each
            while not self._direct(here):
                inner = [below for below in self.folders[here].folders if self.folders[below].product_lines]
                if len(inner) != 1:
                    break
                here = inner[0]
            if self.folders[here].product_lines:
                found.append(here)
        return found

    def collapsed(self, folder: str) -> str:
        """Return the first folder on the way down that has files or several folders of its own."""
        here = self.folders[folder]
        while not here.files and len(here.folders) == 1:
            here = self.folders[here.folders[0]]
        return here.path

    def name_of(self, folder: str) -> str:
        """Return what a folder's language calls it, "" where that is not known."""
        home = posixpath.dirname(folder) if posixpath.basename(folder) == "src" else folder
        package = next((each for each in self.packages if folder and each.folder in {folder, home}), None)
        if package is not None:
            return package.name
        languages = self.folders[folder].languages
        main = max(languages, key=lambda each: (languages[each][1], each), default="")
        if main == "python":
            chain = [folder, *ancestors(folder)]
            held = [each for each in chain if posixpath.join(each, "__init__.py") in self.files]
            return folder.removeprefix(posixpath.dirname(held[-1])).strip("/").replace("/", ".") if held else ""
        if main == "go":
            for each in [folder, *ancestors(folder)]:
                manifest = self.files.get(posixpath.join(each, "go.mod"))
                if manifest and manifest.package:
                    return posixpath.join(manifest.package, folder.removeprefix(each).strip("/")).rstrip("/")
            return ""
        return next((self.files[path].package for path in self.folders[folder].files if self.files[path].package), "")


def _standing(defined: Defined) -> tuple[bool, bool]:
    return defined.symbol.kind is SymbolKind.MACRO, not defined.exported


def _by_itself(defined: Defined) -> tuple[bool, int]:
    symbol = defined.symbol
    return symbol.kind in _PLAIN_KINDS, symbol.start_line - symbol.end_line


def flags_of(path: str, *, generated: bool = False) -> int:
    """Return the flags of a path; a folder's name may begin with underscores, as Go writes folders that it leaves alone (``_examples``)."""
    folders, _, name = path.rpartition("/")
    plain = "/".join([*(part.lstrip("_") for part in folders.split("/")), name]) if "_" in folders else path
    return path_flags(path, generated=generated) | (path_flags(plain) if plain != path else 0)


def ancestors(path: str) -> list[str]:
    """Return the folders around a path, the nearest first, the root ("") last."""
    found: list[str] = []
    while path:
        path = posixpath.dirname(path)
        found.append(path)
    return found


def _folders(files: Mapping[str, Digest], flags: Mapping[str, int]) -> dict[str, Folder]:
    folders: dict[str, Folder] = {"": Folder("")}
    for path in sorted(files):
        digest, parent = files[path], posixpath.dirname(path)
        chain = ancestors(path)
        for folder in reversed(chain):
            if folder not in folders:
                folders[folder] = Folder(folder)
                folders[posixpath.dirname(folder)].folders.append(folder)
        folders[parent].files.append(path)
        for folder in chain:
            here = folders[folder]
            here.file_count += 1
            share = here.languages.setdefault(digest.language, [0, 0])
            share[0] += 1
            share[1] += digest.lines
            if digest.code:
                here.code_lines += digest.lines
                here.product_lines += 0 if flags[path] & ASIDE else digest.lines
    return folders


def beside(path: str, other: str) -> str:
    """Return the folder or file around ``other`` that lies beside ``path``: the first part of its path that ``path`` does not share."""
    ours, theirs = path.split("/"), other.split("/")
    shared = next((at for at, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), min(len(ours), len(theirs)))
    return "/".join(theirs[: shared + 1])


def counted(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Add up counts by name and return the largest first."""
    total: Counter[str] = Counter()
    for name, count in rows:
        total[name] += count
    return sorted(total.items(), key=lambda row: (-row[1], row[0]))
