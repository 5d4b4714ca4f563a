"""Flows survive their stored form, and their interface is what others can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from graph.build import flow_of
from graph.flow import FileFlow
from graph.flow_codec import decode_flow, encode_flow, interface
from graph.languages.registry import RESOLVED
from ingest.analyze import analyze
from ingest.codec import Row

REPOS = Path(__file__).parents[1] / "repos"
SOURCE = """
import os
from lib import Base, make as build

LIMIT = 3

class Shop(Base):
    size: int = 2

    def __init__(self, till):
        self.till = till
        self.rows = [build(each) for each in till]

    def total(self, *extra, tax=LIMIT) -> int:
        print("x")
        return sum(self.rows)
"""


def flow(source: str, path: str = "shop.py") -> FileFlow:
    return flow_of(analyze(path, source.encode())[0])


def plain(value: Any) -> Any:
    """Tuples come back as lists, and kinds as texts."""
    if isinstance(value, Row):
        return [plain(getattr(value, name)) for name in value.__struct_fields__]
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in cast("dict[str, Any]", value).items()}
    return str(value) if isinstance(value, str) else value


@pytest.mark.parametrize("language", sorted(RESOLVED))
def test_every_field_comes_back(language: str) -> None:
    """A field that the codec does not know would be lost in silence."""
    sources = [path for path in sorted((REPOS / language).rglob("*")) if path.is_file()]
    for path in sources:
        made = flow_of(analyze(path.name, path.read_bytes())[0])
        again = decode_flow(encode_flow(made))
        assert plain(again) == plain(made), path
        assert interface(again) == interface(made), path


def test_damage_is_an_error() -> None:
    """A stored flow that lacks a part is not taken for an empty file."""
    with pytest.raises(ValueError, match="damaged"):
        decode_flow(b"nothing of ours")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os", "# a comment\n\nimport os"),
        ('        print("x")\n', '        print("y", os.getcwd())\n        self.total()\n'),
        ("        return sum(self.rows)", "        # why\n        return sum(self.rows)"),
    ],
)
def test_what_nobody_else_sees_leaves_the_interface(before: str, after: str) -> None:
    """Comments, shifted lines and calls whose result is dropped."""
    assert before in SOURCE
    assert interface(flow(SOURCE.replace(before, after))) == interface(flow(SOURCE))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Shop(Base)", "Shop"),
        ("Base, make as build", "Base, other as build"),
        ("size: int = 2", "size: str = 2"),
        ("self.till = till", "self.till = build(till)"),
        ("build(each)", "Base(each)"),
        ("*extra, ", ""),
        ("-> int", "-> Base"),
        ("return sum(self.rows)", "return self.rows"),
        ("def total", "def totals"),
        ("tax=LIMIT", "tax=None"),
    ],
)
def test_what_others_see_changes_the_interface(before: str, after: str) -> None:
    """Bases, imports, types, values of fields, elements of lists, parameters, results, names, defaults."""
    assert before in SOURCE
    assert interface(flow(SOURCE.replace(before, after))) != interface(flow(SOURCE))
