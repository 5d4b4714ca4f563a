"""Which of several methods of one name a call of Java, Kotlin or Scala means, as far as the arguments say."""

from __future__ import annotations

from tests.graph.languages.expectations import check


def test_java_chooses_by_number_type_and_phase() -> None:
    """Widening goes before boxing, boxing before variable arity; the most specific wins, and what nobody knows leaves several."""
    check({
        "p/Main.java": """
        package p;
        import java.util.List;
        import java.util.function.Function;
        import far.org.Foreign;
        interface Animal {}
        class Cat implements Animal { Cat self() { return this; } }
        class Dog implements Animal {}
        class Lion extends Cat {}
        class Calls<T> {
          void by(Animal a) {} void by(Cat c) {} void by(Object o) {}
          void wide(long n) {} void wide(double n) {} void wide(Number n) {}
          void box(Object o) {} void box(int... n) {}
          void rest(String s, Cat... c) {} void rest(String s, Dog d) {}
          void count() {} void count(int a) {} void count(int a, int b) {}
          void text(String s) {} void text(CharSequence s) {} void text(char c) {}
          void run(Runnable r) {} void run(Function<Cat, Cat> f) {} void run(String s) {}
          void list(List<Cat> l) {} void list(Cat c) {} void list(int[] n) {} void list(String s) {}
          void none(int n) {} void none(Cat c) {}
          void own(T t) {} void own(String s, T t) {}
          static void fixed(boolean b) {} static void fixed(Boolean b) {}
          void all(Lion l, Dog d, Foreign f, List<Cat> cats, int[] ns, short s, Object o, Integer boxed, StringBuilder sb) {
            by(l); // = Calls.by~2
            by(d); // = Calls.by
            by(f); // = Calls.by~3
            by((Animal) l); // = Calls.by
            by("a"); // = Calls.by~3
            wide(s); // = Calls.wide
            wide(1.5f); // = Calls.wide~2
            wide(boxed); // = ?Calls.wide ?Calls.wide~2 ?Calls.wide~3
            box(1); // = Calls.box
            box(1, 2); // = Calls.box~2
            box(); // = Calls.box~2
            rest("a", d); // = Calls.rest~2
            rest("a"); // = Calls.rest
            rest("a", l, l); // = Calls.rest
            count(); count(1); count(1, 2); // = Calls.count Calls.count~2 Calls.count~3
            text("a"); // = Calls.text
            text('a'); // = Calls.text~3
            text(sb); // = Calls.text~2
            run("a"); // = Calls.run~3
            run(() -> {}); // = ?Calls.run ?Calls.run~2
            list(cats); // = Calls.list
            list(l); // = Calls.list~2
            list(ns); // = Calls.list~3
            none(null); // = Calls.none~2
            none(l.self()); // = Calls.none~2 Cat.self
            own(null); own("a", null); // = Calls.own Calls.own~2
            fixed(true); // = Calls.fixed
            new Calls<Cat>().by(l); // = Calls Calls.by~2
            this.gone(1); // =
          }
        }
        """,
    })


def test_kotlin_chooses_by_name_default_and_type() -> None:
    """Names and defaults of parameters, trailing lambdas and Kotlin's own number types."""
    check({
        "Main.kt": """
        package p
        open class Cat { fun self(): Cat = this }
        class Lion : Cat()
        class Dog
        fun take(c: Cat) {}
        fun take(d: Dog, n: Int = 1) {}
        fun take(s: String) {}
        fun named(first: Int, second: Int = 2) {}
        fun named(first: Int, other: String) {}
        fun last(n: Int, f: (Cat) -> Unit) {}
        fun last(n: Int, s: String) {}
        fun rest(vararg cats: Cat) {}
        fun rest(n: Int) {}
        fun number(n: Int) {}
        fun number(n: Long) {}
        fun number(n: Double) {}
        fun use(lion: Lion, dog: Dog) {
            take(lion) // = take
            take(dog) // = take~2
            take(dog, 2) // = take~2
            take("a") // = take~3
            named(1) // = named
            named(second = 1, first = 2) // = named
            named(1, other = "a") // = named~2
            last(1) { it.self() } // = last Cat.self
            last(1, "a") // = last~2
            rest(lion, lion); rest() // = rest
            rest(1) // = rest~2
            number(1) // = number
            number(1L) // = number~2
            number(1.5) // = number~3
        }
        """,
    })


def test_scala_chooses_by_type_and_default() -> None:
    """Overloads of methods, default and named arguments, and factories of companions."""
    check({
        "Main.scala": """
        package p
        class Cat { def self(): Cat = this }
        class Lion extends Cat
        class Dog
        object Box { def apply(c: Cat): Cat = c; def apply(d: Dog): Dog = d }
        class Calls {
          def by(c: Cat): Unit = {}
          def by(d: Dog): Unit = {}
          def by(s: String, n: Int = 1): Unit = {}
          def count(a: Int): Unit = {}
          def count(a: Int, b: Int): Unit = {}
          def use(lion: Lion, dog: Dog): Unit = {
            by(lion) // = Calls.by
            by(dog) // = Calls.by~2
            by("a") // = ?Calls.by ?Calls.by~2 ?Calls.by~3
            by(n = 2, s = "a") // = Calls.by~3
            count(1); count(1, 2) // = Calls.count Calls.count~2
            Box(lion).self() // = Box.apply Cat.self
            Box(dog) // = Box.apply~2
          }
        }
        """,
    })


def test_arrays_boxes_and_what_takes_the_rest_are_types_of_their_own() -> None:
    """An array is chosen by its elements, a box is no primitive, and ``Cat...`` does not hide ``Cat``."""
    check({
        "A.java": """
        class Cat {}
        class Lion extends Cat {}
        class A {
          void m(int[] a) {} void m(Cat[] a) {} void m(Object a) {}
          void h(int a) {} void h(Integer a) {}
          void r(String s, Cat... c) {} void r(String s, Cat c) {}
          void use(Cat[] cats, Lion[] lions, long[] many, Cat cat) {
            m(cats); // = A.m~2
            m(lions); // = A.m~2
            m(new int[1]); // = A.m
            m(many); // = A.m~3
            h(Integer.valueOf(2)); // = A.h~2
            h(Integer.parseInt("2")); // = A.h
            h(2); // = A.h
            r("a", cat); // = A.r~2
            r("a", cat, cat); // = A.r
          }
        }
        """,
    })
