"""What edges rest on: each view sees its own, views that rest on the same share the rows, and nothing is left when no view needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from graph.flow_store import FlowStore, Standing, encode_rests
from ingest.codec import encode_value
from ingest.database import Database
from ingest.model import DocumentId

_PATHS = ("a.py", "b.py", "dir/\udcff.py")
_VIEWS = ("1", "2", "3")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new store."""
    database = Database(tmp_path / "codelore.db")
    yield database
    database.close()


def _rows(database: Database, table: str) -> int:
    with database.read() as read:
        return int(read.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _stand(flows: FlowStore, view: str, path: str, state: int, *, generation: int = 1) -> None:
    standing = Standing(path, DocumentId(state + 1), encode_rests([f"module {state}"], ["calls of f"]))
    calls = {path: {"b.py": encode_value([[state, [1, 2], [], False]])} if state else {}}
    flows.stand(view, [standing], calls, [], generation=generation)


def test_a_fork_adds_no_row_but_the_number(database: Database) -> None:
    """A second view shares what the first one's edges rest on, the notes included."""
    flows = FlowStore(database)
    for path in _PATHS:
        _stand(flows, "1", path, 1)
    flows.keep("1", "history", ["commit", [], []])
    before = _rows(database, "resolution"), _rows(database, "passed")
    flows.fork("2", "1")
    assert (_rows(database, "resolution"), _rows(database, "passed")) == before
    assert flows.standings("2") == flows.standings("1")
    assert flows.calls_of("2", "b.py") == flows.calls_of("1", "b.py")
    assert flows.note("2", "history") == ["commit", [], []]


def test_views_that_come_to_the_same_share_it_again(database: Database) -> None:
    """Two worktrees that are changed to the same state, each by itself, rest on the same rows."""
    flows = FlowStore(database)
    for view in ("1", "2"):
        _stand(flows, view, "a.py", 1)
        _stand(flows, view, "a.py", 2)
    assert (_rows(database, "resolution"), _rows(database, "passed")) == (1, 1)


def test_equal_rests_with_other_calls_are_two_rows(database: Database) -> None:
    """What a file passes to others is part of what is shared."""
    flows = FlowStore(database)
    standing = Standing("a.py", DocumentId(1), encode_rests([], []))
    for view, argument in (("1", "x"), ("2", "y")):
        flows.stand(view, [standing], {"a.py": {"b.py": encode_value([[0, [1, 2], [argument], False]])}}, [], generation=1)
    assert flows.calls_by("1", "a.py") == {"b.py": [[0, [1, 2], ["x"], False]]}
    assert flows.calls_by("2", "a.py") == {"b.py": [[0, [1, 2], ["y"], False]]}


def test_the_order_of_looking_makes_no_other_row() -> None:
    """Processes look at the same things in another order; what is added later is sorted in."""
    assert encode_rests(["b", "a"], ["c"]) == encode_rests(["a", "b"], ["c"])
    standing = Standing("a.py", DocumentId(1), encode_rests(["b", "d"], ["c"]))
    assert standing.with_rests([]) is standing
    assert (standing.with_rests(["a"]).rests(), standing.with_rests(["a"]).announces()) == (["a", "b", "d"], ["c"])


class ViewsOfFlows(RuleBasedStateMachine):
    """Any order of changes, forks and drops shows in each view what a dictionary of its own would."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._database = Database(Path(self._folder.name) / "codelore.db")
        self._flows = FlowStore(self._database)
        self._expected: dict[str, dict[str, int]] = {view: {} for view in _VIEWS}
        self._notes: dict[str, dict[str, int]] = {view: {} for view in _VIEWS}

    def teardown(self) -> None:
        """Remove the store."""
        self._database.close()
        self._folder.cleanup()

    @rule(view=st.sampled_from(_VIEWS), path=st.sampled_from(_PATHS), state=st.integers(0, 3))
    def change(self, view: str, path: str, state: int) -> None:
        """Replace what a file rests on."""
        _stand(self._flows, view, path, state)
        self._expected[view][path] = state

    @rule(view=st.sampled_from(_VIEWS), path=st.sampled_from(_PATHS))
    def remove(self, view: str, path: str) -> None:
        """Forget a file."""
        self._flows.stand(view, [], {}, [path], generation=2)
        self._expected[view].pop(path, None)

    @rule(view=st.sampled_from(_VIEWS), name=st.sampled_from(["history", "notes"]), value=st.none() | st.integers(0, 2))
    def note(self, view: str, name: str, value: int | None) -> None:
        """Keep or forget a note."""
        self._flows.keep(view, name, value)
        if value is None:
            self._notes[view].pop(name, None)
        else:
            self._notes[view][name] = value

    @rule(view=st.sampled_from(_VIEWS), of=st.sampled_from(_VIEWS))
    def fork(self, view: str, of: str) -> None:
        """Begin again with what another view has."""
        if view != of:
            self._flows.drop(view)
            self._flows.fork(view, of)
            self._expected[view], self._notes[view] = dict(self._expected[of]), dict(self._notes[of])

    @rule(view=st.sampled_from(_VIEWS))
    def drop(self, view: str) -> None:
        """Forget a view."""
        self._flows.drop(view)
        self._expected[view], self._notes[view] = {}, {}

    @invariant()
    def shows_the_same(self) -> None:
        """Each view shows its own files, calls and notes."""
        for view in _VIEWS:
            expected = self._expected[view]
            shown = self._flows.standings(view)
            assert {path: each.rests() for path, each in shown.items()} == {path: [f"module {state}"] for path, state in expected.items()}
            assert {path for path, _ in self._flows.calls_of(view, "b.py")} == {path for path, state in expected.items() if state}
            assert self._flows.notes(view) == sorted(self._notes[view])
            assert all(self._flows.note(view, name) == value for name, value in self._notes[view].items())

    @invariant()
    def keeps_nothing_else(self) -> None:
        """There is one row for each state that any view has."""
        states = {each for expected in self._expected.values() for each in expected.items()}
        notes = {each for kept in self._notes.values() for each in kept.items()}
        assert _rows(self._database, "resolution") == len(states) + len(notes)
        assert _rows(self._database, "passed") == sum(1 for _, state in states if state)
        assert self._database.check() == []


TestViewsOfFlows = ViewsOfFlows.TestCase
TestViewsOfFlows.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
