"""What a file gives to the graph when it ends anywhere: no less order, and nothing that the whole file contradicts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from graph.build import resolve_files
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph
from tests.graph.languages.expectations import USES
from tests.graph.languages.test_csharp_constructs import EXPRESSIONS, LIBRARY
from tests.graph.languages.test_jvm_constructs import JAVA, KOTLIN, SCALA
from tests.graph.languages.test_php_constructs import SHOP

REPOSITORIES = Path(__file__).parents[2] / "repos"
OTHERS = {"b.ts": b"export * from './a'; export { b } from './b';", "go.mod": b"module example.com/own\n"}
DENSE = {
    "c": """
        #pragma once
        #include "a.h"
        typedef struct list { int (*run)(struct list *, ...); union { int a : 3; char b[2]; }; enum { X = 1, Y } e; } list_t;
        #if defined(A) && !B
        static inline int max(int a, int b) { return a > b ? a : b; }
        #else
        #define MAX(a, b) max((a), (b))
        #endif
        int f(list_t *l) {
            for (int i = 0; i < 3; i++) { switch (l->e) { case X: goto end; default: l->run(l, MAX(i, 2)); } } end: return 1; }
        """,
    "cpp": """
        #include "foo.hpp"
        namespace app { template <typename T, int N = 1> class Foo : public Base<T>, private virtual Other { public:
        explicit Foo(int a) : Base(a), x_{a} { bar(); } ~Foo() = default; Foo& operator=(const Foo&) = delete;
        auto bar() const noexcept -> int override { return this->x_ + Base::bar(); } friend class Item; using Base::go;
        protected: int x_{0}; std::unique_ptr<Item> items[N]; }; }
        void app::Foo<int>::run(int (*f)(int)) { for (auto& [k, v] : items) { v->go(); }
        auto g = [&, this](auto x) mutable { return f(x); };
        try { throw g(1); } catch (const Error& e) { e.what(); } new (p) Foo{1}; delete[] p; static_cast<Foo*>(p)->bar(); }
        """,
    "csharp": "namespace N { class A<T> : B where T : C { int x = new() { Y = 1 }; "
    "void F(params int[] a) { if (a is D { E: 1 } f) f.G?.H(); } } }",
    "go": """
        package a
        import ("b"; c "d")
        type T[X any] struct { B; *c.D; f func(a int) (b string, err error) }
        func (t *T[X]) M(x ...int) (n int, err error) {
            switch v := x.(type) { case *T[int], B: v.M(); default: go func() { v.N() }() }
            for i, v := range []T[int]{{f: nil}} { v, ok := <-ch; select { case z := <-ch: z() } }
            return c.E{A: 1}.F[0](x...), nil
        }
        """,
    "java": """
        package p; import a.B; class A<T extends A<T>> extends B implements C<T> { enum E { X(1) { void f() {} }; E(int a) {} }
        record R(int x) {} int f(T t, int... r) { return switch (t) { case A a -> a.f(t); default -> 1; }; }
        { Runnable r = () -> { this.f(null); }; new A<>() { int g() { return super.f(null, 1); } }; }
        A() { this(1); } A(int i) { super(i); } }
        """,
    "javascript": """
        import a, {b as c} from './b'; export default class A extends a.B { @d x = ({p, ...q}, [r = 1]) => this.#y?.z`${p}`;
        get y() { return super.y } static { for (const k of c) { } } }
        export const {m: [n]} = require('z').w;
        A.prototype.f = function* () { yield* this; };
        label: if (a instanceof A && a.b) a.b ??= new (c())[0](...n);
        """,
    "kotlin": """
        package p
        import a.b as c
        enum class E(val v: Int) : I { A(1) { override fun f() {} }, B; fun g() {} }
        class A<T : A<T>>(val x: Int = 1) : B(x), C by d { init { f() }; val p get() = 1; companion object { val q by lazy { A(1) } } }
        fun <T> List<T>.ext(n: Int = 1): T = when (val z = this[0]) { is A -> z.x; else -> object : B() {} }
        """,
    "php": r"""<?php
        namespace App; use A\{B, C as D};
        class Store { public function save(): void {} public static function open(): static { return new static; } }
        function f(Store $s) { foreach ($s as [$k, 'x' => $v]) { match($k) { 1 => $v }; } }
        enum E: string { case A = 'a'; const B = self::A; public function g(?D ...$d): E|null {
            return $this?->g(...$d) ?? new class extends D { use T; }; } }
        """,
    "python": """
        from .b import (c as d, *)
        import e.f
        @d(1)
        class A(B[T], metaclass=M):
            x: int = field(default=lambda y, *z, **w: y.z)
            async def f(self, a, /, b=1, *, c: "A" = None) -> A:
                with open(a) as g, h: return [i async for i, *j in self.f(**k) if (n := i.f())]
                match a:
                    case A(x=1, y=[p, *q]) | {"r": r, **s} if p: p.f()
                try: super().f()
                except* (E, F) as error: raise error from None
        """,
    "ruby": """
        class Store; def save; end; def self.open; new; end; end
        module A
         class B::C < Store
          include D
          def x(a, b: 1, *c) = a.map { |y, (z, w)| super }
          P = Struct.new(:q) do def r = @s ||= q&.t(<<~X) end
            text #{u}
          X
         end
        end
        case v when /w/ then x rescue y ensure z end
        """,
    "rust": """
        use a::{b, c as d}; mod m { pub fn f<T: X>(t: T) -> Option<T> { if let Some(x) = g(t)? { x.y(|z| z.w) } else { None } } }
        impl<T> Tr for S<T> where T: U { type O = T; fn m(&self, (a, b): (u8, S<T>)) { match a { 1 => vec![b.c()], _ => s!{} } } }
        """,
    "scala": """
        package a; package b
        import x.{y => z, _}
        case class A[T <: A[T]](x: Int = 1)(implicit q: Q) extends B[T](x) with C { self: D => def this() = this(1); lazy val (u, v) = w }
        object A { def apply(i: Int): A = new A(i) { def z = 1 }; x match { case A(a, b) if a => b; case c @ D(_) => c.m } }
        trait E { for { a <- xs; b = a.c if b } yield b; xs.map(_.y).fold(0)(_ + _) }
        """,
    "typescript": """
        import a, {b as c} from './b'; export default class A extends a.B<T> { @d x = ({p, ...q}, [r = 1]) => this.#y?.z`${p}`;
        get y() { return super.y } static { for (const k of c) { } } }
        export const {m: [n]} = require('z').w; type U<T> = T extends infer V ? V[] : { [K in T]: K };
        A.prototype.f = function* () { yield* this; }; namespace N.M { enum E { A = 1 } }
        label: if (a instanceof A && a.b) a.b ??= new (c())[0](...n);
        """,
}
"""Many constructs of a language in few characters; that the names mean nothing is part of it."""
SUFFIXES = {
    "c": ".c",
    "cpp": ".cpp",
    "csharp": ".cs",
    "go": ".go",
    "java": ".java",
    "javascript": ".js",
    "kotlin": ".kt",
    "php": ".php",
    "python": ".py",
    "ruby": ".rb",
    "rust": ".rs",
    "scala": ".scala",
    "typescript": ".ts",
}
LARGER = {"csharp": (EXPRESSIONS, LIBRARY), "java": (JAVA,), "kotlin": (KOTLIN,), "php": (SHOP,), "scala": (SCALA,)}
LANGUAGES = (*DENSE, "svelte", "tsx", "vue")


def sources(language: str) -> list[tuple[str, bytes]]:
    """Return files of a language by the end of their name."""
    found = [(path.suffix, path.read_bytes()) for path in sorted((REPOSITORIES / language).rglob("*.*")) if path.is_file()]
    assert found
    return [*found, *((SUFFIXES[language], text.encode()) for text in LARGER.get(language, ()))]


def graph_of(path: str, text: bytes) -> FileGraph:
    """Return what one file gives, as far as it is right in itself."""
    (graph,) = (graph for graph in resolve_files({path: text, **OTHERS}) if graph.path == path)
    defined = {node.handle for node in graph.nodes}
    for edge in graph.edges:
        assert edge.source in defined, edge
        assert edge.start_byte <= len(text) and edge.line <= text.count(b"\n") + 1, edge
        if edge.target.startswith(EXTERNAL):
            assert edge.evidence is Evidence.EXTERNAL, edge
        elif edge.target.startswith(UNKNOWN):
            assert edge.evidence is Evidence.UNKNOWN, edge
        else:
            assert edge.evidence in {Evidence.PROVEN, Evidence.POSSIBLE} and edge.target in defined | set(OTHERS), edge
    return graph


def beginnings(text: bytes, step: int) -> Iterable[bytes]:
    """Yield what a text has before every so many bytes."""
    return (text[:end] for end in range(0, len(text), step))


def proven_uses(graph: FileGraph) -> list[Edge]:
    """Return the calls of named symbols that are stated as facts; those of nameless functions are named by their number in the file."""
    return [edge for edge in graph.edges if edge.evidence is Evidence.PROVEN and edge.kind in USES and "<" not in edge.target]


def is_reopened(handle: str, defined: set[str]) -> bool:
    """Say whether a later line defines the symbol, or one it stands in, again."""
    parts = handle.split(".")
    return any(f"{'.'.join(parts[:end])}~2" in defined for end in range(1, len(parts) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cut_file_proves_nothing_that_the_whole_one_does_not(language: str) -> None:
    """As long as a symbol is there, and no later line defines it once more, a proven use of it is the whole file's as well."""
    for suffix, text in sources(language):
        whole = graph_of(f"a{suffix}", text)
        defined: set[str] = {node.handle for node in whole.nodes}
        known = {(edge.kind, edge.target, edge.start_byte, edge.end_byte) for edge in proven_uses(whole)}
        lines = text.splitlines(keepends=True)
        for end in range(1, len(lines), max(1, len(lines) // 20)):
            for edge in proven_uses(graph_of(f"a{suffix}", b"".join(lines[:end]))):
                if edge.target in defined and not is_reopened(edge.target, defined):
                    assert (edge.kind, edge.target, edge.start_byte, edge.end_byte) in known, f"cut after line {end}: {edge}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_cut_file_uses_is_defined_external_or_unknown(language: str) -> None:
    """Ends of edges are nodes, evidence says which, and what a file defines is in it; also where the text ends within a word."""
    suffix = SUFFIXES.get(language, f".{language}")
    dense = DENSE.get(language) or f"<script>{DENSE['typescript']}</script>"
    texts = [(suffix, dense.encode(), 7), *((suffix, text, 211) for suffix, text in sources(language))]
    for ending, text, step in texts:
        for part in beginnings(text, step):
            graph = graph_of(f"a{ending}", part)
            contained = {edge.target for edge in graph.edges if edge.kind is EdgeKind.CONTAINS}
            named = {node.handle for node in graph.nodes if "#" in node.handle}
            assert {each for each in contained ^ named if not each.endswith("Companion")} == set()
