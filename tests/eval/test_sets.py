"""Sets of every kind are told apart and read; what is wrong in one is named by its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.corpora import Places, lay_out
from eval.graph_source import resolve
from eval.model import Answer, Found, Part, Target
from eval.sets.kinds import GraphSet, QuestionSet
from eval.sets.registry import KINDS, read_set
from ingest.errors import SourceError

FAMILIES = Path(__file__).parents[1] / "repos" / "graph"


def write_rows(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return file


def questions(place: Path) -> QuestionSet:
    found = read_set(place)
    assert isinstance(found, QuestionSet)
    return found


def graph_set(place: Path) -> GraphSet:
    found = read_set(place)
    assert not isinstance(found, QuestionSet)
    return found


def test_an_annotated_set_names_its_repositories(tmp_path: Path) -> None:
    """Where a set measures a folder of a repository, the paths of its targets may be counted from there."""
    write_rows(tmp_path / "queries.jsonl", [
        {"id": "1", "query": "how", "name": "app", "category": "symbol", "language": "go", "relevant": [{"path": "a.go"}], "secondary": []},
        {"id": "2", "query": "why", "name": "app", "relevant": [{"path": "b.go", "start_line": 3, "end_line": 5}]},
    ])  # fmt: skip
    entry = {"name": "app", "upstream": "own/app", "commit": "c0", "benchmark_root": "src"}
    (tmp_path / "repos.json").write_text(json.dumps([entry]))
    found = questions(tmp_path)
    assert found.measures[0] == "ndcg@10"
    assert [each.targets for each in found.questions] == [
        (Target("a.go", suffix=True),),
        (Target("b.go", ((3, 5),), suffix=True),),
    ]
    (corpus,) = found.corpora
    assert (corpus.name, corpus.upstream, corpus.commit, corpus.folder) == ("app", "own/app", "c0", "src")
    assert found.info.questions == 2


def test_questions_about_several_commits_have_a_corpus_for_each(tmp_path: Path) -> None:
    """Their figures are of the repository all the same."""
    rows = [
        {"id": each, "query": "q", "repo": "own/app", "commit": each * 20, "relevant": [{"path": "a", "lines": [1, 2]}]} for each in "ab"
    ]
    found = questions(write_rows(tmp_path / "set.jsonl", rows))
    assert [each.name for each in found.corpora] == ["app@" + "a" * 12, "app@" + "b" * 12]
    assert {each.repository for each in found.questions} == {"app"}
    assert {"span@200", "acc@1"} <= set(found.measures)
    assert found.depth == 20


def test_any_file_of_queries_will_do(tmp_path: Path) -> None:
    """Without ids, names and lines: the file's name gives them."""
    found = questions(write_rows(tmp_path / "mine" / "asked.jsonl", [{"query": "where", "relevant": ["a.py"]}]))
    (question,) = found.questions
    assert (question.question_id, question.corpus, question.targets) == ("asked/1", "mine", (Target("a.py"),))
    assert found.metrics[-1].name == "tokens"


def test_hidden_lines_reach_the_corpus(tmp_path: Path) -> None:
    write_rows(tmp_path / "queries.jsonl", [{"id": "1", "query": "q", "name": "app", "relevant": ["a.py"], "kind": "docstring"}])
    entry = {"name": "app", "git": "/repo", "commit": "c0", "hidden": [{"path": "a.py", "spans": [[2, 3]]}]}
    (tmp_path / "repos.json").write_text(json.dumps([entry]))
    found = questions(tmp_path)
    assert found.corpora[0].hidden == (("a.py", ((2, 3),)),)
    assert found.corpora[0].git == "/repo"
    assert found.questions[0].kind == "docstring"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"queries.jsonl:2 is not JSON"),
        ("[]", r"queries.jsonl:2 is not a JSON object"),
        ('{"id": "2", "query": "q"}', r"queries.jsonl:2 is not a question \(KeyError\('relevant'\)\)"),
        ('{"id": "2", "query": " ", "relevant": ["a"]}', r"queries.jsonl:2 .* an empty query"),
        ('{"id": "2", "query": "q", "relevant": []}', r"queries.jsonl:2 .* nothing relevant"),
        ('{"id": "2", "query": "q", "relevant": [{"path": "a", "spans": [[3, 1]]}]}', r"no spans of lines"),
        ('{"id": "1", "query": "q", "relevant": ["a"]}', r"two questions with the id 1"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "queries.jsonl").write_text('{"id": "1", "query": "q", "relevant": ["a"]}\n' + line + "\n")
    with pytest.raises(SourceError, match=message):
        read_set(tmp_path)


@pytest.mark.parametrize("text", ["{", '"text"', "[1]", '[{"commit": "c"}]'])
def test_wrong_repositories_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "queries.jsonl").write_text('{"query": "q", "relevant": ["a"]}\n')
    (tmp_path / "repos.json").write_text(text)
    with pytest.raises(SourceError, match=r"repos\.json"):
        read_set(tmp_path)


def test_a_place_without_a_set_says_what_would_be_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no set; known are questions, cosqa"):
        read_set(tmp_path)
    with pytest.raises(SourceError, match="there is no set at"):
        read_set(tmp_path / "gone")
    (tmp_path / "queries.jsonl").touch()
    with pytest.raises(SourceError, match="holds no question"):
        read_set(tmp_path)


def test_an_answer_is_judged_by_every_measure(tmp_path: Path) -> None:
    rows = [{"id": "1", "query": "q", "name": "app", "language": "go", "relevant": [{"path": "a", "spans": [[5, 6]]}]}]
    found = questions(write_rows(tmp_path / "s.jsonl", rows))
    outcome = found.judge(found.questions[0], Answer((Found("b", 1, 9, tokens=7), Found("a", 1, 9, tokens=8)), 2.5, 1.0))
    assert outcome.values["hit@1"] == Part(0)
    assert outcome.values["hit@5"] == Part(1)
    assert outcome.values["span@200"] == Part(1)
    assert outcome.values["tokens"] == Part(15)
    assert (outcome.corpus, outcome.language, outcome.milliseconds, len(outcome.found)) == ("app", "go", 2.5, 2)


def test_what_a_reader_with_a_budget_gets_is_judged_apart(tmp_path: Path) -> None:
    """Spans in the order of a pack, everything else in that of the flat list; without a pack the list is read."""
    rows = [{"id": "1", "query": "q", "name": "app", "relevant": [{"path": "a", "spans": [[50, 50]]}]}]
    found = questions(write_rows(tmp_path / "s.jsonl", rows))
    flat, pack = (Found("a", 1, 9, tokens=7), Found("b", 1, 9)), (Found("b", 1, 9), Found("a", 45, 55))
    for spans, shown in ((pack, 1), ((), 0)):
        values = found.judge(found.questions[0], Answer(flat, 2.5, 1.0, spans)).values
        assert (values["hit@1"], values["span@200"], values["span@10"], values["tokens"]) == (Part(1), Part(shown), Part(shown), Part(7))


def test_cosqa_becomes_one_file_a_function(tmp_path: Path) -> None:
    (tmp_path / "code_idx_map.txt").write_text(json.dumps({"def a(): pass": 0, "def b(): pass": 101}))
    rows = [{"idx": "t-1", "doc": "python b", "code": "def b(): pass", "retrieval_idx": 101}]
    (tmp_path / "cosqa-retrieval-dev-500.json").write_text("[]")
    (tmp_path / "cosqa-retrieval-test-500.json").write_text(json.dumps(rows))
    found = questions(tmp_path)
    assert found.info.name == "cosqa-retrieval-test-500"
    root = lay_out(found.corpora[0], Places(tmp_path / "cache", download=False))
    assert (root / found.questions[0].targets[0].path).read_text() == "def b(): pass\n"
    assert sum(path.is_file() for path in root.rglob("*")) == 2
    for broken in ("{", '[{"doc": 1}]'):
        (tmp_path / "cosqa-retrieval-test-500.json").write_text(broken)
        with pytest.raises(SourceError, match="cannot read CoSQA"):
            read_set(tmp_path)
    for file in tmp_path.glob("cosqa-*"):
        file.unlink()
    with pytest.raises(SourceError, match=r"no cosqa-retrieval"):
        read_set(tmp_path)


def write_deveval(folder: Path) -> None:
    """One sample of a project with two files; it needs a method and a class of the other one."""
    project = folder / "Source_Code" / "Text" / "app"
    (project / "src" / "app").mkdir(parents=True)
    (project / "src" / "app" / "__init__.py").write_text("class Config:\n    pass\n")
    (project / "app").mkdir()
    (project / "app" / "tools.py").write_text("class Tool:\n    def use(self):\n        return 1\n")
    (project / "app" / "main.py").write_text("def run(tool):\n    return tool.use()\n\n\ndef rest():\n    pass\n")
    sample: dict[str, object] = {
        "namespace": "app.main.run", "type": "function", "project_path": "Text/app", "completion_path": "Text/app/app/main.py",
        "signature_position": [1, 1], "body_position": [2, 2], "requirement": {"Functionality": "Run a tool.", "Arguments": ":param tool"},
        "dependency": {"intra_class": [], "intra_file": [], "cross_file": ["app.tools.Tool.use", "app.Config", "app.tools.gone", "os"]},
    }  # fmt: skip
    alone: dict[str, object] = sample | {"namespace": "app.main.rest", "dependency": {"cross_file": list[str]()}, "body_position": [6, 6]}
    write_rows(folder / "data.jsonl", [sample, alone, sample | {"project_path": "Text/absent"}])


def test_deveval_asks_for_the_definitions_a_function_needs(tmp_path: Path) -> None:
    """Targets are spans of definitions; the bodies of all samples are empty in the corpus, and what needs nothing is not asked."""
    write_deveval(tmp_path)
    found = questions(tmp_path)
    (question,) = found.questions
    assert question.text == "def run(tool):\nRun a tool.\n:param tool"
    assert question.targets == (Target("app/tools.py", ((2, 3),)), Target("src/app/__init__.py", ((1, 2),)))
    root = lay_out(found.corpora[0], Places(tmp_path / "cache"))
    assert (root / "app" / "main.py").read_text() == "def run(tool):\n\n\n\ndef rest():\n\n"
    shown = found.judge(question, Answer((Found("app/tools.py", 3, 9),), 1, 1))
    assert shown.values["definitions@10"] == Part(0.5)


def test_deveval_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("{}\n")
    with pytest.raises(SourceError, match="and no Source_Code; unpack"):
        read_set(tmp_path)
    (tmp_path / "Source_Code").mkdir()
    with pytest.raises(SourceError, match=r"data.jsonl:1 is no sample"):
        read_set(tmp_path)
    (tmp_path / "data.jsonl").write_text("")
    with pytest.raises(SourceError, match="holds no project"):
        read_set(tmp_path)


def test_edges_of_a_scip_oracle_are_counted(tmp_path: Path) -> None:
    row = {"symbol": "g", "name": "g", "kind": "function", "def_path": "main.py", "def_line": 5, "refs": [{"path": "main.py", "line": 2}]}
    write_rows(tmp_path / "set" / "app.refs.jsonl", [row])
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("def f():\n    g()\n\n\ndef g():\n    pass\n")
    found = graph_set(tmp_path / "set")
    (case,) = found.cases()
    (outcome,) = found.judge(case, tmp_path / "app", resolve(tmp_path / "app"))
    assert dict(outcome.values) == {
        "proven_precision": Part(1, 1),
        "proven_recall": Part(1, 1),
        "possible_precision": Part(0, 0),
        "possible_recall": Part(1, 1),
    }
    assert [each.name for each in found.corpora] == ["app"]


def write_program(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "main.py").write_text("def f():\n    pass\n\n\nf()\n")
    (folder / "callgraph.json").write_text('{"main": ["main.f"], "main.f": []}')


def test_call_graphs_of_programs_are_counted(tmp_path: Path) -> None:
    write_program(tmp_path / "functions" / "call")
    found = graph_set(tmp_path)
    (case,) = found.cases()
    assert (case.name, case.category, case.language) == ("functions/call", "functions", "python")
    assert case.root is not None
    (outcome,) = found.judge(case, case.root, resolve(case.root))
    assert outcome.values["precision"] == Part(1, 1)
    assert outcome.values["complete"] == Part(1)
    assert found.corpora == ()


def test_call_graphs_of_projects_that_lie_elsewhere_are_counted(tmp_path: Path) -> None:
    """The set is their ground truths alone."""
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "call.json").write_text('{"main": ["main.f"], "main.f": []}')
    write_program(tmp_path / "corpora" / "call")
    found = graph_set(tmp_path / "set")
    (case,) = found.cases()
    assert (case.name, case.root) == ("call", None)
    root = lay_out(found.corpora[0], Places(tmp_path / "cache", folders=tmp_path / "corpora"))
    (outcome,) = found.judge(case, root, resolve(root))
    assert outcome.values["own_recall"] == Part(1, 1)
    (tmp_path / "set" / "call.json").write_text("[]")
    with pytest.raises(SourceError, match="cannot read the call graph"):
        read_set(tmp_path / "set")


def test_families_count_invented_and_missed_edges() -> None:
    """The families of this repository: nothing invented, nothing missed."""
    found = graph_set(FAMILIES)
    case = next(each for each in found.cases() if each.language == "python")
    assert case.root is not None
    outcomes = list(found.judge(case, case.root, resolve(case.root)))
    assert outcomes
    assert all(part == Part(0) for each in outcomes for part in each.values.values())


def test_every_kind_has_a_name_of_its_own() -> None:
    """Records say by it what was asked."""
    assert len({kind.name for kind in KINDS}) == len(KINDS)
