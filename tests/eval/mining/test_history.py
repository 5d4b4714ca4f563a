"""Patches and line maps, from real repositories and from made-up edits."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.mining.history import FilePatch, Hunk, Patch, first_parents, read_messages, read_patches
from eval.mining.line_map import LineMap, LineMaps
from ingest.errors import SourceError
from ingest.git import GitCheckout, find_checkout
from ingest.git_history import Bounds
from tests.ingest.repositories import commit_all, git, new_repository, write


def checkout_of(root: Path) -> GitCheckout:
    """The checkout at a root, which must be one."""
    found = find_checkout(str(root))
    assert found is not None
    return found


def patches(root: Path, since: str, bounds: Bounds | None = None) -> list[Patch]:
    """Every change after a commit."""
    return list(read_patches(checkout_of(root), since, "HEAD", bounds or Bounds()))


def test_a_patch_tells_hunks_renames_binaries_and_odd_names(tmp_path: Path) -> None:
    """Names come from between NULs, so a line end, a quote or a byte that is no text in one harms nothing."""
    body = "".join(f"line {number}\n" for number in range(30))
    odd = 'tab\t"and"\nline\udcff.py'
    root = new_repository(tmp_path / "r", {"old.py": body, "b.bin": b"\0\1", odd: body, "mode.sh": "x\n", "link": "x\n"})
    start = git(root, "rev-parse", "HEAD")
    git(root, "mv", "old.py", "new.py")
    write(root, {"new.py": body.replace("line 3\n", "line three\n"), "b.bin": b"\0\2", odd: body + "end\n", "fresh.py": "a\nb\n"})
    (root / "mode.sh").chmod(0o755)
    (root / "link").unlink()
    (root / "link").symlink_to("fresh.py")
    newest = commit_all(root, "-diff --git a/x b/x\n@@ -1 +1 @@\n")
    (patch,) = patches(root, start)
    assert patch.commit == newest
    files = {file.path: file for file in patch.files}
    assert files["new.py"] == FilePatch("R", "new.py", "old.py", (Hunk(4, 1, 4, 1, (b"line 3",), (b"line three",)),))
    assert files["b.bin"].opaque
    assert files[odd].hunks == (Hunk(30, 0, 31, 1, (), (b"end",)),)
    assert files["mode.sh"] == FilePatch("M", "mode.sh", "mode.sh")
    assert files["link"].status == "T"
    assert files["fresh.py"].hunks[0].added == (b"a", b"b")


def test_a_repository_cannot_change_what_is_read(tmp_path: Path) -> None:
    """Its configuration may ask for colours, words, prefixes or an external program."""
    root = new_repository(tmp_path / "r", {"a.py": "1\n2\n3\n"})
    start = git(root, "rev-parse", "HEAD")
    write(root, {"a.py": "1\ntwo\n3\n", ".gitattributes": "*.py diff=evil\n"})
    commit_all(root)
    for name, value in (
        ("color.ui", "always"),
        ("diff.noprefix", "true"),
        ("diff.context", "9"),
        ("diff.external", "false"),
        ("diff.evil.textconv", "false"),
    ):
        git(root, "config", name, value)
    assert patches(root, start)[0].files[1].hunks == (Hunk(2, 1, 2, 1, (b"2",), (b"two",)),)


def test_messages_hold_the_commits_of_merged_branches(shop: Path) -> None:
    """The first-parent line alone is what patches follow."""
    found = read_messages(checkout_of(shop), "then", "HEAD", Bounds())
    line = first_parents(checkout_of(shop), "HEAD")
    assert [message.text for name, message in found.items() if name not in line] == ["more wip", "wip"]
    assert len(patches(shop, "then")) == len(line) - 1


def test_bounds_are_reported(shop: Path) -> None:
    """What was whole before a bound counts."""
    small, late = Bounds(data=1), Bounds(seconds=0.0)
    assert len(patches(shop, "then", small)) < 11
    assert small.reached == ["history: only the first 1 bytes of git's answer are read"]
    patches(shop, "then", late)
    assert late.reached == ["history: only what git told within 0 s is read"]


def test_a_history_that_cannot_be_read_says_so(shop: Path) -> None:
    """A commit that is not there is git's own word."""
    with pytest.raises(SourceError, match="git log failed"):
        patches(shop, "0" * 40)


def hunks(old: list[str], new: list[str]) -> tuple[Hunk, ...]:
    """What git would say of an edit, without context."""
    found: list[Hunk] = []
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed, added = old[first:last], new[start:end]
            before = (first + bool(removed), len(removed), start + bool(added), len(added))
            found.append(Hunk(*before, tuple(map(str.encode, removed)), tuple(map(str.encode, added))))
    return tuple(found)


@given(st.lists(st.lists(st.integers(0, 60), max_size=25, unique=True), min_size=2, max_size=6))
def test_a_line_that_leads_somewhere_is_the_line_that_was_there(versions: list[list[int]]) -> None:
    """Through any chain of edits; and where nothing was ever touched, every line leads to itself."""
    texts = [[f"word{number}" for number in version] for version in versions]
    known = LineMap("a.py")
    for old, new in pairwise(texts):
        known = known.after(hunks(old, new))
    for number, line in enumerate(texts[-1], start=1):
        origin = known.origin(number)
        assert origin == 0 or texts[0][origin - 1] == line
    always = [word for word in texts[0] if all(text == texts[0] for text in texts) and word]
    assert [known.origin(number) for number in range(1, len(always) + 1)] == list(range(1, len(always) + 1))


def test_edited_and_reformatted_lines_are_followed() -> None:
    """A statement that is laid out anew, or of which a word changes, is the same place; one that is rewritten is not."""
    known = LineMap("a.py")
    assert known.after((Hunk(3, 1, 3, 1, (b"run(a, b)",), (b"run(a, c)",)),)).origin(3) == 3
    wide = known.after((Hunk(3, 1, 3, 3, (b"run(a, b)",), (b"run(", b"    a, b", b")")),))
    assert [wide.origin(line) for line in (2, 3, 4, 5, 6)] == [2, 3, 3, 3, 4]
    assert known.after((Hunk(3, 1, 3, 1, (b"run(a, b)",), (b"return total",)),)).origin(3) == 0
    assert known.after((Hunk(3, 1, 3, 1, (b"}",), (b"]",)),)).origin(3) == 0


def test_maps_follow_files_that_trade_places() -> None:
    """Two renames of one change may swap names; what is added, deleted or binary leads nowhere."""
    maps = LineMaps()
    maps.apply([FilePatch("R", "b.py", "a.py"), FilePatch("R", "a.py", "b.py"), FilePatch("M", "c.bin", "c.bin", opaque=True)])
    first, second = maps.of("a.py"), maps.of("b.py")
    assert first is not None and second is not None
    assert (first.path, second.path) == ("b.py", "a.py")
    assert maps.of("c.bin") is None
    maps.apply([FilePatch("D", "a.py", "a.py"), FilePatch("R", "d.py", "b.py")])
    assert maps.of("a.py") is None
    assert maps.of("b.py") is None
    moved = maps.of("d.py")
    assert moved is not None and moved.path == "a.py"
    maps.apply([FilePatch("M", "a.py", "a.py")])
    assert maps.of("a.py") is None
