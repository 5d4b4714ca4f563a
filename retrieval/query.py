"""What was typed to what is looked for: terms with weights, names that look like code, paths, or a pattern."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from ingest.errors import QueryError
from ingest.path_kinds import PathFlag
from retrieval.embed import hash_terms
from retrieval.lexical import QueryTerm
from retrieval.regex import Pattern, compile_pattern
from retrieval.terms import SYMBOL_TERM, terms, words
from retrieval.understanding.frames import Frame
from retrieval.understanding.kinds import QueryKind, has_template, is_diff, is_sentence, is_title, kind_of_words, literals, plain_words
from retrieval.understanding.structural import Structural, recognise
from retrieval.understanding.traces import Trace, may_hold_trace, read_trace

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


def parse_query(text: str, *, regex: bool = False) -> Query:
    """Take a query apart. ``/…/`` with flags ``i``, ``m``, ``s``, or ``regex``, makes it a pattern.

    Raises ``QueryError`` for an empty query or a broken pattern.
    """
    if not text.strip():
        raise QueryError("the query is empty; say what to look for, e.g. codelore search 'where are sessions stored'")
    written = _PATTERN.fullmatch(text.strip())
    if regex or written:
        return _pattern(text, *((written[1], written[2]) if written and not regex else (text, "")))
    found = _terms(text)
    identifiers = _identifiers(text.encode("utf-8", "ignore").decode())
    asked = {term.text for term in found[:MAX_TERMS]}
    trace = read_trace(text.strip()) if may_hold_trace(text) else Trace()
    kind = _kind(text, trace)
    structure = recognise(text) if kind is QueryKind.QUESTION else None
    return Query(
        text=text,
        terms=tuple(found[:MAX_TERMS]),
        identifiers=tuple(identifiers),
        paths=tuple(dict.fromkeys(match[1].lower() for match in _PATH.finditer(text))),
        dropped=tuple(term.text for term in found[MAX_TERMS:]),
        kind=kind if structure is None else QueryKind.STRUCTURAL,
        structure=structure,
        frames=trace.frames,
        messages=trace.messages,
        literals=literals(text),
        wants=frozenset(flag for flag, words in _ASKED_FOR.items() if asked & words),
        title=_title(text, kind, trace),
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


def _terms(text: str) -> list[QueryTerm]:
    """Return weighted terms, heaviest first; in a long text the first line counts double."""
    title, _, rest = text.strip().partition("\n")
    weights: dict[str, float] = {}
    both = ((title, _TITLE_WEIGHT), (rest, _REST_WEIGHT))
    long = len({term for part, _ in both for term in _plain_terms(part)}) > _LONG and bool(rest)
    for part, weight in both:
        for term, count in Counter(_plain_terms(part)).items():
            weights[term] = weights.get(term, 0.0) + (weight if long else 1.0) * (1 + 0.5 * (count > 1))
    ordered = sorted(weights.items(), key=lambda each: -each[1])
    keys = hash_terms([term for term, _ in ordered])
    return [QueryTerm(term, int(key), weight) for (term, weight), key in zip(ordered, keys, strict=True)]


def _plain_terms(text: str) -> list[str]:
    raw = words(text.encode("utf-8", "ignore"))
    kept = [word for word in raw if word.decode("utf-8", "ignore").lower() not in _STOP] or raw
    return [term for word in kept for term in terms(word)]


def _identifiers(text: str) -> list[QueryTerm]:
    """Return names that look like code, with how sure that is; of a qualified name each part, the last one most."""
    single = len(text.split()) == 1
    weights: dict[str, float] = {}
    for match in _IDENTIFIER.finditer(text):
        name = match[1] or match[2]
        if name.lower() in _STOP:
            continue
        sure = 1.0 if match[1] or match[3] or single or _COMPOUND.search(name) else 0.5 if name[0].isupper() and match.start() > 0 else 0.25
        parts = [part for part in re.split(r"::|\.|#|->", name) if part]
        for part in parts:
            weight = sure if part is parts[-1] else sure / 2
            weights[part.lower()] = max(weights.get(part.lower(), 0.0), weight)
    names = list(weights)
    keys = hash_terms([SYMBOL_TERM + name for name in names])
    return [QueryTerm(name, int(key), weights[name]) for name, key in zip(names, keys, strict=True)]
