"""A long text is read by what each of its lines is."""

from __future__ import annotations

import pytest

from retrieval.query import parse_query
from retrieval.understanding.kinds import QueryKind
from retrieval.understanding.traces import read_trace
from retrieval.understanding.zones import Zone, zones

ISSUE = """Total of a cart is wrong for apples
<!-- Thank you for the report!
Please fill in all sections. -->

### Steps to reproduce

The price of `AppleLine` is counted twice.

```python
from shop.cart import Cart, make_line
cart = Cart()
cart.add_line(make_line("apple"))
```

**Expected behavior**
Counted once.

Traceback (most recent call last):
  File "/srv/shop/cart.py", line 12, in add_line
    self.check_price(line)
PriceError: apple

- [x] I have searched the issues
- OS: Ubuntu 22.04
python 3.10.4
| numpy | 1.23.1 |
"""


def test_each_line_is_of_a_zone() -> None:
    """Comments, headings of forms and versions are noise."""
    assert list(zones(ISSUE, read_trace(ISSUE))) == [
        (Zone.TITLE, "Total of a cart is wrong for apples"),
        (Zone.NOISE, "<!-- Thank you for the report!"),
        (Zone.NOISE, "Please fill in all sections. -->"),
        (Zone.NOISE, "### Steps to reproduce"),
        (Zone.PROSE, "The price of `AppleLine` is counted twice."),
        (Zone.IMPORT, "from shop.cart import Cart, make_line"),
        (Zone.CODE, "cart = Cart()"),
        (Zone.CODE, 'cart.add_line(make_line("apple"))'),
        (Zone.NOISE, "**Expected behavior**"),
        (Zone.PROSE, "Counted once."),
        (Zone.FRAME, "Traceback (most recent call last):"),
        (Zone.FRAME, 'File "/srv/shop/cart.py", line 12, in add_line'),
        (Zone.FRAME, "self.check_price(line)"),
        (Zone.MESSAGE, "PriceError: apple"),
        (Zone.NOISE, "- [x] I have searched the issues"),
        (Zone.NOISE, "- OS: Ubuntu 22.04"),
        (Zone.NOISE, "python 3.10.4"),
        (Zone.NOISE, "| numpy | 1.23.1 |"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "## What do these changes do?",
        "### Checklist",
        "**Describe the bug**",
        "#### Actual result:",
        "Python 3.6.4 |Anaconda custom (64-bit)| (default, Dec 21 2017, 15:39:08)",
        'Type "help", "copyright", "credits" or "license" for more information.',
        "- Python version: 3.8.2",
        "requests==2.28.1",
        "Signed-off-by: A <a@b.c>",
        "* [ ] tests",
    ],
)
def test_what_stands_in_every_report_is_noise(line: str) -> None:
    assert [zone for zone, _ in zones(f"title\n{line}", read_trace(""))] == [Zone.TITLE, Zone.NOISE]


@pytest.mark.parametrize(
    "line",
    [
        "## Cart totals",
        "The expected behavior of the cart changed in version 2.1 of the shop.",
        "I use sympy 1.6.1, and the total of a cart is wrong there as soon as it is opened by two users that share one session of it",
        "index the cart",
        "**Note** that totals differ",
        "- an item",
    ],
)
def test_what_tells_of_the_matter_is_prose(line: str) -> None:
    assert [zone for zone, _ in zones(f"title\n{line}", read_trace(""))] == [Zone.TITLE, Zone.PROSE]


def test_an_issue_is_looked_up_by_what_it_tells() -> None:
    """Frames, terms and names together; what is the same in every report is left out."""
    query = parse_query(ISSUE)
    assert query.kind is QueryKind.ISSUE
    assert [(each.path, each.line, each.function) for each in query.frames] == [("/srv/shop/cart.py", 12, "add_line")]
    assert query.messages == ("PriceError: apple",)
    names = {each.text: each.weight for each in query.identifiers}
    assert names["appleline"] == names["priceerror"] == 1.0
    assert names["add_line"] == names["make_line"] == 1.0
    words = {each.text: each.weight for each in query.terms}
    assert {"appl", "total", "pric", "count"} <= words.keys()
    assert not {"thank", "searched", "ubuntu", "reproduc", "numpy"} & words.keys()
    assert words["total"] > words["count"]


def test_the_message_leads_a_bare_trace() -> None:
    """The folders of another machine say nothing, and the words of a trace itself neither."""
    query = parse_query(
        'Traceback (most recent call last):\n  File "/home/eve/work/shop/cart.py", line 12, in add_line\n    x()\nPriceError: no apple left'
    )
    weights = {each.text: each.weight for each in query.terms}
    assert {"pric", "appl", "add", "cart"} <= weights.keys()
    assert not {"home", "eve", "recent", "traceback"} & weights.keys()
    assert {each.text: each.weight for each in query.identifiers}["priceerror"] == 1.0


def test_pasted_code_is_names() -> None:
    """What it defines is surest, then what it calls; keywords go, and words that prose has no use for stay."""
    query = parse_query("def get_all(items):\n    for each in items:\n        find(each)\n    return items")
    assert query.kind is QueryKind.SNIPPET
    names = {each.text: each.weight for each in query.identifiers}
    assert (names["get_all"], names["find"], names["items"]) == (1.0, 0.7, 0.25)
    assert {"find", "each", "get"} <= {each.text for each in query.terms}
    assert not {"def", "for", "return"} & {each.text for each in query.terms}
