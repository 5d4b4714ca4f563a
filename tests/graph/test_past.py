"""How much the files of a view changed, by the history of the view's own commit."""

from __future__ import annotations

from contextlib import closing
from math import exp
from pathlib import Path

import pytest

from graph.flow_store import FlowStore
from graph.past import Past, read_churn
from graph.surroundings import Surroundings, look_around
from ingest.database import Database
from ingest.model import RepositoryId, View, ViewId, ViewKind
from tests.ingest.repositories import commit_all, git, new_repository, write


def around(root: Path, commit: str, kind: ViewKind = ViewKind.WORKTREE) -> Surroundings:
    """What lies around a view of a checkout that stands on a commit."""
    return look_around(View(ViewId(1), RepositoryId(1), kind, str(root), str(root), commit, 1, 0.0))


def churn(root: Path, commit: str, *paths: str, kind: ViewKind = ViewKind.WORKTREE, commits: int = 100) -> dict[str, float]:
    """The churn of files as of a commit."""
    found = read_churn(around(root, commit, kind), paths, commits)
    assert found is not None
    return found[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three commits: of both files, of ``b`` alone, of ``sub/c`` alone."""
    root = new_repository(tmp_path / "r", {"a": "1" * 99, "b": "1"})
    write(root, {"b": "2"})
    commit_all(root)
    write(root, {"sub/c": "1"})
    commit_all(root)
    return root


def test_a_change_counts_less_the_more_changes_came_after_it(root: Path) -> None:
    """The source names the commit and the number of changes, and a bound that was reached."""
    commit = git(root, "rev-parse", "HEAD")
    assert churn(root, commit, "a", "b", "sub/c") == pytest.approx({"a": exp(-2 / 400), "b": exp(-1 / 400) + exp(-2 / 400), "sub/c": 1.0})
    whole, cut = read_churn(around(root, commit), ["a"], 3), read_churn(around(root, commit), ["a"], 1)
    assert whole is not None and cut is not None
    assert whole[1] == f"git log of {commit[:12]}, 3 changes"
    assert cut == ({}, f"git log of {commit[:12]}, 1 changes; history: only the newest 1 changes are read")


def test_each_view_asks_the_history_of_its_own_commit(root: Path, tmp_path: Path) -> None:
    """A ref that of its commit, a second worktree that of its own branch, whatever the first one stands on."""
    old = git(root, "rev-parse", "HEAD~2")
    assert churn(root, old, "a", "b", kind=ViewKind.REF) == {"a": 1.0, "b": 1.0}
    git(root, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "second"), old)
    write(tmp_path / "second", {"a": "3"})
    topic = commit_all(tmp_path / "second")
    assert churn(tmp_path / "second", topic, "a", "b") == pytest.approx({"a": 1 + exp(-1 / 400), "b": exp(-1 / 400)})


def test_a_folder_of_a_checkout_counts_changes_of_its_own_files(root: Path) -> None:
    """They go by their paths from the folder."""
    write(root, {"sub/b": "1"})
    assert churn(root / "sub", commit_all(root), "c", "b") == pytest.approx({"c": exp(-1 / 400), "b": 1.0})


def test_a_renamed_file_keeps_its_changes(root: Path) -> None:
    """One that the working tree alone knows has none."""
    git(root, "mv", "a", "z")
    assert churn(root, commit_all(root), "z", "new") == pytest.approx({"z": 1 + exp(-3 / 400)})


def test_repositories_of_sha256_objects_have_a_history_too(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    git(root, "init", "-q", "--object-format=sha256")
    commit = ""
    for number in "123":
        write(root, {"a": number, "b": number})
        commit = commit_all(root)
    assert churn(root, commit, "a") == pytest.approx({"a": 1 + exp(-1 / 400) + exp(-2 / 400)})
    with closing(Database(tmp_path / "codelore.db")) as database:
        past = Past(FlowStore(database), "1", around(root, commit))
    assert [(edge.source, edge.target, edge.rule) for edge in past.graph(["a", "b"]).edges] == [
        ("a", "b", "history:3/3"),
        ("b", "a", "history:3/3"),
    ]
    assert past.notes == []


def test_without_git_or_a_commit_there_is_none(root: Path, tmp_path: Path) -> None:
    assert read_churn(around(root, ""), ["a"], 10) is None
    assert read_churn(Surroundings(), ["a"], 10) is None
