"""A mined set on disk, and the command that makes it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from eval.cli_mine import add_mine
from eval.mining.mine import MineOptions, mine
from eval.mining.write import upstream, write_set
from ingest.errors import SourceError
from ingest.git import find_checkout
from tests.ingest.repositories import git


def run(*words: str) -> int:
    """Run the command as its entry point would."""
    parser = argparse.ArgumentParser()
    add_mine(parser.add_subparsers())
    arguments = parser.parse_args(["mine", *words])
    return arguments.run(arguments)


def rows(folder: Path) -> list[dict[str, Any]]:
    """The questions of a set."""
    return [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]


def test_the_command_writes_a_set_and_says_what_was_dropped(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Questions whose own text stands in the corpus are asked of one where it is hidden."""
    folder = tmp_path / "set"
    assert run(str(shop), "--out", str(folder), "--snapshot", "then") == 0
    printed = capsys.readouterr().out
    assert "commit: 3 of 9" in printed
    assert "      1  leaky: names the file" in printed
    assert "parts of answers left out:" in printed
    then = git(shop, "rev-parse", "then")
    plain, unseen = json.loads((folder / "repos.json").read_text())
    assert plain == {"name": "shop", "repo": "shop", "commit": then, "git": str(shop)}
    assert unseen["name"] == "shop@unseen"
    assert [each["path"] for each in unseen["hidden"]] == ["shop/cart.py", "tests/test_shop.py"]
    questions = rows(folder)
    assert {row["name"] for row in questions if row["kind"] == "commit"} == {"shop"}
    assert {row["name"] for row in questions if row["kind"] != "commit"} == {"shop@unseen"}
    assert all(set(row) >= {"id", "query", "kind", "category", "language", "commit", "relevant", "source"} for row in questions)
    record = json.loads((folder / "set.json").read_text())
    assert (record["format"], record["name"]) == (1, "set")
    assert record["report"]["kinds"]["commit"]["kept"] == 3


def test_a_set_is_replaced_by_a_later_run_and_prints_json(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both runs write the same questions; without commits there is one corpus."""
    folder = tmp_path / "set"
    words = (str(shop), "--out", str(folder), "--snapshot", "then", "--kind", "docstring", "--json")
    assert run(*words) == 0
    first = (folder / "queries.jsonl").read_bytes()
    assert run(*words) == 0
    assert (folder / "queries.jsonl").read_bytes() == first
    assert [row["name"] for row in json.loads((folder / "repos.json").read_text())] == ["shop@unseen"]
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["set"], said["questions"]) == (str(folder), len(rows(folder)))
    assert sorted(place.name for place in folder.iterdir()) == ["queries.jsonl", "repos.json", "set.json"]


def test_issues_add_their_kind(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Naming the file is asking for them."""
    issues = tmp_path / "issues.jsonl"
    issues.write_text(
        json.dumps({"id": 7, "title": "Checkout page stays blank", "body": "Whenever an article without price lies there."}) + "\n"
    )
    assert run(str(shop), "--out", str(tmp_path / "set"), "--snapshot", "then", "--kind", "commit", "--issues", str(issues)) == 0
    assert "issue: 1 of 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [("--kind", "poem"), ("--kind", ","), ("--back", "0"), ("--limit", "x"), ("--snapshot-share", "2"), ("--snapshot-share", "half")],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the word that was typed."""
    with pytest.raises(SystemExit):
        run(".", "--out", "set", *words)
    assert repr(words[1]) in capsys.readouterr().err


def test_a_folder_of_something_else_stays_as_it_is(shop: Path, tmp_path: Path) -> None:
    """A mistyped folder costs nothing."""
    found = mine(str(shop), MineOptions(snapshot="then"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter").write_text("Dear")
    with pytest.raises(SourceError, match="holds something that is no set"):
        write_set(found, tmp_path / "other", "")
    with pytest.raises(SourceError, match="cannot write the set"):
        write_set(found, tmp_path / "other" / "letter", "")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://ada:secret@example.org/ada/shop.git", "ada/shop"),
        ("git@example.org:ada/shop.git", "ada/shop"),
        ("ssh://git@example.org/ada/shop/", "ada/shop"),
        ("/srv/git/shop", ""),
        ("file:///srv/git/shop", ""),
    ],
)
def test_the_repository_is_named_by_its_remote(shop: Path, address: str, expected: str) -> None:
    """By owner and name alone: an address may hold a password."""
    git(shop, "remote", "add", "origin", address)
    checkout = find_checkout(str(shop))
    assert checkout is not None
    assert upstream(checkout) == expected
