"""Which method a call in Java runs, told by the objects that its receiver may be."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import edges_at, used_by_line

SHAPES = """\
enum Kind { ROUND { double area() { return 3; } }, OTHER; double area() { return 0; } }
interface Shape { Shape UNIT = new Square(); double area(); default String name() { return "shape"; } }
class Circle implements Shape { public double area() { return 3; } }
class Disc extends Circle { public String name() { return "disc"; } }
class Square implements Shape { public double area() { return 1; } public String name() { return "square"; } }
class Shapes {
    Shape kept = new Circle();
    final Shape fixed = new Square();
    static final Shape FIRST = new Circle(), OTHER = FIRST;
    final Shape later;
    static Shape make() { return new Square(); }
    private Shape secret() { return new Circle(); }
    Shape open() { return new Circle(); }
    static Shape given(Shape shape) { return shape; }
    static Shape again(int n) { if (n == 0) return new Circle(); return twice(n); }
    static Shape twice(int n) { return again(n - 1); }
    static Shape missing() { return null; }
}
"""


def used(files: Mapping[str, str]) -> dict[int, set[str]]:
    """Return, by line of ``A.java``, what is called there: ``?`` before a possible target, without the paths of the program's files."""
    return {line: set(map(_short, names)) for line, names in used_by_line(files, "A.java").items()}


def _short(name: str) -> str:
    return name if ":" in name else "?" * name.startswith("?") + name.lstrip("?").rpartition("#")[2]


def called(body: str) -> set[str]:
    """Return what the last line of a method body calls: ``?`` before a possible target."""
    lines = body.strip().split("\n")
    source = "\n".join(["class A extends Shapes {", "void f(boolean b, Shape given) throws Exception {", *lines, "}", "}"])
    found = used({"A.java": source, "Shapes.java": SHAPES})
    return found.get(len(lines) + 2, set())


@pytest.mark.parametrize(
    ("body", "targets"),
    [
        ("Shape s = new Circle();\ns.area();", {"Circle.area"}),
        ("Shape s = new Disc();\ns.area();", {"Circle.area"}),
        ("Shape s = new Circle();\ns.name();", {"Shape.name"}),
        ("Shape s = new Disc();\nShape t = s;\nt.name();", {"Disc.name"}),
        ("Shape s = b ? new Circle() : new Square();\ns.area();", {"?Circle.area", "?Square.area"}),
        ("Shape s = new Circle();\nif (b) s = new Square();\ns.area();", {"?Circle.area", "?Square.area"}),
        ("Shape s = (Shape) new Square();\ns.area();", {"Square.area"}),
        ("Object o = new Square();\n((Shape) o).area();", {"Square.area"}),
        ("Shape s = make();\ns.area();", {"Square.area"}),
        ("Shape s = secret();\ns.area();", {"Circle.area"}),
        ("again(2).area();", {"Shapes.again", "Circle.area"}),
        ("Shapes s = new Shapes();\nShape t = s.open();\nt.area();", {"Circle.area"}),
        ("Shape s = new Shape() { public double area() { return 0; } };\ns.area();", {"A.f.area"}),
        ("Shape s = new Shape() { public double area() { return 0; } };\ns.name();", {"Shape.name"}),
        ("fixed.area();", {"Square.area"}),
        ("this.fixed.area();", {"Square.area"}),
        ("Shapes.OTHER.area();", {"Circle.area"}),
        ("Shape.UNIT.area();", {"Square.area"}),
        ("Kind.ROUND.area();", {"Kind.ROUND.area"}),
        ("Kind.OTHER.area();", {"Kind.area"}),
    ],
)
def test_objects_made_in_sight_decide(body: str, targets: set[str]) -> None:
    """What is assigned, cast, chosen or returned is followed to where it is made."""
    assert called(body) == targets


@pytest.mark.parametrize(
    "body",
    [
        "Shape s = given;\ns.area();",
        "Shape s = open();\ns.area();",
        "Shape s = given(new Circle());\ns.area();",
        "Shape s = kept;\ns.area();",
        "later.area();",
        "this.kept.area();",
        "other.lost.area(); given.area();",
        "Shape s;\ns = new Circle();\ns.area();",
        "Shape s = new Circle();\ns = given;\ns.area();",
        "Shape s = b ? new Circle() : given;\ns.area();",
        "Shape s = missing();\ns.area();",
        "for (Shape s : new Shape[] {new Circle()}) s.area();",
        "Shape s = new Missing();\ns.area();",
    ],
)
def test_what_may_come_from_elsewhere_keeps_its_declared_type(body: str) -> None:
    """A parameter, a field, what an heir may return, an element: the declared method is called."""
    assert "Shape.area" in called(body)


def test_the_declared_method_is_referred_to_and_the_call_is_not_dispatched() -> None:
    """The edge of the call says that it rests on what was made, and the method of the declared type is named there."""
    files = {"A.java": "class A { void f() { Shape s = new Circle(); s.area(); } }", "Shapes.java": SHAPES}
    found = {(edge.kind, edge.rule, edge.target.partition("#")[2]) for edge in edges_at(files, "s.area()") if "area" in edge.target}
    assert found == {(EdgeKind.CALLS, "allocation", "Circle.area"), (EdgeKind.REFERENCES, "type", "Shape.area")}


HIERARCHIES: dict[str, tuple[str, set[str]]] = {
    "a class comes before the default of an interface": (
        "interface I { default void f() {} }\nclass Base { public void f() {} }\nclass C extends Base implements I {}",
        {"Base.f"},
    ),
    "the lower one of two interfaces": (
        "interface I { default void f() {} }\ninterface J extends I { default void f() {} }\nclass C implements I, J {}",
        {"J.f"},
    ),
    "a foreign superclass may have it": ("interface I { default void f() {} }\nclass C extends org.lib.Base implements I {}", {"I.f"}),
    "one that nobody knows may have it": ("interface I { default void f() {} }\nclass C extends Missing implements I {}", {"I.f"}),
    "a foreign interface without such a method": (
        "interface I { default void f() {} }\nclass C implements java.io.Serializable, I {}",
        {"I.f"},
    ),
    "a type parameter that two overloads fit": (
        "interface I<T> { default void f(T t) {} }\nclass C implements I<String> { public void f(String s) {} public void f(Object o) {} }",
        {"I.f"},
    ),
    "broken code that leaves a method without a body": ("interface I { void f(); }\nclass C implements I {}", {"I.f"}),
    "an abstract method again": ("interface I { void f(); }\nabstract class C implements I { public abstract void f(); }", {"I.f"}),
    "a method that takes something else": (
        "interface I { default void f() {} }\nclass C implements I { public void f(int a) {} }",
        {"I.f"},
    ),
    "a field of that name": ("interface I { default void f() {} }\nclass C implements I { Runnable f; }", {"I.f"}),
}


@pytest.mark.parametrize("name", HIERARCHIES)
def test_the_method_of_the_class_runs(name: str) -> None:
    """Which one that is follows the language's order; where it cannot be told, the declared one is called."""
    source, targets = HIERARCHIES[name]
    argument = '""' if "<T>" in source else ""
    files = {"A.java": f"class A {{ void g() {{ I i = new C();\ni.f({argument}); }} }}", "I.java": source}
    assert used(files)[2] == targets


FUNCTIONS = """\
import java.util.function.Supplier;
interface Maker { A make(); default A twice() { return make(); } }
class Base { A inherited() { return null; } private void own() {} }
class Heir extends Base { A inherited() { return null; } }
class A extends Base {
    A() {}
    static A of() { return null; }
    A any() { return null; }
    static Runnable runs() { return () -> of(); }
    A inherited() { return null; }
    void f(boolean b, Base given) {
        Maker m = A::of;
        m.make();
        Supplier<A> s = A::new;
        s.get();
        Base base = new Heir();
        Supplier<A> exact = base::inherited;
        exact.get();
        Supplier<A> above = super::inherited;
        above.get();
        Supplier<A> mine = this::any;
        mine.get();
        Supplier<A> other = given::inherited;
        other.get();
        runs().run();
        Maker either = b ? A::of : () -> null;
        either.make();
        either.hashCode();
        m.twice();
        Supplier<A[]> array = A[]::new;
        array.get();
        Supplier<A> lost = missing::get;
        lost.get();
    }
}
"""


def test_functions_that_local_variables_hold_are_run() -> None:
    """The abstract method of an interface runs the function, whose class is known or which nobody can override; others do not."""
    found = used({"A.java": FUNCTIONS})
    lines = {each.strip(): at for at, each in enumerate(FUNCTIONS.split("\n"), 1)}
    assert found[lines["m.make();"]] == {"A.of"}
    assert found[lines["s.get();"]] == {"A", "A.A"}
    assert found[lines["exact.get();"]] == {"Heir.inherited"}
    assert found[lines["above.get();"]] == {"Base.inherited"}
    assert found[lines["mine.get();"]] == {"?A.any", "external:java.util.function#Supplier.get"}
    assert found[lines["other.get();"]] == {"?Base.inherited", "external:java.util.function#Supplier.get"}
    assert found[lines["runs().run();"]] == {"A.runs", "A.runs.<lambda1>"}
    assert found[lines["either.make();"]] == {"?A.of", "?A.f.<lambda1>"}
    assert found[lines["m.twice();"]] == {"Maker.twice"}
    assert found[lines["array.get();"]] == {"external:java.util.function#Supplier.get"}
    assert found[lines["lost.get();"]] == {"external:java.util.function#Supplier.get"}


REFLECTED: Mapping[str, set[str]] = {
    'T.class.getDeclaredMethod("f").invoke(null);': {"T.f"},
    'T.class.getMethod("f", int.class).invoke(null, 1);': {"T.f~2"},
    'T.class.getMethod("v").invoke(new U());': {"U.v"},
    'T.class.getMethod("v").invoke(given);': {"T.v"},
    'U.class.getMethod("f").invoke(null);': {"T.f"},
    'U.class.getDeclaredMethod("f").invoke(null);': set(),
    "T.class.getMethod(name).invoke(null);": set(),
    'T.class.getMethod("f", given.getClass()).invoke(null);': set(),
    'String wanted = "f"; T.class.getMethod(wanted).invoke(null);': {"T.f"},
    'T.class.getMethod("a" + "b").invoke(null);': set(),
    "T.class.getMethod(WANTED).invoke(null);": {"T.f"},
    "T.class.getMethod(A.WANTED).invoke(null);": {"T.f"},
    'T.class.getMethod("many", int[].class).invoke(null);': {"T.many"},
    'T.class.getMethod("list", java.util.List.class).invoke(null);': {"T.list"},
    "T.class.getDeclaredConstructor(int.class).newInstance(1);": {"T.T~2"},
    "T.class.getConstructor().newInstance();": {"T.T"},
    "T.class.getConstructor(String.class).newInstance();": set(),
    "T.class.getConstructor(given.getClass()).newInstance();": set(),
    "T.class.newInstance();": {"T", "T.T"},
    "U.class.getConstructor().newInstance();": {"U"},
    'Class.forName("p.T").getMethod("f").invoke(null);': {"T.f"},
    'Class.forName("p.None").getMethod("f").invoke(null);': set(),
    'Class.forName("p.T$In").newInstance();': {"T.In"},
    'Class.forName("p.T.In").newInstance();': set(),
    'Class.forName("T.In").newInstance();': set(),
    'new U().getClass().getMethod("v").invoke(null);': {"U.v"},
    'given.getClass().getMethod("v").invoke(null);': set(),
    'String.class.getMethod("f").invoke(null);': set(),
    'T.class.getMethod("v").invoke();': {"T.v"},
    "T.class.getMethod().invoke(null);": set(),
    'MethodHandles.lookup().findStatic(T.class, "f", MethodType.methodType(void.class)).invoke();': {"T.f"},
    'MethodHandles.lookup().findVirtual(T.class, "v", MethodType.methodType(void.class)).invokeExact(new U());': {"U.v"},
    'MethodHandles.lookup().findVirtual(T.class, "v", MethodType.methodType(void.class)).invokeWithArguments(all);': {"T.v"},
    'MethodHandles.lookup().findSpecial(T.class, "v", MethodType.methodType(void.class), U.class).invoke(new U());': {"T.v"},
    "MethodHandles.lookup().findConstructor(T.class, MethodType.methodType(void.class, int.class)).invoke(1);": {"T.T~2"},
    'MethodHandles.lookup().findStatic(T.class, "f", type).invoke();': set(),
    'MethodHandles.lookup().findStatic(T.class, "f", other(void.class)).invoke();': set(),
    'MethodHandles.lookup().findStatic(String.class, "f", MethodType.methodType(void.class)).invoke();': set(),
    'MethodHandles.lookup().findStatic(T.class, "f").invoke();': set(),
    'lookup.findStatic(T.class, "f", MethodType.methodType(void.class)).invoke();': {"T.f"},
    'lookup.findStaticGetter(T.class, "kept", U.class).invoke().v();': {"U.v"},
    'T.class.getField("kept").get(null).v();': {"U.v"},
    'T.class.getField("none").get(null).v();': set(),
    'T.class.getMethod("made").invoke(null).v();': {"T.made", "U.v"},
    "T.class.getDeclaredConstructor().newInstance().v();": {"T.T", "T.v"},
    "Object o = U.class.newInstance(); ((T) o).v();": {"U", "U.v"},
    "Object o = U.class.getConstructor().newInstance(); ((T) o).v();": {"U", "U.v"},
    "T o = U.class.cast(new U()); o.v();": {"U", "U.v"},
    "T o = T.class.cast(); o.v();": {"T.v"},
}


@pytest.mark.parametrize("line", REFLECTED)
def test_reflection_runs_what_is_written_out(line: str) -> None:
    """The class, the name and the types of the parameters choose; what is not written out chooses nothing."""
    source = f"""\
        package p;
        import java.lang.invoke.MethodHandles;
        import java.lang.invoke.MethodType;
        class A {{
            void g(String name, T given, MethodType type, MethodHandles.Lookup lookup, Object[] all) throws Throwable {{
                {line}
            }}
            static final String WANTED = "f";
            static MethodType other(Class<?> c) {{ return null; }}
        }}
        """
    program = """\
        package p;
        public class T {
            public static U kept;
            public T() {}
            T(int a) {}
            public static void f() {}
            public static void f(int a) {}
            public void v() {}
            public static U made() { return null; }
            public static class In {}
            public static void many(int... all) {}
            public static void list(java.util.List<String> all) {}
        }
        """
    heir = "package p;\npublic class U extends T { public void v() {} }\n"
    found = used({"A.java": source, "T.java": program, "U.java": heir}).get(6, set())
    targets = {each for each in found if ":" not in each} - {"A.other"}
    assert targets - ({"U"} if "new U()" in line else set()) == REFLECTED[line] - ({"U"} if "new U()" in line else set())


def test_a_class_may_be_assignable_from_that_of_a_variable() -> None:
    """``Type.class.isAssignableFrom(x.getClass())`` says that ``x`` is of that type."""
    source = """\
        class B { public String toString() { return ""; } }
        class A {
            void f(Object o, Object p) {
                if (B.class.isAssignableFrom(o.getClass())) o.toString();
                if (B.class.isAssignableFrom(p.hashCode())) p.toString();
            }
        }
        """
    found = used({"A.java": source})
    assert "B.toString" in found[4]
    assert "B.toString" not in found[5]


def test_the_default_method_that_is_named_is_the_one_that_runs() -> None:
    """``Interface.super.method()`` is not dispatched to what overrides it."""
    files = {"A.java": "interface I { default void f() {} }\nclass A implements I { public void f() { I.super.f(); } }\n"}
    found = [edge for edge in edges_at(files, "I.super.f()") if edge.kind is EdgeKind.CALLS]
    assert [(edge.rule, edge.evidence, edge.target) for edge in found] == [("super", Evidence.PROVEN, "A.java#I.f")]
