"""What the resolver makes of the less common constructs of Java, Kotlin and Scala: every line that uses the program says how."""

from __future__ import annotations

from tests.graph.languages.expectations import check

KOTLIN_CATS = """\
package p

open class Cat(val age: Int = 1) {
    open fun purr() = 1
    fun self(): Cat = this
    operator fun component1(): Cat = this
    infix fun near(other: Cat): Cat = other
}
class Dog {
    fun bark() = 1
}
fun Cat.walk(): Int = 2
val Cat.friend: Cat
    get() = self()  // = Cat.self
fun <T> T.same(): T = this
fun List<Cat>.all(): Int = 3
fun CharSequence.long(): Int = 4
fun Any.every(): Int = 5
fun topLevel(): Cat = Cat()  // = Cat
"""

KOTLIN = """\
package p

typealias Many<T> = List<T>
typealias Handler = (Cat) -> Unit

annotation class Mark(val names: Array<String> = arrayOf())

fun interface Listener {
    fun heard(cat: Cat)
}

interface Named {
    val title: String
    fun tell(): Cat
}

class Teller : Named {
    override val title = "a"
    override fun tell(): Cat = Cat()  // = Cat
}

@Mark(names = ["x"])
class Wrapped<T : Cat>(private val one: T, inner: Named, vararg val rest: Cat) : Named by inner where T : Any {
    val kept by lazy { Cat() }  // = Cat Wrapped.<lambda1>
    val watched: Cat by Delegates.observable(Cat()) { _, _, _ -> }  // = Cat
    val (left, right) = Pair(Cat(), Cat())  // = Cat
    var counted: Cat = Cat()  // = Cat
        get() = field
        set(value) {
            value.purr()  // = Cat.purr
            field = value
        }
    val early: Cat get() = one.self()  // = Cat.self
    init {
        one.purr()  // = Cat.purr
        kept.purr()  // = Cat.purr
    }
    constructor(one: T) : this(one, Teller(), Cat()) {  // = Teller Cat Wrapped
        one.purr()  // = Cat.purr
    }
    fun use(): Cat {
        counted = Cat(age = 3)  // = Cat
        val f = fun(c: Cat): Cat { return c.self() }  // = Cat.self
        early.purr()  // = Cat.purr
        rest[0].purr()  // = -Cat.purr
        return counted
    }
    fun nested() {
        listOf(one).forEach { this@Wrapped.use() }  // = Wrapped.use
    }
}

enum class Kind(val cat: Cat) {
    FIRST(Cat()) {  // = Kind Cat
        override fun act() = cat.purr()  // = Cat.purr
    },
    SECOND(cat = Cat());  // = Kind Cat

    open fun act() = 1
    companion object Factory {
        fun of(): Kind = FIRST
    }
}

class Sub : Cat(2), Listener {
    override fun purr() = super.purr()  // = Cat.purr
    override fun heard(cat: Cat) {
        super<Cat>.purr()  // = Cat.purr
    }
}

fun Cat.extended(): Int {
    val again = { this@extended.purr() }  // = Cat.purr
    return walk() + every()  // = Cat.walk Any.every
}

fun each(first: Int, block: (Cat) -> Unit) {
}

fun with2(block: Cat.() -> Unit) {
}

fun hear(listener: Listener) {
}

fun references(cats: List<Cat>, handler: Handler, many: Many<Cat>) {
    cats.map(Cat::self).first().purr()  // = Cat.purr
    val kind = Cat::class
    val made = ::topLevel
    made()  // = topLevel
    val bound = Cat()::purr  // = Cat
    each(1) { it.purr() }  // = each Cat.purr
    each(block = { cat -> cat.purr() }, first = 2)  // = each Cat.purr
    each(3, fun(c: Cat) { c.purr() })  // = each Cat.purr
    with2 { purr() }  // = with2 Cat.purr
    with2 { this.walk() }  // = with2 Cat.walk
    hear { it.purr() }  // = hear Cat.purr
    hear(Listener { it.purr() })  // = hear Listener -Cat.purr
    hear(object : Listener {  // = hear references.<class8>
        override fun heard(cat: Cat) {
            cat.purr()  // = Cat.purr
        }
    })
    many.first().purr()  // = -Cat.purr
    cats.all()  // = List.all
    "x".long()  // = CharSequence.long
    Dog().every()  // = Dog Any.every
    Cat().same().purr()  // = Cat T.same -Cat.purr
    (Cat() near Cat()).purr()  // = Cat Cat.near Cat.purr
    Cat().friend.purr()  // = Cat -Cat.purr
    val (a) = Cat()  // = Cat -Cat.component1
    cats.forEachIndexed { at, (first) -> first.purr() }  // = -Cat.component1 -Cat.purr
    for ((x) in cats) {  // = -Cat.component1
        x.purr()  // = -Cat.purr
    }
    for (c: Cat in cats) c.purr()  // = Cat.purr
}

fun flow(x: Any, y: Any?, cats: Array<Cat>): Cat {
    val got = when (val z = x) {
        is Cat -> z.self()  // = Cat.self
        !is Dog -> Cat()  // = Cat
        in listOf(1) -> Cat()  // = Cat
        else -> topLevel()  // = topLevel
    }
    got.purr()  // = Cat.purr
    when {
        x is Cat && x.purr() > 1 -> x.walk()  // = Cat.purr Cat.walk
        y == null || y is Dog -> Dog().bark()  // = Dog Dog.bark
    }
    if ((x is Cat) && (y is Dog)) {
        x.purr()  // = Cat.purr
        y.bark()  // = Dog.bark
    } else if (x !is Dog) {
        topLevel()  // = topLevel
    }
    val either = (y as? Cat) ?: Cat()  // = Cat
    either.purr()  // = Cat.purr
    val tried = try {
        Cat()  // = Cat
    } catch (e: Exception) {
        topLevel()  // = topLevel
    } finally {
        Dog().bark()  // = Dog Dog.bark
    }
    tried.purr()  // = Cat.purr
    outer@ while (true) {
        do {
            tried.walk()  // = Cat.walk
        } while (!(tried.purr() == 1))  // = Cat.purr
        break@outer
    }
    listOf(Cat()).forEach item@{  // = Cat
        return@item Unit
    }
    cats[0] = Cat()  // = Cat
    cats[0].self().age  // = Cat.self
    val text = "a" + x
    val neg = -1L + 'c'.code + 1.5
    val yes = !true
    y!!.every()  // = Any.every
    requireNotNull(either).purr()  // = Cat.purr
    Cat().also { it.purr() }.purr()  // = Cat Cat.purr
    Cat().run { self() }.purr()  // = Cat Cat.self Cat.purr
    Cat().takeIf { it.purr() > 1 }?.purr()  // = Cat Cat.purr
    with(Cat()) { self() }.purr()  // = Cat Cat.self Cat.purr
    mutableListOf(Cat()).first().purr()  // = Cat Cat.purr
    Kind.of().act()  // = Kind.Factory.of Kind.act
    Kind.SECOND.cat.purr()  // = Cat.purr
    return if (yes) either else throw IllegalStateException(\"\"\"b\"\"\")
}
"""


SCALA = """\
package p

class Cat(val age: Int = 1) { def purr() = 1; def self(): Cat = this; def near(c: Cat): Cat = c }
class Dog { def bark() = 1 }
object Cat { def apply(): Cat = new Cat(1) }  // = Cat

case class Pair2(a: Cat, b: Dog)

trait Base[T <: Cat] { self: Dog =>
  type Item = Cat
  def made: Cat
  val other: Item
  def f(): Unit = { self.bark(); other.purr() }  // = ?Dog.bark Cat.purr
}

enum Kind(val n: Int = 0) {
  case Plain, Other  // = Kind
  case Big(cat: Cat) extends Kind(1)
}

object Use {
  import java.util.{List => JList, Map as JMap, Set, _}
  given cat: Cat = new Cat(1)  // = Cat
  given Ordering[Cat] with { def compare(a: Cat, b: Cat): Int = a.purr() }  // = Cat.purr
  extension (c: Cat) def twice: Int = c.purr()  // = Cat.purr
  def rest(cats: Cat*)(implicit d: Dog): Int = d.bark()  // = Dog.bark
  def fn(f: Cat => Int, g: (Cat, Dog) => Int = (a, b) => a.purr()): Int = f(new Cat(1))  // = Cat -Cat.purr
}

class More(c: Cat, val t: (Cat, Dog), var o: Option[Cat])(implicit d: Dog) {
  def this(c: Cat) = this(c, (c, new Dog), None)(new Dog)  // = Dog -More
  lazy val k = new Cat(2)  // = Cat
  val (x, y) = t
  val a, b: Cat = new Cat(3)  // = Cat
  def go(v: Any, cats: List[Cat]): Int = {
    x.purr()  // = Cat.purr
    y.bark()  // = Dog.bark
    a.self().purr()  // = Cat.self Cat.purr
    val r = v match {
      case q: Cat if q.purr() > 1 => q.self()  // = Cat.purr Cat.self
      case Pair2(m, n) => m.purr()  // = -Cat.purr
      case w @ (_: Dog) => w.bark()  // = -Dog.bark
      case h :: t => 1
      case 1 | 2 => k.purr()  // = Cat.purr
      case _ => new Cat(1)  // = Cat
    }
    cats.map(_.self()).head.purr()  // = Cat.self -Cat.purr
    cats.filter(_.purr() > 1).head.purr()  // = -Cat.purr
    cats.foreach { case e => e.purr() }  // = Cat.purr
    cats.foreach(e => e.purr())  // = Cat.purr
    for { c <- cats; d = c.self() if c.purr() > 1 } yield d.purr()  // = Cat.self Cat.purr
    try { a.purr() } catch { case e: Exception => b.purr() } finally { y.bark() }  // = Cat.purr Dog.bark
    v.asInstanceOf[Cat].purr()  // = Cat.purr
    (a: Cat).purr()  // = Cat.purr
    a near b  // = Cat.near
    val z = new Dog with Base[Cat] { def made = new Cat(1); val other = made }  // = Cat Dog More.go.made
    o = Some(a)
    o.getOrElse(b).purr()  // = Cat.purr
    Use.rest(cats: _*)(d)  // = Use.rest
    More.this.k.purr()  // = Cat.purr
    if (a == b) a.purr() else b.purr()  // = Cat.purr
    s"${a.purr()}"  // = Cat.purr
    List(a).head.purr()  // = -Cat.purr
    List(a).flatMap(e => List(e)).head.purr()  // = -Cat.purr
    1 + 2L - 1.5
  }
}
"""

JAVA = """\
package p;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class Cat { int purr() { return 1; } Cat self() { return this; } static Cat make() { return new Cat(); } }  // = Cat
class Dog { int bark() { return 1; } }

interface Maker { Cat make(Cat from); }

class Over {
  void f(int a) {} void f(long a) {} void f(Integer a) {} void f(String s) {} void f(Object o) {} void f(Cat... c) {} void f(int[] a) {}
  void g(Maker m) {} void g(String s) {} <T> void h(T t) {} void h(double d) {}
  void all(Cat c, Cat[] cs, byte b) {
    f(1);  // = Over.f
    f(2L);  // = Over.f~2
    f('c');  // = Over.f
    f(1.5f);  // = Over.f~5
    f("s");  // = Over.f~4
    f(c);  // = Over.f~5
    f(c, c);  // = Over.f~6
    f(new int[] {1});  // = Over.f~7
    f(b);  // = Over.f
    f((Object) c);  // = Over.f~5
    f(Integer.MAX_VALUE);  // = Over.f
    g(x -> x.self());  // = Over.g Cat.self
    g("s");  // = Over.g~2
    g(Cat::self);  // = Over.g
    h(c);  // = Over.h
    h(1);  // = Over.h~2
    cs[0].purr();  // = Cat.purr
    cs.clone()[0].purr();  // = Cat.purr
  }
}

class Lib extends ArrayList<Cat> {
  final Cat own; Lib() { this(new Cat()); } Lib(Cat c) { super(); this.own = c; }  // = Lib.Lib~2 Cat
  int go(List<Cat> l, Map<Dog, Cat> m, Optional<Cat> o, Object x, Stream<Cat> st) {
    l.get(0).purr();  // = Cat.purr
    m.get(null).purr();  // = Cat.purr
    for (Map.Entry<Dog, Cat> e : m.entrySet()) { e.getKey().bark(); e.getValue().purr(); }  // = Dog.bark Cat.purr
    for (Cat c : m.values()) c.purr();  // = Cat.purr
    for (Dog d : m.keySet()) d.bark();  // = Dog.bark
    m.forEach((d, c) -> c.purr());  // = Cat.purr
    m.computeIfAbsent(null, d -> new Cat()).purr();  // = Cat Cat.purr
    m.merge(null, own, (p, q) -> p.self()).purr();  // = Cat.self Cat.purr
    l.stream().map(c -> c.self()).filter(c -> c.purr() > 1).findFirst().get().purr();  // = Cat.self Cat.purr
    l.stream().reduce((p, q) -> q.self()).get().purr();  // = Cat.self Cat.purr
    l.stream().flatMap(c -> Stream.of(c)).collect(Collectors.toList()).get(0).purr();  // = Cat.purr
    l.stream().map(c -> "a").collect(Collectors.joining()).length();  // =
    List.of(own).get(0).purr();  // = Cat.purr
    Objects.requireNonNull(own).purr();  // = Cat.purr
    o.orElseGet(() -> new Cat()).purr();  // = Cat Cat.purr
    Maker k = new Maker() { public Cat make(Cat from) { return from.self(); } };  // = Maker Cat.self
    Function<Cat, Dog> fn = c -> new Dog(); fn.apply(own).bark();  // = Lib.go.<lambda11> Dog Dog.bark
    UnaryOperator<Cat> un = c -> c.self();  // = -Cat.self
    Arrays.stream(new Cat[] {own}).findAny().get().purr();  // = Cat.purr
    "a".concat("b").length(); new StringBuilder().append("a").toString().isEmpty();  // =
    int n = Integer.parseInt("1") + Math.abs(2); String s = "a" + n; Class<?> kl = Cat.class; boolean is = n == 1;
    Cat y = switch (n) { case 1 -> new Cat(); case 2 -> { yield Cat.make(); } default -> throw new RuntimeException(); };  // = Cat Cat.make
    y.purr();  // = Cat.purr
    ((Cat) x).purr();  // = Cat.purr
    (is ? own : y).purr();  // = Cat.purr
    outer: while (is) { continue outer; }
    Lib.this.own.purr();  // = Cat.purr
    return super.size();  // =
  }
}
"""


def test_kotlin_constructs() -> None:
    """Delegates, accessors, destructuring, references, extensions, smart casts and scope functions keep the type they hold."""
    check({"cats.kt": KOTLIN_CATS, "main.kt": KOTLIN})


def test_scala_constructs() -> None:
    """Patterns, enumerations, givens, placeholders, traits and companions keep the type they hold."""
    check({"main.scala": SCALA})


def test_java_constructs() -> None:
    """Overloads, streams, anonymous classes, arrays, switches and the library keep the type they hold."""
    check({"p/Main.java": JAVA})
