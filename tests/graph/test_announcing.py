"""What a file brings or takes away reaches every file whose edges rest on it, also on its not being there (issue 6)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from graph.announcing import import_roots, moved_roots, stem_name
from graph.model import FileGraph
from tests.graph.indexed import IndexedTree
from tests.graph.stepped import difference

Files = Mapping[str, str]

MOVING: dict[str, tuple[Files, Files]] = {
    "java: the last file of a package that is imported whole": (
        {"Base.java": "import p.*;\n"},
        {"p/A.java": "package p;\nclass A {}\n"},
    ),
    "java: the last package below a name": (
        {"Base.java": "class Base { Object run() { return p.q.Gone.make(); } }\n"},
        {"A.java": "package p.q.r;\nclass A {}\n"},
    ),
    "kotlin: the last file of a package that is imported whole": (
        {"Base.kt": "import p.*\nfun run() = make()\n"},
        {"A.kt": "package p\nclass A\n"},
    ),
    "scala: a package that an import names relatively": (
        {"Base.scala": "package own\nimport inner._\nclass Base\n"},
        {"A.scala": "package own.inner\nclass Other\n"},
    ),
    "scala: the members of a package object": (
        {"Base.scala": "package own\nimport own.inner._\nclass Base { def run() = make() }\n"},
        {"A.scala": "package own\npackage object inner { def make() = 1 }\n"},
    ),
    "c#: a namespace that is used": (
        {"Base.cs": "using Far.Own;\nclass Base { }\n"},
        {"A.cs": "namespace Far.Own.Inner { class A { } }\n"},
    ),
    "c#: another part of a type": (
        {"Base.cs": "namespace N { partial class Base { void Run() { Make(); } } }\n"},
        {"A.cs": "namespace N { partial class Base { void Make() { } } }\n"},
    ),
    "c#: what a file of any name uses everywhere": (
        {"Base.cs": "class Base { void Run() { new A(); } }\n", "A.cs": "namespace N { class A { } }\n"},
        {"Usings.cs": "global using N;\n"},
    ),
    "c#: an extension method": (
        {"Base.cs": "namespace N { class Base { void Run(string s) { s.Shout(); } } }\n"},
        {"A.cs": "namespace N { static class A { public static void Shout(this string s) { } } }\n"},
    ),
    "c#: a project's file": (
        {
            "two/Base.cs": "namespace N { class Base { void Run() { new A(); } } }\n",
            "one/A.cs": "namespace N { class A { } }\n",
            "two/A.cs": "namespace N { class A { } }\n",
        },
        {"two/two.csproj": "<Project />\n"},
    ),
    "c++: a namespace that nothing of is seen": (
        {"base.cpp": "void run() { far::make(); }\n"},
        {"a.cpp": "namespace far { namespace inner { int x; } }\n"},
    ),
    "go: the package at the root of a module": (
        {"go.mod": "module example.com/own\n", "b/base.go": 'package b\nimport _ "example.com/own"\n'},
        {"a.go": "package own\n"},
    ),
    "go: what an interface embeds": (
        {
            "go.mod": "module example.com/own\n",
            "i/i.go": 'package i\nimport "example.com/own/j"\ntype I interface {\n\tA()\n\tj.J\n}\n',
            "b/b.go": "package b\ntype T struct{}\nfunc (t T) A() {}\n",
        },
        {"j/j.go": "package j\ntype J interface{}\n"},
    ),
    "rust: a macro of another file": (
        {"src/lib.rs": "mod a;\nmod b;\n", "src/b.rs": "pub fn run() { made!(); }\n"},
        {"src/a.rs": "macro_rules! made { () => {}; }\n"},
    ),
    "rust: the root of a crate of tests": (
        {"tests/inner.rs": "pub fn run() { crate::make(); }\n"},
        {"tests/all.rs": "mod inner;\npub fn make() {}\n"},
    ),
    "python: the file of the own package": (
        {"pkg/base.py": "from . import make\n\nmake()\n"},
        {"pkg/__init__.py": "def make(): ...\n"},
    ),
    "python: what makes a folder part of a package": (
        {"pkg/base.py": "import other\n\nother.make()\n", "pkg/other.py": "def make(): ...\n", "other.py": "def make(): ...\n"},
        {"pkg/__init__.py": ""},
    ),
    "python: what moves an import root": (
        {"z/base.py": "import b.c\n\nb.c.make()\n", "a/b/__init__.py": "", "a/b/c.py": "def make(): ...\n"},
        {"a/__init__.py": ""},
    ),
    "javascript: the first file of a package of the workspace": (
        {
            "packages/one/package.json": '{"name": "@own/core"}',
            "base.js": 'import { make } from "@own/core";\nmake();\n',
        },
        {"packages/one/src/index.js": "export function make() {}\n"},
    ),
    "php: a file that is included": (
        {"base.php": "<?php\nrequire 'inner/a.php';\nmake();\n"},
        {"inner/a.php": "<?php\nfunction make() {}\n"},
    ),
    "ruby: a function at the top of a file": (
        {"base.rb": "make\n"},
        {"a.rb": "def make; end\n"},
    ),
}


@pytest.mark.parametrize("case", MOVING)
def test_what_comes_and_goes_reaches_what_rests_on_it(case: str, tmp_path: Path) -> None:
    """The files beside it are resolved again as if all were resolved at once."""
    kept, moving = MOVING[case]
    with closing(IndexedTree(tmp_path)) as tree:
        graphs = _fresh(tree, kept, "without"), _fresh(tree, {**kept, **moving}, "with")
        beside = [[each for each in found if each.path in kept] for found in graphs]
        assert beside[0] != beside[1]
        for step, files in enumerate((kept, {**kept, **moving}, kept)):
            tree.update(files)
            assert difference(tree.graphs(), graphs[step % 2]) == []


def _fresh(tree: IndexedTree, files: Files, view: str) -> list[FileGraph]:
    tree.update(files, view=view)
    return tree.graphs(view)


def test_a_file_is_looked_for_without_its_endings() -> None:
    """All that lies at a place under one name has one name to be looked for."""
    assert stem_name("a/b.d.ts") == stem_name("a/b.js") == stem_name("a/b") != stem_name("b")


def test_import_roots_move_only_where_a_package_becomes_part_of_another() -> None:
    """Another package beside one, and other files, leave the folders as they are."""
    before = {"a/b/__init__.py", "a/b/c.py"}
    assert import_roots(before) == ["a"]
    assert not moved_roots(before, {*before, "a/d/__init__.py"}, ["a/d/__init__.py"])
    assert moved_roots(before, {*before, "a/__init__.py"}, ["a/__init__.py"])
    assert not moved_roots(before, {*before, "a/__init__.pyi"}, ["a/__init__.pyi"])
