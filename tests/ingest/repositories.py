"""Real folders and git repositories for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534

_IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")


def git(folder: Path | str, *arguments: str | bytes) -> str:
    """Run git in a folder and return what it prints; a failure fails the test."""
    done = subprocess.run(["git", *_IDENTITY, "-C", os.fspath(folder), *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return os.fsdecode(done.stdout).strip()


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, with the folders they need; names may hold surrogate-escaped bytes."""
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())


def new_repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make a git repository with one commit that holds the files."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q")
    write(root, files)
    commit_all(root)
    return root


def commit_all(root: Path, message: str = "Change") -> str:
    """Commit everything and return the commit's hash."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


@contextmanager
def public_folder() -> Generator[Path]:
    """Yield a folder any user may enter: the parents of ``tmp_path`` are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="codelore-test-"))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        for place, _, _ in os.walk(folder):
            Path(place).chmod(0o755)
        shutil.rmtree(folder)


def give_away(folder: Path) -> None:
    """Make nobody the owner of a folder and what lies directly in it, where the tests run as root; git reads its owner's folders only."""
    if os.geteuid() == 0:
        for place in (folder, *folder.iterdir()):
            os.chown(place, NOBODY, NOBODY, follow_symlinks=False)


@contextmanager
def without_privileges() -> Generator[None]:
    """Act as nobody where the tests run as root, whom no permission stops; elsewhere permissions hold already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
