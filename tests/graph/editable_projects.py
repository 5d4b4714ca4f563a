"""Small programs in parts that can be exchanged, for tests of what follows their edits.

Of each file there are the choices for every part; the first ones make a program that holds together, others break it, move a name to
another file or change what a function without types is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import add

from hypothesis import strategies as st

Parts = dict[str, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class Project:
    """The files of a program by their parts, names of further files that edits may make, and what they may write."""

    parts: Parts
    more_paths: tuple[str, ...] = ()
    free: st.SearchStrategy[str] | None = None
    """What an edit may add; by default any of the choices, after any of the openings."""
    openings: tuple[str, ...] = ("",)

    @cached_property
    def places(self) -> list[tuple[str, int]]:
        """All parts, by file and number."""
        return [(path, at) for path, slots in self.parts.items() for at in range(len(slots))]

    @cached_property
    def paths(self) -> list[str]:
        """All files that there may be, but manifests."""
        return [*(path for path in self.parts if path not in MANIFESTS), *self.more_paths]

    @cached_property
    def fragments(self) -> st.SearchStrategy[str]:
        """What an edit may add."""
        choices = sorted({each for slots in self.parts.values() for slot in slots for each in slot if each})
        added = st.builds(add, st.sampled_from(self.openings), st.sampled_from(choices))
        return added if self.free is None else self.free

    def assembled(self, path: str, chosen: dict[tuple[str, int], int]) -> str:
        """Return a file made of the parts that were chosen."""
        return "".join(slot[chosen.get((path, at), 0) % len(slot)] for at, slot in enumerate(self.parts[path]))


MANIFESTS = {"go.mod", "Cargo.toml", "tsconfig.json"}

_NAMES = ("A", "B", "f", "g")
names = st.sampled_from(_NAMES)
modules = st.sampled_from(("pkg", "pkg.a", "pkg.b", ".a", ".b", ".", "lib", "pkg.sub", "main", "gone"))
values = st.one_of(
    names,
    st.builds("{}()".format, names),
    st.builds("{}({})".format, names, names),
    st.builds("{}().m({}())".format, names, names),
    st.just("1"),
    st.just("lambda: f()"),
)
imports = st.one_of(
    st.builds("from {} import {}\n".format, modules, names),
    st.builds("from {} import {} as B\n".format, modules, names),
    st.builds("from {} import *\n".format, modules),
    st.builds("import {}\n".format, st.sampled_from(("pkg", "pkg.a", "pkg.b", "lib"))),
)
classes = st.builds(
    "class {}({}):\n    def m(self, x=None):\n        self.k = {}\n        return x\n\n"
    "    def n(self):\n        return self.m({}).n()\n".format,
    st.sampled_from(("A", "B")),
    st.sampled_from(("object", "A", "B", "pkg.A", "lib.B")),
    values,
    values,
)
functions = st.builds(
    "def {}(x, y=None):\n    {}\n    x.m(y)\n    y()\n    return {}\n".format,
    st.sampled_from(("f", "g", "test_a")),
    st.one_of(st.just("pass"), st.builds("z = {}".format, values)),
    values,
)
statements = st.one_of(st.builds("{} = {}\n".format, names, values), st.builds("{}\n".format, values), st.builds("{}.m()\n".format, values))
PYTHON = Project(
    {
        "lib.py": (
            ("", "from pkg.a import A\n", "from pkg import B\n"),
            (
                "class L:\n    def m(self, x=None):\n        return x\n\n    def run(self):\n        return self\n",
                "class L(A):\n    pass\n",
                "",
            ),
            ("def call(x):\n    x.run()\n    return x\n", "def call(x):\n    return x.m(x)\n", "def call(x: L):\n    return x.run()\n", ""),
        ),
        "pkg/__init__.py": (("from pkg.b import B\n", "from .a import A as B\n", "from .b import *\n", ""), ("", "from lib import call\n")),
        "pkg/a.py": (
            ("from lib import L, call\n", "from lib import call\n", "import lib\n\nL = lib.L\ncall = lib.call\n"),
            ("class A:\n", "class A(L):\n"),
            (
                "    def m(self, x=None):\n        return L()\n",
                "    def m(self, x=None):\n        return x\n",
                "    def run(self):\n        print(1)\n",
            ),
            ("call(A())\n", "call(L())\n", "call(A)\n", ""),
        ),
        "pkg/b.py": (
            ("from .a import A\n", "from . import a\n\nA = a.A\n", "from gone import A\n"),
            ("class B(A):\n    def run(self):\n        return self.m(1)\n", "class B:\n    def m(self, x):\n        return x.run()\n"),
            ("", "B().m(B())\n", "def make():\n    return B()\n"),
        ),
        "main.py": (
            (
                "from pkg import B\nfrom lib import call\n",
                "import pkg\n\nB = pkg.B\n\ndef call(x):\n    x.run()\n",
                "from pkg import B, call\n",
            ),
            ("call(B())\n", "call(B().m(1))\n", "B().run().m()\n", ""),
            ("", "def last(x):\n    x.run()\n\n\nlast(B())\n"),
        ),
        "tests/test_a.py": (
            ("from pkg.a import A\n\n\ndef test_m():\n    A().m(1)\n", "from pkg import B\n\n\ndef test_m():\n    B().run()\n"),
        ),
    },
    ("pkg/sub/__init__.py",),
    st.one_of(imports, imports, classes, functions, statements),
)

GO = Project(
    {
        "go.mod": (("module example.com/own\n", "module example.com/other\n"),),
        "a/a.go": (
            ("package a\n", "package other\n"),
            ('import "example.com/own/b"\n', 'import . "example.com/own/b"\n', 'import b "far.org/b"\n'),
            ("type A struct{ b.B }\n", "type A struct{ held *b.B }\n", "type A = b.B\n"),
            ("func (a A) Run() A { return a }\n", "func (a *A) Run() *b.B { return b.New() }\n", "func (a A) Other() { a.Run() }\n", ""),
            ("func Make() A { return A{} }\n", "func Make() *b.B { return b.New() }\n", "var Make = b.New\n"),
        ),
        "b/b.go": (
            ("package b\n",),
            ("type B struct{}\n", "type B interface{ Run(); Stop() }\n", "type B struct{ next *B; run func() *B }\n"),
            ("func (B) Run() {}\n", "func (b *B) Run() *B { return b }\n", ""),
            ("func New() *B { return &B{} }\n", "func New() B { return B{} }\n", ""),
        ),
        "b/more.go": (
            ("package b\n", "package b_test\n"),
            (
                "func (B) Stop() {}\n",
                "type Face interface{ Run() }\n",
                "type Face interface{ Stop() }\n",
                "func New() *Face { return nil }\n",
            ),
        ),
        "main.go": (
            ("package main\n",),
            ('import "example.com/own/a"\n', 'import . "example.com/own/a"\n', 'import a "example.com/own/b"\n'),
            ("func main() { a.Make().Run() }\n", "func main() { Make().Stop() }\n", "func main() { take(a.New()) }\n"),
            ("func take(x interface{ Run() }) { x.Run() }\n", "func take(x a.A) { x.Run().Run(); x.B.Stop() }\n", ""),
        ),
        "a/a_test.go": (
            (
                "package a\nfunc TestMake() { Make().Run() }\n",
                'package a_test\nimport "example.com/own/a"\nfunc TestMake() { a.Make().Stop() }\n',
            ),
        ),
    },
    ("b/late.go", "vendor/far.org/b/b.go"),
)

JAVA = Project(
    {
        "p/Base.java": (
            ("package p;\n", "package q;\n"),
            ("public class Base {\n", "public interface Base {\n", "public abstract class Base<T> {\n"),
            ("  public Base run() { return this; }\n", "  public void run(int n) {}\n  public void run(String s) {}\n", ""),
            ("  public static Base make() { return new Base(); }\n", "  public static class Inner { public void run() {} }\n", ""),
            ("}\n", "  void hidden() { run(); }\n}\n"),
        ),
        "p/A.java": (
            ("package p;\n",),
            (
                "public class A extends Base {\n",
                "public class A implements Base {\n",
                "public class A extends Base.Inner {\n",
                "class A {\n",
            ),
            ("  public A run() { super.run(); return this; }\n", "  public A() { this(1); }\n  A(int n) { super(); }\n", ""),
            ("  Base held = Base.make();\n  void go() { held.run(); }\n", '  void go() { run(1); run("a"); }\n', ""),
            ("}\n",),
        ),
        "q/Use.java": (
            ("package q;\n", "package p;\n"),
            ("import p.*;\n", "import p.A;\nimport static p.Base.*;\n", "import far.org.Base;\nimport p.A;\n"),
            ("class Use {\n", "class Use extends A {\n"),
            ("  void f() { new A().run(); }\n", "  void f() { make().run().run(); }\n", "  void f() { Base.make().run(1); }\n"),
            ("  void g(Base b) { b.run(); new Base.Inner().run(); }\n", "  void g(A a) { a.go(); }\n", ""),
            ("}\n",),
        ),
        "test/p/ATest.java": (
            ("package p;\nclass ATest { @org.junit.Test public void runs() { new A().run(); } }\n", "package p;\nclass ATest { A a; }\n"),
        ),
    },
    ("q/Base.java", "p/Late.java"),
    openings=("", "package p;\n", "package q;\n"),
)

TYPESCRIPT = Project(
    {
        "tsconfig.json": (('{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}', "{}"),),
        "src/a.ts": (
            (
                "import { B } from './b';\n",
                "import { B } from '@/b';\n",
                "import B from './b';\n",
                "import * as b from '.';\nconst B = b.B;\n",
            ),
            ("export class A extends B {\n", "export class A {\n", "export default class A extends B {\n"),
            ("  run(): A { return this; }\n", "  run() { return super.run(); }\n", "  held = new B();\n  go() { this.held.run(); }\n", ""),
            ("}\n",),
            ("export function make() { return new A(); }\n", "export const make = () => new B();\n", "export { make } from './b';\n", ""),
        ),
        "src/b.ts": (
            ("export class B {\n", "export default class B {\n", "export interface B {\n"),
            ("  run(): B { return this; }\n", "  stop() {}\n", ""),
            ("}\n",),
            ("export function make(): B { return new B(); }\n", "export const make = (b: B) => b.run();\n", ""),
        ),
        "src/index.ts": (
            ("export * from './a';\n", "export { A as B } from './a';\n", ""),
            ("export * from './b';\n", "export { default as B } from './b';\n", ""),
        ),
        "src/leaf.js": (
            (
                "export function call(x) { x.run(); return x; }\n",
                "export const call = (x) => x();\n",
                "export function call(x, y) { y(x); x.stop(); }\n",
            ),
        ),
        "src/main.ts": (
            ("import { A, B, make } from '.';\n", "import { A, make } from './a';\n", "import B, { make } from '@/b';\n"),
            (
                "import { call } from './leaf';\n",
                "import * as leaf from './leaf.js';\nconst call = leaf.call;\n",
                "declare function call(x: A): void;\n",
            ),
            ("call(make());\n", "call(new B());\n", "call(new A()).run();\n", "call(make);\n"),
            ("call(new A(), (a) => a.run());\n", "call(() => new B().run());\n", ""),
        ),
    },
    ("src/late.js", "src/b/index.ts"),
)

RUST = Project(
    {
        "Cargo.toml": (('[package]\nname = "own"\n', '[package]\nname = "own"\n[dependencies]\nfar = "1"\n'),),
        "src/lib.rs": (
            ("pub mod a;\npub mod b;\n", "mod b;\npub mod a;\npub use b::*;\n", "pub mod b;\n"),
            ("pub use a::A;\n", "pub use b::B as A;\n", ""),
            (
                "pub fn take<T: b::Run>(t: T) { t.run(); }\n",
                "pub fn take(t: &dyn b::Run) { t.run(); }\n",
                "pub fn take(f: impl Fn()) { f(); }\n",
            ),
        ),
        "src/a.rs": (
            ("use crate::b::{B, Run};\n", "use super::b::*;\n", "use far::B;\n"),
            ("pub struct A { held: B }\n", "pub enum A { One(B), Two }\n", "pub type A = B;\n"),
            ("impl A { pub fn new() -> A { A { held: B } } }\n", "impl A { pub fn new() -> Self { A::One(B::new()) } }\n", ""),
            ("impl Run for A { fn run(&self) -> B { self.held.run() } }\n", "impl A { pub fn run(&self) {} }\n", ""),
            ("pub fn use_it() { A::new().run().run(); }\n", "pub fn use_it(b: B) { crate::take(b); b.stop(); }\n"),
        ),
        "src/b.rs": (
            ("pub struct B;\n", "#[derive(Clone)]\npub struct B<T = u8>(T);\n"),
            (
                "pub trait Run { fn run(&self) -> B; fn stop(&self) {} }\n",
                "pub trait Run { fn stop(&self) { self.halt(); } fn halt(&self); }\n",
                "",
            ),
            ("impl Run for B { fn run(&self) -> B { B } }\n", "impl B { pub fn new() -> B { B } pub fn run(&self) -> B { B } }\n", ""),
        ),
        "src/main.rs": (
            ("use own::{a, A};\n", "use own::*;\n", "mod a;\nuse a::A;\n"),
            ("fn main() { a::use_it(); own::take(A::new()); }\n", "fn main() { let a = A::new(); a.run().stop(); take(a); }\n"),
        ),
    },
    ("src/late.rs", "src/a/mod.rs"),
)

RUBY = Project(
    {
        "lib/a.rb": (
            ("require_relative 'b'\n", "require 'b'\n", ""),
            ("class A < B\n", "module A\n", "class A\n  include Shop::B\n"),
            ("  def run; super; end\n", "  def self.run; new.stop; end\n", "  attr_reader :run\n"),
            ("end\n",),
        ),
        "lib/b.rb": (
            ("class B\n", "module Shop\n class B; end\nend\nclass B\n"),
            ("  def run; self; end\n  def stop; run; end\n", "  def self.make; new; end\n", "  def run; yield self; end\n"),
            ("end\n",),
            ("B.new.run\n", "class A\n  def stop; run; end\nend\n", ""),
        ),
        "lib/leaf.rb": (("def call(x)\n  x.run\nend\n", "def call(x, y = nil)\n  x.stop\n  y.run\nend\n", "def call\n  yield\nend\n"),),
        "main.rb": (
            ("call(A.new)\n", "call(B.new)\n", "call(B.make, A.new)\n", ""),
            ("A.run\n", "B.new.run { |b| b.stop }\n", "call { A.new.run }\n"),
        ),
    },
    ("lib/late.rb",),
)

PHP = Project(
    {
        "a.php": (
            ("<?php\nnamespace App;\nuse Lib\\B;\n", "<?php\nnamespace Lib;\n", "<?php\nuse Lib\\B as C;\n"),
            ("class A extends B {\n", "class A {\n  use B;\n", "final class A implements B {\n"),
            (
                "  function run() { return parent::run(); }\n",
                "  static function make(): static { return new static; }\n",
                "  public B $held;\n",
            ),
            ("}\n",),
        ),
        "b.php": (
            ("<?php\nnamespace Lib;\n",),
            ("class B {\n", "trait B {\n", "interface B {\n"),
            ("  function run() { return $this; }\n", "  function stop() { $this->run(); }\n", ""),
            ("}\n",),
            ("function make() { return new B; }\n", "const LIMIT = 1;\n", ""),
        ),
        "leaf.php": (
            (
                "<?php\nfunction call($x) { $x->run(); }\n",
                "<?php\nfunction call($x, $y) { $y($x); $x->stop(); }\n",
                "<?php\nfunction call(\\Lib\\B $x) { $x->run(); }\n",
            ),
        ),
        "main.php": (
            ("<?php\nuse App\\A;\nuse Lib\\B;\n", "<?php\nnamespace App;\nuse function Lib\\make;\n"),
            ("call(new A());\n", "call(new B());\n", "call(make());\n", ""),
            ("A::make()->run();\n", "make()->run();\n", "call(new A, fn(B $b) => $b->run());\n"),
        ),
    },
    ("late.php",),
)
