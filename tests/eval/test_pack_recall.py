"""Which definitions answer a question, and whether a reader of chunks or of a pack sees them."""

from __future__ import annotations

from eval.model import Target
from eval.pack_recall import Gold, Shown, chunks_shown, gold_symbols, pack_shown, recall
from ingest.model import SymbolKind
from retrieval.answers import Hit, SymbolRow
from retrieval.packs.handles import handle_of
from retrieval.packs.model import ContextPack, Fidelity, PackItem, PackSymbol
from retrieval.tokens import estimate_tokens


def row(name: str, kind: SymbolKind, start: int, end: int, path: str = "a.py") -> SymbolRow:
    return SymbolRow(name.rpartition(".")[2], name, kind, path, start, end, "", "", "python")


ROWS = [
    row("Cart", SymbolKind.CLASS, 3, 40),
    row("Cart.add", SymbolKind.METHOD, 5, 20),
    row("Cart.add.inner", SymbolKind.FUNCTION, 7, 12),
    row("Cart.size", SymbolKind.FIELD, 30, 30),
    row("module", SymbolKind.MODULE, 1, 90),
    row("Cart", SymbolKind.CLASS, 3, 40, "b.py"),
]


def test_gold_is_the_innermost_definition_that_is_no_local_one() -> None:
    """A line in a function within a method is the method's; one outside all definitions is nobody's."""
    targets = [Target("a.py", ((8, 9), (30, 30), (38, 38), (60, 60))), Target("c.py", ((1, 1),))]
    assert gold_symbols(ROWS, targets) == [
        Gold("a.py", 3, 40, frozenset({38})),
        Gold("a.py", 5, 20, frozenset({8, 9})),
        Gold("a.py", 30, 30, frozenset({30})),
    ]


def test_a_target_counted_from_a_folder_is_found() -> None:
    rows = [row("f", SymbolKind.FUNCTION, 1, 5, "src/a.py")]
    assert gold_symbols(rows, [Target("a.py", ((2, 2),), suffix=True)]) == [Gold("src/a.py", 1, 5, frozenset({2}))]


def hit(path: str, start: int, lines: int) -> Hit:
    return Hit(1, 1.0, path, start, start + lines - 1, "", "", "python", "\n".join(["some text here"] * lines), "shop", "/shop")


def test_chunks_are_read_until_the_budget_is_used_up() -> None:
    """Each with its place; of the one that exceeds it the first lines that fit, and nothing behind it."""
    one = estimate_tokens("a.py:1-4\n" + "some text here\n" * 4)
    shown, used = chunks_shown([hit("a.py", 1, 4), hit("b.py", 10, 50), hit("c.py", 1, 1)], one + 30)
    assert shown.lines["a.py"] == {1, 2, 3, 4}
    assert 10 in shown.lines["b.py"]
    assert len(shown.lines["b.py"]) < 50
    assert "c.py" not in shown.lines
    assert used <= one + 30
    assert chunks_shown([hit("a.py", 1, 4)], 2)[1] == 0


def test_a_pack_shows_lines_in_full_and_signatures() -> None:
    """The definitions around a span count as shown by signature; a name alone does not."""
    symbol = PackSymbol("Cart", "class", 3, 40, "class Cart")
    items = [
        PackItem("a.py", start, end, fidelity, "", 1, "shop", "/shop", "python", handle_of("x" * 10, [(start, end)], fidelity), (each,))
        for start, end, fidelity, each in (
            (5, 8, Fidelity.FULL, symbol),
            (50, 60, Fidelity.SIGNATURE, PackSymbol("f", "function", 50, 60, "def f()")),
            (70, 80, Fidelity.NAME, PackSymbol("g", "function", 70, 80)),
        )
    ]
    shown = pack_shown(ContextPack(tuple(items), 3, 9, 0, 0, 0, 0, (), ()))
    assert shown.lines == {"a.py": {5, 6, 7, 8}}
    assert shown.signatures == {("a.py", 3, 40), ("a.py", 50, 60)}


def test_recall_by_each_way_to_count() -> None:
    gold = [Gold("a.py", 1, 9, frozenset({3})), Gold("a.py", 20, 29, frozenset({25})), Gold("b.py", 1, 2, frozenset({1, 2}))]
    shown = Shown()
    shown.lines["a.py"] |= {3, 4, 20, 21}
    shown.lines["b.py"] |= {1, 2}
    found = {way: (part.amount, part.of) for way, part in recall(gold, shown)}
    assert found == {"full": (1, 3), "lines": (2, 3), "any": (3, 3)}
    by_signature = Shown(signatures={("a.py", 1, 9)})
    assert [part.amount for _, part in recall(gold, by_signature)] == [0, 0, 1]
