"""What the resolver makes of the less common constructs of Java, Kotlin and Scala.

A comment ``// = a b`` at the end of a line says what the line calls, as far as it is in the program.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.build import resolve_files
from graph.model import Edge, EdgeKind

REPOS = Path(__file__).parents[2] / "repos"
USES = {EdgeKind.CALLS, EdgeKind.INSTANTIATES}


def edges(files: dict[str, str]) -> list[Edge]:
    """Return all edges of a program."""
    graphs = resolve_files({path: text.encode() for path, text in files.items()})
    return [edge for graph in graphs for edge in graph.edges]


def wrong(text: str, header: str, suffix: str) -> list[int]:
    """Return the lines that call something other than their comments say; each part, set off by an empty line, is a file of its own."""
    files: dict[str, str] = {}
    first: dict[str, int] = {}
    at = 1
    for part in text.split("\n\n"):
        name = f"part{at}{suffix}"
        files[name], first[name] = header.replace("\n", " ; ").rstrip(" ;") + "\n" + part + "\n", at - 2
        at += part.count("\n") + 2
    found: dict[int, set[str]] = {}
    for edge in edges(files):
        if edge.kind in USES and "#" in edge.target:
            found.setdefault(edge.line + first[edge.path], set()).add(edge.target.partition("#")[2].partition("~")[0])
    lines = dict(enumerate(text.splitlines(), 1))
    said = {at: set(line.partition("// =")[2].split()) for at, line in lines.items() if "// =" in line}
    assert said
    return [at for at, each in said.items() if found.get(at, set()) != each]


KOTLIN_CATS = """\
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
    get() = self()
fun <T> T.same(): T = this
fun List<Cat>.all(): Int = 3
fun CharSequence.long(): Int = 4
fun Any.every(): Int = 5
fun topLevel(): Cat = Cat()
"""

KOTLIN = """\
typealias Many<T> = List<T>
typealias Handler = (Cat) -> Unit

annotation class Mark(val names: Array<String> = [])

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
    val kept by lazy { Cat() }
    val watched: Cat by Delegates.observable(Cat()) { _, _, _ -> }  // = Cat
    val (left, right) = Pair(Cat(), Cat())
    var counted: Cat = Cat()  // = Cat
        get() = field
        set(value) {
            value.purr()
            field = value
        }
    val early: Cat get() = one.self()  // = Cat.self
    init {
        one.purr()  // = Cat.purr
        kept.purr()  // = Cat.purr
    }
    constructor(one: T) : this(one, Teller(), Cat()) {
        one.purr()  // = Cat.purr
    }
    fun use(): Cat {
        counted = Cat(age = 3)  // = Cat
        val f = fun(c: Cat): Cat { return c.self() }  // = Cat.self
        early.purr()  // = Cat.purr
        rest[0].purr()
        return counted
    }
    fun nested() {
        listOf(one).forEach { this@Wrapped.use() }
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
    cats.map(Cat::self).first().purr()
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
    hear(Listener { it.purr() })
    hear(object : Listener {
        override fun heard(cat: Cat) {
            cat.purr()  // = Cat.purr
        }
    })
    many.first().purr()
    cats.all()  // = List.all
    "x".long()  // = CharSequence.long
    Dog().every()  // = Dog Any.every
    Cat().same().purr()  // = Cat T.same
    (Cat() near Cat()).purr()  // = Cat Cat.near Cat.purr
    Cat().friend.purr()
    val (a) = Cat()  // = Cat
    cats.forEachIndexed { at, (first, second) -> first }
    for ((x, y) in cats) {
        x
    }
    for (c: Cat in cats) c.purr()  // = Cat.purr
}

fun flow(x: Any, y: Any?, cats: Array<Cat>): Cat {
    val got = when (val z = x) {
        is Cat -> z.self()  // = Cat.self
        !is Dog -> Cat()  // = Cat
        in listOf(1) -> Cat()
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
    listOf(Cat()).forEach item@{
        return@item Unit
    }
    cats[0] = Cat()  // = Cat
    cats[0].self().age
    val text = "a" + x
    val neg = -1L + 'c'.code + 1.5
    val yes = !true
    y!!.every()  // = Any.every
    requireNotNull(either).purr()
    Cat().also { it.purr() }.purr()
    Cat().run { self() }.purr()
    Cat().takeIf { it.purr() > 1 }?.purr()
    with(Cat()) { self() }.purr()
    mutableListOf(Cat()).first().purr()
    Kind.of().act()
    Kind.SECOND.cat.purr()  // = Cat.purr
    return if (yes) either else throw IllegalStateException(\"\"\"b\"\"\")
}
"""


SCALA = """\
class Cat(val age: Int = 1) { def purr() = 1; def self(): Cat = this; def near(c: Cat): Cat = c }
class Dog { def bark() = 1 }
object Cat { def apply(): Cat = new Cat(1) }  // = Cat

case class Pair2(a: Cat, b: Dog)

trait Base[T <: Cat] { self: Dog =>
  type Item = Cat
  def made: Cat
  val other: Item
  def f(): Unit = { self.bark(); other.purr() }
}

enum Kind(val n: Int) {
  case Plain, Other
  case Big(cat: Cat) extends Kind(1)
}

object Use {
  import java.util.{List => JList, Map as JMap, Set, _}
  given cat: Cat = new Cat(1)  // = Cat
  given Ordering[Cat] with { def compare(a: Cat, b: Cat): Int = a.purr() }  // = Cat.purr
  extension (c: Cat) def twice: Int = c.purr()
  def rest(cats: Cat*)(implicit d: Dog): Int = d.bark()  // = Dog.bark
  def fn(f: Cat => Int, g: (Cat, Dog) => Int = (a, b) => a.purr()): Int = f(new Cat(1))
}

class More(c: Cat, val t: (Cat, Dog), var o: Option[Cat])(implicit d: Dog) {
  def this(c: Cat) = this(c, (c, new Dog), None)
  lazy val k = new Cat(2)  // = Cat
  val (x, y) = t
  val a, b: Cat = new Cat(3)  // = Cat
  def go(v: Any, cats: List[Cat]): Int = {
    x.purr()  // = Cat.purr
    y.bark()  // = Dog.bark
    a.self().purr()  // = Cat.self Cat.purr
    val r = v match {
      case q: Cat if q.purr() > 1 => q.self()  // = Cat.purr Cat.self
      case Pair2(m, n) => m.purr()
      case w @ (_: Dog) => w.bark()
      case h :: t => 1
      case 1 | 2 => k.purr()  // = Cat.purr
      case _ => new Cat(1)  // = Cat
    }
    cats.map(_.self()).head.purr()
    cats.filter(_.purr() > 1).head.purr()
    cats.foreach { case e => e.purr() }
    cats.foreach(e => e.purr())
    for { c <- cats; d = c.self() if c.purr() > 1 } yield d.purr()  // = Cat.self Cat.purr
    try { a.purr() } catch { case e: Exception => b.purr() } finally { y.bark() }  // = Cat.purr Dog.bark
    v.asInstanceOf[Cat].purr()  // = Cat.purr
    (v: Cat).purr()
    a near b  // = Cat.near
    val z = new Base[Cat] { def made = new Cat(1); val other = made }
    o = Some(a)
    o.getOrElse(b).purr()
    Use.rest(cats: _*)(d)  // = Use.rest
    More.this.k.purr()  // = Cat.purr
    if (a == b) a.purr() else b.purr()  // = Cat.purr
    s"${a.purr()}"
    List(a).head.purr()
    List(a).flatMap(e => List(e)).head.purr()
    1 + 2L - 1.5
  }
}
"""

JAVA_IMPORTS = """ArrayList Arrays List Map Objects Optional function.Function function.UnaryOperator stream.Collectors stream.Stream"""
JAVA_HEADER = "package p;" + "".join(f" import java.util.{each};" for each in JAVA_IMPORTS.split())

JAVA = """\
class Cat { int purr() { return 1; } Cat self() { return this; } static Cat make() { return new Cat(); } }
class Dog { int bark() { return 1; } }

interface Maker { Cat make(Cat from); }

class Over {
  void f(int a) {} void f(long a) {} void f(Integer a) {} void f(String s) {} void f(Object o) {} void f(Cat... c) {} void f(int[] a) {}
  void g(Maker m) {} void g(String s) {} <T> void h(T t) {} void h(double d) {}
  void all(Cat c, Cat[] cs, byte b) {
    f(1); f(2L); f('c'); f(1.5f); f("s"); f(c); f(c, c); f(cs); f(new int[] {1}); f(null); f(b); f((Object) c);
    g(x -> x.self()); g("s"); g(Cat::self); h(c); h(1); h(Integer.valueOf(2)); f(Integer.MAX_VALUE);
    cs[0].purr();  // = Cat.purr
    cs.clone()[0].purr();
  }
}

class Lib extends ArrayList<Cat> {
  final Cat own; Lib() { this(new Cat()); } Lib(Cat c) { super(); this.own = c; }
  int go(List<Cat> l, Map<Dog, Cat> m, Optional<Cat> o, Object x, Stream<Cat> st) {
    l.get(0).purr();
    m.get(null).purr();
    for (Map.Entry<Dog, Cat> e : m.entrySet()) { e.getKey().bark(); e.getValue().purr(); }
    for (Cat c : m.values()) c.purr();
    for (Dog d : m.keySet()) d.bark();
    m.forEach((d, c) -> c.purr());
    m.computeIfAbsent(null, d -> new Cat()).purr();
    m.merge(null, own, (p, q) -> p.self()).purr();
    l.stream().map(c -> c.self()).filter(c -> c.purr() > 1).findFirst().get().purr();
    l.stream().reduce((p, q) -> q.self()).get().purr();
    l.stream().flatMap(c -> Stream.of(c)).collect(Collectors.toList()).get(0).purr();
    l.stream().map(c -> "a").collect(Collectors.joining()).length();
    List.of(own).get(0).purr();
    Objects.requireNonNull(own).purr();
    o.orElseGet(() -> new Cat()).purr();
    Maker k = new Maker() { public Cat make(Cat from) { return from.self(); } };
    Function<Cat, Dog> fn = c -> new Dog(); fn.apply(own).bark();
    UnaryOperator<Cat> un = c -> c.self();
    Arrays.stream(new Cat[] {own}).findAny().get().purr();
    "a".concat("b").length(); new StringBuilder().append("a").toString().isEmpty();
    int n = Integer.parseInt("1") + Math.abs(2); String s = "a" + n; Class<?> kl = Cat.class; boolean is = n == 1;
    Cat y = switch (n) { case 1 -> new Cat(); case 2 -> { yield Cat.make(); } default -> throw new RuntimeException(); };
    y.purr();  // = Cat.purr
    ((Cat) x).purr();  // = Cat.purr
    (is ? own : y).purr();  // = Cat.purr
    outer: while (is) { continue outer; }
    Lib.this.own.purr();  // = Cat.purr
    return super.size();
  }
}
"""


def test_kotlin_constructs() -> None:
    """Delegates, accessors, destructuring, references, extensions, smart casts and scope functions keep the type they hold."""
    assert wrong(KOTLIN_CATS + "\n" + KOTLIN, "package p", ".kt") == []


def test_scala_constructs() -> None:
    """Patterns, enumerations, givens, placeholders, traits and companions keep the type they hold."""
    assert wrong(SCALA, "package p", ".scala") == []


def test_java_constructs() -> None:
    """Overloads, streams, anonymous classes, arrays, switches and the library keep the type they hold."""
    assert wrong(JAVA, JAVA_HEADER, ".java") == []


@pytest.mark.parametrize("language", ["java", "kotlin", "scala"])
def test_whatever_is_cut_off_is_contained(language: str) -> None:
    """A program, and each of its files cut anywhere, resolves, and what a file defines is contained in it."""
    files = {
        str(path): path.read_text("utf-8") for path in sorted((REPOS / language).rglob("*")) if path.suffix in {".java", ".kt", ".scala"}
    }
    files |= {"K.kt": KOTLIN} if language == "kotlin" else {}
    assert any(edge.kind is EdgeKind.CONTAINS for edge in edges(files))
    for path, text in files.items():
        cut = {f"{at}{Path(path).suffix}": text[: len(text) * at // 20] for at in range(1, 20)}
        graphs = resolve_files({name: each.encode() for name, each in cut.items()})
        for graph in graphs:
            contained = {edge.target for edge in graph.edges if edge.kind is EdgeKind.CONTAINS}
            assert all(
                node.handle in contained
                for node in graph.nodes
                if "#" in node.handle and node.kind != "lambda" and "<" not in node.handle and node.name != "Companion"
            )
