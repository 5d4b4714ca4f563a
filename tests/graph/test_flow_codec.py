"""Flows survive being bytes, and their interface changes when what others see of them does."""

from __future__ import annotations

import pytest

from graph.build import flow_of
from graph.flow import FileFlow
from graph.flow_codec import decode_flow, encode_flow, interface
from ingest.analyze import analyze

TEXT = """
import os
from . import other as o
LIMIT: int = 3
class Base(o.Top):
    kind = "base"
    def __init__(self, size=LIMIT, *rest, **more):
        self.size = size
    @property
    def area(self) -> "Base":
        return self
    def items(self):
        yield from [self.size, {"a": os}]
def use(x):
    table = {}
    table["k"] = x
    if isinstance(x, Base):
        return x.area
    return [y for y in x]
"""


def flow(text: str) -> FileFlow:
    return flow_of(analyze("m.py", text.encode())[0])


def test_a_flow_is_the_same_after_encoding_and_decoding() -> None:
    """Encoding what was decoded gives the same bytes, and both have one interface."""
    made = flow(TEXT)
    back = decode_flow(encode_flow(made))
    assert encode_flow(back) == encode_flow(made)
    assert interface(back) == interface(made)
    assert [scope.name for scope in back.scopes] == [scope.name for scope in made.scopes]
    assert back.scopes[0].names.keys() == made.scopes[0].names.keys()


@pytest.mark.parametrize(
    "changed",
    [
        TEXT.replace("import os\n", "import os\n\n# moved\n"),
        TEXT.replace("    table = {}\n", "    table = {}\n    print(table)\n"),
    ],
)
def test_moving_code_and_mere_uses_keep_the_interface(changed: str) -> None:
    """Other files cannot see where something stands, nor what is used and gives nothing a value."""
    assert interface(flow(changed)) == interface(flow(TEXT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(o.Top)", "(o.Bottom)"),
        ('-> "Base"', '-> "Other"'),
        ("return x.area", "return x.kind"),
        ("def use(x)", "def use(z)"),
        ("import other as o", "import another as o"),
        ('table["k"] = x', 'table["k"] = 1'),
        ("self.size = size", "self.size = LIMIT"),
        ("@property", "@classmethod"),
    ],
)
def test_what_others_see_changes_the_interface(old: str, new: str) -> None:
    """Bases, types, results, parameters, imports, stores, fields and decorators are seen from outside."""
    assert interface(flow(TEXT.replace(old, new))) != interface(flow(TEXT))
