"""Corpora: laid out from real repositories, once, with nothing that should not be there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from eval.corpora import Corpus, Places, blank, lay_out
from ingest.errors import SourceError


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def upstream(tmp_path: Path) -> tuple[Path, str]:
    """A repository and its first commit; the second deletes a file."""
    folder = tmp_path / "upstream"
    (folder / "pkg").mkdir(parents=True)
    git(tmp_path, "init", "-q", str(folder))
    (folder / "pkg" / "a.py").write_bytes(b"one\ntwo\nthree\n")
    (folder / "top.py").write_text("x = 1\n")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / ".gitattributes").write_text("pkg export-ignore\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "rm", "-q", "top.py")
    git(folder, "commit", "-qm", "second")
    return folder, first


def laid(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() or path.is_symlink()}


def test_a_commit_becomes_a_folder_of_plain_files(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    """Links stay out, and what is marked to be left out of archives does not: questions may be about it."""
    root = lay_out(Corpus("app", commit=upstream[1], git=str(upstream[0])), Places(tmp_path / "cache", download=False))
    assert laid(root) == {"pkg/a.py", "top.py", ".gitattributes"}


def test_hidden_lines_are_empty_and_every_line_keeps_its_number(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    corpus = Corpus("app", commit=upstream[1], git=str(upstream[0]), hidden=(("pkg/a.py", ((2, 2), (9, 12))),))
    root = lay_out(corpus, Places(tmp_path / "cache"))
    assert (root / "pkg" / "a.py").read_bytes() == b"one\n\nthree\n"
    plain = lay_out(Corpus("app", commit=upstream[1], git=str(upstream[0])), Places(tmp_path / "cache"))
    assert plain != root
    assert (plain / "pkg" / "a.py").read_bytes() == b"one\ntwo\nthree\n"


def test_a_few_files_that_a_clone_lacks_are_named(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    """Clones without their largest files are common; what lacks more is an error."""
    folder = upstream[0]
    for at in range(250):
        (folder / f"part{at}.py").write_text(f"part = {at}\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "many")
    commit, said = git(folder, "rev-parse", "HEAD"), list[str]()
    for at in range(3):
        lost = git(folder, "rev-parse", f"HEAD:part{at}.py")
        (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
        corpus, places = Corpus("app", commit=commit, git=str(folder)), Places(tmp_path / f"cache{at}", download=False)
        if at == 2:
            with pytest.raises(SourceError, match="lacks 3 files of commit"):
                lay_out(corpus, places)
        else:
            root = lay_out(corpus, places, said.append)
            assert len(laid(root)) == 252 - at - 1
    assert said[1] == "app: left out, because the clone lacks them: part0.py, part1.py"


def test_blanking_stays_in_the_file() -> None:
    assert blank(b"a\nb", [(2, 99)]) == b"a\n"


def test_what_was_laid_out_is_used_again(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    corpus, places = Corpus("app", commit=upstream[1], git=str(upstream[0])), Places(tmp_path / "cache")
    root = lay_out(corpus, places)
    (root / "mark").touch()
    assert lay_out(corpus, places) == root
    assert (root / "mark").exists()


@pytest.mark.parametrize("place", ["own+app", "own+app/repo", "app.git", "app"])
def test_clones_are_found_by_their_usual_names(tmp_path: Path, upstream: tuple[Path, str], place: str) -> None:
    (tmp_path / "clones" / place).parent.mkdir(parents=True, exist_ok=True)
    git(tmp_path, "clone", "-q", "--bare", str(upstream[0]), str(tmp_path / "clones" / place))
    places = Places(tmp_path / "cache", clones=tmp_path / "clones", download=False)
    assert (lay_out(Corpus("x", "own/app", upstream[1]), places) / "top.py").is_file()


def test_a_commit_that_is_nowhere_is_fetched_by_its_name_alone(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    git(upstream[0], "config", "uploadpack.allowAnySHA1InWant", "true")
    said: list[str] = []
    corpus = Corpus("x", f"file://{upstream[0]}", upstream[1])
    assert (lay_out(corpus, Places(tmp_path / "cache"), said.append) / "top.py").is_file()
    assert said == [f"fetching file://{upstream[0]} at {upstream[1][:12]}"]
    other = Corpus("y", f"file://{upstream[0]}", upstream[1], folder="pkg")
    assert laid(lay_out(other, Places(tmp_path / "cache", download=False))) == {"pkg/a.py"}


def test_what_cannot_be_found_says_where_it_was_looked_for(tmp_path: Path, upstream: tuple[Path, str]) -> None:
    """No repository, no network allowed, no such commit, no such folder in it: each is its own message."""
    cache = tmp_path / "cache"
    with pytest.raises(SourceError, match=r"no repository holds commit abc of own/app; looked in .*own\+app"):
        lay_out(Corpus("x", "own/app", "abc"), Places(cache, clones=tmp_path, download=False))
    with pytest.raises(SourceError, match="cannot fetch abc from file:///nowhere"):
        lay_out(Corpus("x", "file:///nowhere", "abc"), Places(cache))
    with pytest.raises(SourceError, match="holds no file below missing/"):
        lay_out(Corpus("x", commit=upstream[1], git=str(upstream[0]), folder="missing"), Places(cache))
    with pytest.raises(SourceError, match="holds no folder x"):
        lay_out(Corpus("x"), Places(cache, folders=tmp_path))
    assert not list(cache.glob("corpora/*"))


def test_a_folder_given_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    assert lay_out(Corpus("app", commit="abc"), Places(tmp_path / "cache", folders=tmp_path)) == tmp_path / "app"


def test_a_set_may_write_its_own_corpus(tmp_path: Path) -> None:
    """Even where a folder of corpora is named: the set has its sources itself."""

    def write(folder: Path) -> None:
        (folder / "f.py").write_text("x")

    corpus = Corpus("made", commit="1", write=write)
    assert laid(lay_out(corpus, Places(tmp_path / "cache", folders=tmp_path))) == {"f.py"}
