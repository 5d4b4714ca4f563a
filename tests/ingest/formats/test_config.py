"""Rules of configuration outlines that the samples do not show."""

from __future__ import annotations

import pytest

from ingest.formats.config import hcl, ini, json, toml, yaml
from ingest.formats.spans import Outline


def names(found: Outline) -> list[str]:
    return [item.qualified_name for item in found.symbols]


def test_yaml_siblings_after_a_list_at_the_same_indent() -> None:
    """A list may stand at its key's own indent; the next key there is a sibling."""
    assert names(yaml(b"a:\n- x: 1\n  y: 2\nb:\n  - - z: 1\nc: 3\n")) == ["a", "b", "c"]


def test_yaml_keys_below_four_levels_are_text() -> None:
    """Depth is bounded by levels, whatever the indent."""
    assert names(yaml(b"a:\n b:\n  c:\n   d:\n    e: 1\n f: 2\n")) == ["a", "a.b", "a.b.c", "a.b.c.d", "a.f"]


def test_yaml_block_scalars_are_text() -> None:
    """Neither a literal nor a folded scalar has keys, tagged or chomped."""
    assert names(yaml(b"a: !!str |-\n  k: v\nb: >+2 # why\n  k: v\nc: x | y\n")) == ["a", "b", "c"]


def test_toml_unclosed_values_hide_the_rest() -> None:
    """What follows an unclosed string or array cannot be told apart from its text."""
    assert names(toml(b'a = """\nb = 1\n')) == ["a"]
    assert names(toml(b'a = [\n"]", # ]\nb = 1\n')) == ["a"]


def test_toml_paths_may_be_quoted_and_spaced() -> None:
    """A table is found by its path however it is written."""
    assert names(toml(b'[a]\n[ a . "b" ]\nc.d = 1\n[ab]\n')) == ["a", "a.b", "a.b.c.d", "ab"]


def test_json_keys_of_minified_text_start_where_they_stand() -> None:
    """On one line a key's span is its own, not the line's."""
    text = b'{"a":{"b":1},"c":[{"d":2}],"e":null}'
    assert [(item.qualified_name, text[item.start_byte : item.end_byte]) for item in json(text).symbols] == [
        ("a", b'"a":{"b":1}'),
        ("a.b", b'"b":1'),
        ("c", b'"c":[{"d":2}]'),
        ("e", b'"e":null'),
    ]


@pytest.mark.parametrize("text", [b'{"a": {', b'{"a"', b'}]{"a": 1', b'{"a": /* "b": 1'])
def test_broken_json_yields_what_can_be_read(text: bytes) -> None:
    """An unbalanced file costs its tail, not its head."""
    assert names(json(text)) in ([], ["a"])


def test_many_keys_are_cut_visibly() -> None:
    """A translation-sized file keeps its first 2,000 keys and says so."""
    found = json(b"{" + b",\n".join(b'"k%d": 1' % number for number in range(3_000)) + b"}")
    assert len(found.symbols) == 2_000
    assert found.truncated


def test_ini_lines_that_are_no_keys() -> None:
    """Addresses, comments and continuation lines are text."""
    assert names(ini(b"http://example.org\n  x = 1\n# a = 1\n; a = 1\na.b: 1\n")) == ["a.b"]


def test_hcl_ends_with_unbalanced_braces() -> None:
    """A block that is never closed reaches to the end, deeper ones than four levels are text."""
    assert names(hcl(b"a {\nb {\nc {\nd {\ne {\n")) == ["a", "a.b", "a.b.c", "a.b.c.d"]
    assert names(hcl(b"}\na {}\n/* b {\n} */\n// c {\n")) == ["a"]
