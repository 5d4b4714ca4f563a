"""Who wrote the lines that still stand, read from real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.git import find_checkout
from ingest.git_blame import Blame, Span, blame
from ingest.git_history import Bounds
from tests.ingest.repositories import commit_all, git, new_repository, write
from tests.ingest.test_git_history import checkout_of


def read(root: Path, *spans: Span, bounds: Bounds | None = None) -> list[Blame]:
    """Who wrote these spans as of HEAD."""
    return list(blame(checkout_of(root), git(root, "rev-parse", "HEAD"), spans, bounds or Bounds()))


def lines(found: Blame) -> dict[str, int]:
    """Lines by the name before the address's at sign; what is not committed goes by ""."""
    return {share.email.partition("@")[0]: share.lines for share in found.shares} | ({"": found.uncommitted} if found.uncommitted else {})


def commit_as(root: Path, name: str, files: dict[str, str | bytes]) -> str:
    """Commit files as somebody else."""
    write(root, files)
    git(root, "add", "-A")
    git(root, "-c", f"user.name={name.title()}", "-c", f"user.email={name}@example.org", "commit", "-qm", "x")
    return git(root, "rev-parse", "HEAD")


def test_revisions_that_the_repository_ignores_are_passed_over(tmp_path: Path) -> None:
    root = new_repository(tmp_path / "r", {"a.txt": "one\n"})
    formatting = commit_as(root, "formatter", {"a.txt": "  one;\n"})
    write(root, {"ignored": f"{formatting}\n"})
    assert lines(read(root, Span("a.txt"))[0]) == {"formatter": 1}
    git(root, "config", "blame.ignoreRevsFile", "ignored")
    assert lines(read(root, Span("a.txt"))[0]) == {"ada": 1}


def test_an_ignore_file_that_is_none_is_said(tmp_path: Path) -> None:
    """git itself does nothing without it, and would wait for a pipe for ever."""
    root = new_repository(tmp_path / "r", {"a.txt": "one\n"})
    os.mkfifo(tmp_path / "fifo")
    for name in (str(tmp_path / "fifo"), "gone"):
        git(root, "config", "blame.ignoreRevsFile", name)
        bounds = Bounds(seconds=20)
        assert read(root, Span("a.txt"), bounds=bounds) == []
        assert bounds.reached == [
            f"blame: nothing is read, because blame.ignoreRevsFile names {name}, which is no plain file; unset it or correct it"
        ]


def test_lines_are_shared_among_authors(tmp_path: Path) -> None:
    """The largest share comes first, with its newest commit; a path that is no file of the commit is left out and counted."""
    root = new_repository(tmp_path / "r", {"a.txt": "one\ntwo\nthree\n", "-b": "x\n"})
    bobs = commit_as(root, "bob", {"a.txt": "one\n2\nthree\nfour\n"})
    write(root, {"a.txt": "one\n2\nthree\nfour\nfive\n"})
    git(root, "-c", "user.name=Ada Lovelace", "commit", "-qam", "z", "--date", "2040-01-01T00:00:00Z")
    bounds = Bounds()
    found = read(root, Span("a.txt"), Span("gone"), Span("-b"), bounds=bounds)
    assert len(bounds.reached) == 1 and bounds.reached[0].startswith("blame: 1 of 3 files could not be read; the last because git blame")
    assert [(item.path, lines(item)) for item in found] == [("a.txt", {"ada": 3, "bob": 2}), ("-b", {"ada": 1})]
    ada, bob = found[0].shares
    assert (ada.author, ada.commit, ada.newest) == ("Ada Lovelace", git(root, "rev-parse", "HEAD"), 2208988800)
    assert (bob.author, bob.commit, bob.newest > 0) == ("Bob", bobs, True)


def test_a_span_counts_its_own_lines(tmp_path: Path) -> None:
    root = new_repository(tmp_path / "r", {"a.txt": "1\n2\n3\n4\n"})
    commit_as(root, "bob", {"a.txt": "1\n2\nthree\n4\nfive\n"})
    assert lines(read(root, Span("a.txt", 2, 4))[0]) == {"ada": 2, "bob": 1}
    assert lines(read(root, Span("a.txt", 5))[0]) == {"bob": 1}
    assert lines(read(root, Span("a.txt", 3, 3, b"1\n2\nthree\n4\nfive\n"))[0]) == {"bob": 1}


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        pytest.param(b"1\n2\nthree\n4\n", 1, 0, {"ada": 3, "bob": 1}, id="unchanged"),
        pytest.param(b"new\n1\n2\nthree\n4\nnew\n", 1, 0, {"ada": 3, "bob": 1, "": 2}, id="added at both ends"),
        pytest.param(b"new\n1\n2\nthree\n4\n", 4, 4, {"bob": 1}, id="a span that moved down"),
        pytest.param(b"4\n", 1, 0, {"ada": 1}, id="the rest deleted"),
        pytest.param(b"1\n2\n3\n4\n", 1, 4, {"ada": 3, "": 1}, id="one line other"),
        pytest.param(b"1\r\n  2\r\nthree\r\n\t4\r\n", 1, 0, {"ada": 3, "bob": 1}, id="whitespace makes nobody an author"),
        pytest.param(b"none\nof\nthem", 1, 0, {"": 3}, id="all rewritten"),
        pytest.param(b"", 1, 0, {}, id="emptied"),
        pytest.param(b"1\n2\n", 2, 9, {"ada": 1}, id="a span beyond the end"),
    ],
)
def test_lines_that_are_not_committed_count_as_such(tmp_path: Path, text: bytes, start: int, end: int, expected: dict[str, int]) -> None:
    """The text is compared with that of the commit; lines that stay belong to who wrote them."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n2\n3\n4\n"})
    commit_as(root, "bob", {"a.txt": "1\n2\nthree\n4\n"})
    assert lines(read(root, Span("a.txt", start, end, text))[0]) == expected


def test_a_file_that_is_not_in_the_commit_is_all_new(tmp_path: Path) -> None:
    """So is what was a link, or a folder, there."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n", "d/e": "1\n"})
    (root / "link").symlink_to("a.txt")
    commit_all(root)
    for path in ("new", "link", "d"):
        assert lines(read(root, Span(path, text=b"1\n2\n"))[0]) == {"": 2}


def test_names_are_taken_as_they_are(tmp_path: Path) -> None:
    """None is an option, a pattern or a place to git, and one need not be text."""
    names = [":(top)a", "-L1", "*", "a b", os.fsdecode(b"\xff")]
    root = new_repository(tmp_path / "r", {name: f"{number}\n" for number, name in enumerate(names)} | {"a": "other\n"})
    assert [lines(each) for each in read(root, *(Span(name, text=f"{number}\n".encode()) for number, name in enumerate(names)))] == [
        {"ada": 1}
    ] * len(names)


def test_text_that_was_transcoded_is_compared_as_such(tmp_path: Path) -> None:
    root = new_repository(tmp_path / "r", {"a.txt": "ä\nb\n".encode("utf-16"), "b.txt": b"\xef\xbb\xbfa\n"})
    assert lines(read(root, Span("a.txt", text="ä\nb\nc\n".encode()))[0]) == {"ada": 2, "": 1}
    assert lines(read(root, Span("b.txt", text=b"a\n"))[0]) == {"ada": 1}


def test_the_mailmap_is_honoured(tmp_path: Path) -> None:
    """That of the working tree, one that is configured, and in a bare repository that of HEAD."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n"})
    commit_as(root, "bob", {"a.txt": "1\n2\n"})
    write(root, {".mailmap": "Ada L <ada@example.org> <bob@example.org>\n"})
    assert lines(read(root, Span("a.txt"))[0]) == {"ada": 2}
    commit_all(root)
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare")
    assert lines(read(tmp_path / "bare", Span("a.txt"))[0]) == {"ada": 2}
    (root / ".mailmap").unlink()
    (tmp_path / "names").write_text("Eve <eve@example.org> <bob@example.org>\n")
    git(root, "config", "mailmap.file", str(tmp_path / "names"))
    assert lines(read(root, Span("a.txt"))[0]) == {"ada": 1, "eve": 1}


def test_a_shallow_clone_says_where_history_is_cut(tmp_path: Path) -> None:
    """Lines of its oldest commit may be older; younger ones are known."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n2\n"})
    oldest = commit_as(root, "bob", {"b.txt": "x\n"})
    commit_as(root, "eve", {"a.txt": "1\n2\n3\n"})
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{root}", "copy")
    bounds = Bounds()
    (found,) = read(tmp_path / "copy", Span("a.txt"), bounds=bounds)
    assert (lines(found), found.cut) == ({"bob": 2, "eve": 1}, 2)
    assert bounds.reached == [
        f"blame: partial, the clone is shallow and history is cut at {oldest[:12]}: 2 lines may be older and somebody else's; "
        "`git fetch --unshallow` brings the rest"
    ]
    bounds = Bounds()
    read(tmp_path / "copy", Span("a.txt", 3, 3), bounds=bounds)
    assert bounds.reached == []


def test_what_a_partial_clone_lacks_is_said(tmp_path: Path) -> None:
    """Nothing is fetched."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n"})
    commit_as(root, "bob", {"a.txt": "1\n2\n"})
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{root}", "copy")
    for span in (Span("a.txt"), Span("a.txt", text=b"1\n")):
        bounds = Bounds()
        assert read(tmp_path / "copy", span, bounds=bounds) == []
        assert bounds.reached[0].startswith("blame: 1 of 1 files could not be read; the last because ")


def test_repositories_of_sha256_objects_are_read(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    git(root, "init", "-q", "--object-format=sha256")
    write(root, {"a.txt": "1\n", "empty": ""})
    commit_all(root)
    assert [lines(each) for each in read(root, Span("a.txt", text=b"1\n2\n"), Span("a.txt"), Span("empty"))] == [
        {"ada": 1, "": 1},
        {"ada": 1},
        {},
    ]


def test_what_takes_too_long_is_said(tmp_path: Path) -> None:
    root = new_repository(tmp_path / "r", {"a": "1\n", "b": "1\n"})
    bounds = Bounds(seconds=0.0)
    assert read(root, Span("a"), Span("b"), bounds=bounds) == []
    assert bounds.reached == ["blame: 2 of 2 files did not fit into 0 s"]


def test_nothing_of_the_repository_runs(tmp_path: Path) -> None:
    """Neither textconv nor a filter, though the text of the working tree is compared; no file that a setting names is waited for."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n", ".gitattributes": "*.txt diff=evil filter=evil\n"})
    witness, program = tmp_path / "ran", tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    program.chmod(0o755)
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "core.pager"):
        git(root, "config", key, str(program))
    (root / ".git/info/attributes").write_text("* filter=evil diff=evil\n")
    os.mkfifo(tmp_path / "fifo")
    for key in ("mailmap.file", "diff.orderFile"):
        git(root, "config", key, str(tmp_path / "fifo"))
    witness.unlink(missing_ok=True)
    (found,) = read(root, Span("a.txt", text=b"1\n2\n"), bounds=Bounds(seconds=20))
    assert lines(found) == {"ada": 1, "": 1}
    assert not witness.exists()


def test_a_temporary_folder_inside_a_repository_brings_none_of_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison runs outside of every repository, wherever temporary files are kept."""
    root = new_repository(tmp_path / "r", {"a.txt": "1\n", ".gitattributes": "* filter=evil -diff\n"})
    git(root, "config", "filter.evil.clean", "false")
    git(root, "config", "filter.evil.required", "true")
    monkeypatch.setattr("tempfile.tempdir", str(root))
    assert find_checkout(str(root)) is not None
    assert lines(read(root, Span("a.txt", text=b"1\n2\n"))[0]) == {"ada": 1, "": 1}
