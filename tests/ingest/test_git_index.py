"""Tests for git's index, read without git, and for what it says of files that nobody reads."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from stat import S_ISREG

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.git import blob_id, find_checkout, run
from ingest.git_index import GitIndex, read_index
from ingest.model import ContentHash
from ingest.walk import WalkOptions, survey
from tests.ingest.repositories import commit_all, git, new_repository, write


def index_of(root: Path) -> GitIndex | None:
    checkout = find_checkout(str(root))
    assert checkout is not None
    return read_index(checkout)


def known(root: Path, *, later: bool = True) -> dict[str, ContentHash]:
    """Return what a survey knows of all files; ``later`` as if the index had been written a while after them."""
    place = Path(git(root, "rev-parse", "--absolute-git-dir")) / "index"
    if later:
        at = place.stat().st_mtime_ns + 10**9
        os.utime(place, ns=(at, at))
    found = survey(str(root), WalkOptions())
    return found.known_hashes(found.tree.files)


def listed(root: Path) -> list[str]:
    return os.fsdecode(run(str(root), "ls-files", "-z")[0]).split("\0")[:-1]


def test_clean_files_have_known_hashes(tmp_path: Path) -> None:
    """Changed, deleted, untracked and linked files are missing; everything else is the blob's id."""
    root = new_repository(tmp_path / "r", {"a.py": "a", "b.py": "b", "c.py": "c", "d/ü\n.py": "d", "run.sh": "#!"})
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("a.py")
    commit_all(root)
    write(root, {"b.py": "B", "new.py": "n"})
    (root / "c.py").unlink()
    assert known(root) == {"a.py": blob_id(b"a"), "d/ü\n.py": blob_id(b"d"), "run.sh": blob_id(b"#!")}


def test_a_change_of_the_same_size_in_the_same_instant_is_seen(tmp_path: Path) -> None:
    """The time of the change tells, whatever the time of the content says."""
    root = new_repository(tmp_path / "r", {"a.py": "a"})
    times = (root / "a.py").stat()
    write(root, {"a.py": "b"})
    os.utime(root / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert known(root) == {}


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_files_git_does_not_look_at_are_unknown(tmp_path: Path, flag: str) -> None:
    """A file marked as unchanged may have changed."""
    root = new_repository(tmp_path / "r", {"a.py": "a", "b.py": "b"})
    git(root, "update-index", flag, "a.py")
    write(root, {"a.py": "other"})
    assert set(known(root)) == {"b.py"}


@pytest.mark.parametrize(
    "setting", [("core.autocrlf", "true"), ("core.autocrlf", "input"), ("core.eol", "crlf"), ("core.attributesFile", "../attributes")]
)
def test_settings_that_rewrite_bytes_make_everything_unknown(tmp_path: Path, setting: tuple[str, str]) -> None:
    """Where git may convert line ends, a blob's id is not the file's."""
    root = new_repository(tmp_path / "r", {"a.py": "a"})
    write(tmp_path, {"attributes": "*.py text\n"})
    assert known(root)
    git(root, "config", *setting)
    assert known(root) == {}


def test_a_setting_that_rewrites_nothing_changes_nothing(tmp_path: Path) -> None:
    """core.autocrlf=false is git's own default."""
    root = new_repository(tmp_path / "r", {"a.py": "a"})
    git(root, "config", "core.autocrlf", "false")
    assert known(root) == {"a.py": blob_id(b"a")}


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        ("*.py text=auto", False),
        ("*.py eol=crlf", False),
        ("*.psd filter=lfs diff=lfs", False),
        ("*.py ident", False),
        ("*.txt working-tree-encoding=UTF-16", False),
        ("[attr]mine text", False),
        ("*.py -text diff=python", True),
        ("*.py linguist-generated", True),
        ("# *.py text", True),
    ],
)
@pytest.mark.parametrize("place", [".gitattributes", "a/.gitattributes", ".git/info/attributes"])
def test_attributes_that_rewrite_bytes_make_everything_unknown(tmp_path: Path, place: str, line: str, safe: bool) -> None:
    """Converting attributes count wherever git reads them from; others do not."""
    root = new_repository(tmp_path / "r", {"a/b.py": "a"})
    write(root, {place: line + "\n"})
    assert (known(root) != {}) is safe


def test_attributes_that_cannot_be_read_count_as_converting(tmp_path: Path) -> None:
    """A folder by that name, or a file larger than the bound, is no proof that nothing is converted."""
    root = new_repository(tmp_path / "r", {"a/b.py": "a"})
    (root / ".gitattributes").mkdir()
    assert known(root) == {}
    (root / ".gitattributes").rmdir()
    write(root, {".gitattributes": b"#" * (1 << 20)})
    assert known(root) == {}


def test_deleted_attributes_still_count(tmp_path: Path) -> None:
    """git falls back to the index when a tracked .gitattributes is missing on disk."""
    root = new_repository(tmp_path / "r", {"a.py": "a", ".gitattributes": "*.py text\n"})
    (root / ".gitattributes").unlink()
    assert known(root) == {}


def test_a_file_written_when_the_index_was_is_unknown(tmp_path: Path) -> None:
    """It may have been written once more in the same tick of the clock, and then its times would tell nothing."""
    root = new_repository(tmp_path / "r", {"a.py": "a"})
    at = (root / "a.py").stat().st_mtime_ns
    os.utime(root / ".git" / "index", ns=(at + 1_000_000, at + 1_000_000))
    assert known(root, later=False) == {}


def test_a_second_worktree_and_a_folder_below_are_known(tmp_path: Path) -> None:
    """Each worktree has an index of its own; paths count from the folder that is asked about."""
    root = new_repository(tmp_path / "r", {"a.py": "a", "d/b.py": "b"})
    git(root, "worktree", "add", "-q", str(tmp_path / "w"))
    assert known(tmp_path / "w") == {"a.py": blob_id(b"a"), "d/b.py": blob_id(b"b")}
    found = survey(str(tmp_path / "w" / "d"), WalkOptions())
    assert found.known_hashes(found.tree.files) == {"b.py": blob_id(b"b")}


def test_files_that_are_replaced_or_in_conflict_are_unknown(tmp_path: Path) -> None:
    """Another file by the same name, size and time is another file; a conflict has no one content."""
    root = new_repository(tmp_path / "r", {"a.py": "a", "b.py": "b", "c.py": "c"})
    times = (root / "a.py").stat()
    write(root, {"x": "A"})
    os.utime(root / "x", ns=(times.st_atime_ns, times.st_mtime_ns))
    (root / "x").rename(root / "a.py")
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"b.py": "one"})
    git(root, "commit", "-q", "-m", "one", "b.py")
    git(root, "checkout", "-q", "main")
    write(root, {"b.py": "two"})
    git(root, "commit", "-q", "-m", "two", "b.py")
    subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", root, "merge", "-q", "other"],
        check=False,
        capture_output=True,
    )
    write(root, {"n.py": "n"})
    git(root, "add", "-N", "n.py")
    assert set(known(root)) == {"c.py"}
    assert sorted(file.path for file in survey(str(root), WalkOptions()).tree) == ["a.py", "b.py", "c.py", "n.py"]


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("names", [["a"], ["a/b.py", "a/bc.py", "a/c" * 40 + ".py", "b\udcff.py", "ü\n.py", "abcdefgh", "abcdefghi"]])
def test_every_version_of_the_index_lists_what_git_lists(tmp_path: Path, version: int, names: list[str]) -> None:
    """Version 3 has entries with more flags, version 4 leaves out what a name shares with the one before."""
    root = new_repository(tmp_path / "r", dict.fromkeys(names, "x"))
    git(root, "update-index", f"--index-version={min(version, 4)}")
    if version == 3:
        write(root, {"later": "x"})
        git(root, "add", "-N", "later")
    index = index_of(root)
    assert index is not None
    assert index.paths() == listed(root)
    blobs = {path: index.blob_if_clean(path, (root / path).stat()) for path in index.paths()}
    assert {blob for path, blob in blobs.items() if path != "later"} <= {None, blob_id(b"x")}


def test_an_index_only_git_understands_is_left_to_git(tmp_path: Path) -> None:
    """A split index names another file, a sparse one names folders; SHA-256 has longer ids; and there may be none."""
    root = new_repository(tmp_path / "r", {"a/b.py": "x", "c.py": "y"})
    git(root, "update-index", "--split-index")
    assert index_of(root) is None
    assert known(root) == {}
    assert [file.path for file in survey(str(root), WalkOptions()).tree] == ["a/b.py", "c.py"]
    git(root, "update-index", "--no-split-index")
    assert index_of(root) is not None
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index")
    assert index_of(root) is None
    (root / ".git" / "index").unlink()
    assert index_of(root) is None
    git(tmp_path, "init", "-q", "--object-format=sha256", "long")
    write(tmp_path / "long", {"a.py": "a"})
    commit_all(tmp_path / "long")
    assert index_of(tmp_path / "long") is None


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), flipped=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_torn_index_is_left_to_git(tmp_path_factory: pytest.TempPathFactory, cut: int, flipped: int, bit: int) -> None:
    """The checksum at its end covers every byte."""
    root = tmp_path_factory.getbasetemp() / "torn"
    if not root.exists():
        new_repository(root, {"a.py": "a", "b.py": "b"})
        shutil.copy(root / ".git" / "index", root / "whole")
    whole = bytearray((root / "whole").read_bytes())
    whole[flipped % len(whole)] ^= 1 << bit
    torn = whole[: cut % len(whole)] if cut % 2 else whole
    (root / ".git" / "index").write_bytes(torn)
    assert index_of(root) is None


def test_a_link_or_a_folder_is_never_clean(tmp_path: Path) -> None:
    """Only regular files hold the bytes of their blob."""
    root = new_repository(tmp_path / "r", {"a.py": "a"})
    (root / "link").symlink_to("a.py")
    commit_all(root)
    index = index_of(root)
    assert index is not None
    status = os.stat(root / "link", follow_symlinks=False)
    assert not S_ISREG(status.st_mode)
    assert index.blob_if_clean("link", status) is None
    assert index.blob_if_clean("nowhere", os.stat(root / "a.py")) is None
