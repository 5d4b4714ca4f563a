"""Ignore files: the listing of a folder that is not under git, and the matcher of ``.codeloreignore``.

Two libraries, because neither does both. ignore-python walks a tree by ripgrep's rules (0.15 s for 78,000 files) and exposes no matcher.
pathspec matches one path at a time by git's rules, so ``.codeloreignore`` means the same in a work tree, outside git and in a commit whose
files exist in no folder; it is too slow to walk with (2 s for the same tree) and is loaded only where such a file exists.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ignore import Error as IgnoreError
from ignore import WalkBuilder
from ignore.overrides import OverrideBuilder

from ingest.model import Failure

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = ".codeloreignore"

# The stores of version control systems: never source, whatever the ignore files say.
_STORES = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})
_RULE_FILES = frozenset({".gitignore", ".ignore"})
_ERROR_NUMBER = re.compile(r"\(os error (\d+)\)")


def list_folder(root: str) -> tuple[list[str], list[Failure]]:
    """List files and links below ``root`` that no ``.gitignore`` or ``.ignore`` in it hides, relative to it; folders may be among them.

    Hidden names are listed; ignore files above the root, and the user's global one, do not count: they were not written for this tree.
    """
    return _list_without_rules(root) or _list_by_rules(root)


def _list_without_rules(root: str) -> tuple[list[str], list[Failure]] | None:
    """List a tree that has no ignore file, as source packages do not; None at the first one.

    ignore-python makes a ``pathlib.Path`` of every entry: 88 ms of processor time for Django's source package, 24 ms this way.
    """
    paths: list[str] = []
    failures: list[Failure] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    name = entry.name
                    if name in _RULE_FILES:
                        return None
                    if entry.is_dir(follow_symlinks=False):
                        if name not in _STORES:
                            waiting.append(f"{folder}{name}/")
                    elif name not in _STORES:
                        paths.append(folder + name)
        except OSError as error:
            failures.append(Failure(folder.rstrip("/"), error.strerror or str(error)))
    return paths, failures


def _list_by_rules(root: str) -> tuple[list[str], list[Failure]]:
    overrides = OverrideBuilder(Path(root))
    for store in _STORES:
        overrides.add(f"!{store}")
    builder = WalkBuilder(Path(root)).hidden(False).parents(False).git_global(False).git_exclude(False).require_git(False)
    entries = iter(builder.follow_links(False).overrides(overrides.build()).build())
    prefix = root.rstrip("/") + "/"
    paths: list[str] = []
    failures: list[Failure] = []
    while True:
        try:
            path = os.fspath(next(entries).path())
        except StopIteration:
            return paths, failures
        except (IgnoreError, OSError) as error:  # an unreadable folder costs that folder only; the walk goes on
            place, _, reason = str(error).partition(": ")
            number = _ERROR_NUMBER.search(reason)
            failures.append(Failure(place.removeprefix(prefix), os.strerror(int(number[1])) if number else str(error)))
        else:
            if path != root:
                paths.append(path.removeprefix(prefix))


def hidden_paths(rules: Mapping[str, bytes], paths: Iterable[str]) -> tuple[set[str], list[Failure]]:
    """Return which of ``paths`` the ``.codeloreignore`` files hide, and their lines that are no patterns.

    ``rules`` maps the folder of each file ("" or ``a/b``) to its content. As in git, the deepest file with an opinion wins, and nothing
    below a hidden folder can be shown again.
    """
    specs, failures = _compile(rules)
    hidden: set[str] = set()
    verdicts: dict[str, bool] = {"": False}

    def is_hidden(path: str) -> bool:
        """Ask the specs from the path's folder upwards."""
        folder = path.rstrip("/")
        while folder:
            folder = folder.rpartition("/")[0]
            spec = specs.get(folder)
            if spec is not None:
                # A dot in pathspec's expressions does not match a line end; a name may hold one.
                verdict = spec.check_file(path[len(folder) :].lstrip("/").replace("\n", "\r")).include
                if verdict is not None:
                    return verdict
        return False

    for path in paths:
        for folder in _folders(path):
            if folder not in verdicts:
                verdicts[folder] = verdicts[folder.rpartition("/")[0]] or is_hidden(folder + "/")
        if verdicts[path.rstrip("/").rpartition("/")[0]] or is_hidden(path):
            hidden.add(path)
    return hidden, failures


def _folders(path: str) -> Iterator[str]:
    """Yield the folders above ``path``, outermost first."""
    cut = path.find("/")
    while 0 <= cut < len(path) - 1:
        yield path[:cut]
        cut = path.find("/", cut + 1)


def _compile(rules: Mapping[str, bytes]) -> tuple[dict[str, GitIgnoreSpec], list[Failure]]:
    from pathspec import GitIgnoreSpec  # here: the import takes 40 ms, and listing a folder does without

    failures: list[Failure] = []
    specs: dict[str, GitIgnoreSpec] = {}
    for folder, content in rules.items():
        lines: list[str] = []
        for number, line in enumerate(os.fsdecode(content).splitlines(), start=1):
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError as error:
                failures.append(Failure(f"{folder}/{NAME}".lstrip("/"), f"line {number} is no pattern and hides nothing: {error}"))
            else:
                # What is below f, not f itself; pathspec takes f/ for something below f, and would then let no !f/g show a file again.
                lines.append(line + "/*" if line.endswith("/**") else line)
        specs[folder] = GitIgnoreSpec.from_lines(lines)
    return specs, failures
