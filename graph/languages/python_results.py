"""Python: what the methods of strings, bytes and open files yield."""

from __future__ import annotations

from graph.bindings import Arguments
from graph.flow import LITERAL
from graph.values import ANYTHING, EXTERNAL_INSTANCE, Values, container

_LIKE_ITSELF = frozenset({
    "capitalize", "casefold", "center", "expandtabs", "format", "format_map", "join", "ljust", "lower", "lstrip", "removeprefix",
    "removesuffix", "replace", "rjust", "rstrip", "strip", "swapcase", "title", "translate", "upper", "zfill",
})  # fmt: skip
_TRUTHS = frozenset({
    "endswith", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
    "istitle", "isupper", "startswith",
})  # fmt: skip
_TEXT_FILE, _BINARY_FILE = ("io", "TextIOWrapper"), ("io", "BufferedIOBase")
_READ_FROM = {_TEXT_FILE: "str", _BINARY_FILE: "bytes"}


def _one(type_: str) -> Values:
    return frozenset({(EXTERNAL_INSTANCE, "builtins", type_)})


_OTHERS = {
    "encode": _one("bytes"), "decode": _one("str"), "hex": _one("str"), "find": _one("int"), "index": _one("int"), "count": _one("int"),
    "rfind": _one("int"), "rindex": _one("int"),
}  # fmt: skip


def result_of(package: str, symbol: str) -> Values:
    """Return what a method yields (``str.split``)."""
    owner, _, name = symbol.partition(".")
    if package == "builtins" and owner in {"str", "bytes"}:
        return _of_text(owner, name)
    read = _READ_FROM.get((package, owner))
    if read is None:
        return ANYTHING
    if name in {"read", "readline"}:
        return _one(read)
    return frozenset({container("list", _one(read))}) if name == "readlines" else ANYTHING


def _of_text(type_: str, name: str) -> Values:
    own = _one(type_)
    if name in _LIKE_ITSELF:
        return own
    if name in {"split", "rsplit", "splitlines"}:
        return frozenset({container("list", own)})
    if name in {"partition", "rpartition"}:
        return frozenset({container("tuple", own, own, own)})
    return _one("bool") if name in _TRUTHS else _OTHERS.get(name, ANYTHING)


def opened_file(arguments: Arguments) -> Values:
    """Return what ``open`` yields with these arguments: a file, by its mode."""
    mode = next((given for at, (keyword, given) in enumerate(arguments) if keyword == "mode" or (not keyword and at == 1)), None)
    if mode is None:
        return frozenset({(EXTERNAL_INSTANCE, *_TEXT_FILE)})
    if mode[0] != LITERAL or not mode[3]:
        return ANYTHING
    return frozenset({(EXTERNAL_INSTANCE, *(_BINARY_FILE if "b" in mode[3] else _TEXT_FILE))})


def line_of(package: str, symbol: str) -> Values:
    """Return what a loop over a string or a file yields."""
    if package == "builtins" and symbol in {"str", "bytes"}:
        return _one("str" if symbol == "str" else "int")
    read = _READ_FROM.get((package, symbol))
    return ANYTHING if read is None else _one(read)
