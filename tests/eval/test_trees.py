"""Commits of one repository in one folder: what lies there is what a commit holds, whatever lay there before."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from eval.corpora import Corpus, Places, commit_time
from eval.trees import Trees
from ingest.errors import SourceError
from tests.eval.test_corpora import git, laid

STATES = (
    {"a.py": "one", "b.py": "same", "deep/er/c.py": "c"},
    {"a.py": "two", "b.py": "same", "deep": "a file now"},
    {"b.py": "same", "deep/er": "a file here", "new.py": "n"},
)


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, list[str]]:
    """A repository with a commit an hour for each state."""
    folder = tmp_path / "clones" / "app"
    folder.mkdir(parents=True)
    git(tmp_path, "init", "-q", str(folder))
    commits: list[str] = []
    for at, state in enumerate(STATES):
        git(folder, "rm", "-rfq", "--ignore-unmatch", ".")
        for path, text in state.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        git(folder, "add", "-A")
        commit = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", str(at)]
        subprocess.run(["env", f"GIT_COMMITTER_DATE=2020-01-01T0{at}:00:00Z", *commit], check=True)
        commits.append(git(folder, "rev-parse", "HEAD"))
    return folder, commits


def corpora(commits: list[str]) -> list[Corpus]:
    return [Corpus(f"app@{each[:12]}", "own/app", each) for each in commits]


def test_a_folder_moves_from_commit_to_commit(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    """In any order; a file that stays is not written again, and a folder can become a file and a file a folder."""
    asked = corpora(repository[1])
    places = Places(tmp_path / "cache", clones=tmp_path / "clones", download=False)
    with closing(Trees(places, asked)) as trees:
        first = trees.lay_out(asked[0])
        assert not first.moved
        written = (first.root / "b.py").stat().st_mtime_ns
        for at in (1, 2, 0, 2, 1):
            tree = trees.lay_out(asked[at])
            assert (tree.root, tree.moved) == (first.root, True)
            assert {path: (tree.root / path).read_text() for path in laid(tree.root)} == STATES[at]
            assert (tree.root / "b.py").stat().st_mtime_ns == written
    assert not first.root.exists()
    assert list((tmp_path / "cache" / "moving").iterdir()) == []


def test_commits_of_one_repository_come_together_oldest_first(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    """At the place of the first that is asked; what stands alone keeps its place."""
    one, two, three = corpora(repository[1])
    alone = Corpus("other", commit="1" * 40)
    places = Places(tmp_path / "cache", clones=tmp_path / "clones", download=False)
    assert (commit_time(two, places), commit_time(alone, places)) == (1_577_840_400, 0)
    assert Trees(places, [three, alone, one, two]).in_order([three, alone, one, two]) == [one, two, three, alone]
    assert Trees(places, [alone, three]).in_order([alone, three]) == [alone, three]


def test_what_cannot_be_laid_out_leaves_nothing_behind(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    """A commit that nobody has is an error; one whose content is lost is one, too, and the next begins anew."""
    folder, commits = repository
    one, two, three = corpora(commits)
    places = Places(tmp_path / "cache", clones=tmp_path / "clones", download=False)
    with closing(Trees(places, [one, two, three])) as trees:
        trees.lay_out(one)
        lost = git(folder, "rev-parse", f"{two.commit}:a.py")
        (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
        with pytest.raises(SourceError, match="lacks 1 files of commit"):
            trees.lay_out(two)
        assert laid(trees.lay_out(three).root) == set(STATES[2])
        with pytest.raises(SourceError, match="no repository holds commit"):
            trees.lay_out(Corpus("app@gone", "own/app", "2" * 40))


def test_folders_that_are_given_are_taken_as_they_are(tmp_path: Path, repository: tuple[Path, list[str]]) -> None:
    asked = corpora(repository[1])
    (tmp_path / "mine").mkdir()
    with closing(Trees(Places(tmp_path / "cache", single=tmp_path / "mine"), asked)) as trees:
        assert [trees.lay_out(each).root for each in trees.in_order(asked)] == [tmp_path / "mine"] * 3
