"""What the resolver makes of Kotlin."""

from __future__ import annotations

from graph.model import EdgeKind
from tests.graph.languages.expectations import edges_of, ends, used_by_line

CATS = """\
open class Cat {
    fun purr() = 1
    fun self(): Cat = this
}
class Kitten : Cat()
class Dog {
    fun bark() = 1
}
"""


def calls(source: str, **others: str) -> dict[int, set[str]]:
    """Return, by line of ``A.kt``, what is called there; ``?`` before a possible target. The classes above are there too."""
    files = {"A.kt": source, "Cats.kt": CATS, **{f"{name}.kt": text for name, text in others.items()}}
    found = used_by_line(files, "A.kt")
    return {line: {each.replace("Cats.kt#", "") for each in targets} for line, targets in found.items()}


def test_receivers_companions_and_objects() -> None:
    """A property's type, a companion, an object and ``this`` each lead to one member."""
    found = calls(
        """\
        class Store {
            fun save() = 1
            companion object {
                fun make(): Store = Store()
            }
        }
        object Only {
            fun go() = 1
        }
        class Service(private val store: Store, plain: Store) {
            val other = Store.make()
            val kept by lazy { Store() }
            fun save() {
                store.save(); other.save(); kept.save(); this.save(); Only.go()
            }
            inner class In {
                fun save() {
                    this@Service.save()
                }
            }
        }
        """
    )
    assert found[4] == {"Store"}
    assert found[11] == {"Store.make"}
    assert "Store" in found[12]
    assert found[14] == {"Store.save", "Service.save", "Only.go"}
    assert found[18] == {"Service.save"}


def test_the_receiver_decides_which_extension_is_meant() -> None:
    """An extension is found by the type it extends; a member comes first, and a type without either leaves it unknown."""
    found = calls(
        """\
        import q.far
        fun Cat.walk(): Int {
            return purr() + this.purr()
        }
        fun Dog.walk(): Int {
            return 1
        }
        fun Cat.purr(): Int {
            return 2
        }
        fun f(cat: Cat, kitten: Kitten, dog: Dog) {
            cat.walk()
            kitten.walk()
            dog.walk()
            cat.purr()
            dog.purr()
            "a".far()
        }
        """,
        B="package q\nfun String.far(): Int {\n return 1\n}\n",
    )
    assert found[3] == {"Cat.purr"}
    assert found[12] == found[13]
    assert found[14] != found[12]
    assert all("walk" in each for line in (12, 13, 14) for each in found[line])
    assert found[15] == {"Cat.purr"}
    assert found[16] == {"unknown:purr"}
    assert len(found[17]) == 1
    assert all(each.startswith("B.kt#") for each in found[17])


def test_lambdas_have_receivers_and_it() -> None:
    """``let``, ``apply`` and ``with`` hand on their receiver, collections what they hold, own functions what they say."""
    found = calls(
        """\
        fun own(block: Cat.() -> Unit) {
        }
        fun each(block: (Cat) -> Unit) {
        }
        fun f(cat: Cat?, cats: List<Cat>) {
            cat?.let { it.purr() }
            cat!!.apply { purr() }.purr()
            with(cat) { this.purr() }
            cats.forEach { it.purr() }
            for (c in cats) c.purr()
            own { purr() }
            each { c -> c.purr() }
            cats.map { it.self() }.first().purr()
        }
        """
    )
    own = {line: {each for each in targets if each.startswith("Cat")} for line, targets in found.items()}
    assert own == {line: {"Cat.purr"} for line in range(6, 13)} | {13: {"Cat.self", "Cat.purr"}}


def test_smart_casts() -> None:
    """``is`` gives a name another type in the branch it guards, ``as`` at once."""
    found = calls(
        """\
        fun f(x: Any) {
            if (x is Cat) x.purr()
            if (x is Cat && x.purr() == 1) {
            }
            when (x) {
                is Cat -> x.purr()
                is Dog -> { x.bark() }
            }
            (x as Cat).purr()
            val y = if (true) Cat() else Cat()
            y.purr()
        }
        """
    )
    assert found == {
        2: {"Cat.purr"},
        3: {"Cat.purr"},
        6: {"Cat.purr"},
        7: {"Dog.bark"},
        9: {"Cat.purr"},
        10: {"Cat"},
        11: {"Cat.purr"},
    }


def test_overloads_defaults_and_functions_named_as_interfaces() -> None:
    """Names and defaults count; a function named as an interface makes it; a secondary constructor is chosen by its arguments."""
    found = calls(
        """\
        interface Job {
            fun join(): Int
        }
        fun Job(parent: Job? = null): Job {
            return parent!!
        }
        class Box(val n: Int) {
            constructor(a: String, b: Int) : this(b)
        }
        fun f(a: Int, b: String = "") {
        }
        fun f(a: String) {
        }
        fun g() {
            Job().join()
            Box("a", 1)
            f(1)
            f("a")
            f(b = "b", a = 2)
        }
        """
    )
    assert "Job.join" in found[15]
    assert not any(each.startswith("?") for each in found[15])
    assert "Box" in found[16]
    assert found[17] == {"f"}
    assert found[18] == {"f~2"}
    assert found[19] == {"f"}


def test_imports_aliases_and_what_is_elsewhere() -> None:
    """An alias names what it imports; other packages are external, and Java's classes are called as Kotlin's."""
    found = edges_of({
        "A.kt": "package p\nimport q.make as build\nimport org.lib.Client\nimport j.Old\n"
        "fun f(c: Client, o: Old) {\n build().go()\n c.send()\n o.old(1)\n listOf(1)\n}\n",
        "B.kt": "package q\nclass Made {\n fun go() = 1\n}\nfun make() = Made()\n",
        "j/Old.java": "package j; public class Old { public void old(int a) {} public void old(String a) {} }",
    })
    assert {edge.target for edge in found if edge.path == "A.kt" and edge.kind is EdgeKind.CALLS} == {
        "B.kt#make",
        "B.kt#Made.go",
        "external:org.lib#Client.send",
        "j/Old.java#Old.old",
        "external:kotlin.collections#listOf",
    }


def test_constructors_call_each_other() -> None:
    """``this(…)`` and ``super(…)`` are calls; the primary constructor is none of the secondary ones, and calling it makes an instance."""
    found = calls(
        """\
        open class A(val n: Int) {
            constructor(s: String) : this(1)
            constructor(s: String, t: Int) : this(s)
        }
        class B : A {
            constructor(x: String) : super(x)
        }
        fun f() {
            A(1)
            A("x")
            B("x")
        }
        """
    )
    assert found == {
        2: {"A"},
        3: {"A.constructor"},
        6: {"A.constructor"},
        9: {"A"},
        10: {"A", "A.constructor"},
        11: {"B", "B.constructor"},
    }


def test_a_setter_is_given_what_its_property_holds() -> None:
    """So is ``field`` in both accessors, by the property's type or its first value."""
    found = calls(
        """\
        class Use {
            var cat: Cat = Cat()
                set(value) {
                    value.purr()
                    field.purr()
                }
            var dog = Dog()
                get() {
                    field.bark()
                    return field
                }
                set(given) { given.bark() }
        }
        """
    )
    assert (found[4], found[5], found[9], found[12]) == ({"Cat.purr"}, {"Cat.purr"}, {"Dog.bark"}, {"Dog.bark"})


def test_a_method_overrides_where_it_says_so() -> None:
    """A companion's function of the same name does not, nor does a private one."""
    source = """
        interface I {
            fun a()
        }
        open class A {
            open fun b() {}
            private fun c() {}
            companion object {
                fun d() {}
            }
        }
        class B : A(), I {
            override fun a() {}
            override fun b() {}
            private fun c() {}
            companion object {
                fun d() {}
            }
        }
        """
    assert ends(edges_of({"A.kt": source}), EdgeKind.OVERRIDES) == {("A.kt#B.a", "A.kt#I.a"), ("A.kt#B.b", "A.kt#A.b")}
