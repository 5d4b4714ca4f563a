"""What a report holds, and what its Markdown says."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cli_report import add_report
from eval.drawings import Table, Tone
from eval.model import Found, Part, Target
from eval.record import Metric, Record, write_record
from eval.report import Chapter, build, milliseconds, number, size
from eval.report_markdown import markdown
from eval.report_page import NO_PLOTS
from ingest.errors import QueryError
from tests.eval.eval_commands import typed
from tests.eval.made_records import NDCG, TOKENS, outcome, outcomes, record, system

FEW = 200


def better(at: int, _: str) -> float:
    return 1.0 if at else 0.5


def chapter(*made: Record, queries: int = 3) -> Chapter:
    (found,) = build([(f"runs/{at}.json", each) for at, each in enumerate(made)], queries=queries, resamples=FEW).chapters
    return found


def row(table: Table, name: str) -> tuple[str, ...]:
    return tuple(cell.text for cell in next(each for each in table.rows if each[0].text == name)[1:])


def test_systems_stand_beside_each_other_ours_first() -> None:
    """With the best of each metric marked, whichever way it counts, and intervals below."""
    peer = system("bm25", [replace(each, values={**each.values, "tokens": Part(50)}) for each in outcomes()], confidence={})
    found = chapter(record(peer, system("codelore", outcomes(score=better))))
    assert found.systems == ("codelore", "bm25")
    assert found.headline.head == ("", "codelore", "bm25")
    assert row(found.headline, "ndcg@10") == ("0.875", "0.375")
    assert row(found.headline, "abstention AUROC") == ("1.000", "–")
    tones = {each[0].text: [cell.tone for cell in each[1:]] for each in found.headline.rows}
    assert tones["ndcg@10"] == [Tone.BEST, Tone.PLAIN]
    assert tones["tokens"] == [Tone.PLAIN, Tone.BEST]
    assert tones["questions"] == [Tone.PLAIN, Tone.PLAIN]
    assert re.fullmatch(r"\[0\.\d{3}, 0\.\d{3}\]", found.headline.rows[1][1].note)
    assert "precision: ratios of sums" in found.headline.note
    assert "repositories, then their questions" in found.headline.note


def test_a_metric_of_some_questions_says_of_how_many() -> None:
    """A mean over two of twelve is not one over all."""
    rows = [replace(each, values={**each.values, "span": Part(1.0)}) if at < 2 else each for at, each in enumerate(outcomes())]
    found = chapter(record(system("codelore", rows), metrics=[NDCG, Metric("span")]))
    assert [each[0].note for each in found.headline.rows] == ["", "", "2 questions", ""]
    assert found.about.endswith("about 3 repositories.")


def test_differences_are_ours_minus_theirs() -> None:
    """Coloured by what is better, not by sign; a system that shares no question has none."""
    other = system("semble", outcomes("z"))
    fewer = system(
        "bm25", [replace(each, values={**each.values, "tokens": Part(50)}) for each in outcomes(score=lambda _at, _corpus: 0.25)]
    )
    made = record(system("codelore", outcomes(score=better)), fewer, other, system("twin", outcomes(score=better)))
    table = chapter(made).differences
    assert table is not None
    cells = {each[0].text: each[1:] for each in table.rows}
    assert cells["questions"][0].text == "12"
    assert [each.text for each in cells["ndcg@10"]] == ["+0.625", "–", "+0.000"]
    assert [each.tone for each in cells["ndcg@10"]] == [Tone.GAIN, Tone.PLAIN, Tone.PLAIN]
    assert cells["tokens"][0].tone is Tone.LOSS
    assert cells["ndcg@10"][0].note.endswith("12 won, 0 lost")
    assert cells["questions"][1].text == "0 in common"


def test_one_system_has_nothing_to_differ_from() -> None:
    found = chapter(record(system("codelore", outcomes())))
    assert found.differences is None
    assert found.missing is None
    assert {cell.tone for each in found.headline.rows for cell in each} == {Tone.PLAIN}


def test_there_is_a_plot_for_everything_that_was_measured() -> None:
    """Each with words for who cannot see it and a table of its numbers."""
    found = chapter(record(system("codelore", outcomes("abc", 6)), system("bm25", outcomes("abc", 6))))
    plots = {each.key: each for each in found.drawings}
    names = ["quality-answer", "quality-index", "category", "kind", "language", "corpus", "latency", "index", "memory"]
    assert list(plots) == [f"s0-{name}" for name in names]
    assert all(each.alt and each.table.rows for each in found.drawings)
    assert plots["s0-quality-answer"].alt.endswith("codelore: 0.417 at 3. bm25: 0.417 at 3.")
    assert [each.name for each in plots["s0-latency"].series] == ["codelore, warm", "codelore, cold", "bm25, warm", "bm25, cold"]
    assert plots["s0-language"].names == ("go (6)", "python (12)")
    assert plots["s0-category"].series[1].slot == 1


def test_what_was_not_measured_is_not_drawn() -> None:
    """No times, no costs, no groups: no axes without data; and a system without the metric has no point."""
    blank = [replace(each, milliseconds=0.0, category="", kind="", language="") for each in outcomes("a")]
    bare = replace(system("codelore", blank), costs=())
    found = chapter(record(bare, system("mute", [replace(each, values={}) for each in outcomes("a")])))
    assert [each.key for each in found.drawings] == ["s0-category", "s0-kind", "s0-latency", "s0-index", "s0-memory"]
    assert chapter(record(bare, metrics=[NDCG])).drawings == ()
    costs = {each[0].text: [cell.text for cell in each[1:]] for each in found.costs.rows}
    assert set(costs["codelore"]) == {"–"}
    assert costs["mute"][:5] == ["2.00 ms", "4.00 ms", "4.00 ms", "30.0 ms", "30.0 ms"]


def test_a_percentile_is_the_same_in_the_plot_and_among_the_costs() -> None:
    """Of four times of 1 to 4 ms half take no longer than 2."""
    found = chapter(record(system("codelore", outcomes("a", 4))))
    plot = {each.key: each for each in found.drawings}["s0-latency"]
    warm = [cell.text for cell in plot.table.rows[0]]
    assert warm == ["codelore, warm", "4", "1.00", "2.00", "3.00", "4.00", "4.00", "4.00"]
    assert "codelore, warm: half within 2 ms." in plot.alt
    assert [cell.text for cell in found.costs.rows[0]][1:4] == ["2.00 ms", "4.00 ms", "4.00 ms"]


def test_a_group_only_one_system_has_leaves_a_gap() -> None:
    """And a long curve is thinned without losing its end."""
    many = [outcome(at, "a", 1.0, milliseconds=float(at + 1)) for at in range(900)]
    found = chapter(record(system("codelore", many), system("bm25", outcomes("ac", 2))))
    plots = {each.key: each for each in found.drawings}
    assert [len(each.points) for each in plots["s0-corpus"].series] == [1, 2]
    assert plots["s0-corpus"].table.rows[1][2].text == "–"
    curve = plots["s0-latency"].series[0].points
    assert len(curve) < 250
    assert curve[-1] == (100.0, 900.0)


def test_the_worst_queries_come_with_what_came_instead() -> None:
    """Worst first, of equals those that others solve; the gold row is there whatever its rank, and what beat it is marked."""
    rows = [outcome(at, "a", 0.0 if at < 3 else 1.0) for at in range(5)]
    wrong = tuple(Found(f"w{at}.py", 1, 2, 9.0 - at, 10, {"text": 0.9, "name": 0.3, "path": 0.1, "none": 0.0}) for at in range(11))
    gold = Found("src/right.py", 8, 14, 0.5, 10, {"text": 0.2, "name": 0.4})
    rows[1] = replace(rows[1], found=(*wrong, gold), targets=(*rows[1].targets, Target("src/more.py", secondary=True)))
    solved = [outcome(at, "a", 1.0 if at == 1 else 0.0) for at in range(4)]
    found = chapter(record(system("codelore", rows), system("bm25", solved)))
    ours = [each for each in found.worst if each.system == "codelore"]
    assert [each.question_id for each in ours] == ["a/001", "a/000", "a/002"]
    first = ours[0]
    assert (first.score, first.rank, first.others) == (0.0, 12, (("bm25", 1.0),))
    assert [(each.place, each.rank, each.secondary) for each in first.wanted] == [
        ("src/right.py:10-12", 12, False),
        ("src/more.py", 0, True),
    ]
    assert [each.rank for each in first.came] == [*range(1, 11), 12]
    assert [(each.name, each.above) for each in first.came[0].signals] == [("text", True), ("path", True), ("name", False)]
    assert first.came[-1].gold
    assert [each.above for each in first.came[-1].signals] == [False, False]
    assert len([each for each in found.worst if each.system == "bm25"]) == 3


def test_full_marks_are_not_among_the_worst() -> None:
    """Whichever way the metric counts."""
    rows = [outcome(0, "a", 1.0, values={"ndcg@10": Part(1.0), "tokens": Part(0)}), outcome(1, "a", 0.5)]
    for metric in (NDCG, TOKENS):
        assert [each.question_id for each in chapter(record(system("codelore", rows), metrics=[metric])).worst] == ["a/001"]


def test_without_the_answer_the_largest_signals_are_shown() -> None:
    """Nothing can be held against a row that is not there, and of less-is-better the largest is worst."""
    rows = [replace(outcome(at, "a", 0.0), targets=(Target("nowhere.py"),)) for at in range(3)]
    found = chapter(record(system("codelore", rows), metrics=[TOKENS]))
    assert found.worst[0].question_id == "a/002"
    assert [(each.name, each.above) for each in found.worst[0].came[0].signals] == [("name", False), ("text", False)]
    assert found.worst[0].rank == 0


def test_records_of_one_set_share_a_chapter_and_names_stay_apart() -> None:
    """Two runs of one system get their file's name, twice the same file a number; another set is another chapter."""
    one, other = record(system("codelore", outcomes())), record(system("codelore", outcomes()), digest="d2", name="second")
    made = build([("runs/old.json", one), ("runs/new.json", one), ("more/new.json", one), ("x.json", other)], resamples=FEW)
    assert [each.systems for each in made.chapters] == [
        ("codelore (old)", "codelore (new) #2", "codelore (new) #3"),
        ("codelore",),
    ]
    assert made.title == "Evaluation: made, second"
    assert len(made.chapters[0].sources) == 3


def test_a_report_of_nothing_is_refused() -> None:
    with pytest.raises(QueryError, match="hold no run"):
        build([("a.json", record())])


def test_a_run_without_metrics_or_answers_is_shown_as_such() -> None:
    """It went wrong, and the report says how."""
    found = chapter(record(system("codelore", (), {"a": "no clone"}), metrics=()))
    assert (found.drawings, found.worst, found.asked) == ((), (), 0)
    assert found.missing is not None
    assert [cell.text for cell in found.missing.rows[0]] == ["a", "codelore", "no clone"]
    assert chapter(record(system("codelore", ()))).headline.rows[1][1].text == "–"


def test_how_to_make_it_again_is_told() -> None:
    """Commit, version, set, machine, systems with options, and the commands."""
    (source,) = chapter(record(system("codelore", outcomes()))).sources
    facts = dict(source.facts)
    assert facts["commit"] == "abc123"
    assert "A processor, 2 cores, 24 GiB, Linux, Python 3.11.7, load 0.5" in facts["machine"]
    assert facts["system codelore"] == "1.0, weights=shipped; system 3.0 s"
    assert source.commands == ("git checkout abc123", "codelore eval run made --system codelore --out 0.json")
    bare = record(replace(system("codelore", outcomes()), version="", options={}, seconds={}))
    bare = replace(bare, commit="", version="", machine=replace(bare.machine, memory_bytes=0))
    (source,) = chapter(bare).sources
    assert dict(source.facts)["commit"] == "not from a checkout"
    assert dict(source.facts)["system codelore"] == "version unknown"
    assert source.commands == ("codelore eval run made --system codelore --out 0.json",)


def test_numbers_are_as_long_as_they_mean() -> None:
    assert [number(each) for each in (0.12345, 12.345, 12345.6)] == ["0.123", "12.3", "12,346"]
    assert [milliseconds(each) for each in (1.234, 12.34, 1234.5)] == ["1.23 ms", "12.3 ms", "1,234 ms"]
    assert [size(each << 20) for each in (3, 300)] == ["3.0 MiB", "300 MiB"]


def test_markdown_holds_every_table_and_no_markup_of_the_questions() -> None:
    """A query cannot end a cell, open a tag, mention anyone or drive a terminal."""
    hostile = "a|b <img src=x> @you `c` *d* [e](http://f) #1\x1b[2J"
    rows = [outcome(0, "a", 0.0, query=hostile, found=(Found("p|`q.py", 1, 2),)), outcome(1, "a", 1.0)]
    text = markdown(build([("r.json", record(system("codelore", rows, {"c": "why|not"}), system("bm25", rows)))], resamples=FEW))
    for title in (
        "Figures",
        "codelore minus each other system",
        "By category",
        "Speed and size",
        "Not measured",
        "Worst queries",
        "Reproduce",
    ):
        assert f"### {title}\n" in text
    assert r"a\|b \<img src=x\> \@you \`c\` \*d\* \[e\](http://f) \#1" in text
    assert "\x1b" not in text
    assert "1. `p¦ˋq.py:1-2`" in text
    assert r"why\|not" in text
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


def write(folder: Path, made: Record, name: str = "r.json") -> Path:
    write_record(made, folder / name)
    return folder / name


def test_the_command_writes_a_page_and_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown alone goes to standard output."""
    file = write(tmp_path, record(system("codelore", outcomes("ab", 2))))
    html, text = tmp_path / "r.html", tmp_path / "r.md"
    assert typed(add_report, "report", file, "--html", html, "--markdown", text) == 0
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "KiB" in capsys.readouterr().err
    assert typed(add_report, "report", file, "--worst", 0) == 0
    assert "Worst queries" in capsys.readouterr().out
    assert text.read_text(encoding="utf-8").startswith("# Evaluation: made")
    assert typed(add_report, "report", file, "--html", html) == 0
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        typed(add_report, "report", file, "--worst", "all")


def test_without_matplotlib_the_page_has_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says how to get plots."""
    monkeypatch.delitem(sys.modules, "eval.plots", raising=False)
    for name in [each for each in sys.modules if each.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without("matplotlib"), *sys.meta_path])
    file = write(tmp_path, record(system("codelore", outcomes("ab", 2))))
    assert typed(add_report, "report", file, "--html", tmp_path / "r.html") == 0
    assert NO_PLOTS in capsys.readouterr().err
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "pip install &#x27;codelore[eval]&#x27;" in page
    assert "<details open" in page
    assert 'role="img"' not in page


class _Without:
    """Finds a package to be missing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == self._name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_another_missing_module_is_not_taken_for_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation must not look like one without the extra."""
    monkeypatch.delitem(sys.modules, "eval.plots", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Without("eval.plots"), *sys.meta_path])
    file = write(tmp_path, record(system("codelore", outcomes("ab", 2)), metrics=[NDCG, Metric("x")]))
    with pytest.raises(ModuleNotFoundError, match="eval"):
        typed(add_report, "report", file, "--html", tmp_path / "r.html")
