"""A small repository with a past, for all tests of mining."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ingest.repositories import commit_all, git, new_repository, write

CART = '''"""The cart."""


class Cart:
    """What a visitor has put aside for buying, with an amount for every article."""

    def __init__(self):
        self.articles = {}
        self.closed = False

    def put_aside(self, article, amount=1):
        """Raise the stored amount of an article, starting from zero when unseen."""
        known = self.articles.get(article, 0)
        amount = max(amount, 0)
        self.articles[article] = known + amount
        return self.articles[article]

    def total_price(self, prices):
        """Sum what every article costs in this currency."""
        total = 0
        for article, amount in self.articles.items():
            total += prices[article] * amount
        return total

    def close(self):
        self.closed = True
'''
MAIL = """import smtplib


def send_receipt(address, text):
    server = smtplib.SMTP("localhost")
    server.sendmail("shop@example.org", address, text)
    server.quit()


def shorten(text):
    return text[:80]
"""
TESTS = '''from shop.cart import Cart


class TestCart:
    def test_unknown_article_starts_from_zero(self):
        """An article that was never seen gets its stored amount from zero."""
        cart = Cart()
        assert cart.put_aside("tea") == 1
'''


@pytest.fixture(autouse=True)
def isolated_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of whoever runs the tests do not count."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def edit(root: Path, path: str, old: str, new: str) -> None:
    """Replace one place in a file."""
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop whose snapshot is tagged ``then``; what follows are fixes, features and chores."""
    root = new_repository(
        tmp_path / "shop", {"shop/cart.py": CART, "shop/mail.py": MAIL, "tests/test_shop.py": TESTS, "README.md": "Shop\n"}
    )
    git(root, "tag", "then")
    edit(root, "shop/mail.py", "import smtplib", '"""Mail."""\n\nimport smtplib')
    commit_all(root, "Add docstring")
    edit(root, "shop/cart.py", "prices[article]", "prices.get(article, 0)")
    commit_all(
        root,
        "fix(cart): `Cart.total_price` fails for articles without any known price (#12)\n\n"
        "Visitors saw a blank page whenever one article had vanished from the price list.\n\n"
        "## Checklist\n- [x] done\n\nSigned-off-by: Ada <ada@example.org>\nFixes #7\n",
    )
    git(root, "checkout", "-qb", "topic")
    edit(root, "shop/mail.py", "    server.sendmail", "    server.starttls()\n    server.sendmail")
    commit_all(root, "wip")
    edit(root, "shop/mail.py", "starttls()", "starttls(context=None)")
    commit_all(root, "more wip")
    git(root, "checkout", "-q", "main")
    git(
        root,
        "merge",
        "-q",
        "--no-ff",
        "-m",
        "Merge pull request #13 from ada/topic\n\nLet outgoing receipts travel encrypted between machines",
        "topic",
    )
    git(root, "mv", "shop/mail.py", "shop/post.py")
    commit_all(root, "Move things")
    edit(root, "shop/post.py", "return text[:80]", 'return text[:79] + "…"')
    commit_all(root, "Show readers that long texts were cut off by an ellipsis")
    write(root, {"shop/gift.py": "def wrap(article):\n    return article\n"})
    commit_all(root, "Add gift wrapping for every article sold abroad")
    edit(root, "README.md", "Shop", "The shop")
    commit_all(root, "Explain how visitors reach the shop entrance")
    edit(root, "shop/gift.py", "return article", "return (article,)")
    commit_all(root, "Fix wrapped articles losing their original packaging paper")
    edit(root, "shop/cart.py", "self.closed = True", "self.closed = not self.closed")
    commit_all(root, "Fix cart staying open after visitors leave the building")
    return root
