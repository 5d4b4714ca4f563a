"""What was typed to what is looked for: terms with weights, names that look like code, paths, or a pattern."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from ingest.errors import QueryError
from ingest.path_kinds import PathFlag
from retrieval.embed import hash_term
from retrieval.lexical import QueryTerm
from retrieval.regex import Pattern, compile_pattern
from retrieval.terms import SYMBOL_TERM, terms, words
from retrieval.understanding.diffs import Diff, read_diff
from retrieval.understanding.frames import Frame, read_place
from retrieval.understanding.kinds import QueryKind, has_template, is_diff, is_sentence, is_title, kind_of_words, literals, plain_words
from retrieval.understanding.parts import parts_of
from retrieval.understanding.prose import foreign_stop_words, without_marks, without_particles
from retrieval.understanding.structural import Structural, recognise
from retrieval.understanding.traces import Trace, may_hold_trace, read_trace
from retrieval.understanding.zones import Zone, without_noise, zones

MAX_TERMS = 64
"""Distinct terms of a query that are looked up, heaviest first; more are named in the answer's status."""

_PATTERN = re.compile(r"/(.+)/([ims]*)", re.DOTALL)
_IDENTIFIER = re.compile(r"`([^`\s]{2,80})`|\b([A-Za-z_][A-Za-z0-9_]*(?:(?:\.|::|#|->)[A-Za-z_][A-Za-z0-9_]*)*)(\(\))?")
_PATH = re.compile(r"(?<![\w./-])((?:[\w.-]+/)+[\w.-]+|[\w-]+\.[A-Za-z]{1,5})(?![\w/])")
_COMPOUND = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|_|::|\.|#|->")
_STOP = frozenset([
    "a",
    "about",
    "all",
    "also",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "being",
    "but",
    "by",
    "can",
    "code",
    "could",
    "did",
    "do",
    "does",
    "done",
    "each",
    "etc",
    "find",
    "for",
    "from",
    "get",
    "gets",
    "got",
    "had",
    "has",
    "have",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "like",
    "made",
    "make",
    "makes",
    "me",
    "most",
    "my",
    "no",
    "not",
    "of",
    "on",
    "one",
    "only",
    "or",
    "our",
    "out",
    "over",
    "please",
    "show",
    "so",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "to",
    "up",
    "use",
    "used",
    "uses",
    "using",
    "via",
    "was",
    "way",
    "we",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "who",
    "why",
    "will",
    "with",
    "within",
    "would",
    "you",
    "your",
])
_TITLE_WEIGHT, _REST_WEIGHT, _LONG = 1.6, 0.8, 14
_ZONE_WEIGHTS = {
    Zone.TITLE: (_TITLE_WEIGHT, 1.0),
    Zone.PROSE: (_REST_WEIGHT, 1.0),
    Zone.MESSAGE: (_REST_WEIGHT, 1.0),
    Zone.CODE: (_REST_WEIGHT, 0.5),
    Zone.FRAME: (_REST_WEIGHT, 0.5),
    Zone.IMPORT: (_REST_WEIGHT, 0.25),
}
"""Of a trace and a diff: how much the terms of each kind of line weigh, and how sure its names are; other lines are left out."""
_KEYWORDS = frozenset([
    *("if", "else", "for", "while", "do", "in", "is", "not", "and", "or", "return", "def", "class", "function", "func", "fn"),
    *("let", "var", "const", "val", "import", "from", "export", "package", "public", "private", "protected", "static", "void"),
    *("new", "try", "catch", "except", "finally", "raise", "throw", "throws", "with", "as", "async", "await", "yield", "self"),
    *("this", "super", "true", "false", "none", "null", "nil", "undefined", "int", "float", "double", "string", "str", "bool"),
    *("boolean", "switch", "case", "break", "continue", "default", "elif", "end", "then", "begin", "struct", "enum", "interface"),
    *("trait", "impl", "use", "using", "namespace", "module", "pub", "mut", "where", "match", "lambda", "final", "override"),
    *("virtual"),
])  # fmt: skip
_DEFINES = re.compile(r"\b(?:def|class|func|fn|function|struct|enum|interface|trait|impl|module|type|record|object) +$")
_ASKING = frozenset({QueryKind.QUESTION, QueryKind.CHANGE})
_FEW_WORDS = 12
"""Words beside a trace that make no issue of it: "why does this fail?"."""
_LOG_HEAD = ("commit ", "From ", "Author: ")
_ASKED_FOR = {
    PathFlag.TEST: {"test", "spec", "fixtur", "mock"},
    PathFlag.EXAMPLE: {"exampl", "demo", "sampl", "tutorial", "doc"},
    PathFlag.BENCHMARK: {"bench", "benchmark", "script", "tool"},
    PathFlag.VENDORED: {"vendor"},
    PathFlag.DECLARATION: {"typ", "declaration"},
    PathFlag.DOCUMENT: {"doc", "readm", "changelog", "documentation", "guid"},
}
"""Terms by which a query asks for a kind of file that a question seldom means."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. Either ``pattern`` is set, or the rest."""

    text: str
    pattern: Pattern | None = None
    terms: tuple[QueryTerm, ...] = ()
    identifiers: tuple[QueryTerm, ...] = ()
    """Whole names to look up among definitions."""
    paths: tuple[str, ...] = ()
    """Words that look like paths or file names, lower case."""
    dropped: tuple[str, ...] = field(default=())
    """Terms beyond ``MAX_TERMS``."""
    kind: QueryKind = QueryKind.QUESTION
    frames: tuple[Frame, ...] = ()
    """Places that a trace or a sentence names, the innermost first."""
    messages: tuple[str, ...] = ()
    """What went wrong, where a trace or a tool's output says so."""
    literals: tuple[str, ...] = ()
    """What stands in quotes."""
    wants: frozenset[PathFlag] = frozenset()
    """Kinds of files that the query asks for by name."""
    structure: Structural | None = None
    """The question about structure that the text is, if its name stands for anything."""
    title: str = ""
    """The one line that says most: the first one, of a trace its message."""
    parts: tuple[str, ...] = ()
    """The questions that a text of several is made of; none for a text that asks one thing."""


def parse_query(text: str, *, regex: bool = False) -> Query:
    """Take a query apart. ``/…/`` with flags ``i``, ``m``, ``s``, or ``regex``, makes it a pattern.

    Raises ``QueryError`` for an empty query or a broken pattern.
    """
    if not text.strip():
        raise QueryError("the query is empty; say what to look for, e.g. codelore search 'where are sessions stored'")
    written = _PATTERN.fullmatch(text.strip())
    if regex or written:
        return _pattern(text, *((written[1], written[2]) if written and not regex else (text, "")))
    trace = read_trace(text.strip()) if may_hold_trace(text) else Trace()
    kind = _kind(text, trace)
    diff = read_diff(text.strip()) if is_diff(text) else Diff()
    pieces = _pieces(text, kind, trace, diff)
    foreign = foreign_stop_words(text, _STOP)
    if foreign:
        pieces = [replace(piece, text=without_marks(piece.text)) for piece in pieces]
    stop = _STOP | foreign if foreign else _STOP
    found, identifiers = _terms(pieces, stop), _identifiers(pieces, stop)
    asked = {term.text for term in found[:MAX_TERMS]}
    structure = recognise(text) if kind is QueryKind.QUESTION else None
    return Query(
        text=text,
        terms=tuple(found[:MAX_TERMS]),
        identifiers=tuple(identifiers),
        paths=tuple(dict.fromkeys([*(match[1].lower() for match in _PATH.finditer(text)), *(path.lower() for path in diff.paths)])),
        dropped=tuple(term.text for term in found[MAX_TERMS:]),
        kind=kind if structure is None else QueryKind.STRUCTURAL,
        structure=structure,
        frames=(*trace.frames, *diff.frames),
        messages=trace.messages,
        literals=literals(text),
        wants=frozenset(flag for flag, words in _ASKED_FOR.items() if asked & words),
        title=_title(text, kind, trace),
        parts=parts_of(text, lambda part: _content(part, stop)) if kind in _ASKING else (),
    )


def _kind(text: str, trace: Trace) -> QueryKind:
    lines = text.strip().split("\n")
    if trace.traced:
        return QueryKind.ISSUE if has_template(text) or _is_told(lines, trace.lines) else QueryKind.TRACE
    if is_diff(text):
        at = next(number for number, line in enumerate(lines) if line.startswith(("diff ", "@@ ", "--- ", "Index: ")))
        return QueryKind.ISSUE if _is_told(lines[:at], frozenset()) else QueryKind.DIFF
    return kind_of_words(text)


def _is_told(lines: list[str], pasted: frozenset[int]) -> bool:
    """Return whether what was pasted stands in a text that tells of it: it has a title, and more than a question follows."""
    if not lines or 0 in pasted or not is_title(lines[0]) or lines[0].startswith(_LOG_HEAD):
        return False
    said = sum(plain_words(line) for number, line in enumerate(lines) if number not in pasted and is_sentence(line))
    fenced = any(line.lstrip().startswith("```") for line in lines)
    return said > _FEW_WORDS or (fenced and not lines[0].rstrip().endswith(("?", ":")))


def _title(text: str, kind: QueryKind, trace: Trace) -> str:
    if kind is QueryKind.TRACE and trace.messages:
        return trace.messages[0]
    return text.strip().partition("\n")[0]


def _pattern(text: str, source: str, flags: str) -> Query:
    options = re.MULTILINE
    for flag in flags:
        options |= {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[flag]
    return Query(text, pattern=compile_pattern(source, options), kind=QueryKind.PATTERN, title=text.strip().partition("\n")[0])


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text: how much its terms weigh in a long text, and how sure its names are."""

    text: str
    weight: float
    sure: float = 1.0
    code: bool = False
    """Words are names, those that prose has no use for too."""


def _pieces(text: str, kind: QueryKind, trace: Trace, diff: Diff) -> list[_Piece]:
    """Return the parts of a text that weigh differently: title and rest, or by what each line is where it is not prose alone."""
    told = without_noise(text.strip(), trace) if kind is QueryKind.ISSUE else text.strip()
    title, _, rest = told.partition("\n")
    plain = [_Piece(title, _TITLE_WEIGHT), _Piece(rest, _REST_WEIGHT)]
    if kind is QueryKind.SNIPPET:
        return [_Piece(text, 1.0, code=True)]
    if kind not in {QueryKind.TRACE, QueryKind.DIFF}:
        return [*plain, _Piece("\n".join(diff.paths), _REST_WEIGHT)] if diff.paths else plain
    lines: dict[Zone, list[str]] = {}
    for zone, line in zones(text.strip(), trace, diff.lines):
        lines.setdefault(zone, []).append(line)
    if kind is QueryKind.TRACE:
        lines[Zone.TITLE] = [*lines.get(Zone.TITLE, ()), *lines.pop(Zone.MESSAGE, ())]
    shown = [line for line in lines.get(Zone.FRAME, ()) if read_place(line) is None and "Traceback" not in line]
    lines[Zone.FRAME] = [*(f"{name} {stem}" for name, stem in map(_spoken, trace.frames)), *shown]
    lines[Zone.CODE] = [*lines.get(Zone.CODE, ()), *diff.changed]
    pieces = [_Piece("\n".join(lines[zone]), *weights) for zone, weights in _ZONE_WEIGHTS.items() if lines.get(zone)]
    if diff.paths:
        pieces.append(_Piece("\n".join([*diff.paths, *(f"`{name}`" for name in diff.functions)]), _TITLE_WEIGHT))
    return pieces or plain


def _spoken(frame: Frame) -> tuple[str, str]:
    """Return the name of a frame's function and of its file, without folders and extension."""
    name = re.split(r"[\\/]", frame.path)[-1]
    return frame.function, name.rpartition(".")[0] or name


def _terms(pieces: list[_Piece], stop: frozenset[str]) -> list[QueryTerm]:
    """Return weighted terms, heaviest first; in a long text of several parts each part has its weight."""
    weights: dict[str, float] = {}
    found = [(_plain_terms(piece.text, _KEYWORDS if piece.code else stop), piece.weight) for piece in pieces]
    long = len({term for own, _ in found for term in own}) > _LONG and bool(pieces[-1].text)
    for own, weight in found:
        for term, count in Counter(own).items():
            weights[term] = weights.get(term, 0.0) + (weight if long else 1.0) * (1 + 0.5 * (count > 1))
    ordered = sorted(enumerate(weights.items()), key=lambda each: -each[1][1])
    return [QueryTerm(term, hash_term(term), weight, place) for place, (term, weight) in ordered]


def _plain_terms(text: str, stop: frozenset[str]) -> list[str]:
    raw = words(without_particles(text).encode("utf-8", "ignore"))
    kept = [word for word in raw if word.decode("utf-8", "ignore").lower() not in stop] or raw
    return [term for word in kept for term in terms(word)]


def _content(text: str, stop: frozenset[str]) -> set[str]:
    """Return the terms of words that say something."""
    found = words(without_particles(text).encode("utf-8", "ignore"))
    return {term for word in found if word.decode("utf-8", "ignore").lower() not in stop for term in terms(word)}


def _identifiers(pieces: list[_Piece], stop: frozenset[str]) -> list[QueryTerm]:
    """Return names that look like code, with how sure that is."""
    weights: dict[str, float] = {}
    if all(piece.sure == 1.0 and not piece.code for piece in pieces):
        text = "\n".join(piece.text for piece in pieces)
        weights = _names(text.encode("utf-8", "ignore").decode(), stop)
    else:
        for piece in pieces:
            for name, sure in _names(piece.text.encode("utf-8", "ignore").decode(), stop, code=piece.code).items():
                weights[name] = max(weights.get(name, 0.0), round(sure * piece.sure, 3))
    return [QueryTerm(name, hash_term(SYMBOL_TERM + name), weight) for name, weight in weights.items()]


def _names(text: str, stop: frozenset[str], *, code: bool = False) -> dict[str, float]:
    """Return how sure each name in a text is, of a qualified name each part, the last one most.

    In pasted code what it defines is surest, then what it calls.
    """
    single = len(text.split()) == 1
    stop = _KEYWORDS if code else stop
    weights: dict[str, float] = {}
    for match in _IDENTIFIER.finditer(text):
        name = match[1] or match[2]
        if name.lower() in stop or (stop is not _STOP and text[match.end() : match.end() + 1].isalpha()):  # ``d`` of ``dónde``
            continue
        sure = _sure_in_code(text, match) if code else _sure_in_prose(match, single=single)
        parts = [part for part in re.split(r"::|\.|#|->", name) if part]
        for part in parts:
            weight = sure if part is parts[-1] else sure / 2
            weights[part.lower()] = max(weights.get(part.lower(), 0.0), weight)
    return weights


def _sure_in_code(text: str, match: re.Match[str]) -> float:
    if _DEFINES.search(text, max(match.start() - 24, 0), match.start()):
        return 1.0
    return 0.7 if text[match.end() : match.end() + 1] == "(" else 0.25


def _sure_in_prose(match: re.Match[str], *, single: bool) -> float:
    name: str = match[1] or match[2]
    if match[1] or match[3] or single or _COMPOUND.search(name):
        return 1.0
    return 0.5 if name[0].isupper() and match.start() > 0 else 0.25
