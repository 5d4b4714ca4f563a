"""DevEval's samples looked up in clones: the right commit is found, what does not stand there is counted, and the set can be run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.corpora import Places, lay_out
from eval.deveval_convert import main
from eval.deveval_history import Function, Origin, find_origin
from eval.model import Target
from eval.sets.kinds import QuestionSet
from eval.sets.registry import read_set
from ingest.errors import SourceError
from ingest.git import GitCheckout, find_checkout
from tests.eval.test_corpora import git

BASE = "def pause():\n    return 0\n"
MAIN = "from mrjob.base import pause\n\ndef run(tool):\n    return tool + pause()\n\n\ndef rest():\n    pass\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository in which the functions stand at their lines in the second and third of four commits; the second is tagged."""
    folder = tmp_path / "clones" / "mrjob"
    (folder / "mrjob").mkdir(parents=True)
    git(tmp_path, "init", "-q", str(folder))
    for text in (f"# first\n{MAIN}", MAIN, MAIN, f"# last\n{MAIN}"):
        (folder / "mrjob" / "__init__.py").write_text("from mrjob.base import pause\n")
        (folder / "mrjob" / "base.py").write_text(BASE)
        (folder / "mrjob" / "main.py").write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "state", "--allow-empty")
    git(folder, "tag", "-a", "v2", "-m", "two", "HEAD~2")
    return folder


def a_sample(name: str, first: int, needs: list[str], **more: object) -> dict[str, Any]:
    return {
        "namespace": f"mrjob.main.{name}", "type": "function", "project_path": "System/mrjob",
        "completion_path": "System/mrjob/mrjob/main.py",
        "signature_position": [first, first], "body_position": [first + 1, first + 1],
        "requirement": {"Functionality": "Run a tool."}, "dependency": {"cross_file": needs}, **more,
    }  # fmt: skip


SAMPLES = [
    a_sample("run", 3, ["mrjob.pause", "mrjob.gone"]),
    a_sample("rest", 7, []),
    a_sample("lost", 9, ["mrjob.base.pause"]),
    a_sample("other", 1, ["x.y"], project_path="System/unheard", completion_path="System/unheard/a.py"),
    a_sample("absent", 1, ["x.y"], project_path="Internet/boto", completion_path="Internet/boto/a.py"),
]


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    file.write_text("\n".join(map(json.dumps, SAMPLES)))
    return file


def test_samples_become_questions_about_a_commit(clone: Path, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a package passes on is found where it is defined, bodies are hidden, and the set says what it does not cover."""
    assert main([str(samples), str(tmp_path / "set"), "--clones", str(tmp_path / "clones")]) == 0
    printed = capsys.readouterr()
    assert printed.out == "1 of the 4 samples that need definitions of other files, in 1 projects\n"
    tagged = git(clone, "rev-parse", "v2^{commit}")
    assert f"System/mrjob: 2 of 3 functions at {tagged[:12]}; 1 questions of 2" in printed.err
    assert "Internet/boto: no clone of boto/boto" in printed.err
    made = read_set(tmp_path / "set")
    assert isinstance(made, QuestionSet)
    (question,) = made.questions
    assert question.at == "mrjob/main.py:3"
    assert (question.text, question.targets) == ("def run(tool):\nRun a tool.", (Target("mrjob/base.py", ((1, 2),)),))
    assert (made.measures[0], made.depth) == ("definitions@10", 20)
    root = lay_out(made.corpora[0], Places(tmp_path / "cache", clones=tmp_path / "clones", download=False))
    assert (root / "mrjob" / "main.py").read_text() == MAIN.replace("    return tool + pause()", "").replace("    pass", "")
    document = json.loads((tmp_path / "set" / "set.json").read_text())
    assert document["report"]["projects"]["System-mrjob"] == {
        "repository": "Yelp/mrjob", "commit": tagged, "functions": 3, "found": 2, "samples": 2, "questions": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("only", "text"), [("Internet/boto", ""), ("System/mrjob", "{}")])
def test_nothing_to_convert_is_an_error(tmp_path: Path, samples: Path, only: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    if text:
        samples.write_text(text)
    (tmp_path / "clones").mkdir()
    assert main([str(samples), str(tmp_path / "set"), "--clones", str(tmp_path / "clones"), "--only", only]) == 2
    assert ("no sample of DevEval" if text else "was found in a clone") in capsys.readouterr().err
    assert not (tmp_path / "set").exists()
    assert main([str(tmp_path / "none.jsonl"), str(tmp_path / "set"), "--clones", str(tmp_path)]) == 2


def checkout_of(folder: Path) -> GitCheckout:
    checkout = find_checkout(str(folder))
    assert checkout is not None
    return checkout


def test_the_commit_that_has_most_is_found(clone: Path) -> None:
    """A tagged one where several have as many, else the newest; none where no commit has any."""
    checkout = checkout_of(clone)
    run, rest = Function("mrjob/main.py", "mrjob.main.run", 3, 4), Function("mrjob/main.py", "mrjob.main.rest", 7, 8)
    moved = Function("mrjob/main.py", "mrjob.main.run", 4, 5)
    tagged = git(clone, "rev-parse", "v2^{commit}")
    assert find_origin(checkout, [run, rest, moved]) == Origin(tagged, {run: 0, rest: 0, moved: -1})
    assert find_origin(checkout, [moved]) == Origin(git(clone, "rev-parse", "HEAD"), {moved: 0})
    git(clone, "tag", "-d", "v2")
    assert find_origin(checkout, [run]) == Origin(git(clone, "rev-parse", "HEAD~2"), {run: 0})
    assert find_origin(checkout, [Function("mrjob/main.py", "mrjob.main.fun", 3, 4), Function("none.py", "none.run", 3, 4)]) is None


@pytest.mark.parametrize(
    ("text", "said"), [("[]", "cannot read what the set says"), ('{"measures": ["best"]}', "names measures that there are not: best")]
)
def test_a_set_that_says_nonsense_of_itself_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "queries.jsonl").write_text(json.dumps({"query": "q", "relevant": ["a"]}))
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(SourceError, match=said):
        read_set(tmp_path)
