"""What kind of query a text is, by its form alone."""

from __future__ import annotations

import re
from enum import StrEnum

from retrieval.understanding.frames import known_extension


class QueryKind(StrEnum):
    """Kinds of queries; each text is of exactly one."""

    SYMBOL = "symbol"
    PATH = "path"
    PATTERN = "pattern"
    LITERAL = "literal"
    """A quoted string and nothing else."""
    TRACE = "trace"
    """A stack trace, a tool's output, or an error message alone."""
    DIFF = "diff"
    SNIPPET = "snippet"
    """Pasted code."""
    ISSUE = "issue"
    """A long text; its first line is the title."""
    QUESTION = "question"
    """A question in words, or words alone."""
    CHANGE = "change"
    """What is to be done or was done: a commit's message, an order."""
    STRUCTURAL = "structural"
    """A question that the graph answers: who calls, what implements, which tests."""


_NAME = r"[A-Za-z_$@~][\w$]*[?!]?"
_SYMBOL = re.compile(
    rf"(?:(?:class|struct|enum|interface|trait|function|func|fn|def|method|type|module) )?`?{_NAME}(?:(?:\.|::|#|->|\\){_NAME})*(?:\(\))?`?"
)
_PATH = re.compile(r"(?:[A-Za-z]:)?[\w.@~+%$\[\]/\\-]+")
_KEYWORD = re.compile(r"(?:class|struct|enum|interface|trait|function|func|fn|def|method|type|module) ")
_COMPOUND = re.compile(r"[a-z0-9][A-Z]|_|[.:#>\\()`]|^[A-Z]")
_QUOTED = re.compile(r"\"[^\"\n]{2,}\"|'[^'\n]{2,}'|“[^”\n]{2,}”")
_LITERAL = re.compile(r"\"([^\"\n]{2,200})\"|(?<!\w)'([^'\n]{2,200})'(?!\w)|“([^”\n]{2,200})”|`([^`\n]{2,200})`")
_DIFF = re.compile(
    r"^(?:diff --git .|@@ -\d{1,9}(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})? @@|--- \S[^\n]*\n\+\+\+ \S|Index: \S[^\n]*\n={10})", re.MULTILINE
)
_FENCED = re.compile(r"```[^\n`]*\n(.*)\n```", re.DOTALL)
_NO_PATH = frozenset([
    "props", "env", "command", "service", "properties", "text", "make", "conf", "targets", "rest", "desktop", "dot", "m", "s", "r",
    "ml", "fs",
])  # fmt: skip
"""Extensions that are members of objects as often: ``process.env``."""

_CODE_WORD = (
    r"(?:def|class|func|fn|function|public|private|protected|internal|static|const|let|var|val|import|from|package|using|namespace|struct|"
    r"enum|interface|trait|impl|type|return|if|for|foreach|while|switch|case|try|catch|else|elif|elsif|except|finally|with|async|await|export|"
    r"module|require|include|throw|raise|yield|print|assert|unsafe|mut|pub|end|do|begin|match|SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE)"
)
_CODE_LINE = re.compile(
    rf"\s*(?:{_CODE_WORD}\b[^\n]*[(){{}}=:;\"'<>\[\]*]|[}})\];,]+$|//|/\*|#(?:include|define|if|endif|!)|@\w|<\?|</?\w+[^>\n]*>$|>>> |"
    r"\$ \w|"
    r"[\w.$\[\]\"'*&@-]{1,200}(?: ?, ?\w{1,100}){0,20}(?:: ?[\w\[\], .|]{1,100})? ?(?:[+*/|&?%^-]|<<|>>|\*\*)?:?=[^=]|"
    r"[\w.$:>!&*-]{1,200}\()"
)
_CODE_END = re.compile(r"(?:[;{}]|\)|\) ?[:{]|=>|->|[(,\[])\s*$")
_COMMENTS = ("//", "#", "*", "/*", "--", '"', "'")
_WORD = re.compile(r"[A-Za-z][a-z'’-]*[,.:;?!]?")
_HEADING = re.compile(r"^(?:#{1,6} \S|\*\*[^*\n]{3,80}\*\*:? *$|<!--|- \[[ xX]\] )", re.MULTILINE)
_TEMPLATE = re.compile(r"^(?:#{2,6} [A-Z]|\*\*[A-Z][^*\n]{3,80}\*\*:? *$|<!--)", re.MULTILINE)
_ASKS = re.compile(
    r"(?:how|what|where|which|who|whose|why|when|is|are|does|do|did|can|could|should|would|will|explain|describe|tell|show|find|list|give|locate)\b",
    re.IGNORECASE,
)
_SURE_VERBS = (
    "add|adds|added|adding|allow|allows|avoid|avoids|bump|bumps|clarify|coerce|convert|converts|correct|create|creates|delete|deletes|deprecate|"
    "deprecates|disable|disables|disallow|do not|don't|drop|drops|dropped|eliminate|enable|enables|enhance|ensure|ensures|expose|exposes|"
    "extend|"
    "extends|extract|fix|fixes|fixed|fixing|generalize|ignore|ignores|implement|implements|implemented|improve|improves|improved|include|"
    "increase|"
    "inline|introduce|introduces|make|makes|migrate|modernize|modify|optimise|optimize|permit|pin|prevent|prevents|reduce|reduces|refactor|"
    "refactors|refactored|reject|relax|remove|removes|removed|removing|rename|renames|renamed|reorganize|replace|replaces|replaced|restore|"
    "restrict|revert|reverts|rewrite|simplify|simplifies|skip|speed|stop|support|supports|suppress|switch|tweak|unify|update|updates|updated|"
    "upgrade|use|uses|validate|warn|write"
)
_PREFIX = (
    r"(?:\[[^\]\n]{1,40}\] ?|[A-Z]{2,10}-\d{1,6}:? |#\d{1,6}:? |:\w{1,30}: |[Pp]lease |[Ww]e (?:need|want|have) to |I (?:need|want) to )?"
)
_TAKES = (
    "cache|change|check|clean|clear|compile|document|format|handle|hide|keep|limit|load|log|merge|move|mark|open|order|parse|pass|print|"
    "raise|read|release|report|reset|return|run|save|send|set|show|sort|split|store|test|treat|turn|wrap"
)
"""Verbs that are nouns as often: ``test the parser`` is an order, ``test coverage`` is not."""
_CHANGE = re.compile(
    rf"{_PREFIX}(?:(?:{_SURE_VERBS})\b(?!\(| (?:and|or|of)\b)|"
    rf"(?:{_TAKES})(?: up| out| back)? (?:the|a|an|all|each|every|more|only|no|not|when|if|it|its|our|their|this|these|missing|unused)\b)",
    re.IGNORECASE,
)
_CHANGE_TITLE = re.compile(
    rf"{_PREFIX}(?:{_TAKES}|log|mention|perform|pass|respect|properly|consolidate|apply|accept|provide|bring) [^?]", re.IGNORECASE
)
_AREA = re.compile(r"^[a-z][\w./*-]{0,30}(?:, ?[\w./*-]{1,30}){0,3}: (?=\w)")
_CONVENTIONAL = re.compile(
    r"(?:feat|fix|chore|docs|refactor|perf|test|tests|build|ci|style|revert|bugfix|hotfix|deps)(?:\([^)\n]{1,60}\))?!?: ", re.IGNORECASE
)
_LONG_WORDS = 40


def literals(text: str) -> tuple[str, ...]:
    """Return what stands in quotes or backquotes, each once, in order."""
    if not any(mark in text for mark in "\"'`“"):
        return ()
    return tuple(dict.fromkeys(next(filter(None, found.groups())) for found in _LITERAL.finditer(text)))


def is_diff(text: str) -> bool:
    """Return whether a text holds a unified diff."""
    return ("@@" in text or "+++ " in text or "diff --git" in text or "Index: " in text) and _DIFF.search(text) is not None


def fenced(text: str) -> str | None:
    """Return what is in a code fence that is all of the text."""
    found = _FENCED.fullmatch(text) if text.startswith("```") and text.count("```") == 2 else None
    return found[1] if found else None


def is_code(text: str) -> bool:
    """Return whether a text is pasted code: most of its lines are, and it holds no sentences."""
    lines = [line for line in text.split("\n")[:400] if line.strip()]
    if len(lines) == 1:
        return _is_code_line(lines[0])
    if is_title(lines[0]):
        return False
    code = sum(bool(_CODE_LINE.match(line[:1000]) or _CODE_END.search(line[-20:]) or line[:1].isspace()) for line in lines)
    sure = sum(bool(_CODE_LINE.match(line[:1000])) or line.rstrip().endswith((";", "{", "}")) for line in lines)
    sentences = sum(plain_words(line) >= 6 and is_sentence(line) for line in lines)
    return code >= 0.6 * len(lines) and sure >= 0.3 * len(lines) and sentences <= 0.2 * len(lines)


def _is_code_line(line: str) -> bool:
    line = line.strip()[:1000]
    words = line.split()
    if not (_CODE_LINE.match(line) and (_CODE_END.search(line[-20:]) or "=" in line or line[-1] in ":\"'*")):
        return False
    return 2 * plain_words(line) <= len(words) or (line[-1] in ";{" and "(" in line)


def has_template(text: str) -> bool:
    """Return whether a text has the headings of a form that was filled in."""
    return _TEMPLATE.search(text) is not None


def is_title(line: str) -> bool:
    """Return whether a line may head a text: prose, or two words at least that no code is written with."""
    if line.rstrip().endswith((";", "{", "}")):
        return False
    return is_sentence(line) or (
        plain_words(line) >= 2 and not _CODE_LINE.match(line.strip()) and not line.startswith((*_COMMENTS, " ", "\t"))
    )


def is_sentence(line: str) -> bool:
    """Return whether a line is prose: three words at least, no comment, and no more code in it than words."""
    line = line.strip()
    if (
        not line
        or line.startswith(_COMMENTS)
        or line.endswith((";", "{", "}"))
        or (_CODE_LINE.match(line) and _CODE_END.search(line[-20:]))
    ):
        return False
    words = plain_words(line)
    return words >= 3 and 2 * words >= len(line[:1000].split())


def plain_words(line: str) -> int:
    """Return how many words of a line are nothing but words."""
    return sum(_WORD.fullmatch(word) is not None for word in line[:1000].split())


def kind_of_words(text: str) -> QueryKind:
    """Return the kind of a text that is neither a pattern, a trace nor a diff."""
    text = text.strip()
    if len(text) < 500 and "\n" not in text:
        short = _kind_of_short(text)
        if short is not None:
            return short
    if _CONVENTIONAL.match(text):
        return QueryKind.CHANGE
    inner = fenced(text)
    if is_code(text if inner is None else inner):
        return QueryKind.SNIPPET
    title, _, rest = text.partition("\n")
    several, headed = bool(rest.strip()), _HEADING.search(text) is not None
    words = len(text.split(None, _LONG_WORDS + 1))
    if _is_change(title, several=several) and not headed:
        return QueryKind.CHANGE
    if several and (headed or words > _LONG_WORDS or "```" in text or not rest.partition("\n")[0].strip()):
        return QueryKind.ISSUE
    if words > _LONG_WORDS and not _ASKS.match(title) and "?" not in text:
        return QueryKind.ISSUE
    return QueryKind.QUESTION


def _is_change(title: str, *, several: bool) -> bool:
    if title.rstrip().endswith("?"):
        return False
    title = _AREA.sub("", title, count=1)
    return bool(_CHANGE.match(title) or ((several or title[:1].isupper()) and _CHANGE_TITLE.match(title) and plain_words(title) > 2))


def _kind_of_short(text: str) -> QueryKind | None:
    """Return the kind of one short line that is a name, a path or a quotation as a whole."""
    if _QUOTED.fullmatch(text):
        return QueryKind.LITERAL
    if not any(map(str.isspace, text)):
        return _kind_of_token(text)
    if _KEYWORD.match(text) and _SYMBOL.fullmatch(text) and _COMPOUND.search(text.split(" ", 1)[1]):
        return QueryKind.SYMBOL
    return None


def _kind_of_token(token: str) -> QueryKind | None:
    bare = token.strip("`").partition("#L")[0]
    extension = bare.rpartition(".")[2].lower() if "." in bare else ""
    file = re.sub(r"(?::\d{1,7}){1,2}$", "", bare)
    is_file = file != bare or (known_extension(bare) and extension not in _NO_PATH)
    if _PATH.fullmatch(file) and ("/" in file or (is_file and "." in file)):
        return QueryKind.PATH
    return QueryKind.SYMBOL if _SYMBOL.fullmatch(token) else None
