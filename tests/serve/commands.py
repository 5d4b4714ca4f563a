"""Running the command line in tests: in this process for speed, or as the installed program."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from serve.cli import main

CODELORE = str(Path(sys.executable).parent / "codelore")
SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())

_CART = b'''"""Carts."""


class Cart:
    """What a customer wants to buy."""

    def add_item(self, item, count=1):
        """Put an item into the cart."""
        self.items[item] = count

    def total_price(self):
        return sum(self.items.values())
'''

_PAYMENT = b'''"""Payments."""


def charge_card(card, amount):
    """Charge a credit card and return the receipt."""
    return card.charge(amount)
'''

SHOP: Mapping[str, str | bytes] = {
    "shop/cart.py": _CART,
    "shop/payment.py": _PAYMENT,
    "shop/web.ts": "export function renderReceipt(amount: number): string {\n  return `You paid ${amount}`\n}\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total_price():\n    assert Cart().total_price() == 0\n",
    "README.md": "# Shop\n\nA shop that charges credit cards.\n\n## Install\n\nRun make install.\n",
    "logo.png": b"\x89PNG\r\n\x1a\n\0\0",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    def json(self, model: str) -> Any:
        """Parse the one line of JSON and hold it to the documented schema."""
        assert self.out.count("\n") == 1, self.out
        value = json.loads(self.out)
        hold_to_schema(value, model)
        return value


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is true, at most so long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def hold_to_schema(value: object, model: str) -> None:
    Draft202012Validator({"$ref": f"#/$defs/{model}", "$defs": SCHEMA["$defs"]}).validate(value)  # pyright: ignore[reportUnknownMemberType]


class Shell:
    """Commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Done:
        self._capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit:
            code = int(exit.code or 0)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)


def program(*arguments: str, folder: Path, stdin: str = "", seconds: float = 60) -> Done:
    """Run the installed console script."""
    done = subprocess.run((CODELORE, *arguments), cwd=folder, input=stdin.encode(), capture_output=True, timeout=seconds, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
