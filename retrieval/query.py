"""What was typed to what is looked for: terms with weights, names that look like code, paths, or a pattern."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from ingest.errors import QueryError
from retrieval.embed import hash_terms
from retrieval.lexical import QueryTerm
from retrieval.regex import Pattern, compile_pattern
from retrieval.terms import SYMBOL_TERM, terms, words

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
    return Query(
        text=text,
        terms=tuple(found[:MAX_TERMS]),
        identifiers=tuple(identifiers),
        paths=tuple(dict.fromkeys(match[1].lower() for match in _PATH.finditer(text))),
        dropped=tuple(term.text for term in found[MAX_TERMS:]),
    )


def _pattern(text: str, source: str, flags: str) -> Query:
    options = re.MULTILINE
    for flag in flags:
        options |= {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[flag]
    return Query(text, pattern=compile_pattern(source, options))


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
