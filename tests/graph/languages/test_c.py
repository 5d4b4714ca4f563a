"""C and C++: what a file sees through its includes, and what the linker finds for a declaration."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import Ends, edges_of, ends


def edges(files: dict[str, str], kind: EdgeKind = EdgeKind.CALLS, evidence: Evidence = Evidence.PROVEN) -> Ends:
    """Return source and target of the edges of a kind."""
    return ends(edges_of(files), kind, evidence)


def test_a_declaration_leads_to_the_only_definition() -> None:
    """A header's declaration stands for the function that another file defines."""
    files = {
        "inc/a.h": "int go(int x);\nextern int count;\n",
        "src/a.c": '#include "../inc/a.h"\nint count = 1;\nint go(int x) { return x; }\n',
        "src/main.c": '#include "a.h"\nint main(void) { return go(count); }\n',
    }
    assert edges(files) == {("src/main.c#main", "src/a.c#go")}
    assert ("src/main.c#main", "src/a.c#count") in edges(files, EdgeKind.REFERENCES)
    assert ("src/main.c", "inc/a.h") in edges(files, EdgeKind.IMPORTS)


def test_several_definitions_are_given_whole() -> None:
    """Platforms' variants of one function are candidates, none of them proven."""
    files = {
        "a.h": "void poll_it(void);\n",
        "unix.c": '#include "a.h"\nvoid poll_it(void) {}\n',
        "win.c": '#include "a.h"\nvoid poll_it(void) {}\n',
        "main.c": '#include "a.h"\nint main(void) { poll_it(); }\n',
    }
    assert edges(files) == set()
    assert edges(files, evidence=Evidence.POSSIBLE) == {("main.c#main", "unix.c#poll_it"), ("main.c#main", "win.c#poll_it")}


def test_a_static_function_is_its_files_own() -> None:
    """Neither does another file call it, nor is a name without a declaration matched."""
    files = {
        "a.c": "static int help(void) { return 1; }\nint a(void) { return help(); }\n",
        "b.c": "int b(void) { return help(); }\n",
        "c.c": "int loose(void) { return 1; }\n",
        "d.c": "int d(void) { return loose(); }\n",
    }
    assert edges(files) == {("a.c#a", "a.c#help")}
    assert edges(files, evidence=Evidence.UNKNOWN) == {("b.c#b", "unknown:help"), ("d.c#d", "unknown:loose")}


def test_members_are_found_through_types_pointers_and_typedefs() -> None:
    """The type of what stands before the dot or arrow decides."""
    text = """
    struct conn { int fd; struct conn *next; };
    typedef struct { int fd; } file_t;
    typedef struct conn conn_t;
    int f(conn_t *c, file_t g) { c->next->fd = 1; return g.fd; }
    """
    assert edges({"a.c": text}, EdgeKind.WRITES) == {("a.c#f", "a.c#conn.fd")}
    assert edges({"a.c": text}, EdgeKind.READS) == {("a.c#f", "a.c#conn.next"), ("a.c#f", "a.c#file_t.fd")}


def test_a_function_pointer_may_be_what_initialisers_give_it() -> None:
    """The functions that are assigned to the field are possible, and there may be others."""
    text = """
    struct ops { int (*open)(int); };
    static int mine(int x) { return x; }
    static const struct ops table = { .open = mine };
    int use(struct ops *o) { return o->open(1); }
    """
    assert edges({"a.c": text}, evidence=Evidence.POSSIBLE) == {("a.c#use", "a.c#mine")}
    assert edges({"a.c": text}, evidence=Evidence.UNKNOWN) == {("a.c#use", "unknown:open")}


def test_macros_and_the_standard_library() -> None:
    """A macro of the program is its own; a name of the C library is external."""
    files = {
        "m.h": "#define MAX(a, b) ((a) > (b) ? (a) : (b))\n",
        "a.c": '#include "m.h"\n#include <stdio.h>\nvoid f(void) { printf("%d", MAX(1, 2)); }\n',
    }
    assert edges(files) == {("a.c#f", "m.h#MAX")}
    assert edges(files, evidence=Evidence.EXTERNAL) == {("a.c#f", "external:stdio.h#printf")}


def test_a_declaration_with_a_macro_after_it_is_one() -> None:
    """Attributes that a macro stands for do not hide what is declared."""
    files = {
        "a.h": "void go(struct s *p, int n)\n  PRINTF_LIKE(1, 2);\n",
        "a.c": '#include "a.h"\nvoid go(struct s *p, int n) {}\n',
        "main.c": '#include "a.h"\nint main(void) { go(0, 1); }\n',
    }
    assert edges(files) == {("main.c#main", "a.c#go")}


def test_a_macro_that_is_one_name_stands_for_what_that_is() -> None:
    """Calling it calls the function."""
    text = "void real_free(void *p) {}\n#define my_free real_free\nvoid use(void *p) { my_free(p); }\n"
    assert edges({"a.c": text}) == {("a.c#use", "a.c#real_free")}


HEADER = """
#pragma once
#include <memory>
#include <vector>
namespace app {
class Item { public: void go() {} };
class Base { public: Base(int a) {} virtual int bar(int n); };
class Foo : public Base {
 public:
  Foo(int a);
  int bar(int n = 1) override;
  static Foo make();
  void add(int a); void add(int a, int b);
  std::vector<Item> items() { return items_; }
 private:
  int x_; std::vector<Item> items_;
};
}
"""
SOURCE = """
#include "foo.hpp"
namespace app {
Foo::Foo(int a) : Base(a), x_(a) { bar(); }
int Foo::bar(int n) { return this->x_ + Base::bar(n); }
Foo Foo::make() { return Foo(1); }
void Foo::add(int a) {}
void Foo::add(int a, int b) { add(a); }
}
"""


def cpp(body: str) -> Ends:
    """Return the ends of the proven calls of a function ``use`` with a body."""
    files = {
        "foo.hpp": HEADER,
        "foo.cpp": SOURCE,
        "use.cpp": f'#include "foo.hpp"\nusing namespace app;\nvoid use(Foo f, Foo* p) {{ {body} }}\n',
    }
    return {(source, target) for source, target in edges(files) if source.startswith("use.cpp")}


def test_methods_are_found_where_they_are_defined() -> None:
    """Through a value, a pointer, and what a static method returns."""
    assert cpp("f.bar(); p->bar(2); Foo::make().add(1, 2);") == {
        ("use.cpp#use", "foo.cpp#app.Foo.bar"),
        ("use.cpp#use", "foo.cpp#app.Foo.make"),
        ("use.cpp#use", "foo.cpp#app.Foo.add~2"),
    }


def test_smart_pointers_and_containers_carry_their_element() -> None:
    """``->`` of a smart pointer is its element's; a loop over a vector yields what it holds."""
    expected = {("use.cpp#use", "foo.hpp#app.Item.go")}
    assert cpp("std::unique_ptr<app::Item> u; u->go();") == expected
    assert cpp("auto u = std::make_shared<Item>(); u->go();") == expected
    assert cpp("for (auto& each : f.items()) each.go();") == {*expected, ("use.cpp#use", "foo.hpp#app.Foo.items")}


def test_a_method_outside_of_its_class_sees_its_members_and_bases() -> None:
    """A constructor's initialisers go to the base and to the field."""
    files = {"foo.hpp": HEADER, "foo.cpp": SOURCE}
    assert edges(files) == {
        ("foo.cpp#app.Foo.Foo", "foo.hpp#app.Base.Base"),
        ("foo.cpp#app.Foo.Foo", "foo.cpp#app.Foo.bar"),
        ("foo.cpp#app.Foo.bar", "foo.hpp#app.Base.bar"),
        ("foo.cpp#app.Foo.make", "foo.cpp#app.Foo.Foo"),
        ("foo.cpp#app.Foo.add~2", "foo.cpp#app.Foo.add"),
    }
    assert ("foo.cpp#app.Foo.Foo", "foo.hpp#app.Foo.x_") in edges(files, EdgeKind.WRITES)
    assert edges(files, EdgeKind.OVERRIDES) == {("foo.cpp#app.Foo.bar", "foo.hpp#app.Base.bar")}


def test_a_collections_method_is_not_the_projects() -> None:
    """``std::vector::add`` and a class of the program have nothing in common."""
    assert cpp("std::vector<int> v; v.add(1); v.go();") == set()


def test_overloads_of_one_count_are_possible_and_namesakes_of_other_namespaces_are_not() -> None:
    """A name means the nearest namespace's; types do not choose among overloads."""
    files = {
        "a.cpp": """
        namespace one { void f(int a) {} void g(int a) {} void g(char a) {} void run() { f(1); g(1); } }
        namespace two { void f(int a) {} }
        """
    }
    assert edges(files) == {("a.cpp#one.run", "a.cpp#one.f")}
    assert edges(files, evidence=Evidence.POSSIBLE) == {("a.cpp#one.run", "a.cpp#one.g"), ("a.cpp#one.run", "a.cpp#one.g~2")}


def test_only_a_virtual_method_is_overridden_and_its_definition_says_so() -> None:
    """The edge joins what calls lead to; static methods, other parameters and methods that are not virtual override nothing."""
    files = {
        "a.hpp": """
        struct Top { virtual void deep(); };
        struct Base : Top {
            virtual void f(); virtual void g(int); virtual void pure() = 0;
            void deep(); static void s(); void n(); virtual void h() {}
        };
        struct D : Base { void f() override; void g(double); void pure(); void deep(); static void s(); void n(); void h() {} };
        """,
        "a.cpp": '#include "a.hpp"\nvoid Top::deep() {}\nvoid Base::f() {}\nvoid Base::n() {}\nvoid D::f() {}\nvoid D::n() {}\n'.replace(
            "\\\n", "\n"
        ),
        "use.cpp": '#include "a.hpp"\nvoid use(Base *b) { b->f(); }\n'.replace("\\\n", "\n"),
    }
    assert edges(files, EdgeKind.OVERRIDES) == {
        ("a.cpp#D.f", "a.cpp#Base.f"),
        ("a.hpp#D.pure", "a.hpp#Base.pure"),
        ("a.hpp#D.deep", "a.hpp#Base.deep"),
        ("a.hpp#Base.deep", "a.cpp#Top.deep"),
        ("a.hpp#D.h", "a.hpp#Base.h"),
    }
    assert edges(files) == {("use.cpp#use", "a.cpp#Base.f")}
