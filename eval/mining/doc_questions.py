"""Questions out of docs: what a docstring or doc comment says first, and the body that does it. The doc itself is hidden."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from eval.doc_pairs import clean_doc
from eval.mining.commit_questions import LEAKY, MAX_PLACEHOLDERS, MIN_CONTENT_WORDS, NAMED_TOO_OFTEN, TOO_SHORT
from eval.mining.model import SENTENCE, Kind, Lines, Mined, Tally, content_words
from eval.mining.scrub import Answer, Scrubber, answer_of, names_topic
from eval.mining.snapshot import CodeFile, Snapshot, is_answer_path
from graph.tests_of import words
from ingest.comments import clean_comment
from ingest.model import Symbol, SymbolKind

MIN_BODY_LINES = 4
MAX_BODY_LINES = 400
MAX_QUERY = 240

UNLOCATED = "its doc is not found in the file"
NO_BODY = f"has no body of {MIN_BODY_LINES} to {MAX_BODY_LINES} lines"
NOT_PROSE = "its doc is no prose (tags, code, licences, notes to self)"
AMBIGUOUS = "says the same as another doc"
SAYS_NAME = "says its name and no more"
PROTOCOL = "a special or private method that the language calls"

_KINDS = frozenset({
    *(SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.TRAIT),
    *(SymbolKind.INTERFACE, SymbolKind.ENUM, SymbolKind.TYPE, SymbolKind.MACRO, SymbolKind.PROPERTY),
})
_SPECIAL = re.compile(r"__\w+__|init|main|constructor|setUp|tearDown|toString|ToString|equals|hashCode|String|Error|fmt|drop|clone|default")
_REFUSE = re.compile(
    r"^(?:deprecated|see\b|same as\b|like\b|alias\b|internal\b|private\b|example\b|usage\b|note\b|warning\b|override[sn]?\b|inherit|"
    r"constructor\b|implements?\b.{0,40}$|returns? (?:true|false|self|none|nil|null)\.?$|"
    r"this (?:method|function|class) (?:is )?(?:deprecated|overrides))|"
    r"\bsee (?:also|above|below)\b|\bdeprecated\b|\bnolint\b|\bbackwards?[- ]compat",
    re.IGNORECASE,
)
_NO_SENTENCE = re.compile(r"^@|:$|://")
_QUOTES = re.compile(rb"[rRuUbB]*(\"\"\"|'''|\"|')")
_HEREDOC = re.compile(rb'\s*@(?:type)?doc\s+(?:~[sS])?"""')
_MAX_COMMENT_LINES = 120


@dataclass(frozen=True, slots=True)
class _Doc:
    path: str
    symbol: Symbol
    text: str


def doc_questions(snapshot: Snapshot, scrubber: Scrubber, name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for each documented definition that has a body; count the others."""
    docs = list(_documented(snapshot))
    same = Counter(doc.text.lower() for doc in docs)
    for doc in docs:
        tally.seen[Kind.DOCSTRING] += 1
        question = _question(snapshot, scrubber, name, doc, unique=same[doc.text.lower()] == 1)
        if isinstance(question, str):
            tally.drop(Kind.DOCSTRING, question)
        else:
            yield question


def _documented(snapshot: Snapshot) -> Iterator[_Doc]:
    for path in sorted(snapshot.files):
        if is_answer_path(path):
            for symbol in snapshot.symbols(path):
                if symbol.doc and symbol.kind in _KINDS:
                    yield _Doc(path, symbol, first_sentences(symbol.doc))


def first_sentences(doc: str) -> str:
    """Return the first sentence of a doc's prose, and the second where the first is short; empty where it is no prose."""
    sentences = [each for each in SENTENCE.split(clean_doc(doc)) if not _NO_SENTENCE.search(each)] or [""]
    text = sentences[0]
    for sentence in sentences[1:3]:
        if len(set(content_words(text))) >= 2 * MIN_CONTENT_WORDS or len(text) + len(sentence) > MAX_QUERY:
            break
        text = f"{text} {sentence}"
    return text if len(text) <= MAX_QUERY else text[:MAX_QUERY].rpartition(" ")[0]


def _question(snapshot: Snapshot, scrubber: Scrubber, name: str, doc: _Doc, *, unique: bool) -> Mined | str:
    """Return the question of one doc, or why there is none."""
    symbol = doc.symbol
    if _SPECIAL.fullmatch(symbol.name):
        return PROTOCOL
    if not doc.text or _REFUSE.search(doc.text):
        return NOT_PROSE
    if not unique:
        return AMBIGUOUS
    file = snapshot.files[doc.path]
    hidden = doc_lines(file, symbol)
    if hidden is None:
        return UNLOCATED
    body = (max(symbol.start_line, hidden[1] + 1), symbol.end_line)
    if not MIN_BODY_LINES <= body[1] - body[0] + 1 <= MAX_BODY_LINES:
        return NO_BODY
    text = _ask(scrubber, doc, answer_of(snapshot, [doc.path]))
    if text in _REASONS:
        return text
    place = f"{doc.path}#{symbol.qualified_name}:{symbol.start_line}"
    relevant, unseen = (Lines(doc.path, (body,)),), (Lines(doc.path, (hidden,)),)
    return Mined(f"docstring/{name}/{place}", Kind.DOCSTRING, symbol.kind.value, file.language, text, relevant, place, unseen)


def _ask(scrubber: Scrubber, doc: _Doc, answer: Answer) -> str:
    """Return the text of the question, or the reason that there is none, which is one of ``_REASONS``."""
    naming = rf"^{re.escape(doc.symbol.name)}(?:\(\))?,?\s+(?:(?:is|are) (?=an?\b|the\b)|(?=[a-z]))"  # how docs begin in Go
    said = re.sub(naming, "", doc.text)
    scrubbed = scrubber.scrub(said, answer)
    leak = scrubber.leak(scrubbed.text, answer)
    if leak:
        return LEAKY + leak
    if scrubbed.placeholders > MAX_PLACEHOLDERS or (scrubbed.placeholders and names_topic(scrubbed.text)):
        return NAMED_TOO_OFTEN
    content = {*words(" ".join(content_words(scrubbed.text)))}
    if len(content) < MIN_CONTENT_WORDS:
        return TOO_SHORT
    if content <= {*words(doc.symbol.qualified_name)}:
        return SAYS_NAME
    return scrubbed.text


_REASONS = frozenset({
    *(TOO_SHORT, SAYS_NAME, NAMED_TOO_OFTEN),
    *(LEAKY + leak for leak in ("names the file", "names what is defined there", "holds an identifier that few files have")),
})


def doc_lines(file: CodeFile, symbol: Symbol) -> tuple[int, int] | None:
    """Return the first and last line of a symbol's doc: a docstring that opens its body, or the comment above it. None where neither is."""
    lines = file.text.split(b"\n")
    return _docstring(lines, symbol) or _comment_above(lines, symbol) or _heredoc_above(lines, symbol)


def _docstring(lines: list[bytes], symbol: Symbol) -> tuple[int, int] | None:
    first = symbol.doc.partition("\n")[0]
    for number in range(symbol.start_line, min(symbol.end_line, symbol.start_line + 60) + 1):
        line = lines[number - 1].strip()
        quote = _QUOTES.match(line)
        if not quote:
            continue
        mark = quote[1]
        said = line[quote.end() :].strip()
        following = lines[number].strip() if number < len(lines) else b""
        if not (said or following).decode("utf-8", "replace").startswith(first[:20]):
            continue
        if mark in said:
            return number, number
        last = next((at for at in range(number + 1, symbol.end_line + 1) if mark in lines[at - 1]), 0)
        return (number, last) if last and len(mark) == 3 else None
    return None


def _comment_above(lines: list[bytes], symbol: Symbol) -> tuple[int, int] | None:
    last = symbol.start_line - 1
    first = last
    while first > 1 and lines[first - 2].strip() and last - first < _MAX_COMMENT_LINES:
        first -= 1
    if last < 1:
        return None
    block = [line.decode("utf-8", "replace") for line in lines[first - 1 : last]]
    for at in range(len(block)):
        if clean_comment("\n".join(block[at:])) == symbol.doc:
            return first + at, last
    return None


def _heredoc_above(lines: list[bytes], symbol: Symbol) -> tuple[int, int] | None:
    """Find Elixir's way: an attribute above the definition, with others such as its type between them."""
    above = range(symbol.start_line, max(symbol.start_line - _MAX_COMMENT_LINES, 0), -1)
    opening = next((at for at in above if _HEREDOC.match(lines[at - 1])), 0)
    if not opening or not lines[opening].strip().decode("utf-8", "replace").startswith(symbol.doc.partition("\n")[0][:20]):
        return None
    closing = next((at for at in range(opening + 1, symbol.start_line + 1) if lines[at - 1].strip() == b'"""'), 0)
    return (opening, closing) if closing else None
