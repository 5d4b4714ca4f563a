"""Errors that a front end makes by rule are told from disagreements of any other kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.scip_front_end import DUNDER, SLOTS, FrontEndErrors, slots_of
from eval.scip_oracle import Disagreement, Sources, Verdict
from eval.scip_report import print_verdicts

SOURCE = """
class Box:
    __slots__ = ("held", "_kept")
    other: int = 1
    def use(self):
        self.held = self.other
        return self.kept, Box.__name__
    def name(self):
        return type(self).__name__
class Open:
    def use(self):
        return self.held
"""


def missed(line: int, name: str = "Box", target_line: int = 2, *, direction: str = "missed", path: str = "box.py") -> Disagreement:
    """A disagreement on a line of the source."""
    return Disagreement(direction, "no edge of that name", path, line, name, "box.py", target_line, "no edge of that name")


@pytest.mark.parametrize(
    ("each", "reason"),
    [
        (missed(6), SLOTS),
        (missed(9), DUNDER),
        (missed(7), ""),  # holds the name of the class
        (missed(6, "Open", 10), ""),  # a class without __slots__
        (missed(6, direction="invented"), ""),
        (missed(6, path="other.ts"), ""),
        (missed(99), ""),
    ],
)
def test_what_is_written_down_as_its_class(tmp_path: Path, each: Disagreement, reason: str) -> None:
    """An attribute that ``__slots__`` of that class declares, and a dunder attribute, on a line without the name of the class."""
    (tmp_path / "box.py").write_text(SOURCE, encoding="utf-8")
    assert FrontEndErrors(Sources(tmp_path)).reason(each) == reason


def test_slots_of_what_is_no_class() -> None:
    """Code that cannot be read has no slots; an annotated declaration has."""
    assert slots_of("class (", "Box", 1) == frozenset()
    assert slots_of("class Box:\n    __slots__: tuple = ('a',)\n", "Box", 1) == {"a"}
    assert slots_of("class Box:\n    __slots__: tuple\n", "Box", 1) == frozenset()
    assert slots_of("class Box: ...\n", "Box", 7) == frozenset()


def test_figures_without_what_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of the table stays; below it recall is printed without the references that are none."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "box.py").write_text(SOURCE, encoding="utf-8")
    verdict = Verdict("app", references=4, right=2, found_proven=2, disagreements=[missed(6), missed(7)])
    (row,) = print_verdicts([verdict], [], tmp_path, limit=5)
    assert (row["recall"], row["explained"], row["recall_without_explained"]) == (0.5, 1, 2 / 3)
    assert f"explained 1 by rule: {SLOTS}" in capsys.readouterr().out
