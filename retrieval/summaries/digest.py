"""What a file says by itself, whatever view shows it: made once per content from the stored facts."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats.outline import FORMATS
from ingest.languages.registry import LANGUAGES
from ingest.model import ParsedFile, Symbol, SymbolKind
from retrieval.summaries.prose import cut, first_paragraph, first_sentence, leading_doc

_TRANSPARENT = frozenset({SymbolKind.MODULE, SymbolKind.NAMESPACE})
_MEMBERS = frozenset({SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.PROPERTY, SymbolKind.FIELD})
_OUTLINE = frozenset({SymbolKind.SECTION, SymbolKind.KEY})
_EXPORTING = frozenset({"javascript", "typescript", "tsx"})
_TYPES_CONTAIN = frozenset({"rust"})
"""Languages in which what stands in front of the name of a definition outside of any other is its type (``impl``), not a namespace."""
_INLINE_TESTS = frozenset({"test", "tests"})
_HAS_MAIN = frozenset({"go", "rust", "c", "cpp", "java", "kotlin", "scala", "csharp", "zig", "haskell", "swift"})
_GUARD = re.compile(rb"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)
_SHEBANG = re.compile(rb"#![ \t]*/")
_HIDDEN = re.compile(r"\b(?:private|fileprivate|static)\b")
_DUNDER = re.compile(r"__\w+__")
_SIGNATURE = 160
_HEADINGS = 24
_PACKAGE_OF = frozenset({"java", "kotlin", "scala", "go"})
_SCRIPTS = re.compile(r"(?:project\.(?:gui-)?scripts|tool\.poetry\.scripts|options\.entry_points\.console_scripts|bin)(?:\.(.+))?")
_SCRIPT_FILES = frozenset({"pyproject.toml", "package.json", "setup.cfg"})
_VALUE = re.compile(r"[=:]\s*(.+?),?\s*$", re.DOTALL)
_GO_MODULE = re.compile(rb"^module\s+\"?([^\s\"]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition of a file that stands by itself: no member, no local one."""

    symbol: Symbol
    exported: bool
    members: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file says by itself. ``doc`` and ``headings`` are texts with their lines."""

    language: str
    lines: int
    code: bool
    generated: bool
    doc: tuple[str, int]
    defined: tuple[Defined, ...]
    symbols: int
    headings: tuple[tuple[str, int], ...]
    mains: tuple[tuple[str, int], ...]
    """Functions and guards at which a program begins, and a first line that names an interpreter (``#!``)."""
    scripts: tuple[tuple[str, str, int], ...]
    """Of a manifest: name, what it runs, line."""
    package: str
    """The package that the file says it is in, of a ``go.mod`` the module; else empty."""
    imports: tuple[str, ...]
    names: frozenset[str]
    """Names of all symbols, in lower case."""


def digest_of(path: str, parsed: ParsedFile) -> Digest:
    """Sum up one file. ``path`` decides nothing but which file is a manifest, and so which keys name scripts."""
    code = parsed.language in LANGUAGES
    defined = tuple(_definitions(parsed)) if code else ()
    text = parsed.text
    return Digest(
        language=str(parsed.language),
        lines=parsed.lines,
        code=code,
        generated=parsed.generated,
        doc=_doc(path, parsed, defined) if code else _prose_doc(parsed),
        defined=defined,
        symbols=sum(symbol.kind not in _OUTLINE for symbol in parsed.symbols),
        headings=tuple(_headings(parsed)),
        mains=tuple(_mains(parsed, defined)),
        scripts=tuple(_scripts(path, parsed)),
        package=_package(path, parsed, text),
        imports=tuple(dict.fromkeys(each.module for each in parsed.imports)) if code else (),
        names=frozenset(symbol.name.lower() for symbol in parsed.symbols),
    )


def is_configuration(language: str) -> bool:
    """Tell whether a format holds settings rather than prose or code."""
    return language in _CONFIGURATION


_CONFIGURATION = frozenset({"yaml", "toml", "json", "ini", "hcl", "dockerfile", "makefile"}) & frozenset(map(str, FORMATS))


def _definitions(parsed: ParsedFile) -> Iterator[Defined]:
    """Yield what stands by itself in a file, in order; the first of each qualified name."""
    symbols = parsed.symbols
    members: Counter[str] = Counter()
    standing: list[Symbol] = []
    for symbol in symbols:
        owner = _owner(symbols, symbol, any_member=parsed.language in _TYPES_CONTAIN)
        if owner is None or symbol.kind in _TRANSPARENT or symbol.kind in _OUTLINE:
            continue
        if owner:
            members[owner] += 1
        elif not _DUNDER.fullmatch(symbol.name):
            standing.append(symbol)
    firsts = {symbol.qualified_name: symbol for symbol in reversed(standing)}
    exported = {name: _is_exported(parsed, symbol) for name, symbol in firsts.items()}
    by_list = parsed.language in _EXPORTING and not any(
        exported.values()
    )  # a list of exports, or module.exports: nothing at the definition
    for name, symbol in reversed(firsts.items()):
        yield Defined(symbol, exported[name] or by_list, members[name])


def _owner(symbols: tuple[Symbol, ...], symbol: Symbol, *, any_member: bool) -> str | None:
    """Return the qualified name of the type or function that a symbol is a member of, "" for none, None where it is nobody's business.

    That is what is local to a function, and what is in a module of tests within the file.
    """
    around = symbol.parent
    while around >= 0:
        outer = symbols[around]
        if outer.kind not in _TRANSPARENT:
            return outer.qualified_name if symbol.parent == around and outer.kind not in _CALLABLE else None
        if outer.name in _INLINE_TESTS:
            return None
        around = outer.parent
    return symbol.qualified_name.rpartition(".")[0] if any_member or symbol.kind in _MEMBERS else ""


_CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})


def _is_exported(parsed: ParsedFile, symbol: Symbol) -> bool:
    """Tell whether the language lets other files use a definition, as far as its own line says."""
    language, name, signature = parsed.language, symbol.name, symbol.signature
    if language == "go":
        return name[:1].isupper()
    if language == "rust":
        return signature.startswith("pub ") or symbol.kind is SymbolKind.MACRO
    if language in _EXPORTING:
        return parsed.text[symbol.start_byte : symbol.start_byte + 7] == b"export "
    hidden = _HIDDEN.search(signature.partition("(")[0]) if language not in {"java", "csharp"} else "private" in signature.split()
    return not name.startswith("_") and not hidden


def _doc(path: str, parsed: ParsedFile, defined: tuple[Defined, ...]) -> tuple[str, int]:
    """Return what a source file says of itself: at its top, or at the definition that bears its name or fills it."""
    found = leading_doc(parsed.language, parsed.text[:16_000].decode("utf-8", "replace"))
    if found[0]:
        return found
    stem = posixpath.basename(path).partition(".")[0].lower()
    for each in defined:
        symbol = each.symbol
        fills = symbol.end_line - symbol.start_line + 1 > parsed.lines / 2
        if symbol.doc and (fills or symbol.name.lower() == stem) and (said := first_paragraph(symbol.doc)):
            return said, symbol.start_line
    return "", 0


def _prose_doc(parsed: ParsedFile) -> tuple[str, int]:
    """Return the first paragraph below the first headings of a document that has one."""
    if is_configuration(parsed.language):
        return "", 0
    for symbol in parsed.symbols[:6]:
        if symbol.kind is SymbolKind.SECTION and (said := first_paragraph(symbol.doc)):
            start = re.escape(said.split()[0])
            lines = parsed.text.decode("utf-8", "replace").split("\n")[symbol.start_line - 1 : symbol.end_line]
            at = next((at for at, line in enumerate(lines) if at and re.search(start, line)), 0)
            return said, symbol.start_line + at
    return "", 0


def _headings(parsed: ParsedFile) -> Iterator[tuple[str, int]]:
    found = [
        symbol
        for symbol in parsed.symbols
        if symbol.kind is SymbolKind.SECTION and symbol.qualified_name.count(" > ") < 2 and symbol.name != "(unnamed)"
    ]
    if is_configuration(parsed.language) or parsed.language in {"css", "scss", "html", "xml"}:
        return
    for symbol in found[:_HEADINGS]:
        yield cut(symbol.name, 80), symbol.start_line


def _mains(parsed: ParsedFile, defined: tuple[Defined, ...]) -> Iterator[tuple[str, int]]:
    if parsed.language == "python" and (match := _GUARD.search(parsed.text)):
        yield 'if __name__ == "__main__"', parsed.text.count(b"\n", 0, match.start()) + 1
    elif parsed.language in _HAS_MAIN:
        for symbol in parsed.symbols:
            if symbol.name in {"main", "Main"} and symbol.kind in _CALLABLE and _runs(parsed, symbol, defined):
                yield symbol.qualified_name, symbol.start_line
                return
    if _SHEBANG.match(parsed.text) and parsed.language in LANGUAGES:
        yield cut(parsed.text[:80].split(b"\n")[0].decode("utf-8", "replace"), 60), 1


def _runs(parsed: ParsedFile, symbol: Symbol, defined: tuple[Defined, ...]) -> bool:
    if parsed.language in {"java", "csharp"}:
        return "static" in symbol.signature
    if parsed.language == "go":
        return symbol.parent < 0 and any(each.kind is SymbolKind.MODULE and each.name == "main" for each in parsed.symbols[:1])
    return any(each.symbol is symbol for each in defined) or (parsed.language == "scala" and symbol.parent >= 0)


def _scripts(path: str, parsed: ParsedFile) -> Iterator[tuple[str, str, int]]:
    """Yield the programs that a manifest names, in its own words."""
    if posixpath.basename(path) not in _SCRIPT_FILES:
        return
    names = {symbol.qualified_name for symbol in parsed.symbols}
    for symbol in parsed.symbols:
        match = _SCRIPTS.fullmatch(symbol.qualified_name)
        value = _VALUE.search(symbol.signature)
        if match is None or value is None or any(name.startswith(f"{symbol.qualified_name}.") for name in names):
            continue
        yield match[1] or "bin", cut(value[1].strip().strip("\"'"), 120), symbol.start_line


def _package(path: str, parsed: ParsedFile, text: bytes) -> str:
    if posixpath.basename(path) == "go.mod":
        match = _GO_MODULE.search(text)
        return match[1].decode("utf-8", "replace") if match else ""
    first = parsed.symbols[0] if parsed.symbols else None
    return first.qualified_name if first and first.kind is SymbolKind.MODULE and parsed.language in _PACKAGE_OF else ""


def signature_of(symbol: Symbol) -> str:
    """Return a symbol's signature on one line, cut where it goes on."""
    return cut(symbol.signature, _SIGNATURE)


def sentence_of(symbol: Symbol) -> str:
    """Return the first sentence of a symbol's documentation."""
    return first_sentence(symbol.doc)
