"""What the resolver makes of Java."""

from __future__ import annotations

import pytest

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import edges_of, used_by_line


def calls(source: str, **others: str) -> dict[int, set[str]]:
    """Return, by line of ``A.java``, what is called there: ``?`` before a possible target, ``unknown:`` and ``external:`` as they are."""
    return used_by_line({"A.java": source, **{f"{name}.java": text for name, text in others.items()}}, "A.java")


def test_the_type_of_a_receiver_decides_and_a_namesake_does_not() -> None:
    """A field's declared type says whose method is called, whatever the caller is named."""
    found = calls(
        """\
        class Store { void save() {} }
        class Service {
            Store store;
            void save() { store.save(); }
            void both() { save(); this.save(); }
        }
        """
    )
    assert found == {4: {"Store.save"}, 5: {"Service.save"}}


def test_a_local_variable_does_not_hide_a_method_of_its_name() -> None:
    """Methods and variables have names of their own."""
    found = calls("class A {\n  String name() { return null; }\n  void f() { String name = name(); name(); }\n}\n")
    assert found == {3: {"A.name"}}


def test_overloads_are_chosen_by_number_and_type() -> None:
    """What leaves several is possible; a fixed number of arguments comes before a variable one."""
    found = calls(
        """\
        class A {
            void f(int a) {}
            void f(String a) {}
            void f(Object a) {}
            void f(int a, int... rest) {}
            void g(Missing m) {
                f(1);
                f("a");
                f(this);
                f(1, 2);
                f(m);
            }
        }
        """
    )
    assert found[7] == {"A.f"}
    assert found[8] == {"A.f~2"}
    assert found[9] == {"A.f~3"}
    assert found[10] == {"A.f~4"}
    assert found[11] >= {"?A.f~2", "?A.f~3"}


def test_constructors_call_each_other() -> None:
    """``this(…)`` and ``super(…)`` mean the constructor that takes the arguments; without one, the class."""
    found = calls(
        """\
        class Plain {}
        class Base { Base(int a) {} Base(String b) {} }
        class Derived extends Base {
            Derived() { this(1); }
            Derived(int a) { super("b"); }
        }
        class Other extends Plain { Other() { super(); } }
        class User { Derived d = new Derived(1); Foreign f = new Foreign(); }
        """
    )
    assert found == {
        4: {"Derived.Derived~2"},
        5: {"Base.Base~2"},
        7: {"Plain"},
        8: {"Derived", "Derived.Derived~2", "unknown:Foreign"},
    }


def test_super_and_outer_instances() -> None:
    """``super`` begins above the class, ``Outer.this`` and ``Type.super`` at the class they name."""
    found = calls(
        """\
        interface Face { default void hi() {} }
        class Base { void hi() {} }
        class Outer extends Base implements Face {
            public void hi() { super.hi(); Face.super.hi(); }
            class Inner { void hi() { Outer.this.hi(); Outer.super.hi(); } }
        }
        """
    )
    assert found == {4: {"Base.hi", "Face.hi"}, 5: {"Outer.hi", "Base.hi"}}


def test_packages_are_what_files_say() -> None:
    """Types of one package see each other; imports name a type, its static members, or all of a package."""
    found = edges_of({
        "x/One.java": "package p; public class One { public static void go() {} public static class In { public void in() {} } }",
        "y/Two.java": "package p; class Two { void f() { One.go(); } }",
        "z/Three.java": "package q; import p.One; import static p.One.go; import p.One.In;\n"
        "class Three { void f(In i) { go(); One.go(); i.in(); } }",
        "z/Four.java": "package r; import p.*; import static p.One.*;\nclass Four { void f() { go(); One.go(); new p.One.In().in(); } }",
        "z/Five.java": "package r; class Five { void f() { One.go(); } }",
    })
    targets = {
        path: {edge.target for edge in found if edge.path == path and edge.kind is EdgeKind.CALLS}
        for path in ("y/Two.java", "z/Three.java", "z/Four.java", "z/Five.java")
    }
    assert targets == {
        "y/Two.java": {"x/One.java#One.go"},
        "z/Three.java": {"x/One.java#One.go", "x/One.java#One.In.in"},
        "z/Four.java": {"x/One.java#One.go", "x/One.java#One.In.in"},
        "z/Five.java": {"unknown:go"},
    }


def test_two_types_of_one_name_are_both_possible() -> None:
    """Two source roots may hold a type of one qualified name; the one of the asking file's root is meant, if there is one."""
    files = {f"{root}/p/T.java": "package p; public class T { public static void f() {} }" for root in ("one", "two")}
    use = "package p; class U { void g() { T.f(); } }"
    outside = [edge for edge in edges_of({**files, "three/p/U.java": use}) if edge.kind is EdgeKind.CALLS]
    inside = [edge for edge in edges_of({**files, "two/p/U.java": use}) if edge.kind is EdgeKind.CALLS]
    assert {(edge.target, edge.evidence) for edge in outside} == {
        ("one/p/T.java#T.f", Evidence.POSSIBLE),
        ("two/p/T.java#T.f", Evidence.POSSIBLE),
    }
    assert {(edge.target, edge.evidence) for edge in inside} == {("two/p/T.java#T.f", Evidence.PROVEN)}


def test_collections_hand_on_what_they_hold() -> None:
    """An element of a generic type of the library is of its argument's type, also in a lambda."""
    found = calls(
        """\
        import java.util.*;
        class Item { void use() {} Item next() { return this; } boolean ok() { return true; } }
        class A {
            void f(List<Item> items, Map<String, Item> by, Optional<Item> one) {
                for (Item each : items) each.use();
                for (var each : items) each.use();
                items.get(0).use();
                by.get("a").use();
                for (var entry : by.entrySet()) entry.getValue().use();
                items.stream().filter(i -> i.ok()).map(i -> i.next()).forEach(i -> i.use());
                one.ifPresent(i -> i.use());
                items.add(null);
                by.forEach((k, v) -> v.use());
                one.orElse(null).use();
            }
        }
        """
    )
    own = {line: {each for each in targets if each.startswith("Item")} for line, targets in found.items()}
    assert own == {
        5: {"Item.use"},
        6: {"Item.use"},
        7: {"Item.use"},
        8: {"Item.use"},
        9: {"Item.use"},
        10: {"Item.ok", "Item.next", "Item.use"},
        11: {"Item.use"},
        12: set(),
        13: {"Item.use"},
        14: {"Item.use"},
    }
    assert found[12] == {"external:java.util#List.add"}


def test_patterns_narrow_and_switches_yield() -> None:
    """``instanceof`` and ``case`` give a name a type; a switch is worth what its branches yield."""
    found = calls(
        """\
        class Cat { void purr() {} }
        record Box(Cat cat, int n) { Box { check(); } static void check() {} }
        enum Kind { A { void go() {} }, B; void go() {} static Kind of() { return A; } }
        class A {
            void f(Object o, Kind kind) throws Exception {
                if (o instanceof Cat c && true) c.purr();
                if (o instanceof Box(Cat in, int n)) in.purr();
                switch (o) { case Cat c -> c.purr(); default -> {} }
                var cat = switch (kind) { case A -> new Cat(); default -> throw new Exception(); };
                cat.purr();
                ((Cat) o).purr();
                new Box(null, 1).cat().purr();
                Kind.A.go();
                Kind.of().go();
                try (Res r = new Res()) { r.read(); } catch (RuntimeException e) { e.printStackTrace(); }
            }
        }
        class Res { void read() {} }
        """
    )
    assert found[2] == {"Box.check"}
    assert found[6] == found[7] == found[8] == found[10] == found[11] == {"Cat.purr"}
    assert "Cat.purr" in found[12]
    assert found[13] == {"Kind.A.go"}
    assert found[14] == {"Kind.of", "Kind.A.go"}
    assert {"Res", "Res.read", "external:java.lang#RuntimeException.printStackTrace"} <= found[15]


def test_functions_of_own_interfaces() -> None:
    """A lambda's parameter is what the interface's only method is given; a method reference refers to the method."""
    files = {
        "A.java": """\
        interface Task { void run(Job job); }
        class Job { void go() {} static void all(Job job) {} }
        class A {
            void submit(Task task) { task.run(new Job()); }
            void f() { submit(job -> job.go()); submit(Job::all); submit(new Task() { public void run(Job j) { j.go(); f(); } }); }
        }
        """
    }
    found = edges_of(files)
    assert {edge.target for edge in found if edge.line == 5 and edge.kind is EdgeKind.CALLS} == {
        "A.java#A.submit",
        "A.java#Job.go",
        "A.java#A.f",
    }
    assert ("A.java#Job.all", EdgeKind.REFERENCES) in {(edge.target, edge.kind) for edge in found if edge.line == 5}
    assert [edge.target for edge in found if edge.kind is EdgeKind.OVERRIDES] == ["A.java#Task.run"]


def test_what_is_elsewhere_is_external_or_unknown() -> None:
    """A type that is imported and not in the program is somebody else's; a name that no rule finds is unknown."""
    found = calls(
        """\
        import org.lib.Client;
        class A extends org.lib.Base {
            Client client;
            void f(Object o) { client.send().on(); inherited(); o.toString(); Math.max(1, 2); strange.call(); }
        }
        """
    )
    assert found == {
        4: {
            "external:org.lib#Client.send",
            "unknown:on",
            "external:org.lib#Base.inherited",
            "external:java.lang#Object.toString",
            "external:java.lang#Math.max",
            "external:org.lib#Base.strange.call",
        }
    }


def overridden(source: str) -> set[tuple[str, str]]:
    """Return which method overrides which."""
    found = [edge for edge in edges_of({"A.java": source}) if edge.kind is EdgeKind.OVERRIDES]
    return {(edge.source.removeprefix("A.java#"), edge.target.removeprefix("A.java#")) for edge in found}


def test_static_methods_override_nothing() -> None:
    """A static method of the same name and types hides the other; what an instance has overrides."""
    source = "class A { static void f() {} void g() {} }\nclass B extends A { static void f() {} void g() {} }\n"
    assert overridden(source) == {("B.g", "A.g")}


def test_an_inherited_method_answers_for_an_interface() -> None:
    """A superclass that knows nothing of the interface has the method; what the class or the superclass's own interface has is no news."""
    source = """
        interface I { void f(); void g(); void h(int a); }
        interface K { void k(); }
        class Base implements K { public void f() {} public void g() {} public void h() {} public void k() {} }
        class A extends Base implements I, K { public void g() {} public void h(int a) {} }
        """
    assert overridden(source) == {("Base.k", "K.k"), ("A.g", "Base.g"), ("A.g", "I.g"), ("A.h", "I.h"), ("Base.f", "I.f")} - {
        ("A.g", "I.g")
    }


def test_a_local_variable_runs_the_function_it_holds() -> None:
    """Calling the interface's abstract method may run it; another method, a field, and an argument of that type know nothing of it."""
    found = calls(
        """\
        import java.util.function.Supplier;
        interface Maker { A make(); default A twice() { return make(); } }
        class A {
            A() {}
            static A of() { return null; }
            Maker held = A::of;
            void f(Maker m) {}
            void f(Supplier<A> s) {}
            void g(boolean b) {
                Maker m = A::of;
                Supplier<A> s = A::new;
                Runnable r = () -> g(true);
                m.make();
                m.twice();
                s.get();
                r.run();
                r.hashCode();
                held.make();
                f(m);
                if (b) { Maker inner = null; inner.make(); }
            }
        }
        """
    )
    assert found[13] == {"A.of"}
    assert found[14] == {"Maker.twice"}
    assert found[15] == {"A", "A.A"}
    assert found[16] == {"A.g.<lambda1>"}
    assert found[17] == {"external:java.lang#Runnable.hashCode"}
    assert (found[18], found[19], found[20]) == ({"Maker.make"}, {"A.f"}, {"Maker.make"})


@pytest.mark.parametrize(
    ("condition", "target"),
    [
        ("o instanceof B", "B.toString"),
        ("b && (o instanceof B)", "B.toString"),
        ("o.getClass() == B.class", "B.toString"),
        ("B.class.isInstance(o)", "B.toString"),
        ("o instanceof B || b", "external:java.lang#Object.toString"),
        ("!(o instanceof B)", "external:java.lang#Object.toString"),
        ("field instanceof B", "external:java.lang#Object.toString"),
    ],
)
def test_a_condition_tells_the_type_of_a_receiver(condition: str, target: str) -> None:
    """Inside of what it guards a call means the member of the narrower type; an argument keeps its declared type."""
    source = f"""\
        class B {{ public String toString() {{ return ""; }} }}
        class A {{
            Object field;
            void f(Object o) {{}}
            void f(B b) {{}}
            void g(Object o, boolean b) {{
                if ({condition}) {{
                    o.toString();
                    f(o);
                }} else o.toString();
            }}
        }}
        """
    found = calls(source)
    assert found[8] == {target}
    assert (found[9], found[10]) == ({"A.f"}, {"external:java.lang#Object.toString"})


def test_a_condition_says_nothing_of_a_variable_that_is_assigned_or_of_a_field() -> None:
    """What was tested may not be what is there."""
    found = calls(
        """\
        class B { public String toString() { return ""; } }
        class A {
            Object field;
            void g(Object o, Object p) {
                if (o instanceof B) { o = p; o.toString(); }
                if (field instanceof B) field.toString();
            }
        }
        """
    )
    assert found[5] == found[6] == {"external:java.lang#Object.toString"}


def test_a_fixed_number_of_parameters_goes_first_only_where_it_fits_for_certain() -> None:
    """With an argument of an unknown type, a variable number is as possible; the length of an array and its parts are known."""
    found = calls(
        """\
        import org.lib.Missing;
        class A {
            void f(int[] a, int n) {}
            void f(Object... all) {}
            void f(char[] a) {}
            void g(Missing m, int[] a, String s) {
                f(m.any());
                f(a, a.length);
                f(s.toCharArray());
            }
        }
        """
    )
    assert found[7] >= {"?A.f~2", "?A.f~3"}
    assert found[8] == {"A.f"}
    assert found[9] >= {"A.f~3"}


def test_private_methods_override_nothing() -> None:
    """Neither does one that is private further up get overridden; what a record answers by itself does."""
    source = """
        class A { private void f() {} void g() {} private void h() {} }
        class B extends A { private void f() {} private void g() {} void h() {} }
        interface Named { String name(); }
        record R(String name) implements Named {}
        """
    assert overridden(source) == {("R.name", "Named.name")}


def test_overloads_of_one_class_are_apart_whatever_their_type_parameters() -> None:
    """A type parameter takes no primitive; null stands for all that is left; a lower class's method hides one that it overrides."""
    found = calls(
        """\
        class Base<T> { void over(T t) {} }
        class A extends Base<String> {
            void over(String s) {}
            static void add(double[] a, double... b) {}
            static <T> void add(T[] a, T... b) {}
            static void one(boolean[] a) {}
            static <T> void one(T[] a) {}
            void f(double[] d, String[] s) {
                add(d, null);
                add(s, null);
                one(s);
                over("");
            }
        }
        """
    )
    assert (found[9], found[10], found[11], found[12]) == ({"A.add"}, {"A.add~2"}, {"A.one~2"}, {"A.over"})
