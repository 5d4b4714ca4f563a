"""Which files of a source tree to index, and their bytes; everything left out is counted under a rule or reported as a failure.

git lists a checkout (tracked files and untracked ones its ignore rules show); anywhere else ignore-python does. Links are never followed:
a link is counted, and what it points at is indexed under its own path if it lies in the tree.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from shutil import which
from stat import S_ISDIR, S_ISLNK, S_ISREG

from ingest.errors import EmptyTreeError, NotARepositoryError, SourceError
from ingest.file_kinds import binary_reason, minified_reason, rule_of_name, translation_reason
from ingest.git import GitCheckout, find_checkout, finish, read_blobs, run, start, stop, tree_entries
from ingest.git_index import read_index
from ingest.model import ContentHash, Failure, Skipped, SkipRule, SourceFile, SourceTree
from ingest.survey import Survey

IGNORE_FILE = ".codeloreignore"
_MAX_IGNORE_FILE_BYTES = 1 << 20
_SETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """What a walk leaves out. ``keep`` switches rules off; rules about links, pipes and submodules cannot be switched off."""

    max_file_bytes: int = 1_500_000
    keep: frozenset[SkipRule] = frozenset()


def settled(file: SourceFile) -> SourceFile:
    """Return the file without its time if it has changed just now: it may change again within one tick of its clock."""
    return file if time.time_ns() - file.mtime_ns > _SETTLED_NS else replace(file, mtime_ns=0)


def walk(root: str, options: WalkOptions) -> SourceTree:
    """Return the tree that ``survey`` finds."""
    return survey(root, options).tree


def survey(root: str, options: WalkOptions) -> Survey:
    """List the files below ``root`` to index, in order of path. Nothing is opened but git's index and ``.codeloreignore`` files.

    Raises SourceError where the folder cannot be read, NotARepositoryError for a bare repository or one that git refuses, and
    EmptyTreeError where nothing is left to index.
    """
    root = os.path.realpath(root)
    _require_folder(root)
    checkout = find_checkout(root)
    if checkout is not None and checkout.bare:
        raise NotARepositoryError(f"{root} is a bare repository: it has no files to walk; index a ref of it with --ref, such as --ref HEAD")
    in_git = checkout is not None and which("git") is not None
    top = checkout.root if checkout is not None else root
    prefix = "" if root == top else root[len(top) :].strip("/") + "/"
    index = read_index(checkout) if checkout is not None and in_git else None
    sorting = _Sorting(root, options, folders_are_submodules=in_git)
    try:
        if in_git:
            _sort_checkout(root, sorting, index.paths(prefix) if index is not None else None)
        else:
            from ingest.ignore_files import list_folder  # here: a checkout does without the library

            paths, failures = list_folder(root)
            sorting.failures += failures
            sorting.add(paths, tracked=False)
    finally:
        sorting.close()
    _hide(top, prefix, sorting, options)
    tree = sorting.tree()
    if not tree.files:
        raise EmptyTreeError(f"nothing to index in {root}: {_what_hides(root, tree, in_git=in_git)}")
    return Survey(tree, root, checkout, index, prefix)


def _require_folder(root: str) -> None:
    try:
        with os.scandir(root):
            pass
    except NotADirectoryError:
        raise SourceError(f"cannot index {root}: it is a file; give the folder that holds it") from None
    except OSError as error:
        raise SourceError(f"cannot index {root}: {error.strerror}; check the path and its permissions") from None


def _sort_checkout(root: str, sorting: _Sorting, tracked: list[str] | None) -> None:
    """Sort out the tracked files, asking git for them where they are None, while git looks for the untracked ones."""
    search = start(root, "ls-files", "-o", "-z", "--exclude-standard")
    try:
        if tracked is None:
            listed, _ = run(root, "ls-files", "-c", "-z")
            tracked = list(dict.fromkeys(os.fsdecode(listed).split("\0")[:-1]))  # a path in conflict is listed once for each side
        sorting.add(tracked, tracked=True)
    except BaseException:
        stop(search)
        raise
    untracked, messages = finish(search, root, "ls-files")
    sorting.add(os.fsdecode(untracked).split("\0")[:-1], tracked=False)
    for line in messages.splitlines():
        if line.startswith("warning: "):
            quoted = re.search(r"'(.*)'", line)
            path = quoted[1].rstrip("/") if quoted else ""
            sorting.failures.append(Failure(path, f"git: {line.removeprefix('warning: ')}"))


class _Sorting:
    """Puts each listed path, after one lstat, among the files, the skipped or the failures. Close it: it holds the root open."""

    def __init__(self, root: str, options: WalkOptions, *, folders_are_submodules: bool) -> None:
        self.files: list[SourceFile] = []
        self.skipped: list[Skipped] = []
        self.failures: list[Failure] = []
        self._root = root
        self._options = options
        self._folders_are_submodules = folders_are_submodules
        self._descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._real_folders: dict[str, bool] = {"": True}

    def close(self) -> None:
        os.close(self._descriptor)

    def add(self, paths: Iterable[str], *, tracked: bool) -> None:
        """Sort out paths relative to the root. What is listed and not there is left out: deleted, or outside a sparse checkout.

        git lists tracked files also below a folder that a link has replaced, so their folders are looked at; other listings have done that.
        """
        descriptor, options = self._descriptor, self._options
        stat, files = os.stat, self.files
        before, real = "", True
        for path in paths:
            if tracked:
                folder = path[: path.rfind("/", 0, -1) + 1]
                if folder != before:
                    before, real = folder, self._is_real_folder(folder)
                if not real:
                    continue
            try:
                found = stat(path, dir_fd=descriptor, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.failures.append(Failure(path, error.strerror or str(error)))
                continue
            if not S_ISREG(found.st_mode):
                self._add_special(path, found.st_mode)
                continue
            skip = skip_by_name(path, found.st_size, options)
            if skip is None:
                files.append(SourceFile(path, found.st_size, found.st_mtime_ns))
            else:
                self.skipped.append(skip)

    def _add_special(self, path: str, mode: int) -> None:
        if S_ISLNK(mode):
            link = _sort_link(self._root, path)
            if isinstance(link, Failure):
                self.failures.append(link)
            else:
                self.skipped.append(link)
        elif not S_ISDIR(mode):
            self.skipped.append(Skipped(path, SkipRule.NOT_A_FILE))
        elif self._folders_are_submodules:
            detail = "a git repository inside this one; index it by its own path" if path.endswith("/") else "a submodule"
            self.skipped.append(Skipped(path.rstrip("/"), SkipRule.SUBMODULE, detail))

    def _is_real_folder(self, folder: str) -> bool:
        """Tell whether every part of ``folder`` is a folder and no link."""
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = self._is_real_folder(folder[: folder.rfind("/", 0, -1) + 1]) and self._is_no_link(folder)
        return real

    def _is_no_link(self, folder: str) -> bool:
        try:
            return S_ISDIR(os.stat(folder[:-1], dir_fd=self._descriptor, follow_symlinks=False).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # then looking at its files fails too, and says why
            return True

    def hide(self, hidden: set[str]) -> None:
        """Count the paths as left out by ``.codeloreignore``, whatever they were sorted under."""
        self.files = [file for file in self.files if file.path not in hidden]
        self.skipped = [skip for skip in self.skipped if skip.path not in hidden]
        self.failures = [failure for failure in self.failures if failure.path not in hidden]
        self.skipped += [Skipped(path, SkipRule.CODELOREIGNORE) for path in hidden]

    def tree(self) -> SourceTree:
        """Return everything found, in order of path."""
        self.files.sort(key=_by_path)
        self.skipped.sort(key=_by_path)
        return SourceTree(tuple(self.files), tuple(self.skipped), tuple(self.failures))


_by_path = attrgetter("path")


def _hide(top: str, base: str, sorting: _Sorting, options: WalkOptions) -> None:
    """Apply the ``.codeloreignore`` files: those listed, the one in the root even if git ignores it, and those above, up to ``top``.

    ``base`` is the root relative to ``top``, empty or with a slash behind it.
    """
    if SkipRule.CODELOREIGNORE in options.keep:
        return
    places = {base[:cut] + IGNORE_FILE for cut in range(len(base) + 1) if cut == 0 or base[cut - 1] == "/"}
    places.update(base + file.path for file in sorting.files if file.path.endswith("/" + IGNORE_FILE))
    rules: dict[str, bytes] = {}
    for place in sorted(places):
        if os.path.lexists(f"{top}/{place}"):
            content = read_source(top, SourceFile(place, 0), WalkOptions(_MAX_IGNORE_FILE_BYTES))
            if isinstance(content, bytes):
                rules[place.rpartition("/")[0]] = content
            else:
                reason = content.reason if isinstance(content, Failure) else content.rule.value
                sorting.failures.append(Failure(place.removeprefix(base), f"not applied: {reason}"))
    if rules:
        paths = [base + found.path for found in (*sorting.files, *sorting.skipped, *sorting.failures)]
        hidden, broken = _hidden(rules, paths)
        sorting.hide({path[len(base) :] for path in hidden})
        sorting.failures += broken


def _hidden(rules: dict[str, bytes], paths: Iterable[str]) -> tuple[set[str], list[Failure]]:
    from ingest.ignore_files import hidden_paths  # here: few trees have a .codeloreignore

    return hidden_paths(rules, paths)


def _sort_link(root: str, path: str) -> Skipped | Failure:
    link = f"{root}/{path}"
    try:
        target = os.path.realpath(link, strict=True)
        mode = os.stat(target).st_mode
        shown = os.readlink(link)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Skipped(path, SkipRule.LINK_LOOP)
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            return Skipped(path, SkipRule.BROKEN_LINK)
        return Failure(path, f"cannot follow the link: {error.strerror}")
    if not _lies_in(target, root):
        return Skipped(path, SkipRule.OUTSIDE_ROOT, shown)
    if S_ISDIR(mode) and _lies_in(os.path.dirname(link), target):
        return Skipped(path, SkipRule.LINK_LOOP, shown)
    rule = SkipRule.LINK if S_ISDIR(mode) or S_ISREG(mode) else SkipRule.NOT_A_FILE
    return Skipped(path, rule, shown)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _what_hides(root: str, tree: SourceTree, *, in_git: bool) -> str:
    """Say why no file is left, in words that name the rule."""
    if tree.skipped or tree.failures:
        counts = Counter(skip.rule.value for skip in tree.skipped)
        parts = [f"{count} {rule}" for rule, count in counts.most_common()]
        if tree.failures:
            parts.append(f"{len(tree.failures)} unreadable, such as {tree.failures[0].path!r} ({tree.failures[0].reason})")
        return f"every file is left out ({', '.join(parts)}); give another folder, switch the rule off or mend the permissions"
    example = _first_file(root)
    if example is None:
        return "it holds no files"
    if not in_git:
        return f"all files are ignored by .gitignore or .ignore files in it; {example!r} is one of them"
    told, _ = run(root, "check-ignore", "-v", "--no-index", "--", example, accept=(0, 1, 128))
    rule = os.fsdecode(told).partition("\t")[0]  # file:line:pattern
    reason = f"{rule} hides {example!r}" if rule else f"{example!r} is one of them"
    return f"all files are ignored: {reason}; change the rule, or `git add -f` what should be indexed"


def _first_file(root: str) -> str | None:
    for folder, names, files in os.walk(root):
        if ".git" in names:
            names.remove(".git")
        found = min((name for name in files if name != ".git"), key=lambda name: (name.startswith("."), name), default=None)
        if found is not None:
            return os.path.relpath(f"{folder}/{found}", root)
    return None


def walk_commit(checkout: GitCheckout, commit: str, options: WalkOptions) -> SourceTree:
    """List the files of a commit to index, with their content hashes, from git's objects alone; no work tree is needed.

    Raises EmptyTreeError where nothing is left to index, SourceError for a repository of SHA-256 objects or with objects missing.
    """
    if len(commit) != 40:
        raise SourceError(
            f"cannot index commit {commit[:12]} of {checkout.root}: its objects have SHA-256 names; "
            "check it out and index the folder instead"
        )
    entries = tree_entries(checkout, commit)
    hidden: set[str] = set()
    failures: list[Failure] = []
    if SkipRule.CODELOREIGNORE not in options.keep:
        named = [entry for entry in entries if entry.path.rpartition("/")[2] == IGNORE_FILE and entry.mode.startswith("100")]
        blobs = dict(read_blobs(checkout, {ContentHash(entry.object_id) for entry in named}))
        rules = {entry.path.rpartition("/")[0]: blobs.get(ContentHash(entry.object_id)) for entry in named}
        failures = [
            Failure(f"{folder}/{IGNORE_FILE}".lstrip("/"), "not applied: git lacks it") for folder in rules if rules[folder] is None
        ]
        if rules:
            known = {folder: content for folder, content in rules.items() if content is not None}
            hidden, broken = _hidden(known, [entry.path for entry in entries])
            failures += broken
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    for entry in sorted(entries, key=lambda entry: entry.path):
        if entry.path in hidden:
            skip: Skipped | None = Skipped(entry.path, SkipRule.CODELOREIGNORE)
        elif entry.mode == "160000":
            skip = Skipped(entry.path, SkipRule.SUBMODULE, "a submodule")
        elif entry.mode == "120000":
            skip = Skipped(entry.path, SkipRule.LINK)
        else:
            skip = skip_by_name(entry.path, entry.size, options)
        if skip is None:
            files.append(SourceFile(entry.path, entry.size, 0, ContentHash(entry.object_id)))
        else:
            skipped.append(skip)
    tree = SourceTree(tuple(files), tuple(skipped), tuple(failures))
    if not files:
        reason = _what_hides(checkout.root, tree, in_git=True) if skipped else "it holds no files"
        raise EmptyTreeError(f"nothing to index in commit {commit[:12]} of {checkout.root}: {reason}")
    return tree


def read_source(root: str, source: SourceFile, options: WalkOptions) -> bytes | Skipped | Failure:
    """Read one regular file of the tree; never follows a link, waits for a pipe, leaves the root, or reads more than the cap."""
    limit = None if SkipRule.TOO_LARGE in options.keep else options.max_file_bytes
    path = f"{root}/{source.path}"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return _sort_link(_real(root), source.path)
        if error.errno == errno.ENXIO:  # a socket
            return Skipped(source.path, SkipRule.NOT_A_FILE)
        return Failure(source.path, error.strerror or str(error))
    try:
        found = os.fstat(descriptor)
        if not S_ISREG(found.st_mode):
            return Skipped(source.path, SkipRule.NOT_A_FILE)
        opened = _opened_path(descriptor, path)
        if not _lies_in(opened, _real(root)):
            return Skipped(source.path, SkipRule.OUTSIDE_ROOT, opened)
        if limit is not None and found.st_size > limit:
            return _too_large(source.path, found.st_size, options)
        data = _read_up_to(descriptor, found.st_size, limit)
    except OSError as error:
        return Failure(source.path, error.strerror or str(error))
    finally:
        os.close(descriptor)
    if limit is not None and len(data) > limit:
        return _too_large(source.path, len(data), options)
    return data


@lru_cache(maxsize=64)
def _real(root: str) -> str:
    return os.path.realpath(root)


def _opened_path(descriptor: int, path: str) -> str:
    """Return where an open file really lies: the kernel's word (2 us, no race) where /proc has it."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return os.path.realpath(path)


def _read_up_to(descriptor: int, expected: int, limit: int | None) -> bytes:
    """Read to the end, or one byte past the limit: a file may grow, or be larger than it says, as those in /proc are."""
    parts: list[bytes] = []
    total = 0
    while limit is None or total <= limit:
        part = os.read(descriptor, max(expected - total, 0) + 1 if total <= expected else 1 << 20)
        if not part:
            break
        parts.append(part)
        total += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(path: str, size: int, options: WalkOptions) -> Skipped:
    return Skipped(path, SkipRule.TOO_LARGE, f"{size} bytes, the cap is {options.max_file_bytes}")


def skip_by_name(path: str, size: int, options: WalkOptions) -> Skipped | None:
    """Return the rule that leaves a file out by its name or size alone, so that it is never opened, or None."""
    rule = rule_of_name(path)
    if rule is not None and rule not in options.keep:
        return Skipped(path, rule, "by its name")
    if size > options.max_file_bytes and SkipRule.TOO_LARGE not in options.keep:
        return _too_large(path, size, options)
    return None


def screen(path: str, data: bytes, options: WalkOptions) -> Skipped | None:
    """Return the rule that leaves a file out by its content, or None."""
    if not data.strip():
        checks = [(SkipRule.EMPTY, "white space only" if data else "no bytes")]
    else:
        checks = [
            (SkipRule.BINARY, binary_reason(data)),
            (SkipRule.TRANSLATION, translation_reason(path, data)),
            (SkipRule.MINIFIED, minified_reason(path, data)),
        ]
    return next((Skipped(path, rule, reason) for rule, reason in checks if reason and rule not in options.keep), None)
