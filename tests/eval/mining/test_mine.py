"""Mining real repositories: what is asked, about which lines, and what is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.mining.mine import MinedSet, MineOptions, mine
from eval.mining.model import Kind, Mined, content_words, merge
from eval.mining.scrub import Scrubber, answer_of
from eval.mining.snapshot import Snapshot
from ingest.errors import NotARepositoryError, RefNotFoundError, SourceError
from tests.eval.mining.conftest import CART, edit
from tests.ingest.repositories import commit_all, git, new_repository, write

THEN = MineOptions(snapshot="then")


def commits(found: MinedSet) -> dict[str, Mined]:
    """The questions of commits by their texts."""
    return {each.text: each for each in found.questions if each.kind is Kind.COMMIT}


def places(question: Mined) -> dict[str, tuple[tuple[int, int], ...]]:
    """The spans of an answer by file."""
    return {each.path: each.spans for each in question.relevant}


@pytest.fixture
def found(shop: Path) -> MinedSet:
    """All that the shop yields."""
    return mine(str(shop), THEN)


def line_of(text: str, part: str) -> int:
    """The number of the line that holds a part."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_a_fix_asks_for_the_lines_it_changed(found: MinedSet) -> None:
    """Its message without the names, the number, the template and the trailers."""
    asked = commits(found)
    body = "Visitors saw a blank page whenever one article had vanished from the price list."
    question = asked[f"The method fails for articles without any known price\n\n{body}"]
    line = line_of(CART, "prices[article]")
    assert places(question) == {"shop/cart.py": ((line, line),)}
    assert (question.category, question.language) == ("fix", "python")


def test_lines_are_those_of_the_snapshot(found: MinedSet) -> None:
    """Before the insertions and the rename of later changes; a merged branch is one question, and its title is what it says."""
    asked = commits(found)
    merged = asked["Let outgoing receipts travel encrypted between machines"]
    assert places(merged) == {"shop/mail.py": ((5, 5),)}
    renamed = asked["Show readers that long texts were cut off by an ellipsis"]
    assert places(renamed) == {"shop/mail.py": ((11, 11),)}


def test_everything_else_is_dropped_and_counted(found: MinedSet) -> None:
    """By one reason each."""
    assert len(commits(found)) == 3
    assert found.tally.seen[Kind.COMMIT] == found.changes == 9
    assert found.tally.dropped[Kind.COMMIT] == {
        "housekeeping (docs, tests, style, refactoring, dependencies, releases)": 3,
        "adds files only, or mostly": 1,
        "most of what it changes is newer than the snapshot": 1,
        "leaky: names the file": 1,
    }


def test_no_mined_commit_is_in_the_snapshot_and_every_span_is(shop: Path, found: MinedSet) -> None:
    """An index of the snapshot has never seen an answer, and can show each."""
    line = git(shop, "rev-list", found.snapshot).split()
    for question in found.questions:
        assert question.source not in line
        for path, spans in places(question).items():
            lines = git(shop, "show", f"{found.snapshot}:{path}").splitlines()
            assert all(1 <= first <= last <= len(lines) for first, last in spans)


def test_a_doc_asks_for_the_body_and_is_hidden(found: MinedSet) -> None:
    """The body begins behind the docstring."""
    asked = {each.text: each for each in found.questions if each.kind is Kind.DOCSTRING}
    question = asked["Raise the stored amount of an article, starting from zero when unseen."]
    first = line_of(CART, "Raise the stored")
    assert places(question) == {"shop/cart.py": ((first + 1, first + 4),)}
    assert question.hidden == (replace(question.relevant[0], spans=((first, first),)),)
    assert {each.category for each in asked.values()} == {"method", "class"}


def test_a_test_asks_for_its_subject_and_is_hidden(found: MinedSet) -> None:
    """What its name and its docstring say."""
    (question,) = (each for each in found.questions if each.kind is Kind.TEST)
    assert question.text == "Unknown article starts from zero. An article that was never seen gets its stored amount from zero."
    first = line_of(CART, "def put_aside")
    assert places(question) == {"shop/cart.py": ((first, first + 5),)}
    assert [(each.path, each.spans) for each in question.hidden] == [("tests/test_shop.py", ((5, 8),))]


def test_no_question_gives_its_answer_away(shop: Path, found: MinedSet) -> None:
    """The invariant that the whole set is checked by."""
    checkout = found.checkout
    snapshot = Snapshot.read(checkout, found.snapshot)
    for question in found.questions:
        answer = answer_of(snapshot, [each.path for each in question.relevant])
        assert Scrubber(snapshot).leak(question.text, answer) == ""
        assert len(content_words(question.text)) >= 4


def test_mining_twice_yields_the_same(shop: Path, found: MinedSet) -> None:
    """And a seed decides what a limit leaves."""
    assert mine(str(shop), THEN).questions == found.questions
    one = {mine(str(shop), replace(THEN, limit=1, seed=seed, kinds=(Kind.COMMIT,))).questions for seed in range(6)}
    assert all(len(questions) == 1 for questions in one)
    assert len(one) > 1
    limited = mine(str(shop), replace(THEN, limit=1, kinds=(Kind.COMMIT,)))
    assert limited.tally.dropped[Kind.COMMIT]["beyond the limit of 1"] == 2


def test_issues_ask_for_what_closed_them(shop: Path, tmp_path: Path) -> None:
    """By a number in a message or a commit of their own; the others are counted."""
    commit = git(shop, "rev-parse", "HEAD~4")  # the ellipsis
    rows = [
        {"number": 7, "title": "Checkout page stays blank", "body": "Whenever an article without price lies in my basket.\n\nPython 3.12"},
        {"id": "ada/shop#70", "title": "Long greetings are cut without a sign", "body": None, "commit": commit},
        {"id": 71, "title": "Nobody ever mended this poor thing", "body": ""},
        {"id": 72, "title": "Gift wrapping eats the paper", "commit": git(shop, "rev-parse", "HEAD~1")},
        {"title": "no number"},
    ]
    file = tmp_path / "issues.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\nnot json\n[]\n")
    found = mine(str(shop), replace(THEN, kinds=(Kind.ISSUE,), issues=file))
    line = line_of(CART, "prices[article]")
    assert {each.question_id: places(each) for each in found.questions} == {
        "issue/shop/7": {"shop/cart.py": ((line, line),)},
        "issue/shop/70": {"shop/mail.py": ((11, 11),)},
    }
    assert found.tally.dropped[Kind.ISSUE] == {
        "the line is no issue (id or number, title, body)": 3,
        "no change after the snapshot closes it": 1,
        "most of what it changes is newer than the snapshot": 1,
    }


def test_issues_that_cannot_be_read_are_an_error(shop: Path, tmp_path: Path) -> None:
    """No file, no option, or no issue in it."""
    options = replace(THEN, kinds=(Kind.ISSUE,))
    (tmp_path / "empty").write_text("{}\n")
    with pytest.raises(SourceError, match="--issues"):
        mine(str(shop), options)
    with pytest.raises(SourceError, match="No such file"):
        mine(str(shop), replace(options, issues=tmp_path / "none"))
    with pytest.raises(SourceError, match="no line of"):
        mine(str(shop), replace(options, issues=tmp_path / "empty"))


def test_the_snapshot_can_be_chosen(shop: Path) -> None:
    """By a revision, a number of changes, or a share; by default it leaves half of the history before it."""
    line = git(shop, "rev-list", "--first-parent", "HEAD").split()
    assert mine(str(shop), MineOptions(back=2)).snapshot == line[2]
    assert mine(str(shop), MineOptions(share=0.6)).snapshot == line[4]
    plain = mine(str(shop), MineOptions())
    assert plain.snapshot == line[len(line) // 2]
    assert plain.tally.notes == ["only 5 changes are mined, half of the history: the other half is what is asked about"]
    assert mine(str(shop), MineOptions(snapshot="then", until="HEAD~3")).changes == 6


def test_a_snapshot_off_the_line_is_an_error(shop: Path) -> None:
    """Nothing tells what came after it."""
    with pytest.raises(SourceError, match="first-parent history"):
        mine(str(shop), MineOptions(snapshot="topic"))
    with pytest.raises(RefNotFoundError, match="nowhere"):
        mine(str(shop), MineOptions(until="nowhere"))


def test_reverts_copies_and_odd_messages_are_no_questions(tmp_path: Path) -> None:
    """A change that was taken back asks for nothing; a message that is no text cannot be read; the same question is asked once."""
    body = "".join(f"value_{number} = {number}\n" for number in range(40))
    root = new_repository(tmp_path / "r", {"store.py": body})
    messages = [
        b"Fix wrong rounding of large foreign currencies",
        b"Fix wrong rounding of large foreign currencies again",
        b"Fix wrong colours of the northern signal lamps",
        b"Fix lamps that never glow in winter nights",
        b"Merge branch 'nothing'",
    ]
    names: list[str] = []
    for number, message in enumerate(messages):
        write(root, {"store.py": body.replace(f"= {number}\n", f"= {number}0\n")})
        names.append(commit_all(root, message.decode()))
        if b"never" in message:  # git itself would mend it
            raw = git(root, "cat-file", "commit", "HEAD").encode() + b"\n"
            (tmp_path / "commit").write_bytes(raw.replace(b"never", b"never \xff\xfe"))
            git(root, "reset", "-q", "--hard", git(root, "hash-object", "-t", "commit", "-w", str(tmp_path / "commit")))
    write(root, {"store.py": body})
    commit_all(root, f'Revert "Fix wrong colours"\n\nThis reverts commit {names[2]}.')
    found = mine(str(root), MineOptions(snapshot="HEAD~6", kinds=(Kind.COMMIT,)))
    assert [each.text for each in found.questions] == [messages[0].decode()]
    assert found.tally.dropped[Kind.COMMIT] == {
        "nearly the same as another question": 1,
        "a revert, or reverted later": 2,
        "the message is not UTF-8": 1,
        "a merge that says nothing of its own": 1,
    }


def test_wide_and_empty_changes_are_no_questions(tmp_path: Path) -> None:
    """More files or places than one question asks about, or no statement."""
    many = {f"part{number}.py": "first = 1\nsecond = 2\n" for number in range(11)}
    long = "".join(f"value_{number} = {number}\n\n" for number in range(60))
    root = new_repository(tmp_path / "r", {**many, "long.py": long, "conf.py": "import os\n\n# colour\nlamp = 1\n"})
    write(root, dict.fromkeys(many, "first = 3\nsecond = 2\n"))
    commit_all(root, "Fix wrong counting in every single department")
    write(root, {"long.py": long.replace(" = ", " = -")})
    commit_all(root, "Fix wrong signs of numbers shown abroad")
    write(root, {"conf.py": "import sys\n\n# color\nlamp = 1\n"})
    commit_all(root, "Fix imported names of missing northern lamps")
    write(root, {"conf.py": "import sys\n\n# color\nlamp = 2\n", "odd\udcff.py": "x = 1\n"})
    commit_all(root, "Fix brightness that dazzles passing ships at sea")
    found = mine(str(root), MineOptions(back=4, snapshot="HEAD~4", kinds=(Kind.COMMIT,)))
    assert [places(each) for each in found.questions] == [{"conf.py": ((4, 4),)}]
    assert found.tally.dropped[Kind.COMMIT] == {
        "changes more than 10 code files": 1,
        "changes more than 40 places": 1,
        "changes imports, comments or white space only": 1,
    }


def test_a_bare_repository_is_mined_under_its_own_name(shop: Path, tmp_path: Path) -> None:
    """As a mirror keeps it."""
    (tmp_path / "ada+shop").mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(shop), "ada+shop/repo")
    found = mine(str(tmp_path / "ada+shop" / "repo"), THEN)
    assert found.name == "shop"
    assert found.checkout.bare
    assert len(commits(found)) == 3


def test_a_shallow_clone_says_what_it_lacks(shop: Path, tmp_path: Path) -> None:
    """One without any history still has docs and tests."""
    git(tmp_path, "clone", "-q", "--depth=4", f"file://{shop}", "four")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{shop}", "one")
    four = mine(str(tmp_path / "four"), MineOptions())
    assert four.tally.notes[0] == "the clone is shallow: only 4 changes of its history are there"
    one = mine(str(tmp_path / "one"), MineOptions())
    assert one.tally.notes[-1] == "no commit is mined: there is none after the snapshot"
    assert {each.kind for each in one.questions} == {Kind.DOCSTRING, Kind.TEST}


def test_what_cannot_be_mined_says_why(tmp_path: Path) -> None:
    """No repository, no commit, no code, no question."""
    with pytest.raises(NotARepositoryError, match="no git repository"):
        mine(str(tmp_path), MineOptions())
    git(tmp_path, "init", "-q", "empty")
    with pytest.raises(SourceError, match="no commit yet"):
        mine(str(tmp_path / "empty"), MineOptions())
    prose = new_repository(tmp_path / "prose", {"README.md": "words\n"})
    with pytest.raises(SourceError, match="no code"):
        mine(str(prose), MineOptions())
    mute = new_repository(tmp_path / "mute", {"a.py": "a = 1\n"})
    with pytest.raises(SourceError, match="no question is left of mute"):
        mine(str(mute), MineOptions())
    edit(mute, "a.py", "1", "2")
    commit_all(mute, "Bump")
    with pytest.raises(SourceError, match="1 housekeeping"):
        mine(str(mute), MineOptions())


def test_spans_that_touch_are_one() -> None:
    """In order."""
    assert merge([(5, 6), (1, 2), (3, 3), (6, 9)]) == ((1, 3), (5, 9))
