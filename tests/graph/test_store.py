"""What every graph store must do. A store joins by its name in ``conftest.py``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from time import sleep

import pytest

from graph.model import EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, external, unknown
from graph.store import GraphStore, open_graph_store
from tests.graph.graphs import calls, content, edge, node

VIEW = "worktree:/home/someone/project"
OTHER = "ref:main"
APP = calls("app.py", ("main", "lib.py#save"), ("main", "external:requests#Session.get"), ("run", "app.py#main"))
LIB = calls("lib.py", ("save", "unknown:write"))


@pytest.fixture
def store(graph_url: str) -> Iterator[GraphStore]:
    """An empty store."""
    with closing(open_graph_store(graph_url)) as opened:
        yield opened


@pytest.fixture
def reader(graph_url: str, store: GraphStore) -> Iterator[GraphStore]:
    """Another connection to the same store."""
    assert store.generation(VIEW) == 0
    with closing(open_graph_store(graph_url)) as opened:
        yield opened


def handles(*names: str) -> list[Handle]:
    return [Handle(name) for name in names]


def test_an_unknown_view_is_empty(store: GraphStore) -> None:
    """A view nobody wrote has generation 0 and holds nothing."""
    assert store.generation(VIEW) == 0
    assert list(store.files(VIEW)) == []
    assert store.nodes(VIEW, handles("app.py", "external:requests")) == {}
    assert list(store.find(VIEW, "main")) == []
    assert list(store.edges_from(VIEW, handles("app.py"))) == []
    assert list(store.edges_to(VIEW, handles("app.py"))) == []


def test_what_is_stored_comes_back(store: GraphStore) -> None:
    """Every field of every node and edge survives, also for a file that has neither."""
    everything = FileGraph(
        "all.py",
        [
            Node(Handle("all.py#A"), "class", "A", "pkg.A", "all.py", 1, 2_000_000, "python"),
            Node(Handle("repo"), NodeKind.PACKAGE, "repo", "repo"),
        ],
        [edge("all.py#A", f"lib.py#{kind}", kind, evidence, line=7, start=-1) for kind in EdgeKind for evidence in Evidence],
    )
    store.replace(VIEW, [everything, FileGraph("empty.py"), APP], generation=3)
    assert store.generation(VIEW) == 3
    assert content(store.files(VIEW)) == content([everything, APP, FileGraph("empty.py")])


def test_a_file_is_replaced_whole_and_alone(store: GraphStore) -> None:
    """The new graph of a file takes the place of the old one; other files keep theirs, and edges into the file stay."""
    store.replace(VIEW, [APP, LIB], generation=1)
    newer = calls("lib.py", ("load", "app.py#run"))
    store.replace(VIEW, [newer], generation=2)
    assert content(store.files(VIEW)) == content([APP, newer])
    assert set(store.nodes(VIEW, handles("lib.py#save", "lib.py#load", "app.py#main"))) == {"lib.py#load", "app.py#main"}
    assert list(store.edges_from(VIEW, handles("lib.py#save"))) == []
    assert [each.source for each in store.edges_to(VIEW, handles("lib.py#save"))] == ["app.py#main"]


def test_removed_files_leave_nothing(store: GraphStore) -> None:
    """Their nodes and edges go; removing what is not there is no error."""
    store.replace(VIEW, [APP, LIB], generation=1)
    store.replace(VIEW, [], removed=["app.py", "never.py"], generation=2)
    assert content(store.files(VIEW)) == content([LIB])
    assert store.nodes(VIEW, handles("app.py", "app.py#main", "external:requests#Session.get")) == {}
    assert list(store.edges_to(VIEW, handles("lib.py#save"))) == []
    assert list(store.find(VIEW, "main")) == []


def test_a_generation_only_rises(store: GraphStore) -> None:
    """Publishing the same or an older generation is refused and changes nothing; gaps are allowed."""
    store.replace(VIEW, [APP], generation=5)
    for generation in (5, 4, 0):
        with pytest.raises(ValueError, match="generation"):
            store.replace(VIEW, [LIB], generation=generation)
    assert (store.generation(VIEW), content(store.files(VIEW))) == (5, content([APP]))
    store.replace(VIEW, [], generation=9)
    assert (store.generation(VIEW), content(store.files(VIEW))) == (9, content([APP]))


def test_readers_see_a_generation_until_the_next_is_whole(store: GraphStore, reader: GraphStore) -> None:
    """While files are being written, another connection sees the old ones, all of them and nothing else."""
    store.replace(VIEW, [APP, LIB], generation=1)

    def arriving() -> Iterator[FileGraph]:
        yield calls("lib.py", ("load", "app.py#run"))
        for number in range(300):
            yield calls(f"more/{number}.py", ("save", "lib.py#load"))
        assert reader.generation(VIEW) == 1
        assert content(reader.files(VIEW)) == content([APP, LIB])
        assert list(reader.edges_to(VIEW, handles("lib.py#load"))) == []
        assert [each.handle for each in reader.find(VIEW, "save")] == ["lib.py#save"]

    store.replace(VIEW, arriving(), removed=["app.py"], generation=2)
    assert reader.generation(VIEW) == 2
    assert len(list(reader.files(VIEW))) == 301
    assert len(list(reader.edges_to(VIEW, handles("lib.py#load")))) == 300
    assert reader.nodes(VIEW, handles("app.py")) == {}


def test_a_write_that_fails_changes_nothing(store: GraphStore, reader: GraphStore) -> None:
    """When the source of files raises, the view stays as it was, and the next write works."""
    store.replace(VIEW, [APP], generation=1)

    def failing() -> Iterator[FileGraph]:
        yield LIB
        raise RuntimeError("the worker died")

    with pytest.raises(RuntimeError, match="worker died"):
        store.replace(VIEW, failing(), removed=["app.py"], generation=2)
    for each in (store, reader):
        assert (each.generation(VIEW), content(each.files(VIEW))) == (1, content([APP]))
    store.replace(VIEW, [LIB], generation=2)
    assert content(reader.files(VIEW)) == content([APP, LIB])


def test_an_iterator_ends_at_the_generation_it_began_at(store: GraphStore) -> None:
    """A half-read answer neither blocks a write nor mixes two generations."""
    before = [calls(f"{number}.py", ("a", "lib.py#save")) for number in range(9)]
    store.replace(VIEW, before, generation=1)
    files, edges = store.files(VIEW), store.edges_to(VIEW, handles("lib.py#save"))
    first_file, first_edge = next(files), next(edges)
    store.replace(VIEW, [LIB], removed=[each.path for each in before], generation=2)
    assert content([first_file, *files]) == content(before)
    assert len({first_edge, *edges}) == 9
    assert content(store.files(VIEW)) == content([LIB])


def test_outside_nodes_exist_while_an_edge_names_them(store: GraphStore) -> None:
    """External and unknown handles are nodes as long as an edge has them, as source or target; other dangling handles are not."""
    package, symbol, name = external("@scope/http.js"), external("requests", "Session.get"), unknown("save")
    edges = [edge("app.py", end) for end in (package, symbol, name, "gone.py#nothing")] + [edge(unknown("who"), "app.py", path="app.py")]
    store.replace(VIEW, [FileGraph("app.py", [node("app.py")], edges)], generation=1)
    asked = [package, symbol, name, unknown("who"), Handle("gone.py#nothing"), external("requests"), unknown("other")]
    assert store.nodes(VIEW, asked) == {
        package: Node(package, "external", "@scope/http.js", "@scope/http.js"),
        symbol: Node(symbol, "external", "get", "Session.get"),
        name: Node(name, "unknown", "save", "save"),
        unknown("who"): Node(unknown("who"), "unknown", "who", "who"),
    }
    store.replace(VIEW, [FileGraph("app.py", [node("app.py")], [])], generation=2)
    assert store.nodes(VIEW, asked) == {}


def test_a_file_may_define_an_outside_node(store: GraphStore) -> None:
    """A manifest describes a package better than an edge that names it."""
    described = Node(external("requests"), NodeKind.PACKAGE, "requests", "requests 2.32", "pyproject.toml", 12, 12, "toml")
    store.replace(VIEW, [FileGraph("app.py", (), [edge("app.py", external("requests"))])], generation=1)
    store.replace(VIEW, [FileGraph("pyproject.toml", [described], ())], generation=2)
    assert store.nodes(VIEW, [described.handle]) == {described.handle: described}
    assert list(store.find(VIEW, "requests 2.32")) == [described]


def test_the_first_path_decides_about_a_handle_of_several_files(store: GraphStore) -> None:
    """Two files may define one node; when the first goes, the other's stands."""
    names = {path: Node(Handle("pkg"), "module", "pkg", f"as {path} says", path) for path in ("b.py", "a.py")}
    store.replace(VIEW, [FileGraph(path, [each], ()) for path, each in names.items()], generation=1)
    assert store.nodes(VIEW, handles("pkg")) == {"pkg": names["a.py"]}
    assert list(store.find(VIEW, "pkg")) == [names["a.py"]]
    assert list(store.find(VIEW, "as b.py says")) == []
    store.replace(VIEW, [], removed=["a.py"], generation=2)
    assert store.nodes(VIEW, handles("pkg")) == {"pkg": names["b.py"]}
    assert list(store.find(VIEW, "as b.py says")) == [names["b.py"]]


def test_find_tries_handle_then_names_then_path_then_suffix(store: GraphStore) -> None:
    """The first way that finds anything decides, in order of handle."""
    text = "a.b"
    by_handle = Node(Handle(text), "package", "x", "x", "p1")
    by_qualified_name = [Node(Handle(f"q{at}"), "class", "x", text, "p2") for at in (2, 1)]
    by_name = Node(Handle("n"), "class", text, "y", "p3")
    by_path = Node(Handle("p"), "class", "y", "y", text)
    by_suffix = Node(Handle("s"), "class", "b", "c.a.b", "p4")
    not_at_a_dot = Node(Handle("t"), "class", "b", "ca.b", "p5")
    ways = [[by_handle], by_qualified_name, [by_name], [by_path], [by_suffix], [not_at_a_dot]]
    found: list[list[str]] = []
    for generation in range(len(ways)):
        nodes = [each for way in ways[generation:] for each in way]
        store.replace(VIEW, [FileGraph("f.py", nodes, ())], generation=generation + 1)
        found.append([each.handle for each in store.find(VIEW, text)])
    assert found == [["a.b"], ["q1", "q2"], ["n"], ["p"], ["s"], []]


def test_find_is_limited_in_order_of_handle(store: GraphStore) -> None:
    """A limit keeps the first handles; names are compared exactly, wild cards and case included."""
    store.replace(VIEW, [FileGraph("f.py", [node(f"{at}.py", "C.get") for at in range(9, -1, -1)], ())], generation=1)
    assert [each.handle for each in store.find(VIEW, "get", limit=3)] == ["0.py#C.get", "1.py#C.get", "2.py#C.get"]
    assert len(store.find(VIEW, "C.get")) == 10
    assert [list(store.find(VIEW, name)) for name in ("Get", "g%", "ge_", "et", "", ".get")] == [[]] * 6


def test_find_prefers_what_files_define(store: GraphStore) -> None:
    """What only edges name is found where nothing else is."""
    edges = [edge("app.py#f", external("requests", "Session.get")), edge("app.py#f", unknown("get"))]
    store.replace(VIEW, [FileGraph("app.py", [node("app.py", "Cache.get")], edges)], generation=1)
    assert [each.handle for each in store.find(VIEW, "get")] == ["app.py#Cache.get"]
    assert [each.handle for each in store.find(VIEW, "Session.get")] == ["external:requests#Session.get"]
    store.replace(VIEW, [FileGraph("app.py", (), edges)], generation=2)
    assert [each.handle for each in store.find(VIEW, "get")] == ["unknown:get"]
    assert [each.handle for each in store.find(VIEW, "external:requests#Session.get")] == ["external:requests#Session.get"]


def test_edges_are_filtered_by_kind_and_evidence(store: GraphStore) -> None:
    """No kinds or no evidence means all; both together must hold."""
    edges = [edge("f.py#a", "f.py#b", kind, evidence) for kind in EdgeKind for evidence in Evidence]
    store.replace(VIEW, [FileGraph("f.py", (), edges)], generation=1)
    choices: list[tuple[Collection[EdgeKind], Collection[Evidence]]] = [
        ((), ()),
        ([EdgeKind.CALLS, EdgeKind.READS], ()),
        ((), {Evidence.UNKNOWN}),
        ({EdgeKind.TESTS}, (Evidence.PROVEN, Evidence.POSSIBLE)),
    ]
    for kinds, evidence in choices:
        wanted = [each for each in edges if each.kind in (kinds or EdgeKind) and each.evidence in (evidence or Evidence)]
        assert Counter(store.edges_from(VIEW, handles("f.py#a"), kinds=kinds, evidence=evidence)) == Counter(wanted)
        assert Counter(store.edges_to(VIEW, handles("f.py#b"), kinds=kinds, evidence=evidence)) == Counter(wanted)


def test_edges_of_many_handles_come_once(store: GraphStore) -> None:
    """A handle that is asked twice, an edge of two asked handles and a loop are no reason to repeat an edge."""
    edges = [edge("f.py#a", "f.py#a"), edge("f.py#a", "f.py#b"), edge("f.py#b", "f.py#a"), edge("f.py#c", "f.py#d")]
    store.replace(VIEW, [FileGraph("f.py", (), edges)], generation=1)
    asked = handles("f.py#a", "f.py#b", "f.py#a", "f.py#nobody")
    assert Counter(store.edges_from(VIEW, asked)) == Counter(edges[:3])
    assert Counter(store.edges_to(VIEW, iter(asked))) == Counter(edges[:3])
    assert list(store.edges_from(VIEW, [])) == []


def test_many_handles_at_once(store: GraphStore) -> None:
    """A question may name more handles than a query may have parameters."""
    names = [f"s{at}" for at in range(3_000)]
    store.replace(VIEW, [calls("f.py", *((name, "f.py#s0") for name in names))], generation=1)
    asked = [Handle(f"f.py#{name}") for name in names]
    assert len(store.nodes(VIEW, asked)) == 3_000
    assert len(list(store.edges_from(VIEW, asked))) == 3_000


def test_a_possible_set_comes_whole(store: GraphStore) -> None:
    """All candidates of one use share path, start and kind, and are told apart from another use's."""
    candidates = [f"impl{at}.py#Base.run" for at in range(5)]
    edges = [edge("f.py#go", each, evidence=Evidence.POSSIBLE, start=40) for each in candidates]
    edges += [edge("f.py#go", candidates[0], evidence=Evidence.POSSIBLE, start=80)]
    store.replace(VIEW, [FileGraph("f.py", (), edges)], generation=1)
    groups = Counter((each.path, each.start_byte, each.kind) for each in store.edges_from(VIEW, handles("f.py#go")))
    assert groups == {("f.py", 40, EdgeKind.CALLS): 5, ("f.py", 80, EdgeKind.CALLS): 1}
    assert {each.start_byte for each in store.edges_to(VIEW, handles(candidates[0]))} == {40, 80}


def test_views_do_not_mix(store: GraphStore) -> None:
    """Two views hold different graphs, or the same ones, and change and go each for itself."""
    store.replace(VIEW, [APP, LIB], generation=4)
    store.replace(OTHER, [APP, calls("lib.py", ("load", "app.py#run"))], generation=1)
    assert (store.generation(VIEW), store.generation(OTHER)) == (4, 1)
    assert set(store.nodes(OTHER, handles("lib.py#save", "lib.py#load"))) == {"lib.py#load"}
    assert [each.path for each in store.edges_to(OTHER, handles("app.py#run"))] == ["lib.py"]
    assert list(store.edges_to(VIEW, handles("app.py#run"))) == []
    store.replace(OTHER, [], removed=["app.py"], generation=2)
    assert content(store.files(VIEW)) == content([APP, LIB])
    assert [each.handle for each in store.find(VIEW, "main")] == ["app.py#main"]


def test_a_view_may_begin_with_anothers_graph(store: GraphStore) -> None:
    """A forked view shows what the other did then, and both go their own ways; what exists or is empty is not forked."""
    store.replace("one", [FileGraph("a.py", [node("a.py#f")], [])], generation=3)
    assert not store.fork("two", "none")
    assert store.fork("two", "one")
    assert store.generation("two") == 1
    assert not store.fork("two", "one")
    store.replace("one", [], removed=["a.py"], generation=4)
    assert [graph.path for graph in store.files("two")] == ["a.py"]
    assert list(store.nodes("two", [Handle("a.py#f")])) == ["a.py#f"]
    assert not list(store.files("one"))


def test_dropping_a_view_forgets_it_and_no_other(store: GraphStore) -> None:
    """What other views share with it stays; the name can be used again from generation 1."""
    store.drop("ref:never")
    store.replace(VIEW, [APP, LIB], generation=2)
    store.replace(OTHER, [APP], generation=2)
    store.drop(VIEW)
    assert (store.generation(VIEW), list(store.files(VIEW)), store.nodes(VIEW, handles("app.py"))) == (0, [], {})
    assert list(store.edges_to(VIEW, handles("lib.py#save"))) == []
    assert (store.generation(OTHER), content(store.files(OTHER))) == (2, content([APP]))
    store.replace(VIEW, [LIB], generation=1)
    assert content(store.files(VIEW)) == content([LIB])


@pytest.mark.parametrize(
    "path",
    [
        "ünï/コード 🐍.py",
        "quo'te\"s`${x}.py",
        "back\\slash\n\tline.py",
        os.fsdecode(b"latin1-\xe9\xff.py"),
        "%_*?[x].py",
        "//history",
        "//overlay:scip",
        "a b;DROP TABLE x--.py",
        "x" * 4_000 + ".py",
    ],
)
def test_odd_names_survive(store: GraphStore, path: str) -> None:
    """Views, paths, handles, names and rules are texts, whatever is in them."""
    odd = FileGraph(
        path,
        [node(path), node(path, f"{path}.Ω")],
        [edge(f"{path}#{path}.Ω", unknown(path), path=path), edge(path, external(path, path), path=path)],
    )
    store.replace(path, [odd, FileGraph("plain.py")], generation=1)
    assert content(store.files(path)) == content(sorted([odd, FileGraph("plain.py")], key=lambda each: each.path))
    assert store.nodes(path, [odd.nodes[1].handle, unknown(path)])[unknown(path)].name == path
    assert list(store.find(path, f"{path}.Ω")) == [odd.nodes[1]]
    assert list(store.edges_to(path, [unknown(path)])) == [odd.edges[0]]
    assert list(store.edges_from(path, handles(path))) == [odd.edges[1]]
    store.replace(path, [], removed=[path], generation=2)
    assert [each.path for each in store.files(path)] == ["plain.py"]


def test_paths_are_ordered_as_texts(store: GraphStore) -> None:
    """Files come in order of code points, as ``sorted`` gives it."""
    paths = ["a/b.py", "a.py", "B.py", "é.py", "\U0001f40d.py", "\uffee.py", os.fsdecode(b"\xff.py"), "a-b.py"]
    store.replace(VIEW, [FileGraph(path) for path in paths], generation=1)
    assert [each.path for each in store.files(VIEW)] == sorted(paths)


_WRITER = """
import sys
from graph.store import open_graph_store
from tests.graph.graphs import calls

url, view, files = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = open_graph_store(url)
print("ready", flush=True)
generation = store.generation(view)
while True:
    generation += 1
    graphs = [calls(f"{at}.py", (f"f{generation}", "unknown:x"), ("g", f"0.py#f{generation}")) for at in range(files)]
    graphs.append(calls(f"only{generation}.py", ("h", "unknown:y")))
    store.replace(view, iter(graphs), removed=[f"only{generation - 1}.py"], generation=generation)
    print(generation, flush=True)
"""


def _kill_a_writer(url: str, files: int, seconds: float) -> int:
    """Run the writer, kill it after a while; return the last generation it said it had published, 0 if none."""
    command = [sys.executable, "-c", _WRITER, url, VIEW, str(files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said = [int(line) for line in process.stdout if line.endswith("\n")]
    return max(said, default=0)


def test_a_killed_writer_loses_nothing_and_the_next_one_catches_up(graph_url: str) -> None:
    """After kill -9 at a random moment, what was published is there, one generation whole; the next write goes on from it."""
    files, chance = 25, Random(7)
    published = 0
    for _ in range(6):
        published = max(published, _kill_a_writer(graph_url, files, chance.uniform(0.0, 0.6)))
        with closing(open_graph_store(graph_url)) as store:
            generation = store.generation(VIEW)
            assert generation >= published
            shown = [each.path for each in store.files(VIEW)]
            assert shown == sorted([*(f"{at}.py" for at in range(files)), f"only{generation}.py"] if generation else [])
            assert len(list(store.edges_to(VIEW, handles(f"0.py#f{generation}")))) == (files if generation else 0)
            assert len(store.find(VIEW, f"f{generation}")) == (files if generation else 0)
            assert list(store.find(VIEW, f"f{generation - 1}")) == []
    with closing(open_graph_store(graph_url)) as store:
        generation = store.generation(VIEW)
        store.replace(VIEW, [LIB], removed=[each.path for each in store.files(VIEW)], generation=generation + 1)
        assert content(store.files(VIEW)) == content([LIB])
    assert published > 0
