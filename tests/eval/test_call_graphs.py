"""Our nodes and edges under the names of call graph benchmarks, and what their ground truths can judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval.call_benchmarks import measure_cases, print_cases, read_cases, read_projects
from eval.call_graphs import ANY, FACTS, CallGraph, Judged, call_graph, compare
from eval.call_names import JavaNamer, JavaScriptNamer, Namer, PythonNamer
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.errors import SourceError

KINDS = {"C": "class", "m": "method", "f": "function", "l": "lambda", "i": "constructor"}


def node(text: str, line: int = 1) -> Node:
    """A node from ``kind path#name``."""
    kind, _, handle = text.partition(" ")
    path, _, qualified = handle.partition("#")
    name = qualified.rpartition(".")[2] or path
    return Node(Handle(handle), KINDS.get(kind, kind), name, qualified or path, path, line, line)


def edge(source: str, target: str, kind: EdgeKind = EdgeKind.CALLS, evidence: Evidence = Evidence.PROVEN, at: int = 0) -> Edge:
    """An edge of a file."""
    return Edge(kind, evidence, "test", Handle(source), Handle(target), source.partition("#")[0], 1, at)


def calls(nodes: list[Node], edges: list[Edge], namer: Namer, *listed: str, root: Path = Path("/nowhere")) -> CallGraph:
    """The call graph under a benchmark's names, callers without calls left out."""
    found = call_graph([FileGraph("", nodes, edges)], namer, listed, root=root)
    return {caller: callees for caller, callees in found.items() if callees}


def test_python_names_are_dotted_and_packages_are_folders() -> None:
    """Modules, packages, methods, builtins, methods of builtin types and other packages have PyCG's names."""
    nodes = [
        node("file main.py"),
        node("file pkg/__init__.py"),
        node("f pkg/__init__.py#f"),
        node("m main.py#A.run~2"),
        node("f main.py#f"),
    ]
    targets = ["pkg/__init__.py#f", "main.py#A.run~2", "external:builtins#len", "external:builtins#str.join", "external:os#path.join"]
    edges = [edge("main.py", each) for each in [*targets, "external:os", "unknown:x", "main.py#gone"]]
    assert calls(nodes, edges, PythonNamer()) == {
        "main": {"pkg.f", "main.A.run", "<builtin>.len", "<**PyStr**>.join", "os.path.join"},
    }


def test_calling_a_class_runs_the_constructor_its_bases_have() -> None:
    """The first constructor along the bases, depth first with shared bases last; none anywhere gives no edge; a cycle ends."""
    classes = [node(f"C a.py#{name}") for name in "ABCDE"]
    nodes = [node("file a.py"), *classes, node("m a.py#A.__init__"), node("m a.py#C.__init__")]
    inherit = [("B", "A"), ("C", "A"), ("D", "B"), ("D", "C"), ("E", "E")]
    edges = [edge(f"a.py#{sub}", f"a.py#{base}", EdgeKind.INHERITS, at=at) for at, (sub, base) in enumerate(inherit)]
    for name, expected in (("A", {"a.A.__init__"}), ("B", {"a.A.__init__"}), ("D", {"a.C.__init__"}), ("E", set[str]())):
        found = calls(nodes, [*edges, edge("a.py", f"a.py#{name}", EdgeKind.INSTANTIATES)], PythonNamer())
        assert found.get("a", set()) == expected


def test_lambdas_are_numbered_by_scope_or_belong_to_what_is_around_them(tmp_path: Path) -> None:
    """A listed lambda has its number; calls in one that is not listed are those of the function around it."""
    (tmp_path / "a.py").write_text("x = lambda: 1\ny = 1\nz = lambda: f()\n", encoding="utf-8")
    nodes = [node("file a.py"), node("f a.py#f"), node("f a.py#x"), node("l a.py#z", 3), node("l a.py#f.inner", 2)]
    edges = [edge("a.py", "a.py#x"), edge("a.py#z", "a.py#f"), edge("a.py#f.inner", "a.py#f")]
    assert calls(nodes, edges, PythonNamer(), "a.<lambda1>", "a.<lambda2>", root=tmp_path) == {
        "a": {"a.<lambda1>"}, "a.<lambda2>": {"a.f"}, "a.f": {"a.f"},
    }  # fmt: skip
    assert calls(nodes, edges, PythonNamer(), root=tmp_path) == {"a": {"a.x", "a.f"}, "a.f": {"a.f"}}


def test_javascript_names_take_the_way_the_ground_truth_writes(tmp_path: Path) -> None:
    """An arrow function by number or by variable, a builtin by itself or by class; ``index.js`` is its folder."""
    (tmp_path / "main.js").write_text("const x = (a) => a;\n", encoding="utf-8")
    nodes = [node("file main.js"), node("f main.js#x"), node("file lib/index.js"), node("f lib/index.js#f"), node("C main.js#A")]
    nodes.append(node("i main.js#A.constructor"))
    targets = ["main.js#x", "lib/index.js#f", "external:javascript#Array.prototype.join", "external:fs#read", "external:fs", "main.js#A"]
    edges = [edge("main.js", target) for target in targets]
    assert calls(nodes, edges, JavaScriptNamer(), "main.<arrow1>", "<**JSArray**>.join", root=tmp_path) == {
        "main": {"main.<arrow1>", "lib.f", "<**JSArray**>.join", "fs.read", "main.A.constructor"},
    }
    assert "main.x" in calls(nodes, edges, JavaScriptNamer(), root=tmp_path)["main"]
    computed = [node("file main.js"), node("m main.js#A.iterator"), node("l main.js#A.iterator.inner")]
    steps = [edge("main.js", "main.js#A.iterator"), edge("main.js#A.iterator", "main.js#A.iterator.inner")]
    assert calls(computed, steps, JavaScriptNamer(), "main.A[Symbol.iterator]", "main.A[Symbol.iterator].inner") == {
        "main": {"main.A[Symbol.iterator]"},
        "main.A[Symbol.iterator]": {"main.A[Symbol.iterator].inner"},
    }


def test_java_names_have_packages_and_default_constructors() -> None:
    """``package.Outer$Inner:method``, ``<init>`` written or not, the library's methods; parameter types are dropped."""
    nodes = [node("file p/A.java"), node("C p/A.java#A"), node("m p/A.java#A.B.run"), node("C p/A.java#A.B"), node("i p/A.java#A.B.B")]
    nodes += [node("m A.java#A.run"), node("file A.java")]
    targets = ["p/A.java#A", "p/A.java#A.B", "A.java#A.run", "external:java.lang#Object.toString", "external:java.lang#x"]
    edges = [edge("p/A.java#A.B.run", target) for target in targets]
    assert calls(nodes, edges, JavaNamer()) == {
        "p.A$B:run": {"p.A:<init>", "p.A$B:<init>", "A:run", "java.lang.Object:toString"},
    }
    assert JavaNamer().truth("p.A:run(int,java.lang.String[])") == "p.A:run"


def test_a_call_of_an_overridden_method_runs_it_or_an_overrider(tmp_path: Path) -> None:
    """Each of them is possible and none a fact; a method without a body never runs; a call of ``super`` is that of one method."""
    source = """\
        interface I { void m(int a); }
        class A implements I {
            public void m(int a) {}
            void n() {}
        }
        class B extends A {
            public void m(int a) {
            }
        }
        """
    (tmp_path / "A.java").write_text(source, encoding="utf-8")
    at = {"m A.java#I.m": 1, "m A.java#A.m": 3, "m A.java#A.n": 4, "m A.java#B.m": 7, "m A.java#U.f": 9, "m A.java#U.g": 9}
    nodes = [node("file A.java"), *(node(text, line) for text, line in at.items())]
    edges = [edge("A.java#A.m", "A.java#I.m", EdgeKind.OVERRIDES), edge("A.java#B.m", "A.java#A.m", EdgeKind.OVERRIDES, at=1)]
    edges += [edge("A.java#U.f", "A.java#I.m", at=2), edge("A.java#U.g", "A.java#A.n", at=3)]
    edges.append(replace(edge("A.java#U.g", "A.java#A.m", at=4), rule="super"))
    graphs = [FileGraph("A.java", nodes, edges)]
    facts = {"U:g": {"A:n", "A:m"}}
    found = call_graph(graphs, JavaNamer(), (), root=tmp_path)
    assert {caller: callees for caller, callees in found.items() if callees} == facts
    found = call_graph(graphs, JavaNamer(), (), root=tmp_path, evidence=ANY)
    assert {caller: callees for caller, callees in found.items() if callees} == {**facts, "U:f": {"A:m", "B:m"}}


def test_modules_are_named_from_the_folder_the_ground_truth_starts_at() -> None:
    """``src/a.py`` is ``a`` where the ground truth says so, and ``src.a`` elsewhere."""
    nodes = [node("file src/a.py"), node("f src/a.py#f")]
    assert calls(nodes, [edge("src/a.py", "src/a.py#f")], PythonNamer(), "a.f") == {"a": {"a.f"}}
    assert calls(nodes, [edge("src/a.py", "src/a.py#f")], PythonNamer()) == {"src.a": {"src.a.f"}}


@pytest.mark.parametrize(
    ("ours", "truth", "namer", "judged", "expected"),
    [
        ({"a": {"f", "g"}, "b": {"f"}}, {"a": {"f"}}, PythonNamer(), Judged.CALLERS, (1, 2, 1, False, True)),
        ({"a": {"p.A:f", "p.B:g"}}, {"a": {"p.B:f"}}, JavaNamer(), Judged.CALLS, (0, 1, 1, False, False)),
        ({"a": {"f", "<builtin>.x"}}, {"a": {"f"}}, JavaScriptNamer(), Judged.CALLERS, (1, 1, 1, True, True)),
        ({"a": {"f", "<builtin>.x"}}, {"a": {"f", "<builtin>.y"}}, JavaScriptNamer(), Judged.CALLERS, (1, 2, 2, False, False)),
        ({"a": {"f"}}, {"a": {"f"}, "b": set[str]()}, PythonNamer(), Judged.CALLERS, (1, 1, 1, True, False)),
    ],
)
def test_only_what_the_ground_truth_lists_is_judged(
    ours: CallGraph, truth: CallGraph, namer: Namer, judged: Judged, expected: tuple[int, int, int, bool, bool]
) -> None:
    """Callers that are not listed, other calls (Java) and builtins where none is listed (JavaScript) count for nothing."""
    found = compare(ours, truth, namer, judged)
    assert (found.right, found.claimed, found.expected, found.complete, found.sound) == expected


def write_case(root: Path, truth: Mapping[str, list[str]]) -> None:
    """Write one case of a micro-benchmark."""
    folder = root / "calls" / "simple"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text("f()\n", encoding="utf-8")
    (folder / "callgraph.json").write_text(json.dumps(truth), encoding="utf-8")


def test_cases_are_scored_for_each_evidence_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is possible counts only where it is asked for; failing cases are shown, and how many are not."""
    write_case(tmp_path, {"main": ["main.f", "json.loads"], "main.f": [], "main.g": []})
    nodes = [node("file main.py"), node("f main.py#f"), node("f main.py#h")]
    edges = [edge("main.py", "main.py#f"), edge("main.py", "main.py#h", evidence=Evidence.POSSIBLE)]
    cases = read_cases(tmp_path, PythonNamer())
    proven, possible = measure_cases(cases, lambda _: [FileGraph("main.py", nodes, edges)], PythonNamer(), (FACTS, ANY), Judged.CALLERS)
    assert (proven[0].score.complete, possible[0].score.complete) == (True, False)
    assert (proven[0].score.expected, proven[0].own.expected) == (2, 1)
    print_cases("title", possible, show=1)
    print_cases("title", proven, show=0)
    out = capsys.readouterr().out
    for line in ("invented  main -> main.h", "missed    main -> json.loads", "no node   main.g", "… and 1 more cases (--worst 1)"):
        assert line in out


def test_sets_that_are_none_are_clear_errors(tmp_path: Path) -> None:
    """An empty folder, a broken call graph, and projects without sources are named."""
    with pytest.raises(SourceError, match="no case in"):
        read_cases(tmp_path, PythonNamer())
    write_case(tmp_path, {})
    (tmp_path / "calls" / "simple" / "callgraph.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot read the call graph"):
        read_cases(tmp_path, PythonNamer())
    (tmp_path / "one.json").write_text('{"a": ["b"]}', encoding="utf-8")
    (tmp_path / "two.json").write_text("{}", encoding="utf-8")
    (tmp_path / "one").mkdir()
    cases, missing = read_projects(tmp_path, tmp_path, PythonNamer())
    assert ([case.name for case in cases], missing) == (["one"], ["two"])


def test_nameless_function_may_be_listed_by_its_variable(tmp_path: Path) -> None:
    """`const f = decorator(function () {})` may be listed as `f`; a field that holds a class is called by its constructor."""
    (tmp_path / "main.js").write_text("const f = dec(function () {});\ndec(function () {});\n", encoding="utf-8")
    nodes = [node("file main.js"), node("l main.js#<lambda1>"), node("l main.js#<lambda2>", 2), node("C main.js#A")]
    held = Node(Handle("main.js#A.B"), "field", "B", "A.B", "main.js", 1, 1)
    nodes += [held, node("i main.js#A.B.constructor")]
    edges = [edge("main.js", "main.js#<lambda1>"), edge("main.js", "main.js#A.B", EdgeKind.INSTANTIATES)]
    assert calls(nodes, edges, JavaScriptNamer(), "main.f", root=tmp_path)["main"] == {"main.f", "main.A.B.constructor"}
    assert "main.<arrow1>" in calls(nodes, edges, JavaScriptNamer(), "main.<arrow1>", "main.f", root=tmp_path)["main"]
