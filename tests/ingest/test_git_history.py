"""Changes and authors, read from real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.git import GitCheckout, find_checkout
from ingest.git_history import Bounds, Change, FileChange, read_changes
from tests.ingest.repositories import commit_all, git, new_repository, write


def checkout_of(root: Path) -> GitCheckout:
    """The checkout at a root, which must be one."""
    found = find_checkout(str(root))
    assert found is not None
    return found


def changes(root: Path, bounds: Bounds | None = None) -> list[Change]:
    """The history of HEAD."""
    return list(read_changes(checkout_of(root), "HEAD", bounds or Bounds()))


def paths(found: list[Change]) -> list[list[str]]:
    """The files of each change."""
    return [[file.path for file in change.files] for change in found]


BODY = "".join(f"line {number}\n" for number in range(40))


def test_changes_come_newest_first_with_renames(tmp_path: Path) -> None:
    """A renamed file names its old path, and a name may hold any character."""
    root = new_repository(tmp_path / "r", {"old.py": BODY, "b.bin": b"\0\1"})
    git(root, "mv", "old.py", "new.py")
    write(root, {"new.py": BODY + "more\n", "b.bin": b"\0\2", "tab\tand\nline.txt": "x"})
    newest = commit_all(root)
    found = changes(root)
    assert found[0].commit == newest
    assert set(found[0].files) == {FileChange("b.bin"), FileChange("new.py", "old.py"), FileChange("tab\tand\nline.txt")}
    assert paths(found)[1] == ["b.bin", "old.py"]


def test_a_merged_branch_is_one_change(tmp_path: Path) -> None:
    """The history follows first parents, so the commits of the branch are not counted again."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    git(root, "checkout", "-qb", "topic")
    for name in "bc":
        write(root, {name: name})
        commit_all(root)
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "Merge", "topic")
    assert paths(changes(root)) == [["b", "c"], ["a"]]


def test_before_the_first_commit_there_is_no_history(tmp_path: Path) -> None:
    """A checkout's commit is empty then, as ``ingest.git.head`` says."""
    assert list(read_changes(checkout_of(new_repository(tmp_path / "r", {"a": "1"})), "", Bounds())) == []


def test_a_bound_on_changes_is_reported(tmp_path: Path) -> None:
    """Reached only where something is left out."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    write(root, {"b": "2"})
    commit_all(root)
    exact, small = Bounds(commits=2), Bounds(commits=1)
    assert paths(changes(root, exact)) == [["b"], ["a"]]
    assert exact.reached == []
    assert paths(changes(root, small)) == [["b"]]
    assert small.reached == ["history: only the newest 1 changes are read"]


def test_bounds_on_bytes_and_time_are_reported(tmp_path: Path) -> None:
    """What was whole before the bound counts, and nothing torn does."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    for number in range(40):
        write(root, {f"{'long' * 20}{number}-{index}": "x" for index in range(40)})
        commit_all(root)
    data = Bounds(data=1)
    found = changes(root, data)
    assert 0 < len(found) < 41
    assert all(len(change.files) in {1, 40} for change in found)
    assert data.reached == ["history: only the first 1 bytes of git's answer are read"]
    time = Bounds(seconds=0.0)
    changes(root, time)
    assert time.reached == ["history: only what git told within 0 s is read"]


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    """git is ended then, and nothing is raised."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    reading = read_changes(checkout_of(root), "HEAD", Bounds())
    assert [file.path for file in next(reading).files] == ["a"]
    reading.close()


def test_a_shallow_clone_leaves_out_what_it_cannot_compare(tmp_path: Path) -> None:
    """Its oldest commit seems to add every file."""
    root = new_repository(tmp_path / "r", {"a": "1", "b": "1"})
    for number in "23":
        write(root, {"a": number})
        commit_all(root)
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{root}", "copy")
    bounds = Bounds()
    assert paths(changes(tmp_path / "copy", bounds)) == [["a"]]
    assert bounds.reached == ["history: the clone is shallow, older changes are not in it"]


def test_a_partial_clone_follows_exact_renames(tmp_path: Path) -> None:
    """Nothing is fetched: the contents it lacks would be needed for the other renames."""
    root = new_repository(tmp_path / "r", {"a": BODY, "c": BODY * 2})
    git(root, "mv", "a", "b")
    git(root, "mv", "c", "d")
    write(root, {"d": BODY * 2 + "x"})
    commit_all(root)
    write(root, {"e": "new"})
    commit_all(root)
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{root}", "copy")
    bounds = Bounds()
    found = changes(tmp_path / "copy", bounds)
    assert [change.files for change in found[:1]] == [(FileChange("e"),)]
    assert set(found[1].files) == {FileChange("b", "a"), FileChange("c"), FileChange("d")}
    assert len(found) == 3
    assert len(bounds.reached) == 1 and "partial" in bounds.reached[0]


def test_a_history_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """The message says what failed, where, and what to do."""
    root = new_repository(tmp_path / "r", {"a": "1"})
    with pytest.raises(SourceError, match=r"git log failed in .*nowhere.*git fsck"):
        list(read_changes(checkout_of(root), "nowhere", Bounds()))


def test_nothing_of_the_repository_runs(tmp_path: Path) -> None:
    """Signature programs, external diffs and textconv that a repository sets stay unused."""
    root = new_repository(tmp_path / "r", {"a.txt": BODY, ".gitattributes": "*.txt diff=evil\n"})
    write(root, {"a.txt": BODY + "x\n"})
    commit_all(root)
    witness = tmp_path / "ran"
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    program.chmod(0o755)
    for key in ("gpg.program", "diff.external", "diff.evil.command", "diff.evil.textconv"):
        git(root, "config", key, str(program))
    git(root, "config", "log.showSignature", "true")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for key in ("mailmap.file", "diff.orderFile"):
        git(root, "config", key, str(fifo))
    assert len(changes(root)) == 2
    assert not witness.exists()
