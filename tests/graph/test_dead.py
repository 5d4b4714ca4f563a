"""Dead code: what nothing known reaches, and what was not proven about it."""

from __future__ import annotations

from graph.answers import Cap, UnreachedAnswer, Verdict
from graph.dead import dead_code
from graph.model import EdgeKind, Handle
from tests.graph.memory_store import view_of


def dead(text: str, **options: object) -> list[tuple[str, int]]:
    answer: UnreachedAnswer = dead_code(view_of(text), **options)  # type: ignore[arg-type]
    return [(each.node.qualified_name, each.unknown) for each in answer.unreached]


def test_what_the_top_of_a_file_reaches_lives() -> None:
    assert dead("a.py calls a.py#run\na.py#run calls b.py#help\nb.py#old calls b.py#older") == [("old", 0), ("older", 0)]


def test_two_symbols_that_use_only_each_other_are_dead() -> None:
    """Each says that something dead uses it."""
    answer = dead_code(view_of("a.py#f calls a.py#g\na.py#g calls a.py#f"))
    assert [(each.node.name, each.used_by) for each in answer.unreached] == [("f", 1), ("g", 1)]
    assert answer.verdict is Verdict.POSSIBLE
    assert answer.roots == 1


def test_unknown_uses_of_the_name_are_counted() -> None:
    """Symbols that nothing unknown could mean come first; another language's use means none of them."""
    text = (
        "a.py#f calls a.py#e\na.py#g calls a.py#e\nb.py#h calls! unknown:f\nb.ts#k calls! unknown:g\nb.py calls b.py#h\nb.ts calls b.ts#k"
    )
    assert dead(text) == [("g", 0), ("f", 1), ("e", 0)]


def test_doubt_passes_on_to_what_a_doubtful_symbol_uses() -> None:
    """A method may implement a live one of its name without saying so, and then keeps alive what it uses; the rest comes first."""
    text = """
    a.py#main calls a.py#Store.save
    a.py#main instantiates b.py#Disk
    b.py#Disk.save calls b.py#write
    b.py#Disk.lost calls b.py#forget
    """
    answer = dead_code(view_of(text))
    assert [(each.node.name, each.namesakes, each.used_by, each.doubtful) for each in answer.unreached] == [
        ("lost", 0, 0, False),
        ("forget", 0, 1, False),
        ("save", 1, 0, True),
        ("write", 0, 1, True),
    ]


def test_what_a_decorator_was_given_is_in_doubt() -> None:
    """It may be kept in a registry; the decorators of the language keep nothing."""
    text = """
    a.py#kept calls a.py#used at a.py:9
    a.py#plain calls a.py#used at a.py:10
    a.py calls> external:flask#route at a.py:1
    a.py calls> external:functools#cache at a.py:4
    """
    rows = {each.node.name: (each.handed_over, each.doubtful) for each in dead_code(view_of(text)).unreached}
    lines = {node.name: node.start_line for node in view_of(text).nodes([Handle("a.py#kept"), Handle("a.py#plain")]).values()}
    assert lines == {"kept": 1, "plain": 4}
    assert rows == {"kept": (True, True), "plain": (False, False), "used": (False, True)}


def test_tests_and_entry_points_are_roots() -> None:
    assert dead("tests/test_a.py#test_f calls a.py#f\nb.go#main calls b.go#run") == []
    assert dead("a.py#alone calls a.py#other", exports=["a.*"]) == []
    assert dead("a.py#alone calls a.py#other", exports=["b.*"]) == [("alone", 0), ("other", 0)]


def test_an_import_keeps_alive_only_where_a_package_hands_it_on() -> None:
    assert dead("pkg/__init__.py imports pkg/a.py#f") == []
    assert dead("pkg/b.py imports pkg/a.py#f") == [("f", 0)]


def test_a_live_type_keeps_what_the_language_calls() -> None:
    """Its constructor, its operators and what overrides foreign methods; not its other methods."""
    text = """
    a.py instantiates a.py#Cart
    a.py#Cart.__init__ calls a.py#Cart.check
    a.py#Cart.__len__ calls a.py#size
    a.py#Cart.run overrides> external:threading#Thread.run
    a.py#Cart.unused calls a.py#Cart.check
    """
    assert dead(text) == [("Cart.unused", 0)]


def test_an_overrider_lives_with_its_type_and_the_method_it_overrides() -> None:
    text = """
    a.py calls a.py#Base.run
    a.py instantiates a.py#Used
    a.py#Used.run overrides a.py#Base.run
    a.py#Unused.run overrides a.py#Base.run
    """
    assert dead(text) == [("Unused", 0)]


def test_the_order_of_finding_does_not_matter_to_overriders() -> None:
    """The type may come alive after the method it overrides."""
    text = """
    a.py calls a.py#f
    a.py calls a.py#Base.run
    a.py#Late.run overrides a.py#Base.run
    a.py#f calls a.py#g
    a.py#g instantiates a.py#Late
    """
    assert dead(text) == []


def test_members_of_a_dead_type_go_without_saying() -> None:
    assert dead("a.py#Old.run calls a.py#Old.stop") == [("Old", 0)]


def test_kinds_and_limits() -> None:
    text = "a.py#f references a.py#g\na.py calls a.py#f"
    assert dead(text) == []
    assert dead(text, kinds=[EdgeKind.CALLS]) == [("g", 0)]
    answer = dead_code(view_of("a.py#f calls a.py#g"), limit=1)
    assert answer.caps == (Cap("symbols", 1, 1),)
