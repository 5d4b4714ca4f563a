"""Which files a run over named paths has to read, so that it ends where a run over the whole tree would; None wherever that is in doubt."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from stat import S_ISREG

from ingest.errors import SourceError
from ingest.git import GitCheckout, ignored_paths
from ingest.model import Failure, SkipRule, SourceFile
from ingest.views import Entry, IndexReport, ScreenedFile
from ingest.walk import IGNORE_FILE, WalkOptions, skip_by_name

MAX_PATHS = 200
"""More changed paths than this are a run over the whole tree: from about there on it is as fast."""

_RULE_FILES = frozenset({".gitignore", ".ignore", IGNORE_FILE, ".gitattributes", ".gitmodules", ".git"})


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What a run over the whole tree leaves in memory: the generation that is true since, and what was skipped unread, by path."""

    generation: int
    skipped: Mapping[str, SkipRule]


@dataclass(frozen=True, slots=True)
class Known:
    """What the view knows of the changed paths. ``below`` tells whether it shows anything below a folder."""

    entries: Mapping[str, Entry]
    report: IndexReport
    skipped: Mapping[str, SkipRule]
    below: Callable[[str], bool]


@dataclass(slots=True)
class _Sorted:
    """Changed paths that are there: files the view has had, and those that it may not be allowed to have."""

    files: list[SourceFile] = field(default_factory=list[SourceFile])
    new: list[SourceFile] = field(default_factory=list[SourceFile])
    odd: list[str] = field(default_factory=list[str])
    """Folders, links and files that a rule skips unread."""


def files_to_read(
    root: str, checkout: GitCheckout | None, changed: Collection[str], known: Known, options: WalkOptions
) -> list[SourceFile] | None:
    """Return the files among ``changed`` (relative to ``root``) that belong to the tree; the others are gone or were never in it.

    None means that only a run over the whole tree can tell: ignore rules or folders changed, a link is involved, or a file falls under a
    rule that is counted without being read.
    """
    if len(changed) > MAX_PATHS or known.report.truncated:
        return None
    found = _sort(root, changed, known, options)
    if found is None:
        return None
    strangers = [*(file.path for file in found.new), *found.odd]
    if not strangers:
        return found.files
    if checkout is None:
        hidden = {path for path in strangers if ".git" in path.split("/")}
        rules = (".gitignore", ".ignore", IGNORE_FILE)
    else:
        try:
            hidden = ignored_paths(root, strangers)
        except SourceError:  # in a submodule, or behind a link
            return None
        rules = (".git", IGNORE_FILE)
    shown = [file for file in found.new if file.path not in hidden]
    top = checkout.root if checkout else root
    if set(found.odd) - hidden or any(_ruled(root, top, file.path, rules) for file in shown):
        return None
    return found.files + shown


def _sort(root: str, changed: Collection[str], known: Known, options: WalkOptions) -> _Sorted | None:
    remembered = known.entries.keys() | {each.path for each in known.report.screened} | {each.path for each in known.report.failed}
    found = _Sorted()
    for path in changed:
        if path.rpartition("/")[2] in _RULE_FILES:
            return None
        rule = known.skipped.get(path)
        try:
            status = os.stat(f"{root}/{path}", follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            if rule is not None or known.below(path):
                return None
            continue
        except OSError:
            return None
        plain = S_ISREG(status.st_mode) and _is_real(root, path.rpartition("/")[0])
        skip = skip_by_name(path, status.st_size, options) if plain else None
        if rule is not None:
            if skip is None or skip.rule != rule:
                return None
        elif path in remembered:
            if not plain or skip is not None:
                return None
            found.files.append(SourceFile(path, status.st_size, status.st_mtime_ns))
        elif plain and skip is None:
            found.new.append(SourceFile(path, status.st_size, status.st_mtime_ns))
        else:
            found.odd.append(path)
    return found


def _is_real(root: str, folder: str) -> bool:
    """Tell whether no part of a folder below ``root`` is a link."""
    return os.path.realpath(f"{root}/{folder}".rstrip("/")) == f"{root}/{folder}".rstrip("/")


def _ruled(root: str, top: str, path: str, names: tuple[str, ...]) -> bool:
    """Tell whether a folder around ``path`` holds one of the files that may hide it; up to ``root``, for ``.codeloreignore`` to ``top``."""
    within = [f"{root}/{folder}".rstrip("/") for folder in _folders(path)]
    for folder in within:
        if any(os.path.lexists(f"{folder}/{name}") for name in names if name != ".git" or folder != root):
            return True
    above = root
    while above != top:
        above = os.path.dirname(above)
        if os.path.lexists(f"{above}/{IGNORE_FILE}"):
            return True
    return False


def _folders(path: str) -> Iterator[str]:
    """Yield the folders around a path, innermost first, "" last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def revised(report: IndexReport, changed: Collection[str], screened: Iterable[ScreenedFile], failures: Iterable[Failure]) -> IndexReport:
    """Return the report of a view after a run over the ``changed`` paths left these out."""
    now = [*(each for each in report.screened if each.path not in changed), *screened]
    skipped = Counter(report.skipped)
    skipped.subtract(each.rule for each in report.screened)
    skipped.update(each.rule for each in now)
    return replace(
        report,
        skipped={rule: count for rule, count in skipped.items() if count},
        failed=(*(each for each in report.failed if each.path not in changed), *failures),
        screened=tuple(sorted(now, key=lambda each: each.path)),
    )


def is_same(entry: Entry, file: SourceFile) -> bool:
    """Say whether a file is as a view has it, by its hash where that is known, else by its size and time."""
    if file.content_hash:
        return entry.content_hash == file.content_hash
    return bool(entry.mtime_ns) and (entry.size, entry.mtime_ns) == (file.size, file.mtime_ns)
