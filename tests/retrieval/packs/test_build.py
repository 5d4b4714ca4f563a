"""Packs fit their budget, hold each line once, and say what they left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.packs.build import pack
from retrieval.packs.handles import Seen
from retrieval.packs.layout import block, view_labels
from retrieval.packs.model import ContextPack, Fidelity
from retrieval.tokens import estimate_tokens
from tests.retrieval.packs.files import VIEW, Tree

CART = '''"""Carts."""


class Cart:
    """What a customer wants to buy. Not more."""

    def add_item(self, item, count=1):
        """Put an item into the cart."""
        self.items[item] = count
        self.changed = True

    def total_price(self):
        """Return the sum.

        In cents.
        """
        return sum(price * count for price, count in self.items.items())
'''
LINES = "\n".join(f"row {at} of a table that is no code" for at in range(1, 121)) + "\n"
TREE = Tree({"shop/cart.py": CART, "notes.txt": LINES, "more.txt": LINES.replace("table", "chart of another kind")})

PLACES = st.lists(
    st.tuples(st.sampled_from(["notes.txt", "more.txt"]), st.integers(0, 11)).map(
        lambda each: (each[0], each[1] * 10 + 1, each[1] * 10 + 10)
    ),
    unique=True,
    max_size=14,
)


def full_lines(found: ContextPack) -> list[tuple[str, int]]:
    return [
        (item.path, line) for item in found.items if item.fidelity is Fidelity.FULL for line in range(item.start_line, item.end_line + 1)
    ]


@settings(deadline=None)
@given(PLACES, st.integers(1, 1_500))
def test_a_pack_stays_within_its_budget_and_never_repeats_a_line(places: list[tuple[str, int, int]], budget: int) -> None:
    """Whatever the order of the hits. Tokens are counted on what is printed, and each line is the file's at that place."""
    found = pack([TREE.answer(*places)], TREE, budget=budget)
    assert found.tokens == sum(item.tokens for item in found.items) <= budget == found.budget
    labels = view_labels([VIEW])
    assert [item.tokens for item in found.items] == [estimate_tokens(block(item, labels) + "\n\n") for item in found.items]
    lines = full_lines(found)
    assert len(lines) == len(set(lines))
    for item in found.items:
        if item.fidelity is Fidelity.FULL:
            assert item.text == TREE.files[item.path].text(item.start_line, item.end_line)


@settings(deadline=None)
@given(PLACES, st.integers(100, 800), st.integers(100, 800))
def test_nobody_is_sent_a_line_twice(places: list[tuple[str, int, int]], first: int, second: int) -> None:
    """A second pack of the same answer holds no line of the first, whether its handles or its text are given back."""
    before = pack([TREE.answer(*places)], TREE, budget=first)
    for shown in ([item.handle for item in before.items], ["\n\n".join(block(item, {}) for item in before.items)]):
        after = pack([TREE.answer(*places)], TREE, budget=second, seen=Seen(shown))
        assert not set(full_lines(before)) & set(full_lines(after))
        signatures = {(item.path, each) for item in before.items for each in item.symbols if item.fidelity is Fidelity.SIGNATURE}
        assert not signatures & {(item.path, each) for item in after.items for each in item.symbols}
        assert after.seen + after.left_out + after.reduced <= len(places)


def test_three_fidelities_by_what_is_left() -> None:
    """In full while it fits, then signature and the first sentence of the doc, then the name, then nothing; all of it is counted."""
    answer = TREE.answer(("shop/cart.py", 7, 10))
    whole = pack([answer], TREE, budget=1_000)
    assert [(item.fidelity, item.place) for item in whole.items] == [(Fidelity.FULL, f"shop/cart.py:7-10@{VIEW}")]
    assert [each.signature for each in whole.items[0].symbols] == ["class Cart"]
    less = pack([answer], TREE, budget=50)
    assert [item.text for item in less.items] == ["7-10 Cart: def add_item(self, item, count=1)  -- Put an item into the cart."]
    assert (less.reduced, less.left_out) == (1, 0)
    least = pack([answer], TREE, budget=24)
    assert [(item.fidelity, item.text) for item in least.items] == [(Fidelity.NAME, "Cart.add_item")]
    assert pack([answer], TREE, budget=5).left_out == 1


def test_a_part_of_a_class_comes_under_its_signature() -> None:
    printed = block(pack([TREE.answer(("shop/cart.py", 11, 17))], TREE, budget=1_000).items[0], view_labels([VIEW]))
    heading, enclosing, fence, first, *_ = printed.split("\n")
    assert heading.startswith("shop/cart.py:12-17@shop #")
    assert (enclosing, fence, first) == ("in 4-17 class Cart", "```", "    def total_price(self):")


def test_spans_that_touch_are_one_and_blank_ends_are_dropped() -> None:
    found = pack([TREE.answer(("shop/cart.py", 11, 17), ("shop/cart.py", 1, 11))], TREE, budget=1_000)
    assert [(item.start_line, item.end_line) for item in found.items] == [(1, 17)]


def test_a_span_that_defines_nothing_is_told_by_its_first_line() -> None:
    found = pack([TREE.answer(("notes.txt", 1, 40))], TREE, budget=45)
    assert [(item.fidelity, item.text) for item in found.items] == [(Fidelity.SIGNATURE, "1-40 row 1 of a table that is no code")]


def test_copies_are_listed_under_the_one_that_is_shown() -> None:
    """The best of parallel copies in full; the others cost a path each, and a handle of one is none of another."""
    tree = Tree({"v4/cart.py": CART, "v3/cart.py": CART.replace("cents", "dollars"), "notes.txt": LINES})
    found = pack([tree.answer(("v4/cart.py", 1, 17), ("notes.txt", 1, 10), ("v3/cart.py", 1, 17))], tree, budget=2_000)
    assert [item.path for item in found.items] == ["v4/cart.py", "notes.txt"]
    assert [(each.path, each.start_line, each.end_line) for each in found.items[0].siblings] == [("v3/cart.py", 1, 17)]
    assert block(found.items[0], {}).endswith("near copies: v3/cart.py:1-17")


def test_the_unseen_part_of_a_span_is_shown() -> None:
    first = pack([TREE.answer(("shop/cart.py", 1, 10))], TREE, budget=1_000)
    rest = pack([TREE.answer(("shop/cart.py", 1, 17))], TREE, budget=1_000, seen=Seen([first.items[0].handle]))
    assert [(item.start_line, item.end_line) for item in rest.items] == [(12, 17)]
    again = pack([TREE.answer(("shop/cart.py", 2, 8))], TREE, budget=1_000, seen=Seen([first.items[0].handle]))
    assert (again.items, again.seen) == ((), 1)


def test_text_with_backticks_gets_a_longer_fence() -> None:
    tree = Tree({"a.md": "# Fences\n\n````\n```\nx\n```\n````\n"})
    found = pack([tree.answer(("a.md", 1, 7))], tree, budget=200)
    assert "\n`````\n# Fences" in block(found.items[0], {})
    assert found.tokens <= 200


@pytest.mark.parametrize("budget", [0, -5])
def test_a_budget_below_one_is_a_mistake(budget: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        pack([TREE.answer()], TREE, budget=budget)
