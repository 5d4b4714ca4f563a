"""Lay out the repositories of a set as plain folders, each at the commit its questions were written for.

A corpus comes from a folder that holds it already, from a folder of git directories, from the repository a mined set names, or, unless
that is refused, from GitHub by its commit alone. What was laid out once is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from ingest.errors import SourceError
from ingest.git import GitCheckout, find_checkout, read_blobs, tree_entries
from ingest.model import ContentHash

_ABSENT_SHARE = 0.01
"""Of a corpus's files that a clone may lack: clones without their largest files are common, and an index leaves these out, too."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A repository at a commit. ``hidden`` are lines whose text is left out of the corpus, so that it does not hold the answer's words."""

    name: str
    upstream: str = ""
    """``owner/name`` on GitHub, or any address git can fetch from."""
    commit: str = ""
    folder: str = ""
    """Only what lies below this folder of the repository."""
    git: str = ""
    """A local repository that holds the commit."""
    hidden: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()
    write: Callable[[Path], None] | None = field(default=None, compare=False)
    """Writes the corpus into an empty folder, for a set that brings its sources; ``commit`` is then a digest of them."""

    @property
    def key(self) -> str:
        """The name of its folder: it changes with anything that changes what the folder holds."""
        if not (self.commit or self.hidden):
            return self.name
        what = hashlib.sha256(repr((self.upstream, self.commit, self.folder, self.hidden)).encode()).hexdigest()[:8]
        return f"{self.name}@{self.commit[:12]}-{what}"


@dataclass(frozen=True, slots=True)
class Places:
    """Where corpora are looked for, in this order."""

    cache: Path
    """What is laid out is kept here."""
    single: Path | None = None
    """The one repository that all questions are about, as it is."""
    folders: Path | None = None
    """Holds one folder a corpus, laid out: nothing else is looked at."""
    clones: Path | None = None
    """Holds git directories named ``OWNER+NAME``, ``OWNER+NAME/repo``, ``NAME.git`` or ``NAME``."""
    download: bool = True
    """Fetch a commit that no place holds."""


def lay_out(corpus: Corpus, places: Places, report: Callable[[str], None] = lambda _: None) -> Path:
    """Return the folder of a corpus, made when it is not there. Raises ``SourceError`` that says where it was looked for."""
    if places.single is not None:
        if not places.single.is_dir():
            raise SourceError(f"{places.single} is no folder; name the repository that the questions are about")
        return places.single.absolute()
    if places.folders is not None and not corpus.hidden and corpus.write is None:
        there = [folder for folder in (places.folders / corpus.name, places.folders / corpus.key) if folder.is_dir()]
        if not there:
            raise SourceError(f"{places.folders} holds no folder {corpus.name}; lay the corpus out there, or leave the option out")
        return there[0].absolute()
    target = places.cache / "corpora" / corpus.key
    if target.is_dir():
        return target.absolute()
    write = corpus.write or partial(_write, find_repository(corpus, places, report), corpus, report)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        write(unfinished)
        if not target.is_dir():  # another run may have been faster
            unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target.absolute()


def find_repository(corpus: Corpus, places: Places, report: Callable[[str], None] = lambda _: None) -> GitCheckout:
    """Return a repository that holds the corpus's commit, fetched where allowed. Raises ``SourceError`` that says where it looked."""
    looked: list[str] = []
    if (checkout := _local(corpus, places, looked.append)) is not None:
        return checkout
    if not places.download or not corpus.upstream:
        seen = f"looked in {', '.join(looked)}" if looked else "no place to look in was given"
        raise SourceError(f"no repository holds commit {corpus.commit[:12]} of {corpus.upstream or corpus.name}; {seen}")
    report(f"fetching {corpus.upstream} at {corpus.commit[:12]}")
    return _fetch(corpus, _kept(corpus, places))


def commit_time(corpus: Corpus, places: Places) -> int:
    """Return when the corpus was committed, in seconds since 1970; 0 where no repository on this machine holds the commit."""
    checkout = _local(corpus, places) if corpus.commit and corpus.write is None else None
    said = _git(Path(checkout.git_dir), "log", "-1", "--format=%ct", corpus.commit).stdout.strip() if checkout is not None else ""
    return int(said) if said.isdigit() else 0


def _local(corpus: Corpus, places: Places, looked: Callable[[str], None] = lambda _: None) -> GitCheckout | None:
    for folder in candidates(corpus, places):
        looked(str(folder))
        checkout = find_checkout(str(folder)) if folder.is_dir() else None
        if checkout is not None and _holds(Path(checkout.git_dir), corpus.commit):
            return checkout
    return None


def candidates(corpus: Corpus, places: Places) -> Iterable[Path]:
    """Yield the folders in which a repository of the corpus may be."""
    if corpus.git:
        yield Path(corpus.git)
    if places.clones is not None:
        flat, last = corpus.upstream.replace("/", "+"), corpus.upstream.rpartition("/")[2]
        for name in (flat, f"{flat}/repo", f"{flat}.git", f"{last}.git", last, corpus.name):
            if name.strip("."):
                yield places.clones / name
    if corpus.upstream:
        yield _kept(corpus, places)


def _kept(corpus: Corpus, places: Places) -> Path:
    """Return the git directory that is fetched into."""
    return places.cache / "repositories" / (corpus.upstream.strip("/").replace("/", "+").replace(":", "+") + ".git")


def _holds(git_dir: Path, commit: str) -> bool:
    return _git(git_dir, "cat-file", "-e", f"{commit}^{{tree}}").returncode == 0


def _fetch(corpus: Corpus, git_dir: Path) -> GitCheckout:
    address = corpus.upstream if ":" in corpus.upstream or corpus.upstream.startswith("/") else f"https://github.com/{corpus.upstream}"
    git_dir.mkdir(parents=True, exist_ok=True)
    for arguments in (("init", "--quiet", "--bare"), ("fetch", "--quiet", "--depth", "1", "--no-tags", address, corpus.commit)):
        done = _git(git_dir, *arguments)
        if done.returncode:
            raise SourceError(
                f"cannot fetch {corpus.commit[:12]} from {address}: {done.stderr.strip()[-300:]}; name a folder that holds it"
            )
    checkout = find_checkout(str(git_dir))
    if checkout is None:
        raise SourceError(f"{git_dir} is no git directory after fetching {address}; remove it and try again")
    return checkout


def _git(git_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "safe.directory=*", f"--git-dir={git_dir}", "-c", "core.askPass=true", *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False)


def _write(checkout: GitCheckout, corpus: Corpus, report: Callable[[str], None], target: Path) -> None:
    write_files(checkout, corpus, list_files(checkout, corpus), target, report)


def list_files(checkout: GitCheckout, corpus: Corpus) -> dict[str, str]:
    """Return the plain files of the corpus's commit, each with the name of its content. Raises ``SourceError`` when there are none.

    Links and submodules are left out, and so is a path that git should not hold.
    """
    prefix = f"{corpus.folder.strip('/')}/" if corpus.folder.strip("./") else ""
    entries = [each for each in tree_entries(checkout, corpus.commit) if each.mode.startswith("100") and each.path.startswith(prefix)]
    files = {each.path: each.object_id for each in entries if _is_safe(each.path)}
    if not files:
        raise SourceError(f"commit {corpus.commit[:12]} of {corpus.upstream or corpus.name} holds no file below {prefix or 'its root'}")
    return files


def write_files(
    checkout: GitCheckout, corpus: Corpus, files: Mapping[str, str], target: Path, report: Callable[[str], None], of: int = 0
) -> None:
    """Write files of a corpus, ``of`` as many. A few that the clone lacks are named; raises ``SourceError`` where there are more."""
    hidden = dict(corpus.hidden)
    paths: dict[str, list[str]] = {}
    for path, name in files.items():
        paths.setdefault(name, []).append(path)
    absent = set(files)
    for name, data in read_blobs(checkout, [ContentHash(each) for each in paths]):
        for path in paths[name]:
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(blank(data, hidden[path]) if path in hidden else data)
            absent.discard(path)
    if len(absent) > _ABSENT_SHARE * (of or len(files)):
        raise SourceError(f"{checkout.root} lacks {len(absent)} files of commit {corpus.commit[:12]}; fetch it whole, then run again")
    if absent:
        report(f"{corpus.name}: left out, because the clone lacks them: {', '.join(sorted(absent))}")


def _is_safe(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and ".git" not in {part.lower() for part in parts}


def blank(data: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    """Empty the lines of some spans, counted from 1; every line keeps its number."""
    lines = data.split(b"\n")
    for first, last in spans:
        for at in range(first - 1, min(last, len(lines))):
            lines[at] = b""
    return b"\n".join(lines)
