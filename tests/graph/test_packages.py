"""Packages of a tree: who belongs to whom, and what a dependency is."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.manifests.model import Ecosystem, Manifest
from graph.model import Edge, EdgeKind, Evidence, Handle, NodeKind
from graph.packages import MAX_BYTES, PackageMap, is_manifest, package_graphs, read_manifest, read_packages
from ingest.model import Failure
from tests.graph.manifests import test_ecosystems as texts


def read(files: Mapping[str, str]) -> PackageMap:
    """The packages of a tree of texts, without any failure."""
    packages, failures = read_packages(((path, text.encode()) for path, text in files.items()))
    assert failures == []
    return packages


def edges(packages: PackageMap) -> list[tuple[str, str, str, Evidence, int]]:
    """Every edge, without what all of them share."""
    found = [edge for graph in package_graphs(packages) for edge in graph.edges]
    assert all(edge.kind is EdgeKind.DEPENDS_ON for edge in found)
    return [(edge.source, edge.target, edge.rule, edge.evidence, edge.line) for edge in found]


def test_a_file_belongs_to_the_nearest_package_above_it() -> None:
    """Of any ecosystem, or of the one asked for; files beside no manifest belong to none."""
    packages = read({"pyproject.toml": "[project]\nname = 'top'\n", "web/package.json": '{"name": "web"}', "web/js/package.json": "{}"})
    names = {path: packages.package_of(path) for path in ("a.py", "web/js/deep/x.js", "web/x.py")}
    assert {path: found.name if found else "" for path, found in names.items()} == {
        "a.py": "top",
        "web/js/deep/x.js": "web",
        "web/x.py": "web",
    }
    top = packages.package_of("web/x.py", Ecosystem.PYPI)
    assert top is not None and top.name == "top" and top.handle == "pyproject.toml#pypi:top"
    assert packages.package_of("web/x.go", Ecosystem.GO) is None
    assert [package.name for package in packages.named(Ecosystem.NPM, "web")] == ["web"]
    assert packages.named(Ecosystem.NPM, "Web") == ()
    odd = read({"pyproject.toml": "[project]\nname = 'My.App'\n", "A.csproj": "<Project/>"})
    assert len(odd.named(Ecosystem.PYPI, "my_app")) == len(odd.named(Ecosystem.NUGET, "a")) == 1  # as their registries compare names


def test_manifests_of_one_folder_are_one_package() -> None:
    """Each manifest keeps its own edges, all of them leave the one package, and files of requirements below it add to it."""
    packages = read({
        "setup.py": "setup(name='app')",
        "setup.cfg": "[metadata]\nname = app\n[options]\ninstall_requires = six\n",
        "requirements/dev.txt": "pytest\n",
    })
    (package,) = packages.packages
    assert (package.name, package.path) == ("app", "setup.cfg")
    assert edges(packages) == [
        ("setup.cfg#pypi:app", "external:pytest", "manifest:development", Evidence.EXTERNAL, 1),
        ("setup.cfg#pypi:app", "external:six", "manifest:runtime", Evidence.EXTERNAL, 4),
    ]
    nodes = [node for graph in package_graphs(packages) for node in graph.nodes]
    assert [(node.handle, node.kind, node.name, node.path, node.start_line) for node in nodes] == [
        ("setup.cfg#pypi:app", NodeKind.PACKAGE, "app", "setup.cfg", 2)
    ]
    assert edges(read({"requirements.txt": "six\nsix\n"}))[0][0] == "requirements.txt"


WORKSPACES = {
    "npm": (
        {
            "package.json": '{"workspaces": ["packages/*", "!packages/out"]}',
            "packages/a/package.json": '{"name": "a", "dependencies": {"b": "1", "out": "1", "react": "1"}}',
            "packages/b/package.json": '{"name": "b"}',
            "packages/out/package.json": '{"name": "out"}',
        },
        [
            ("packages/a/package.json#npm:a", "packages/b/package.json#npm:b", "manifest:runtime:workspace", Evidence.PROVEN),
            ("packages/a/package.json#npm:a", "packages/out/package.json#npm:out", "manifest:runtime:same-name", Evidence.POSSIBLE),
            ("packages/a/package.json#npm:a", "external:out", "manifest:runtime:same-name", Evidence.POSSIBLE),
            ("packages/a/package.json#npm:a", "external:react", "manifest:runtime", Evidence.EXTERNAL),
        ],
    ),
    "npm-protocol": (
        {"a/package.json": '{"name": "a", "dependencies": {"b": "workspace:*"}}', "b/package.json": '{"name": "b"}'},
        [("a/package.json#npm:a", "b/package.json#npm:b", "manifest:runtime:workspace", Evidence.PROVEN)],
    ),
    "cargo": (
        {
            "Cargo.toml": "[workspace]\nmembers = ['crates/**']\n[workspace.dependencies]\nb = { path = 'crates/deep/b' }\n",
            "crates/a/Cargo.toml": "[package]\nname = 'a'\n[dependencies]\nb.workspace = true\nc = { path = '../../missing' }\n",
            "crates/deep/b/Cargo.toml": "[package]\nname = 'b'\n",
        },
        [
            ("crates/a/Cargo.toml#cargo:a", "crates/deep/b/Cargo.toml#cargo:b", "manifest:runtime:path", Evidence.PROVEN),
            ("crates/a/Cargo.toml#cargo:a", "unknown:c", "manifest:runtime:path", Evidence.UNKNOWN),
        ],
    ),
    "maven": (
        {
            "pom.xml": "<project><groupId>g</groupId><artifactId>top</artifactId><modules><module>mid</module></modules></project>",
            "mid/pom.xml": "<project><groupId>g</groupId><artifactId>mid</artifactId>"
            "<modules><module>../api</module><module>..</module></modules></project>",
            "api/pom.xml": "<project><groupId>g</groupId><artifactId>api</artifactId><dependencies><dependency><groupId>g</groupId>"
            "<artifactId>mid</artifactId></dependency></dependencies></project>",
        },
        [("api/pom.xml#maven:g:api", "mid/pom.xml#maven:g:mid", "manifest:runtime:workspace", Evidence.PROVEN)],
    ),
    "gradle": (
        {
            "settings.gradle": "include ':core', ':web'\n",
            "core/build.gradle": "",
            "web/build.gradle": "dependencies { implementation project(':core')\n api project(':gone')\n api libs.x.y }",
            "gradle/libs.versions.toml": "[libraries]\nx-y = 'g:xy:1'\n",
        },
        [
            ("web/build.gradle#maven:web", "core/build.gradle#maven:core", "manifest:runtime:path", Evidence.PROVEN),
            ("web/build.gradle#maven:web", "unknown::gone", "manifest:runtime:path", Evidence.UNKNOWN),
            ("web/build.gradle#maven:web", "external:g:xy", "manifest:runtime", Evidence.EXTERNAL),
        ],
    ),
    "go": (
        {
            "a/go.mod": "module ex/a\nrequire ex/b v1.0.0\nrequire ex/c v1.0.0\nreplace ex/c => ../c\n",
            "b/go.mod": "module ex/b\n",
            "c/go.mod": "module ex/c\n",
        },
        [
            ("a/go.mod#go:ex/a", "external:ex/b", "manifest:runtime", Evidence.EXTERNAL),
            ("a/go.mod#go:ex/a", "c/go.mod#go:ex/c", "manifest:runtime:path", Evidence.PROVEN),
        ],
    ),
    "go-work": (
        {"go.work": "use (\n ./a\n ./b\n)\n", "a/go.mod": "module ex/a\nrequire ex/b v1\n", "b/go.mod": "module ex/b\n"},
        [("a/go.mod#go:ex/a", "b/go.mod#go:ex/b", "manifest:runtime:workspace", Evidence.PROVEN)],
    ),
    "dotnet": (
        {
            "Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="S" Version="5"/></ItemGroup></Project>',
            "w/Web.csproj": '<Project><ItemGroup><ProjectReference Include="..\\c\\Core.csproj"/><PackageReference Include="S"/>'
            "</ItemGroup></Project>",
            "c/Core.csproj": "<Project/>",
            "c/Other.csproj": "<Project/>",
        },
        [
            ("w/Web.csproj#nuget:Web", "external:S", "manifest:runtime", Evidence.EXTERNAL),
            ("w/Web.csproj#nuget:Web", "c/Core.csproj#nuget:Core", "manifest:runtime:path", Evidence.PROVEN),
        ],
    ),
    "python-path": (
        {"requirements.txt": "-e ./lib\n./gone\n", "lib/pyproject.toml": "[project]\nname = 'lib'\n"},
        [
            ("requirements.txt", "lib/pyproject.toml#pypi:lib", "manifest:runtime:path", Evidence.PROVEN),
            ("requirements.txt", "unknown:gone", "manifest:runtime:path", Evidence.UNKNOWN),
        ],
    ),
}


@pytest.mark.parametrize("case", WORKSPACES)
def test_what_a_dependency_is(case: str) -> None:
    """A path or a workspace proves a package; a bare name leaves the registry's as a candidate; a path to nowhere is unknown."""
    files, expected = WORKSPACES[case]
    assert [row[:4] for row in edges(read(files))] == expected


def test_versions_set_elsewhere_reach_their_users() -> None:
    files, _ = WORKSPACES["dotnet"]
    (web,) = (manifest for manifest in read(files).manifests if manifest.name == "Web")
    assert [item.requirement for item in web.dependencies if item.name == "S"] == ["5"]


def test_a_dependency_on_itself_is_no_edge() -> None:
    """An extra that names its own package, as many projects have for ``all``, adds nothing."""
    text = "[project]\nname = 'a'\n[project.optional-dependencies]\nall = ['a[x]']\n"
    assert edges(read({"pyproject.toml": text})) == []


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("package.json", b"\xff\xfe{}", "not UTF-8"),
        ("pom.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><project/>', "document type"),
        ("pom.xml", b"<settings/>", "not <project>"),
        ("package.json", b" " * (MAX_BYTES + 1), "bound"),
        ("package.json", b"{", "not JSON"),
        ("Cargo.toml", b"[", "not TOML"),
        ("setup.cfg", b"no section", "not INI"),
        ("setup.py", b"def", "not Python"),
        ("setup.py", b"(" * 5_000, "not Python"),
        ("setup.py", b"x = " + b"-" * 200_000 + b"1", "not Python"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_a_failure(path: str, data: bytes, says: str) -> None:
    """It costs that file only, and says what is wrong."""
    packages, failures = read_packages([(path, data), ("go.mod", b"module m\n"), ("main.go", b"\xff")])
    assert [failure.path for failure in failures] == [path]
    assert says in failures[0].reason
    assert [package.name for package in packages.packages] == ["m"]


def test_dependencies_without_a_usable_name_are_counted() -> None:
    _, failures = read_packages([("package.json", b'{"dependencies": {"a b": "1", "c#d": "1", "": "1", "\\ud800": "1"}}')])
    assert failures == [Failure("package.json", "4 of its dependencies have no name that can be read")]


def test_which_files_are_manifests() -> None:
    named = ["a/pom.xml", "X.csproj", "x.fsproj", "a.gemspec", "requirements-dev.txt", "requirements/x.txt", "project/Dependencies.scala"]
    assert [
        path for path in [*named, "constraints.txt", "requirements/constraints.txt", "requirements.md", "x.json"] if is_manifest(path)
    ] == named
    with pytest.raises(ValueError, match="no manifest"):
        read_manifest("main.go", b"")


SEEDS = {
    "pyproject.toml": texts.PYPROJECT,
    "setup.cfg": texts.SETUP_CFG,
    "setup.py": texts.SETUP_PY,
    "requirements.txt": texts.REQUIREMENTS,
    "package.json": texts.PACKAGE_JSON,
    "go.mod": texts.GO_MOD,
    "Cargo.toml": texts.CARGO,
    "pom.xml": texts.POM,
    "build.gradle": texts.GRADLE,
    "Gemfile": texts.GEMFILE,
    "X.csproj": texts.CSPROJ,
}


@given(st.sampled_from(sorted(SEEDS)), st.integers(0, 2**32))
def test_mutilated_manifests_never_crash(path: str, seed: int) -> None:
    """Whatever is cut out, doubled, moved or overwritten: a manifest or a failure, and a graph whose lines are in the file."""
    chance = random.Random(seed)
    data = bytearray(SEEDS[path].encode())
    for _ in range(chance.randint(1, 6)):
        a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        b = min(b, a + 40)
        change = chance.randrange(4)
        data[a:b] = [b"", data[a:b] * 2, chance.randbytes(3), chance.choice([b"{", b'"', b"]", b"\n", b"<", b"#", b"\0"])][change]
    found = read_manifest(path, bytes(data))
    if isinstance(found, Manifest):
        lines = len(re.findall(rb"\r\n|[\n\r]|[\x0b\x0c\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]", data)) + 1
        for graph in package_graphs(PackageMap([found])):
            assert all(0 < edge.line <= lines and "\n" not in edge.target for edge in graph.edges)


def test_edges_of_a_tree_with_a_thousand_modules_take_little_time() -> None:
    """Membership of a workspace is computed once, not for every dependency."""
    names = [f"m{number}" for number in range(1_000)]
    listed = "".join(f"<module>{name}</module>" for name in names)
    files = {"pom.xml": f"<project><groupId>g</groupId><artifactId>top</artifactId><modules>{listed}</modules></project>"}
    needs = "".join(f"<dependency><groupId>g</groupId><artifactId>m{number}</artifactId></dependency>" for number in range(20))
    for name in names:
        files[f"{name}/pom.xml"] = (
            f"<project><groupId>g</groupId><artifactId>{name}</artifactId><dependencies>{needs}</dependencies></project>"
        )
    found = [edge for graph in package_graphs(read(files)) for edge in graph.edges]
    assert len(found) == 20 * 1_000 - 20  # the first twenty do not depend on themselves
    assert all(edge.evidence is Evidence.PROVEN for edge in found)


def test_each_dependency_has_a_place_of_its_own() -> None:
    """By which the candidates of one are told from those of another, also on one line; names are found however they are spelled."""
    line = '{"name": "w", "dependencies": {"core": "1", "x": "npm:y@1", "util": "2"}}'
    packages = read({"package.json": line, "a/package.json": '{"name": "core"}', "b/package.json": '{"name": "util"}'})
    (graph,) = [graph for graph in package_graphs(packages) if graph.path == "package.json"]
    places = {edge.target: line[edge.start_byte : edge.end_byte] for edge in graph.edges}
    assert places == {
        "a/package.json#npm:core": "core",
        "external:core": "core",
        "external:y": "x",
        "b/package.json#npm:util": "util",
        "external:util": "util",
    }
    text = "# x\n\fTyping_Extensions>=4\n"
    (graph,) = package_graphs(read({"requirements.txt": text}))
    assert [(edge.line, text[edge.start_byte : edge.end_byte]) for edge in graph.edges] == [(2, "Typing_Extensions")]


def test_edges_are_those_of_their_file() -> None:
    packages = read({"web/package.json": '{"name": "w", "dependencies": {"x": "1"}}'})
    (graph,) = package_graphs(packages)
    ends = (Handle("web/package.json#npm:w"), Handle("external:x"))
    expected = Edge(EdgeKind.DEPENDS_ON, Evidence.EXTERNAL, "manifest:runtime", *ends, graph.path, 1, 32, 33)
    assert list(graph.edges) == [expected]


HALF = 500_000
HOSTILE = {
    "build.gradle": [
        "/*" * HALF,
        '"' + '\\"' * HALF,
        "api" + " " * HALF + "x",
        "group" + " " * HALF,
        "a" * HALF,
        "implementation(" * 60_000,
    ],
    "settings.gradle": ["include " + "'a' " * 200_000 + "!", "include(" * 100_000],
    "build.sbt": ["/*" * HALF, '"a"' + " " * HALF, '"a" % ' * 100_000, "ThisBuild /" * 90_000],
    "Package.swift": ["/*" * HALF, '"' + '\\"' * HALF, ".package(" * 100_000, '.package(url: "a", ' + "(" * HALF],
    "Gemfile": ["group " + " " * HALF, "gem 'a', group: [" * 60_000, "do |" * 200_000, ("group" + " " * 2_000 + "\n") * 400],
    "a.gemspec": ["s.name = " * 100_000, "s.add_dependency " * 60_000],
    "requirements.txt": ["x\\\n" * 300_000, "-e ." + "[" * HALF, "a" + "-" * HALF, ("-e ." + "[" * 1_990 + "\n") * 400, " #" * HALF],
    "go.mod": ["require (" + '"' * HALF, "require " * 100_000, "require (\n" + "a b //\n" * 100_000],
    "pnpm-workspace.yaml": ["packages:\n" + "  -\n" * 200_000, "packages:" + " " * HALF, "packages:\n" * 90_000],
    "setup.cfg": ["[options]\ninstall_requires =\n" + " a\n" * 200_000, "[a]\n" * 200_000],
    "setup.py": ["setup(" * 90_000, "setup(install_requires=[" + "'a'," * 100_000 + "])"],
    "pom.xml": ["<project><version>" + "${version}" * 90_000 + "</version></project>", "<" * HALF, "<project>" + "&#65;" * 150_000],
    "package.json": ["[" * HALF, '{"a":' * 150_000, '{"dependencies": {' + ", ".join(f'"a{at}": ""' for at in range(50_000)) + "}}"],
    "pyproject.toml": ["[" * HALF, "a." * 200_000 + "b = 1", "a = [" * 150_000, "[project]\ndependencies = [" + '"a",' * 150_000 + "]"],
    "Cargo.toml": ["[[bin]]\n" * 100_000, "[dependencies]\n" + "".join(f"a{at} = '1'\n" for at in range(50_000))],
}


@pytest.mark.parametrize("path", HOSTILE)
def test_no_text_of_a_mebibyte_takes_long(path: str) -> None:
    """Unclosed comments, strings and brackets, and long runs of what an expression repeats: each is done within seconds."""
    for text in HOSTILE[path]:
        started = time.process_time()
        found = read_manifest(path, text.encode()[:MAX_BYTES])
        if isinstance(found, Manifest):
            assert sum(len(graph.edges) for graph in package_graphs(PackageMap([found]))) <= 200_000
        assert time.process_time() - started < 10, text[:30]
