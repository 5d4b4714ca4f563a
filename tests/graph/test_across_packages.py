"""Uses of a package lead to the indexed repository that publishes it, where both manifests say so and the name leads to the definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.across import AcrossRepositories, Party
from graph.across_packages import PackageLinks
from graph.answers import GraphView, open_view
from graph.model import EdgeKind, Evidence, Handle
from graph.published import Published
from graph.questions import callees, callers, find_one, implementations, references
from graph.reach import impact
from graph.structure import dependents, module_scope
from tests.graph.indexed import IndexedTree

TOOLS = {
    "pyproject.toml": '[project]\nname = "Quick.Tools"\n',
    "src/quick/__init__.py": "from . import text\nfrom .core import Command\nfrom .shell import prompt\n\ndef start(): ...\n",
    "src/quick/core.py": "class Base:\n    def run(self): ...\n\nclass Command(Base):\n    def invoke(self):\n        return self.run()\n",
    "src/quick/shell.py": "def prompt():\n    ...\n",
    "src/quick/text/__init__.py": "",
    "src/quick/text/wrap.py": "def fill():\n    ...\n",
    "src/quick/hidden.py": "def secret():\n    ...\n",
    "tests/app/pyproject.toml": '[project]\nname = "sample"\n',
    "tests/app/sample.py": "def sampled():\n    ...\n",
}
APP = {
    "requirements.txt": "quick_tools>=1\nsample\n",
    "app.py": """import quick
from quick import Command, prompt
from quick.text import wrap
from quick.text.wrap import fill
import sample

class Deploy(Command):
    def go(self):
        self.run()

def main():
    quick.start()
    prompt()
    Command().invoke()
    fill()
    quick.missing()
    sample.sampled()
    secret()
""",
}


@dataclass(frozen=True)
class Files:
    """Files in memory."""

    texts: Mapping[str, str]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self.texts)

    def read(self, path: str) -> bytes | None:
        return self.texts[path].encode() if path in self.texts else None


@dataclass
class Repositories:
    """Indexed trees that see each other; the first one is asked."""

    tree: IndexedTree
    files: dict[str, Mapping[str, str]]

    def seen(self, name: str) -> GraphView:
        parties = {Party("" if each == name else each, each): files for each, files in self.files.items()}
        published = {party: Published(self.tree.store, party.view, Files(files)) for party, files in parties.items()}
        own = next(each for each in parties if not each.name)
        others = [each for each in parties if each.name]
        links = PackageLinks(self.tree.store, published)
        return open_view(AcrossRepositories(self.tree.store, own, others, [links]), own.view)

    def add(self, name: str, files: Mapping[str, str]) -> None:
        self.tree.update(files, view=name)
        self.files[name] = files


@pytest.fixture
def repositories(tmp_path: Path) -> Iterator[Repositories]:
    with closing(IndexedTree(tmp_path)) as tree:
        yield Repositories(tree, {})


@pytest.fixture
def both(repositories: Repositories) -> Repositories:
    repositories.add("tools", TOOLS)
    repositories.add("app", APP)
    return repositories


def abroad(graph: GraphView, handle: str, kinds: list[EdgeKind] | None = None) -> set[str]:
    """Return what a node uses in other repositories, as kind and target."""
    edges = graph.edges_from([Handle(handle)], kinds or [])
    return {f"{edge.kind} {edge.target}" for edge in edges if edge.target.startswith("repository:")}


def test_a_name_is_followed_to_its_definition(both: Repositories) -> None:
    """Defined in the package's file, in a module below, imported by a module, inherited; a type that is called is made."""
    graph = both.seen("app")
    assert abroad(graph, "app.py#main") >= {
        "calls repository:tools/src/quick/__init__.py#start",
        "calls repository:tools/src/quick/shell.py#prompt",
        "instantiates repository:tools/src/quick/core.py#Command",
        "calls repository:tools/src/quick/core.py#Command.invoke",
        "calls repository:tools/src/quick/text/wrap.py#fill",
    }
    assert abroad(graph, "app.py#Deploy") == {"inherits repository:tools/src/quick/core.py#Command"}
    assert abroad(graph, "app.py#Deploy.go", [EdgeKind.CALLS]) == {"calls repository:tools/src/quick/core.py#Base.run"}


def test_a_name_that_leads_nowhere_has_no_edge(both: Repositories) -> None:
    """Neither one that the package does not define, nor one that another module defines, nor a package of a test."""
    targets = " ".join(abroad(both.seen("app"), "app.py#main"))
    assert "missing" not in targets
    assert "secret" not in targets
    assert "sampled" not in targets


def test_such_an_edge_is_possible_and_says_why(both: Repositories) -> None:
    """The external one of the same place is the fact."""
    graph = both.seen("app")
    rows = {edge.target: edge for edge in callees(graph, find_one(graph, "main")).edges if "start" in edge.target}
    there, outside = rows[Handle("repository:tools/src/quick/__init__.py#start")], rows[Handle("external:quick#start")]
    assert (there.evidence, outside.evidence) == (Evidence.POSSIBLE, Evidence.EXTERNAL)
    assert there.rule == f"{outside.rule}:repository"
    assert (there.path, there.line, there.start_byte) == (outside.path, outside.line, outside.start_byte)
    assert not any(abroad(graph, "app.py#main", [EdgeKind.INHERITS]))
    assert not list(graph.edges_from([Handle("app.py#Deploy")], evidence=[Evidence.PROVEN]))[1:]


@pytest.mark.parametrize(
    ("name", "users"),
    [
        ("start", {"repository:app/app.py#main"}),
        ("prompt", {"repository:app/app.py#main"}),
        ("Command.invoke", {"repository:app/app.py#main"}),
        ("Base.run", {"repository:app/app.py#Deploy.go", "src/quick/core.py#Command.invoke"}),
        ("fill", {"repository:app/app.py#main"}),
        ("secret", set[str]()),
    ],
)
def test_who_calls_a_definition_is_found_from_its_own_repository(both: Repositories, name: str, users: set[str]) -> None:
    graph = both.seen("tools")
    assert {edge.source for edge in callers(graph, find_one(graph, name)).edges} == users


def test_both_directions_agree(both: Repositories) -> None:
    """Whatever leads from one repository into the other is found from its target as well."""
    app, tools = both.seen("app"), both.seen("tools")
    handles = [node.handle for file in app.store.files("app") for node in file.nodes]
    out = [edge for edge in app.edges_from(handles) if edge.target.startswith("repository:")]
    found = {
        (edge.kind, edge.source.removeprefix("repository:app/"), edge.target, edge.line)
        for edge in tools.edges_to({Handle(edge.target.removeprefix("repository:tools/")) for edge in out})
        if edge.source.startswith("repository:")
    }
    assert found == {(edge.kind, edge.source, edge.target.removeprefix("repository:tools/"), edge.line) for edge in out}
    assert len(found) > 10


def test_subclasses_impact_and_modules_go_across(both: Repositories) -> None:
    graph = both.seen("tools")
    assert {edge.source for edge in implementations(graph, find_one(graph, "Base")).edges} == {
        "src/quick/core.py#Command",
        "repository:app/app.py#Deploy",
    }
    reached = {each.node.handle: each.evidence for each in impact(graph, find_one(graph, "Base.run")).reached}
    assert reached[Handle("repository:app/app.py#Deploy.go")] is Evidence.POSSIBLE
    users = dependents(graph, module_scope(graph, "src/quick/text/wrap.py"))
    assert [each.module.handle for each in users.modules] == ["repository:app/app.py"]
    importers = references(graph, find_one(graph, "src/quick/__init__.py"), kinds=[EdgeKind.IMPORTS])
    assert {edge.source for edge in importers.edges} == {"repository:app/app.py"}
    package = find_one(graph, "pyproject.toml#pypi:Quick.Tools")
    assert {edge.source for edge in graph.edges_to([package.handle], [EdgeKind.DEPENDS_ON])} == {"repository:app/requirements.txt"}


def test_without_a_dependency_there_is_no_edge(repositories: Repositories) -> None:
    """The same code, and nothing that says whose ``quick`` it is."""
    repositories.add("tools", TOOLS)
    repositories.add("app", {"app.py": APP["app.py"]})
    assert not abroad(repositories.seen("app"), "app.py#main")
    graph = repositories.seen("tools")
    assert callers(graph, find_one(graph, "start")).edges == ()


def test_who_publishes_a_package_itself_uses_its_own(repositories: Repositories) -> None:
    """A fork's dependants in its own tree mean the fork."""
    repositories.add("tools", TOOLS)
    repositories.add("fork", {**APP, **{f"lib/{path}": text for path, text in TOOLS.items()}})
    assert not abroad(repositories.seen("fork"), "app.py#main")


def test_two_repositories_that_publish_a_package_are_both_possible(both: Repositories) -> None:
    both.add("fork", TOOLS)
    assert abroad(both.seen("app"), "app.py#main", [EdgeKind.CALLS]) >= {
        "calls repository:tools/src/quick/__init__.py#start",
        "calls repository:fork/src/quick/__init__.py#start",
    }


OTHERS = {
    "go": (
        {
            "go.mod": "module example.com/kit\n",
            "log/log.go": "package log\n\nfunc Print() {}\n\ntype Sink struct{}\n\nfunc (s Sink) Close() {}\n",
        },
        {
            "go.mod": "module example.com/app\n\nrequire example.com/kit v1.0.0\n",
            "main.go": 'package main\n\nimport "example.com/kit/log"\n\nfunc run() {\n\tlog.Print()\n\ts := log.Sink{}\n\ts.Close()\n}\n',
        },
        "main.go#run",
        {"calls repository:kit/log/log.go#Print", "calls repository:kit/log/log.go#Sink.Close"},
    ),
    "npm": (
        {
            "package.json": '{"name": "@acme/kit", "exports": {".": "./src/main.ts", "./deep": "./src/deep.ts"}}',
            "src/main.ts": "export * from './inner';\nexport function open() {}\n",
            "src/inner.ts": "export class Box { put() {} }\n",
            "src/deep.ts": "export function dive() {}\n",
        },
        {
            "package.json": '{"name": "app", "dependencies": {"@acme/kit": "^1"}}',
            "app.ts": "import { open, Box } from '@acme/kit';\nimport { dive } from '@acme/kit/deep';\n"
            "export function main() { open(); new Box().put(); dive(); }\n",
        },
        "app.ts#main",
        {"calls repository:kit/src/main.ts#open", "calls repository:kit/src/inner.ts#Box.put", "calls repository:kit/src/deep.ts#dive"},
    ),
    "cargo": (
        {
            "Cargo.toml": '[package]\nname = "fast-kit"\n',
            "src/lib.rs": "pub mod net;\npub use net::tcp::Stream;\npub fn spawn() {}\n",
            "src/net/mod.rs": "pub mod tcp;\n",
            "src/net/tcp.rs": "pub struct Stream {}\nimpl Stream { pub fn open() -> Stream { Stream {} } }\n",
        },
        {
            "Cargo.toml": '[package]\nname = "app"\n\n[dependencies]\nfast-kit = "1"\n',
            "src/main.rs": "use fast_kit::Stream;\nfn main() { fast_kit::spawn(); Stream::open(); fast_kit::net::tcp::Stream::open(); }\n",
        },
        "src/main.rs#main",
        {"calls repository:kit/src/lib.rs#spawn", "calls repository:kit/src/net/tcp.rs#Stream.open"},
    ),
}


@pytest.mark.parametrize("language", OTHERS)
def test_packages_of_other_languages_are_walked_as_they_are_there(repositories: Repositories, language: str) -> None:
    """Both ways again."""
    kit, app, source, wanted = OTHERS[language]
    repositories.add("kit", kit)
    repositories.add("app", app)
    found = abroad(repositories.seen("app"), source, [EdgeKind.CALLS])
    assert found == wanted
    graph = repositories.seen("kit")
    for each in wanted:
        target = Handle(each.removeprefix("calls repository:kit/"))
        assert f"repository:app/{source}" in {edge.source for edge in graph.edges_to([target], [EdgeKind.CALLS])}
