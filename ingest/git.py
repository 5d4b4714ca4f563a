"""What git knows about a source tree: where a checkout lies, what a ref names, which files a commit holds, and their bytes.

git runs as a subprocess by argument list. The repository is not trusted: its configuration must not make git run a program, so hooks, the
fsmonitor, replacement objects, optional locks, lazy fetches and every transport are off, and no command used here runs an external diff or
a textconv. Nothing here makes git read the files of a work tree, so no filter runs either.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha1
from itertools import islice
from shutil import which
from stat import S_ISDIR, S_ISREG
from typing import IO

from ingest.errors import NotARepositoryError, RefNotFoundError, SourceError
from ingest.model import ContentHash
from ingest.starting import starting_process

TIMEOUT_S = 300.0
"""Bound of one command. Listing the Linux tree takes 0.1 s; a stalled network file system, or a FIFO named .gitignore, takes forever."""

# Left by git in the environment of its hooks; each of them points at a repository that need not be the one asked about.
_FOREIGN_VARIABLES = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_PREFIX", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_CONFIG", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS"),
)
# LC_ALL: messages are matched. GIT_ALLOW_PROTOCOL: no configuration can allow a transport (such as ext::, which runs a command) again.
_OWN_VARIABLES = ("LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none")
_OPTIONS = (
    *("--no-pager", "--no-optional-locks", "--no-replace-objects"),
    *("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    # The strict comparison of stat data, whatever the repository asks for: a file is clean only if all of it agrees.
    *("-c", "core.checkStat=default", "-c", "core.trustctime=true"),
)
# Requests in flight to one `git cat-file --batch`: 512 x 41 bytes fit a pipe (64 KiB), so writing them never waits for reading the answers.
_BATCH = 512
_MAX_REFS_COMPARED = 5_000
_MAX_SETTINGS_BYTES = 1 << 20
_BARE_SETTING = re.compile(r"^\s*bare\s*=\s*(?:true|yes|on|1)\s*$", re.IGNORECASE | re.MULTILINE)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CONVERTING_ATTRIBUTES = frozenset({"text", "eol", "crlf", "filter", "ident", "working-tree-encoding"})


@dataclass(frozen=True, slots=True)
class GitCheckout:
    """Where a checkout and its repository lie; all paths are absolute."""

    root: str
    """The work tree's root; for a bare repository its git directory."""
    git_dir: str
    """This worktree's own git directory."""
    common_dir: str
    """The git directory all worktrees share: it identifies the repository."""
    bare: bool


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of ``git ls-tree -r``: a file, a symbolic link (mode 120000) or a submodule (mode 160000, size 0)."""

    path: str
    mode: str
    size: int
    object_id: str


def blob_id(data: bytes) -> ContentHash:
    """Return the id git gives a blob with these bytes."""
    digest = sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return ContentHash(digest.hexdigest())


def find_checkout(path: str) -> GitCheckout | None:
    """Find the checkout or bare repository that holds ``path``, or None outside git.

    Follows git's own search (upwards, within one file system) without starting git. A ``.git`` that leads nowhere, as in a worktree copied
    into a container, counts as outside git.
    """
    folder = os.path.realpath(path)
    try:
        device = os.stat(folder).st_dev
        while True:
            checkout = _checkout_at(folder)
            if checkout is not None or os.path.isfile(f"{folder}/.git"):  # git, too, looks no further than such a file
                return checkout
            parent = os.path.dirname(folder)
            if parent == folder or os.stat(parent).st_dev != device:
                return None
            folder = parent
    except OSError:
        return None


def _checkout_at(folder: str) -> GitCheckout | None:
    dot_git = f"{folder}/.git"
    try:
        mode = os.stat(dot_git).st_mode
    except OSError:
        common = _common_dir(folder)
        return None if common is None else GitCheckout(folder, folder, common, bare=True)
    git_dir = dot_git
    if S_ISREG(mode):
        pointer = _read_line(dot_git)
        if not pointer.startswith("gitdir: "):
            return None
        git_dir = os.path.normpath(os.path.join(folder, pointer.removeprefix("gitdir: ")))
    common = _common_dir(git_dir)
    if common is None:
        return None
    if S_ISDIR(mode) and _says_bare(common):
        return GitCheckout(git_dir, git_dir, common, bare=True)
    return GitCheckout(folder, git_dir, common, bare=False)


def _common_dir(git_dir: str) -> str | None:
    """Return the shared git directory of ``git_dir``, or None where it is none."""
    if not os.path.lexists(f"{git_dir}/HEAD"):
        return None
    common = git_dir
    pointer = _read_line(f"{git_dir}/commondir")
    if pointer:
        common = os.path.normpath(os.path.join(git_dir, pointer))
    found = os.path.isdir(f"{common}/objects") and os.path.isdir(f"{common}/refs")
    return os.path.realpath(common) if found else None


def _read_line(path: str) -> str:
    return os.fsdecode(_read_start(path) or b"").rstrip("\r\n")


def _says_bare(common_dir: str) -> bool:
    return _BARE_SETTING.search((_read_start(f"{common_dir}/config") or b"").decode("utf-8", "replace")) is not None


def _read_start(path: str) -> bytes | None:
    """Return the first MiB of a regular file, None where there is none to read; opening a pipe would wait for ever."""
    if not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as file:
            return file.read(_MAX_SETTINGS_BYTES)
    except OSError:
        return None


def command(folder: str, *arguments: str) -> list[str]:
    """Return the argument list that runs git in ``folder`` without running anything of the repository's.

    ``env`` clears the variables of a surrounding git hook; it costs 0.4 ms. Raises SourceError where git is not installed.
    """
    program = which("git")
    if program is None:
        raise SourceError("git is needed to read this repository, and no program of that name is on the PATH; install git")
    cleared = [word for name in _FOREIGN_VARIABLES for word in ("-u", name)]
    return ["env", *cleared, *_OWN_VARIABLES, program, *_OPTIONS, "-C", folder, *arguments]


def start(folder: str, *arguments: str, feed: bool = False) -> subprocess.Popen[bytes]:
    """Start git in ``folder``, to be fed by ``finish`` or without input; hand the process to ``finish``."""
    source = subprocess.PIPE if feed else subprocess.DEVNULL
    words = command(folder, *arguments)
    with starting_process():
        return subprocess.Popen(words, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(
    process: subprocess.Popen[bytes], folder: str, verb: str, accept: tuple[int, ...] = (0,), feed: bytes | None = None
) -> tuple[bytes, str]:
    """Return what git wrote and its messages; raise for an exit status that is not accepted, or when the time is up."""
    try:
        output, errors = process.communicate(feed, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise SourceError(
            f"git {verb} in {folder} did not end within {TIMEOUT_S:.0f} s; check that the file system answers and that "
            "no .gitignore is a pipe"
        ) from None
    finally:
        stop(process)
    messages = os.fsdecode(errors)
    if process.returncode not in accept:
        raise _failure(folder, verb, process.returncode, messages)
    return output, messages


def stop(process: subprocess.Popen[bytes]) -> None:
    """End git, if it still runs, and release its pipes."""
    with process:
        process.kill()


def run(folder: str, *arguments: str, accept: tuple[int, ...] = (0,)) -> tuple[bytes, str]:
    """Run git in ``folder`` and return its output and its messages; raise for an exit status that is not accepted."""
    return finish(start(folder, *arguments), folder, arguments[0], accept)


def _failure(folder: str, verb: str, status: int, messages: str) -> SourceError:
    if "dubious ownership" in messages or "safe.directory" in messages:
        return NotARepositoryError(
            f"git refuses to read {folder}: it belongs to another user. If you trust it, run: "
            f"git config --global --add safe.directory {folder}"
        )
    said = messages.strip().splitlines()
    reason = said[-1] if said else f"exit status {status}"
    if "not a git repository" in messages or "must be run in a work tree" in messages:
        return NotARepositoryError(f"git {verb} needs a git work tree, and {folder} is none ({reason}); give a folder inside a checkout")
    if "promisor remote" in messages:
        return SourceError(
            f"git {verb} needs objects that the partial clone {folder} has left on its remote, and nothing is fetched while indexing; "
            "run `git fetch --refetch --no-filter` there"
        )
    return SourceError(f"git {verb} failed in {folder}: {reason}; run `git fsck` there, or index a fresh clone")


def repository_identity(root: str, checkout: GitCheckout | None) -> str:
    """Name the repository of a root: one for all worktrees of a git directory, one for a folder outside git or inside a checkout."""
    return checkout.common_dir if checkout and os.path.realpath(checkout.root) == root else root


def head(checkout: GitCheckout) -> tuple[str, str]:
    """Return the commit the checkout stands on ("" before the first one) and its branch ("" when HEAD is detached)."""
    branch = _read_line(f"{checkout.git_dir}/HEAD")
    if branch == "ref: refs/heads/.invalid":  # what a repository with reftables writes for old readers
        branch = "ref: " + os.fsdecode(run(checkout.root, "symbolic-ref", "-q", "HEAD", accept=(0, 1, 128))[0]).rstrip("\n")
    name = branch.removeprefix("ref: ").strip().removeprefix("refs/heads/") if branch.startswith("ref: ") else ""
    commit = _loose_ref(checkout, branch)
    if not commit:  # packed, symbolic, or in a reftable
        output, _ = run(checkout.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1))
        commit = output.decode("ascii").strip()
    return commit, name


def origin(checkout: GitCheckout) -> str:
    """Return the address of the remote ``origin`` as the user's settings rewrite it, "" where there is none."""
    output, _ = run(checkout.root, "remote", "get-url", "origin", accept=(0, 2, 128))
    return os.fsdecode(output).partition("\n")[0].strip()


def _loose_ref(checkout: GitCheckout, pointer: str) -> str:
    """Return the commit that the content of a HEAD names, read from the file of its branch; "" where git has to be asked (3 ms)."""
    if pointer.startswith("ref: refs/heads/") and ".." not in pointer:
        pointer = _read_line(f"{checkout.common_dir}/{pointer.removeprefix('ref: ').strip()}")
    return pointer if _COMMIT.fullmatch(pointer) else ""


def ignored_paths(folder: str, paths: Iterable[str]) -> set[str]:
    """Return which of ``paths``, relative to ``folder``, git's ignore rules hide; a tracked one is never hidden. 5 ms for a few paths."""
    process = start(folder, "--literal-pathspecs", "check-ignore", "-z", "--stdin", feed=True)
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    output, _ = finish(process, folder, "check-ignore", accept=(0, 1), feed=names)
    return set(os.fsdecode(output).split("\0")[:-1])


def resolve_ref(checkout: GitCheckout, ref: str) -> str:
    """Return the hash of the commit that a branch, tag or revision names; RefNotFoundError names the nearest refs."""
    commit = ""
    if ref and not ref.startswith("-") and not set(ref) & {"\0", "\n"}:
        output, _ = run(checkout.root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}", accept=(0, 1, 128))
        commit = output.decode("ascii", "replace").strip()
    if commit:
        return commit
    near = _near_refs(checkout, ref)
    advice = f"did you mean {', '.join(near)}?" if near else "`git branch -a` and `git tag` list what there is"
    raise RefNotFoundError(f"no branch, tag or commit {ref!r} in {checkout.root}; {advice}")


def _near_refs(checkout: GitCheckout, ref: str) -> list[str]:
    listed, _ = run(checkout.root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    from difflib import get_close_matches  # 4 ms that only a mistyped ref pays

    names = os.fsdecode(listed).splitlines()
    wanted = ref.lower()
    near = [name for name in names if wanted and wanted in name.lower()]
    # difflib takes about 20 us a name, so a repository with 100,000 refs is compared by substring alone.
    if len(names) <= _MAX_REFS_COMPARED:
        near += [name for name in get_close_matches(ref, names, n=5, cutoff=0.6) if name not in near]
    return near[:5]


def tree_entries(checkout: GitCheckout, commit: str) -> list[TreeEntry]:
    """List everything a commit holds, in git's order. Raises SourceError where objects are missing."""
    output, _ = run(checkout.root, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)
    return list(_entries(output))


def committed_file(checkout: GitCheckout, commit: str, path: str) -> TreeEntry | None:
    """Return the plain file that a commit holds at ``path`` (from the checkout's root); None where there is none, or something else."""
    process = start(checkout.root, "--literal-pathspecs", "ls-tree", "-l", "-z", "--full-tree", commit, "--", path)
    output, _ = finish(process, checkout.root, "ls-tree")
    return next((entry for entry in _entries(output) if entry.path == path and entry.mode.startswith("100")), None)


def _entries(listed: bytes) -> Iterator[TreeEntry]:
    for record in os.fsdecode(listed).split("\0"):
        if record:
            facts, _, path = record.partition("\t")
            mode, _, object_id, size = facts.split()
            # "-" for a submodule, "BAD" for a blob that is missing: reading that one fails later, and costs that file only.
            yield TreeEntry(path, mode, int(size) if size.isdigit() else 0, object_id)


def read_blob(checkout: GitCheckout, name: str) -> bytes | None:
    """Read one blob, None where the repository lacks it."""
    return next((data for _, data in read_blobs(checkout, [ContentHash(name)])), None)


def read_blobs(checkout: GitCheckout, hashes: Iterable[ContentHash]) -> Generator[tuple[ContentHash, bytes]]:
    """Read blobs in the order asked for, through one git process.

    A blob that the repository lacks, damaged or partial as it may be, is left out: it costs its own files only, and the caller sees which.
    """
    wanted = iter(hashes)
    batch = list(islice(wanted, _BATCH))
    if not batch:
        return
    arguments = command(checkout.root, "cat-file", "--batch")
    try:
        with starting_process():
            process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with process:
            assert process.stdin is not None and process.stdout is not None
            try:
                while batch:
                    process.stdin.write(b"".join(b"%s\n" % name.encode("ascii") for name in batch))
                    process.stdin.flush()
                    for name in batch:
                        data = _next_blob(checkout, name, process.stdout)
                        if data is not None:
                            yield name, data
                    batch = list(islice(wanted, _BATCH))
            finally:
                process.kill()
    except BrokenPipeError:  # from the write, or from closing the pipe with a write left in it
        raise SourceError(f"git cat-file ended early in {checkout.root}; run `git fsck` there") from None


def _next_blob(checkout: GitCheckout, name: ContentHash, answers: IO[bytes]) -> bytes | None:
    facts = answers.readline().split()
    if facts[1:] == [b"missing"]:
        return None
    if len(facts) == 3:
        size = int(facts[2])
        data = answers.read(size + 1)
        if len(data) == size + 1:
            return data[:-1] if facts[1] == b"blob" else None
    raise SourceError(f"git cat-file ended while reading blob {name} from {checkout.root}; run `git fsck` there")


def ask_settings(checkout: GitCheckout) -> subprocess.Popen[bytes]:
    """Start the look at git's settings that ``may_rewrite`` needs; hand the process to it."""
    keys = r"^(core\.(autocrlf|eol|attributesfile)|attr\.tree|extensions\.objectformat)$"
    return start(checkout.root, "config", "-z", "--includes", "--get-regexp", keys)


def may_rewrite(checkout: GitCheckout, settings: subprocess.Popen[bytes], paths: Iterable[str], tracked: Iterable[str]) -> bool:
    """Tell whether git may rewrite bytes between a blob and one of the files at ``paths`` (from the checkout's root).

    Line-end settings, converting attributes and filters do. ``settings`` is what ``ask_settings`` started; ``tracked`` the index's paths.
    """
    output, _ = finish(settings, checkout.root, "config", accept=(0, 1))
    attribute_files = [path for path in tracked if path.endswith(".gitattributes")]
    return _rewrites_by_setting(checkout, output) or _rewrites_by_attribute(checkout, paths, attribute_files)


def _rewrites_by_setting(checkout: GitCheckout, output: bytes) -> bool:
    """Tell whether settings, or attributes outside the work tree, may make a file's bytes differ from its blob's."""
    attribute_files = [f"{checkout.common_dir}/info/attributes", "/etc/gitattributes", os.path.expanduser("~/.config/git/attributes")]
    for record in os.fsdecode(output).split("\0"):
        key, _, value = record.partition("\n")
        if key == "core.attributesfile":
            attribute_files.append(os.path.join(checkout.root, os.path.expanduser(value)))
        elif key and (key, value.lower()) not in {("core.autocrlf", "false"), ("extensions.objectformat", "sha1")}:
            return True
    return any(_converts(path) for path in attribute_files)


def _rewrites_by_attribute(checkout: GitCheckout, paths: Iterable[str], tracked: list[str]) -> bool:
    """Tell whether a ``.gitattributes`` beside or above one of the files may convert it.

    git reads them from disk, tracked or not, and from the index where a tracked one is missing on disk.
    """
    folders = {""}
    for path in paths:
        folder = path[: path.rfind("/") + 1]
        while folder not in folders:
            folders.add(folder)
            folder = folder[: folder.rfind("/", 0, -1) + 1]
    missing = any(not os.path.isfile(f"{checkout.root}/{path}") for path in tracked)
    if missing:
        return True
    descriptor = os.open(checkout.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # 1 us where there is none; an lstat that raises takes 3, and there are 2,000 folders in Django
        there = [folder for folder in folders if os.access(f"{folder}.gitattributes", os.F_OK, dir_fd=descriptor)]
    finally:
        os.close(descriptor)
    return any(_converts(f"{checkout.root}/{folder}.gitattributes") for folder in there)


def _converts(path: str) -> bool:
    """Tell whether an attributes file sets an attribute that rewrites bytes; one that cannot be read wholly counts as yes."""
    if not os.path.lexists(path):
        return False
    content = _read_start(path)
    if content is None or len(content) == _MAX_SETTINGS_BYTES:
        return True
    lines = content.decode("utf-8", "replace").splitlines()
    words = (word for line in lines if not line.lstrip().startswith("#") for word in line.split()[1:])
    return any(word.partition("=")[0] in _CONVERTING_ATTRIBUTES for word in words)
