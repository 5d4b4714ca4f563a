"""What names of Go resolve to, on small sources. The families of ``tests/repos/graph/go`` have most of the cases."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import edges_of, ends, used_in


def test_a_package_is_a_folder_and_its_outer_tests_are_another_one() -> None:
    """Files of a folder see each other's names; the tests' own names are seen by tests alone."""
    files = {
        "a/one.go": "package a\nfunc One() { two() } // one\n",
        "a/two.go": "package a\nfunc two() {}\nfunc Helper() {}\n",
        "a/two_test.go": "package a\nfunc helper() { One() } // inner\n",
        "a/outer_test.go": 'package a_test\nimport "example.com/own/a"\nfunc two() {}\nfunc Test() { a.One(); two() } // outer\n',
        "b/b.go": 'package b\nimport "example.com/own/a"\nfunc Two() { a.Helper(); a.helper() } // other\n',
    }
    assert used_in(files, "// one") == {"a/two.go#two"}
    assert used_in(files, "// inner") == {"a/one.go#One"}
    assert used_in(files, "// outer") == {"a/one.go#One", "a/outer_test.go#two"}
    assert used_in(files, "// other") == {"a/two.go#Helper"}
    assert ("b/b.go", "a/one.go") in ends(edges_of(files), EdgeKind.IMPORTS)
    assert ("b/b.go", "a/two_test.go") not in ends(edges_of(files), EdgeKind.IMPORTS)


def test_types_are_narrowed_by_assertions_and_switches() -> None:
    """In a case with one type the variable has that type; with several it has the type it had."""
    files = {
        "a.go": """
        package a
        type I interface{ M() }
        type T struct{}
        func (T) M() {}
        func (t T) N() {}
        type U struct{}
        func (u *U) M() {}
        func f(x I) {
            switch v := x.(type) {
            case T:
                v.N() // one
            case *U, nil:
                v.M() // several
            }
            if u, ok := x.(*U); ok { u.M() } // asserted
            x.M() // static
        }
        """
    }
    assert used_in(files, "// one") == {"a.go#T.N"}
    assert used_in(files, "// several") == {"a.go#I.M"}
    assert used_in(files, "// asserted") == {"a.go#U.M"}
    assert used_in(files, "// static") == {"a.go#I.M"}
    assert ends(edges_of(files), EdgeKind.IMPLEMENTS) == {("a.go#T", "a.go#I"), ("a.go#U", "a.go#I")}
    assert ends(edges_of(files), EdgeKind.OVERRIDES) == {("a.go#T.M", "a.go#I.M"), ("a.go#U.M", "a.go#I.M")}


def test_an_interface_is_kept_only_with_all_methods_of_the_same_types() -> None:
    """A method with other parameters or results keeps no contract; a promoted one does."""
    files = {
        "a.go": """
        package a
        type I interface{ M(n int) string; N() }
        type Less struct{}
        func (Less) M(n int) string { return "" }
        type Other struct{ Less }
        func (Other) M(s string) string { return s }
        func (Other) N() {}
        type More struct{ Less }
        func (More) N() {}
        """
    }
    assert ends(edges_of(files), EdgeKind.IMPLEMENTS) == {("a.go#More", "a.go#I")}
    assert ends(edges_of(files), EdgeKind.OVERRIDES) == {("a.go#Less.M", "a.go#I.M"), ("a.go#More.N", "a.go#I.N")}


def test_blocks_hide_names_from_their_declaration_on() -> None:
    """`x := x.Next()` reads the outer variable; functions that are assigned later are candidates too."""
    files = {
        "a.go": """
        package a
        type T struct{ next *U }
        type U struct{}
        func (t *T) Next() *U { return t.next }
        func (u *U) End() {}
        func one() {}
        func two() {}
        func f(x *T, flag bool) {
            if x := x.Next(); flag {
                x.End() // inner
            }
            x.Next() // outer
            run := one
            if flag { run = two }
            run() // either
        }
        """
    }
    assert used_in(files, "if x :=") == {"a.go#T.Next"}
    assert used_in(files, "// inner") == {"a.go#U.End"}
    assert used_in(files, "// outer") == {"a.go#T.Next"}
    assert used_in(files, "// either") == set()
    assert used_in(files, "// either", Evidence.POSSIBLE) == {"a.go#one", "a.go#two"}


def test_generics_channels_and_several_results() -> None:
    """What a generic function returns of its arguments, a channel yields, and a call gives to several variables."""
    files = {
        "a.go": """
        package a
        type T struct{}
        func (t T) M() {}
        func same[X any](x X) X { return x }
        func both() (*T, error) { return nil, nil }
        type List[X any] struct{ items []X }
        func (l *List[X]) Add(x X) *List[X] { return l }
        type Handler func(T)
        func (h Handler) Serve(t T) { h(t) }
        func bound[X interface{ M() }, Y Doer](x X, y Y) { y.Do() } // bound
        type Doer interface{ Do() }
        func f(c chan T, m map[string][]T) {
            same(T{}).M() // argument
            t, err := both()
            t.M() // result
            for v := range c { v.M() } // channel
            for _, ts := range m { ts[0].M() } // map
            (&List[T]{}).Add(T{}).Add(T{}) // generic
            Handler(func(t T) {}).Serve(T{}) // function type
            table := []struct{ name string; in T }{{name: "x"}}
            for _, row := range table { row.in.M() } // nameless
            _ = err
        }
        """
    }
    assert used_in(files, "// bound") == {"a.go#Doer.Do"}
    assert used_in(files, "// argument") == {"a.go#same", "a.go#T", "a.go#T.M"}
    assert used_in(files, "// result") == {"a.go#T.M"}
    assert used_in(files, "// channel") == {"a.go#T.M"}
    assert used_in(files, "// map") == {"a.go#T.M"}
    assert used_in(files, "// generic") == {"a.go#List", "a.go#List.Add", "a.go#T"}
    assert used_in(files, "// function type") == {"a.go#Handler", "a.go#Handler.Serve", "a.go#T"}
    assert used_in(files, "// nameless") == {"a.go#T.M"}
    assert ("a.go#f", "a.go#f.in") in ends(edges_of(files), EdgeKind.READS)


def test_modules_of_one_repository_and_vendored_packages() -> None:
    """The longest module path wins, a folder of `vendor` goes before it, and another domain's path is never a folder here."""
    files = {
        "go.mod": "module example.com/own // comment\n",
        "sub/go.mod": "// inner\nmodule example.com/own/sub\n",
        "sub/x/x.go": "package x\nfunc X() {}\n",
        "x/x.go": "package x\nfunc X() {}\n",
        "vendor/example.org/lib/lib.go": "package lib\nfunc L() {}\n",
        "main.go": """
        package main
        import (
            "example.com/own/sub/x"
            "example.com/own/x/v2"
            other "example.net/own/x"
            "example.org/lib"
        )
        func main() {
            x.X() // nested
            other.X() // foreign
            lib.L() // vendored
        }
        """,
    }
    assert used_in(files, "// nested") == {"sub/x/x.go#X"}
    assert used_in(files, "// foreign") == set()
    assert used_in(files, "// foreign", Evidence.EXTERNAL) == {"external:example.net/own/x#X"}
    assert used_in(files, "// vendored") == {"vendor/example.org/lib/lib.go#L"}


def test_a_conversion_to_a_pointer_makes_no_instance() -> None:
    """``(*T)(nil)`` names a type and has its methods; a pointer to a function that a variable holds is called."""
    files = {
        "a.go": """
        package a
        type T struct{}
        func (t *(T)) M() {}
        var _ = (*T)(nil) // conversion
        func f(g *func(int), n int) {
            t := (*T)(nil) // local
            t.M() // method
            (*g)(n) // pointer
        }
        """
    }
    assert used_in(files, "// conversion") == used_in(files, "// local") == set()
    assert used_in(files, "// method") == {"a.go#T.M"}
    assert ("a.go", "a.go#T") in ends(edges_of(files), EdgeKind.REFERENCES)
    assert {edge.kind for edge in edges_of(files) if edge.line == 9 and edge.evidence is Evidence.UNKNOWN} == {EdgeKind.CALLS}
