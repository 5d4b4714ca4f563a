"""What people say about edges."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graph.edges_lock import EdgesLock, Outcome, apply_lock, stale_entries
from graph.edges_lock_file import read_edges_lock
from graph.model import HISTORY, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, unknown
from ingest.errors import SourceError
from ingest.model import SymbolKind
from tests.graph.graphs import lock_entry

RUN, SAVE, OTHER = Handle("a.py#run"), Handle("b.py#Store.save"), Handle("c.py#Other.save")
KNOWN = {RUN, SAVE, OTHER, Handle("a.py#gone_edge"), Handle("a.py"), Handle("b.py")}
NODE = Node(RUN, SymbolKind.FUNCTION, "run", "run", "a.py", 3, 9)


def lock(*entries: tuple[str, str, str, str]) -> EdgesLock:
    """A lock of (verdict, source, target, kind)."""
    text = "".join(lock_entry(*entry, reason=f"because {entry[0]}") for entry in entries)
    return read_edges_lock(text.encode())


def call(target: str, evidence: Evidence, at: int = 20, kind: EdgeKind = EdgeKind.CALLS) -> Edge:
    """An edge of ``run`` at a place."""
    return Edge(kind, evidence, "receiver", RUN, Handle(target), "a.py", 4, at, at + 4)


def applied(entries: EdgesLock, edges: Iterable[Edge]) -> tuple[list[tuple[str, Evidence, str, int]], list[Outcome]]:
    """The edges and outcomes of applying a lock to the file of ``run``."""
    found = apply_lock(entries, FileGraph("a.py", [NODE], list(edges)), KNOWN.__contains__)
    return [(edge.target, edge.evidence, edge.rule, edge.start_byte) for edge in found.graph.edges], list(found.outcomes.values())


P, M, U = Evidence.PROVEN, Evidence.POSSIBLE, Evidence.UNKNOWN


def test_a_pin_settles_what_was_possible() -> None:
    """The pinned candidate is proven at its place; the others stay, for they may be reached as well."""
    assert applied(lock(("pin", RUN, SAVE, "calls")), [call(SAVE, M), call(OTHER, M)]) == (
        [(SAVE, P, "edges.lock", 20), (OTHER, M, "receiver", 20)],
        [Outcome.DECIDED],
    )


def test_a_pin_settles_unknown_uses_of_its_targets_name() -> None:
    """In its source alone, of its kind alone, and of no other name."""
    edges = [call(unknown("save"), U), call(unknown("load"), U, 30), call(unknown("save"), U, 40, EdgeKind.READS)]
    assert applied(lock(("pin", RUN, SAVE, "calls")), edges)[0] == [
        (SAVE, P, "edges.lock", 20),
        ("unknown:load", U, "receiver", 30),
        ("unknown:save", U, "receiver", 40),
    ]


def test_a_pin_without_a_place_stands_at_its_source() -> None:
    """Also one to somebody else's symbol; a pin whose ends are gone adds nothing."""
    entries = lock(("pin", RUN, SAVE, "calls"), ("pin", RUN, "external:redis#Redis.get", "calls"), ("pin", RUN, "b.py#no", "calls"))
    found = apply_lock(entries, FileGraph("a.py", [NODE]), KNOWN.__contains__)
    assert [(edge.target, edge.line, edge.path, edge.evidence) for edge in found.graph.edges] == [
        (SAVE, 3, "a.py", P),
        ("external:redis#Redis.get", 3, "a.py", P),
    ]
    assert list(found.outcomes.values()) == [Outcome.ADDED, Outcome.ADDED, Outcome.TARGET_GONE]
    assert apply_lock(entries, FileGraph("a.py"), KNOWN.__contains__).outcomes[entries.entries[0]] is Outcome.SOURCE_GONE
    assert apply_lock(entries, FileGraph("z.py"), KNOWN.__contains__).outcomes == {}


def test_a_pin_of_a_proven_edge_changes_nothing() -> None:
    entries = lock(("pin", RUN, SAVE, "calls"))
    assert applied(entries, [call(SAVE, P)]) == ([(SAVE, P, "receiver", 20)], [Outcome.REDUNDANT])
    stale = stale_entries(entries, {entries.entries[0]: Outcome.REDUNDANT}, KNOWN.__contains__)
    assert [item.why for item in stale] == ["the resolver proves this edge by itself now; the pin can go"]


def test_a_forbidden_edge_is_taken_out() -> None:
    """With other candidates its place keeps them, and alone it becomes unknown, proven or not; without a place it is just gone."""
    entries = lock(("forbid", RUN, SAVE, "calls"))
    assert applied(entries, [call(SAVE, M), call(OTHER, M)]) == ([(OTHER, M, "receiver", 20)], [Outcome.FORBIDDEN])
    assert applied(entries, [call(SAVE, P)]) == ([("unknown:save", U, "edges.lock", 20)], [Outcome.FORBIDDEN])
    assert applied(entries, [call(SAVE, P, -1)]) == ([], [Outcome.FORBIDDEN])
    assert applied(entries, [call(SAVE, P, kind=EdgeKind.REFERENCES)]) == ([(SAVE, P, "receiver", 20)], [])


def test_an_explanation_changes_no_edge() -> None:
    entries = lock(("explain", RUN, SAVE, "calls"))
    assert applied(entries, [call(SAVE, M)]) == ([(SAVE, M, "receiver", 20)], [Outcome.EXPLAINED])
    assert entries.reason(call(SAVE, M)) == "because explain"
    assert entries.reason(call(OTHER, M)) == ""


def test_edges_from_history_can_be_locked() -> None:
    """They belong to no file's graph."""
    entries = lock(("pin", "a.py", "b.py", "changes_with"))
    found = apply_lock(entries, FileGraph(HISTORY), KNOWN.__contains__)
    assert [(edge.source, edge.target, edge.line) for edge in found.graph.edges] == [("a.py", "b.py", 0)]
    assert apply_lock(entries, FileGraph("a.py"), KNOWN.__contains__).outcomes == {}


def test_without_entries_nothing_happens() -> None:
    graph = FileGraph("a.py", [NODE], [call(SAVE, P)])
    assert apply_lock(read_edges_lock(b""), graph, KNOWN.__contains__).graph is graph
    assert apply_lock(lock(("forbid", "x.py", SAVE, "calls")), graph, KNOWN.__contains__).graph is graph


def test_entries_that_meet_nothing_are_stale() -> None:
    """Each with its reason, in the order of the file; those that met something are not."""
    entries = lock(
        ("forbid", RUN, SAVE, "calls"),
        ("forbid", RUN, OTHER, "calls"),
        ("explain", "a.py#old", SAVE, "calls"),
        ("pin", RUN, "b.py#old", "calls"),
        ("explain", RUN, "external:x#y", "calls"),
    )
    outcomes = dict(apply_lock(entries, FileGraph("a.py", [NODE], [call(SAVE, P)]), KNOWN.__contains__).outcomes)
    assert [(item.entry.line, item.why) for item in stale_entries(entries, outcomes, KNOWN.__contains__)] == [
        (7, "there is no such calls edge to forbid"),
        (13, "its source a.py#old does not exist any more"),
        (19, "its target b.py#old does not exist any more"),
        (25, "there is no such calls edge to explain"),
    ]


GOOD = '[[edge]]\nsource = "a"\ntarget = "b"\nkind = "calls"\nverdict = "pin"\nreason = "r"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[edge]\n", "not TOML"),
        ("version = 1\n" + GOOD, "line 1: 'version' is no"),
        ("edge = 1\n", "line 1: 'edge' is no"),
        (GOOD + GOOD, "line 7: line 1 speaks of the same edge"),
        (GOOD + GOOD.replace('"pin"', '"forbid"'), "line 7: line 1 speaks of the same edge"),
        ("\n" + GOOD.replace('"r"', '" "'), "line 2: the edge needs a reason"),
        (GOOD.replace('target = "b"\n', ""), "line 1: the edge needs a target"),
        (GOOD.replace('"b"', "7"), "line 1: the edge needs a target"),
        (GOOD + "who = 'me'\n", "line 7: an edge has no 'who'; it has source"),
        (GOOD.replace("calls", "likes"), "line 1: 'likes' is no kind; it is one of contains"),
        (GOOD.replace('"pin"', '"maybe"'), "line 1: 'maybe' is no verdict; it is one of pin, forbid, explain"),
        (GOOD.replace('"a"', '"external:x"'), "line 1: an edge leads from"),
        (GOOD.replace('"b"', '"unknown:x"'), "line 1: an edge leads from"),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_line(text: str, says: str) -> None:
    with pytest.raises(SourceError) as error:
        read_edges_lock(text.encode())
    assert says in str(error.value)
    assert "edges.lock" in str(error.value)


@pytest.mark.parametrize(("data", "says"), [(b"\xff", "not UTF-8"), (b"#" * (1 << 21), "bound")])
def test_bytes_that_are_no_lock(data: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read_edges_lock(data)
