"""Lines of keys in JSON, TOML and XML."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.manifests.located import MAX_DEPTH, read_json, read_toml, read_xml
from graph.manifests.model import ManifestError, items, table

JSON = """{
  "a": {"b": 1,
    "c": ["x",
      {"d": [1, [2]],
       "e": "q, \\" ] }"}, "last"]},
  "a.b"
    : "a"
  , "after": true
}
"""

TOML = """# [not.a.table]
top = "x"
[project] # here
name = '''a
[fake]
k = 1
'''
dependencies = [ "one", # ["two"]
  "three[x]>=1",
  {include = "a", more = ["q",
     "r"]},
  ["n"], "five" ]
"quoted key" = {inline = 1,
 }
a . b.c = 2021-01-01 00:00:00

[[bin]]
name = "first"
[bin.sub]
x = 1
  [[bin]]
  name = "second"
"""


def test_lines_of_json_keys() -> None:
    """Keys and elements stand where they are written; what has no place is at its nearest parent."""
    document = read_json(JSON)
    expected = {("a",): 2, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", "0"): 3, ("a", "c", "1"): 4, ("a", "c", "1", "d"): 4}
    expected |= {("a", "c", "1", "e"): 5, ("a", "c", "2"): 5, ("a.b",): 6, ("after",): 8, ("a", "c", "1", "d", "1"): 4}
    assert {keys: document.line(*keys) for keys in expected} == expected
    assert document.line("a", "nothing", "there") == 2
    assert document.line("nothing") == 1


def test_lines_of_toml_keys() -> None:
    """Tables, dotted keys, elements and arrays of tables stand where they are written; strings and comments hide what is in them."""
    document = read_toml(TOML.replace("{inline = 1,\n }", "{inline = 1}"))
    expected = {("top",): 2, ("project",): 3, ("project", "name"): 4, ("project", "dependencies"): 8}
    expected |= {("project", "dependencies", str(index)): line for index, line in enumerate((8, 9, 10, 12, 12))}
    expected |= {("project", "quoted key"): 13, ("project", "a", "b", "c"): 14, ("bin", "0"): 16, ("bin", "0", "name"): 17}
    expected |= {("bin", "0", "sub", "x"): 19, ("bin", "1"): 20, ("bin", "1", "name"): 21}
    assert {keys: document.line(*keys) for keys in expected} == expected
    assert ("fake",) not in document.lines and ("not", "a", "table") not in document.lines


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def keys_of(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every key path of a JSON value; elements that are neither text nor nested have no line of their own."""
    found: list[tuple[str, ...]] = []
    if isinstance(value, dict):
        for key, inner in table(cast("object", value)).items():
            found += [(*path, key), *keys_of(inner, (*path, key))]
    elif isinstance(value, list):
        for index, inner in enumerate(items(cast("object", value))):
            own = [(*path, str(index))] if isinstance(inner, str) or items(inner) == inner or table(inner) == inner else []
            found += [*own, *keys_of(inner, (*path, str(index)))]
    return found


@given(values)
def test_every_json_key_has_a_line(value: object) -> None:
    """The scanner finds exactly the keys the parser does."""
    assert set(read_json(json.dumps(value, indent=1)).lines) == set(keys_of(value))


@pytest.mark.parametrize("text", ["{", "[1,]", "[" * 100_000, '{"a": ' * 100_000, "1" * 5_000])
def test_broken_json_is_an_error(text: str) -> None:
    with pytest.raises(ManifestError):
        read_json(text)


@pytest.mark.parametrize("text", ["[", "a = ", "a = " + "[" * 100_000, "a = 1\na = 2"])
def test_broken_toml_is_an_error(text: str) -> None:
    with pytest.raises(ManifestError):
        read_toml(text)


def test_xml_elements_have_lines_and_no_prefixes() -> None:
    root = read_xml(b"<p:a xmlns:p='x'>\n <b k='v'>one<!-- no -->two</b>\n<c/><b>three</b></p:a>")
    assert (root.tag, root.line) == ("a", 1)
    assert [(b.line, b.text, b.attributes) for b in root.below("b")] == [(2, "onetwo", {"k": "v"}), (3, "three", {})]
    assert root.value("b") == "onetwo"
    assert root.value("nothing") == ""
    assert root.child("nothing") is None


BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (BOMB, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>&undefined;</a>", "not XML"),
        (b"<a>", "not XML"),
        (b"", "not XML"),
        (b"<a>\xff\xfe</a>", "not XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "not XML"),
        (b"<a>" * (MAX_DEPTH + 1), "inside each other"),
        (b"<a>" + b"<b/>" * 100_001, "elements"),
    ],
)
def test_hostile_xml_is_an_error(data: bytes, says: str) -> None:
    """Entities can do nothing, because the declaration that would define one is refused; size and depth are bounded."""
    with pytest.raises(ManifestError, match=says):
        read_xml(data)
