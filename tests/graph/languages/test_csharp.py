"""C#: which definition a name refers to, over namespaces, partial types, extension methods and overloads."""

from __future__ import annotations

from graph.model import EdgeKind, Evidence
from tests.graph.languages.expectations import Ends, check, named_ends


def calls(text: str, evidence: Evidence = Evidence.PROVEN) -> Ends:
    """Return the calls of a program of one file."""
    return named_ends({"a.cs": text}, EdgeKind.CALLS, evidence)


def test_a_field_receiver_decides_though_the_caller_has_the_same_method_name() -> None:
    """The type of the field says whose method is called."""
    text = "class Store { public void Save() {} } class App { Store store; public void Save() { store.Save(); } }"
    assert calls(text) == {("App.Save", "Store.Save")}


def test_a_foreign_type_is_external_though_the_program_has_one_of_its_name() -> None:
    """A using names the namespace that a type is from."""
    files = {
        "a.cs": "using Vendor.Http; namespace App { class Use { void Run(Vendor.Http.Client c) { c.Send(); } } }",
        "b.cs": "namespace Other { class Client { public void Send() {} } }",
    }
    assert named_ends(files, EdgeKind.CALLS) == set()
    assert named_ends(files, EdgeKind.CALLS, Evidence.EXTERNAL) == {("App.Use.Run", "external:Vendor.Http#Client.Send")}


def test_a_collections_method_is_not_the_projects_of_the_same_name() -> None:
    """A list's method is the library's."""
    text = """
    using System.Collections.Generic;
    class Cart { public void Add(int i) {} }
    class Use { void Run() { var items = new List<int>(); items.Add(1); } }
    """
    assert calls(text) == set()
    assert calls(text, Evidence.EXTERNAL) == {("Use.Run", "external:System.Collections.Generic#List.Add")}


def test_base_is_the_supertypes_member() -> None:
    """``base.M()`` goes to the inherited method and to no other."""
    text = "class A { public virtual void M() {} } class B : A { public override void M() { base.M(); } }"
    assert calls(text) == {("B.M", "A.M")}
    assert named_ends({"a.cs": text}, EdgeKind.OVERRIDES) == {("B.M", "A.M")}


def test_constructors_chain_to_this_and_to_base() -> None:
    """``this(...)`` and ``base(...)`` choose by their arguments."""
    text = """
    class A { public A(int a) {} public A(string s) {} }
    class B : A { public B() : this("x") {} public B(string s) : base(1) {} }
    class C { void Run() { new B(); } }
    """
    assert calls(text) == {("B.B", "B.B~2"), ("B.B~2", "A.A"), ("C.Run", "B.B")}


def test_an_alias_and_a_global_using_bring_a_type() -> None:
    """An alias stands for its type; a global using holds in every file."""
    files = {
        "g.cs": "global using Lib.Inner;",
        "a.cs": "using Short = Lib.Thing; class Use { void Run() { Short.Go(); Deep.Go(); } }",
        "b.cs": "namespace Lib { static class Thing { public static void Go() {} } }",
        "c.cs": "namespace Lib.Inner { class Deep { public static void Go() {} } }",
    }
    assert named_ends(files, EdgeKind.CALLS) == {("Use.Run", "Lib.Thing.Go"), ("Use.Run", "Lib.Inner.Deep.Go")}


def test_the_parts_of_a_partial_type_see_each_others_members() -> None:
    """Members of another file's part are reached by their bare names."""
    files = {
        "a.cs": "namespace N; partial class P { void Run() { Help(); count = 1; } }",
        "b.cs": "namespace N; partial class P { int count; void Help() {} }",
    }
    assert named_ends(files, EdgeKind.CALLS) == {("N.P.Run", "N.P.Help")}
    assert named_ends(files, EdgeKind.WRITES) == {("N.P.Run", "N.P.count")}


def test_an_extension_method_is_found_by_the_type_it_extends() -> None:
    """Only where its namespace is in use, and a method of the type goes before it."""
    library = (
        "namespace Ext { static class E { public static int Twice(this Core.Box b) => 2; public static void Own(this Core.Box b) {} } }"
    )
    files = {
        "core.cs": "namespace Core; public class Box { public void Own() {} }",
        "ext.cs": library,
        "a.cs": "using Ext; using Core; class A { void Run(Box b) { b.Twice(); b.Own(); } }",
        "b.cs": "using Core; class B { void Run(Box b) { b.Twice(); } }",
    }
    assert named_ends(files, EdgeKind.CALLS) == {("A.Run", "Ext.E.Twice"), ("A.Run", "Core.Box.Own")}
    assert named_ends(files, EdgeKind.CALLS, Evidence.UNKNOWN) == {("B.Run", "unknown:Twice")}


def test_overloads_are_chosen_by_number_and_type_or_given_whole() -> None:
    """An argument of unknown type leaves several, none of them proven."""
    text = """
    class A {
        void F(int i) {} void F(string s) {} void F(int i, int j) {} void F<T>(T t, int i, int j) {}
        void Run(dynamic d) { F(1); F("s"); F(1, 2); F<int>(1, 2, 3); }
        void Ask(dynamic d) { F(d); }
    }
    """
    assert calls(text) == {("A.Run", "A.F"), ("A.Run", "A.F~2"), ("A.Run", "A.F~3"), ("A.Run", "A.F~4")}
    assert calls(text, Evidence.POSSIBLE) == {("A.Ask", "A.F"), ("A.Ask", "A.F~2")}


def test_values_flow_through_await_linq_and_patterns() -> None:
    """Tasks, sequences and tested types carry the type of what they hold."""
    text = """
    using System.Collections.Generic; using System.Linq; using System.Threading.Tasks;
    class Item { public bool Ok() => true; public void Go() {} }
    interface IRepo { Task<Item> Get(); List<Item> All(); }
    class Use {
        IRepo repo;
        async Task A() { var one = await repo.Get(); one.Go(); }
        void B() { foreach (var each in repo.All().Where(p => p.Ok()).ToList()) each.Go(); }
        void C(object o) { if (o is Item i) i.Go(); }
        void D() { Item made = new() { }; made?.Go(); }
        void E(Dictionary<string, Item> d) { d["x"].Go(); }
    }
    """
    found = calls(text)
    assert {(f"Use.{name}", "Item.Go") for name in "ABCDE"} <= found
    assert ("Use.B.<lambda1>", "Item.Ok") in found


def test_a_type_and_its_generic_namesake_are_two() -> None:
    """The number of type parameters tells types of one name apart, and a member never stands for a type."""
    text = """
    class R { public static void Make() {} }
    class R<T> { public static void Of() {} }
    class Use { int R; void Run() { R<int>.Of(); } }
    class More { void Run() { R.Make(); R<int> r = null; } }
    """
    assert calls(text) == {("Use.Run", "R.Of"), ("More.Run", "R.Make")}


def test_object_initialisers_write_and_enums_are_read() -> None:
    """``new T { P = v }`` writes T's property."""
    text = "enum Color { Red } class Car { public Color Paint { get; set; } static Car Make() => new Car { Paint = Color.Red }; }"
    assert named_ends({"a.cs": text}, EdgeKind.WRITES) == {("Car.Make", "Car.Paint")}
    assert ("Car.Make", "Color.Red") in named_ends({"a.cs": text}, EdgeKind.READS)


def test_a_delegate_is_called_through_its_type() -> None:
    """Lambdas passed for a delegate get the types of its parameters."""
    text = """
    class Item { public void Go() {} }
    delegate void Visit(Item i);
    class Use { void Each(Visit v) {} void Run() { Each(i => i.Go()); } }
    """
    assert ("Use.Run.<lambda1>", "Item.Go") in calls(text)


def test_a_numbers_suffix_and_size_choose_the_overload() -> None:
    """Without a suffix a whole number is an ``int`` where it fits into one, and another a ``double``."""
    kinds = ("int", "uint", "long", "ulong", "float", "double", "decimal")
    written = {
        "int": "1 1_000 0x7f", "uint": "1u 0xFFFFFFFF 3000000000", "long": "1L 5000000000 0b1L", "ulong": "1UL 0xFul 18446744073709551615",
        "float": "1f 1.5F", "double": "1.0 1e3", "decimal": "1m 1.5M",
    }  # fmt: skip
    for kind, numbers in written.items():
        for number in numbers.split():
            text = "class A { " + " ".join(f"void F({each} a) {{}}" for each in kinds) + f" void Use() {{ F({number}); }} }}"
            at = kinds.index(kind)
            assert calls(text) == {("A.Use", "A.F" if not at else f"A.F~{at + 1}")}, number


def test_a_derived_type_goes_before_a_better_fitting_base() -> None:
    """A method below that takes the arguments hides what is above; not so one that overrides, or that may not take them."""
    text = """
    class Base { public void F(int a) {} public virtual void G(object o) {} public void G(int a) {} public void H(int a) {} }
    class D : Base {
        public void F(object a) {}
        public override void G(object o) {}
        public void H(string s) {}
        void Use() { F(1); }
        void Other() { G(1); }
        void Third() { H(1); }
    }
    """
    assert calls(text) == {("D.Use", "D.F"), ("D.Other", "Base.G~2"), ("D.Third", "Base.H")}


def test_one_type_is_meant_wherever_a_type_parameter_stands() -> None:
    """``F("a", 1)`` fits no ``F<T>(T, T)``; a number and a wider one do."""
    text = """
    class A {
        void F<T>(T a, T b) {}
        void F(object a, int b) {}
        void One() { F("a", 1); }
        void Two() { F("a", "b"); }
        void G<T>(T a, T b) {}
        void G(string a, string b) {}
        void Wide() { G(1, 1L); }
    }
    """
    assert calls(text) == {("A.One", "A.F~2"), ("A.Two", "A.F"), ("A.Wide", "A.G")}


def test_a_discard_is_no_variable() -> None:
    """Nothing is written by ``_ = f()``, unless something has that name."""
    text = "class A { int F() => 1; void Use() { _ = F(); } }"
    assert calls(text) == {("A.Use", "A.F")}
    assert named_ends({"a.cs": text}, EdgeKind.WRITES, Evidence.UNKNOWN) == set()
    assert named_ends({"a.cs": "class A { int _; void Use() { _ = 1; } }"}, EdgeKind.WRITES) == {("A.Use", "A._")}


def test_a_foreign_base_class_has_what_an_interface_asks_for() -> None:
    """A class's interfaces give it no members; a base class of the program does, whatever is listed before it."""
    text = """
    using Vendor;
    interface IOwn { void Paint(); }
    class Mine : Widget, IOwn { void Go() { Paint(); this.Paint(); } }
    class Base { public void Draw() {} }
    class Three : IOther, Base { void Go() { Draw(); } }
    class Use { void Go(IOwn own) { own.Paint(); } }
    """
    assert calls(text) == {("Three.Go", "Base.Draw"), ("Use.Go", "IOwn.Paint")}
    assert calls(text, Evidence.EXTERNAL) == {("Mine.Go", "external:Vendor#Widget.Paint")}


def test_a_method_overrides_a_virtual_one_or_answers_an_interface() -> None:
    """One that only hides another does not; the interface is answered past the class in between."""
    text = """
    interface I { void A(); void B(); }
    class Base : I { public void A() {} public virtual void B() {} public void C() {} }
    class D : Base, I { public new void A() {} public override void B() {} public void C() {} }
    """
    assert named_ends({"a.cs": text}, EdgeKind.OVERRIDES) >= {("Base.A", "I.A"), ("Base.B", "I.B"), ("D.A", "I.A"), ("D.B", "Base.B")}
    assert named_ends({"a.cs": text}, EdgeKind.OVERRIDES) & {("D.A", "Base.A"), ("D.C", "Base.C")} == set()


def test_constructing_a_class_whose_base_is_somebody_elses_names_that_one() -> None:
    """The chain to a foreign base class is a call outside, and the rest of the constructor is resolved (issue 6)."""
    text = """
        using Far;
        namespace N {
            class A : Base {
                public A(int n) : base(n) { Run(); } // = N.A.Run
                void Run() { }
            }
        }
    """
    check({"a.cs": text})
