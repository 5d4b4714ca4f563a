"""What the resolver makes of Scala."""

from __future__ import annotations

from tests.graph.languages.expectations import used_by_line


def calls(source: str, **others: str) -> dict[int, set[str]]:
    """Return, by line of ``A.scala``, what is called there; ``?`` before a possible target."""
    return used_by_line({"A.scala": source, **{f"{name}.scala": text for name, text in others.items()}}, "A.scala")


def test_companions_apply_and_methods_without_parentheses() -> None:
    """Calling a class means its companion's ``apply`` or makes one; naming a method without parameters calls it."""
    found = calls(
        """\
        package p
        case class Point(x: Int) { def twice = Point(1); def plus(o: Point): Point = o }
        class Made
        object Made { def apply(n: Int): Made = new Made; def other: Made = Made(1) }
        class Use(p: Point) {
          val made = Made(2)
          def f() = { p.twice.plus(p); p plus p; Made.other }
        }
        """
    )
    assert found[2] == {"Point"}
    assert found[4] == {"Made", "Made.apply"} or found[4] >= {"Made.apply"}
    assert found[6] == {"Made.apply"}
    assert found[7] == {"Point.twice", "Point.plus", "Made.other"}


def test_traits_are_looked_up_from_right_to_left() -> None:
    """Of two traits with one member the last one has it, for a bare name and for ``super``."""
    found = calls(
        """\
        trait Base { def hi(): Int = 0 }
        trait Left extends Base { override def hi(): Int = 1; def left(): Int = 1 }
        trait Right extends Base { override def hi(): Int = 2 }
        class Both extends Left with Right { def f() = { hi(); super.hi(); left() } }
        trait Mixed { self: Left => def g() = { left(); self.g() } }
        """
    )
    assert found == {4: {"Right.hi", "Left.left"}, 5: {"Left.left", "Mixed.g"}}


def test_patterns_loops_and_lambdas() -> None:
    """A typed pattern, a generator and a placeholder have the type of what they take."""
    found = calls(
        """\
        class Cat { def purr(): Unit = (); def kittens: List[Cat] = Nil }
        class Use {
          def f(x: Any, cats: List[Cat]) = {
            x match { case c: Cat => c.purr() }
            for (c <- cats) c.purr()
            for { c <- cats; k <- c.kittens } yield k.purr()
            cats.foreach(_.purr())
            cats.map(c => c).head.purr()
            x.asInstanceOf[Cat].purr()
            new Cat { override def purr(): Unit = super.purr() }
          }
        }
        """
    )
    own = {line: {each for each in targets if each.startswith("Cat")} for line, targets in found.items()}
    assert own[4] == own[5] == own[9] == {"Cat.purr"}
    assert own[6] == {"Cat.kittens", "Cat.purr"}
    assert own[10] == {"Cat", "Cat.purr"}


def test_imports_packages_and_what_is_elsewhere() -> None:
    """Imports rename, take all, and are relative; what only an implicit could bring is unknown."""
    found = calls(
        """\
        package p.q
        import p.lib.{Tool => T, _}
        import org.ext.Client
        class Use(c: Client) {
          def f(s: String) = { T.go(); Extra.run(); c.send(); near(); s.shout }
        }
        """,
        B="package p.lib\nobject Tool { def go() = 1 }\nobject Extra { def run() = 1 }\n",
        C="package p\npackage object q { def near() = 1; implicit class Loud(s: String) { def shout = s } }\n",
    )
    assert found[5] == {
        "B.scala#Tool.go",
        "B.scala#Extra.run",
        "external:org.ext#Client.send",
        "C.scala#q.near",
    } | {each for each in found[5] if each.startswith("unknown:")}


def test_a_type_parameter_is_no_value() -> None:
    """``F`` the type and ``F`` the value beside it are told apart."""
    found = calls(
        """\
        trait Functor[F] { def map(f: F): F }
        trait Laws[F] {
          implicit def F: Functor[F]
          def law(a: F) = F.map(a)
        }
        """
    )
    assert found == {4: {"Laws.F", "Functor.map"}}


def test_a_self_type_has_its_members() -> None:
    """Each part of it, by a bare name and by the name that the instance has; what the class itself has goes first."""
    found = calls(
        """\
        trait Log { def log(): Unit = {}; def both(): Unit = {} }
        trait Other { def other(): Unit = {} }
        trait Svc { self: Log with Other =>
          def both(): Unit = {}
          def run(): Unit = {
            log()
            other()
            self.log()
            self.both()
          }
        }
        """
    )
    assert (found[6], found[7], found[8], found[9]) == ({"Log.log"}, {"Other.other"}, {"?Log.log"}, {"Svc.both"})


def test_an_extension_sees_what_it_extends() -> None:
    """The parameter before its methods has a type, in a body of one method and of several."""
    found = calls(
        """\
        class Store { def save(): Unit = {} }
        object Ext {
          extension (s: Store) def once(): Unit = s.save()
          extension [T](s: Store) {
            def twice(): Unit = { s.save(); thrice() }
            def thrice(): Unit = s.save()
          }
        }
        """
    )
    assert found[3] == found[6] == {"Store.save"}
    assert {target.rpartition(".")[2] for target in found[5]} == {"save", "thrice"}
