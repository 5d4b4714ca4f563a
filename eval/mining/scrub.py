"""Takes the answer out of a question: the names of its files and of what they define give way to what these are.

What still gives the answer away is found, so that the question can be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eval.mining.model import HUMP
from eval.mining.snapshot import Snapshot
from ingest.model import SymbolKind

_BARRELS = frozenset({"init", "index", "mod", "lib", "main"})
_NO_NAMES = frozenset({
    *("src", "lib", "source", "sources", "pkg", "packages", "app", "include", "internal", "core", "crates", "main", "java"),
})
_MAX_WORDS = 6
_TOPIC = re.compile(
    r"(?:[A-Z]\w+ )?(?:something|the (?:function|method|constructor|macro|interface|trait|enum|type|class|module|property|attribute|"
    r"constant|variable|file))\b",
    re.IGNORECASE,
)
_UNKNOWN = "something"
_IN_CODE = re.compile(rf"{_UNKNOWN}[=(\[.:]\S|[`\"'(\[<.]{_UNKNOWN}\b")
_NOUNS = {
    SymbolKind.FUNCTION: "function",
    SymbolKind.METHOD: "method",
    SymbolKind.CONSTRUCTOR: "constructor",
    SymbolKind.MACRO: "macro",
    SymbolKind.INTERFACE: "interface",
    SymbolKind.TRAIT: "trait",
    SymbolKind.ENUM: "enum",
    SymbolKind.STRUCT: "type",
    SymbolKind.TYPE: "type",
    SymbolKind.CLASS: "class",
    SymbolKind.MODULE: "module",
    SymbolKind.NAMESPACE: "module",
    SymbolKind.PROPERTY: "property",
    SymbolKind.FIELD: "attribute",
    SymbolKind.CONSTANT: "constant",
    SymbolKind.VARIABLE: "variable",
}
_PATH = r"(?:[\w.@~+-]+/)+[\w.@~+-]*|\.{0,2}/?[\w-][\w.-]*\.[A-Za-z][A-Za-z0-9]{0,4}\b(?!\.?\w)"
_NAME = r"[A-Za-z_$][\w$]*"
_MENTION = re.compile(
    rf"(?P<marked>``[^`\n]+``|`[^`\n]+`)|(?P<path>(?<![\w/.]){_PATH})|(?P<name>[.@]?{_NAME}(?:(?:\.|::|->|\#){_NAME})*(?:\([^()\n]{{0,60}}\))?)"
)
_BARE = re.compile(_NAME)
_CODE_LIKE = re.compile(r".*_.*|.*[a-z0-9].*[A-Z].*|[A-Z]+[a-z]+.*[A-Z].*|.*[a-z]\d.*|\$.*|[A-Z]{2,}\d*[a-z].*")
_PLAIN_WORD = re.compile(r"[A-Za-z]+|\d+")
_NEEDS_ARTICLE = re.compile(
    r"(?:^|[.,;:!?(]\s*|\b(?:in|of|for|to|from|with|without|on|by|at|as|and|or|not|than|via|into|onto|over|under|through|inside|within|during|between|"
    r"against|about|after|before|when|if|that|where|while|because|since|until|unless|whether|is|are|was|be|only|also|up|out|like|but|so|then|"
    r"fix(?:es|ed)?|adds?|added|make|makes|made|uses?|used|calls?|called|let|lets|allow|allows|have|has|support|supports|improve|improves|handle|"
    r"expose|implement|return|returns|pass|passes|run|set|sets|get|gets|avoid|prevent|ensure|keep|enable|disable|change|check|extend|update|"
    r"\w+ing)\s+)$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:the|a|an|this|its|our|each|every)\s+$", re.IGNORECASE)


def is_code_like(name: str) -> bool:
    """Say whether a word can only be an identifier: snake_case, camelCase, or with a digit inside."""
    return _CODE_LIKE.fullmatch(name) is not None


def squash(text: str) -> str:
    """Return letters and digits alone, in lower case: ``web_response``, ``WebResponse`` and "web response" are one."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question must not say: paths, what they say squashed, and the names that the files define with their kinds."""

    paths: frozenset[str]
    stems: frozenset[str]
    kinds: Mapping[str, SymbolKind]


def stem(path: str) -> str:
    """Return what a file's name says, squashed; of one that is named for its place, its folder's."""
    *folders, name = path.split("/")
    squashed = squash(name.lstrip("._").partition(".")[0])
    if squashed in _BARRELS:
        squashed = squash(folders[-1]) if folders else ""
        return "" if squashed in _NO_NAMES else squashed
    return squashed


def answer_of(snapshot: Snapshot, paths: Iterable[str]) -> Answer:
    """Return what a question whose answer lies in these files must not say."""
    found = frozenset(paths)
    kinds: dict[str, SymbolKind] = {}
    for path in sorted(found):
        for symbol in snapshot.symbols(path):
            if symbol.kind in _NOUNS and len(symbol.name) > 2:
                kinds.setdefault(symbol.name, symbol.kind)
    return Answer(found, frozenset(filter(None, map(stem, found))), kinds)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text without the answer's names, and how many nouns stand in for them; one amid code reads as nonsense and counts twice."""

    text: str
    placeholders: int


class Scrubber:
    """Scrubs texts about one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def scrub(self, text: str, answer: Answer) -> Scrubbed:
        """Return the text with every name of the answer replaced by what it names."""
        parts: list[str] = []
        at = count = 0
        for match in _MENTION.finditer(text):
            noun = self._noun(match, answer)
            if noun:
                before, at = text[at : match.start()], match.end()
                parts.append(before)
                at = self._put(parts, noun, text, at)
                count += 1
        scrubbed = re.sub(r"\s+", " ", "".join([*parts, text[at:]])).strip()
        scrubbed = re.sub(r"\b(the \w+)(?:(?:,| and| or|/|,? and| &) ?\1)+\b", r"\1", scrubbed)
        return Scrubbed(scrubbed[:1].upper() + scrubbed[1:], count + len(_IN_CODE.findall(scrubbed)))

    @staticmethod
    def _put(parts: list[str], noun: str, text: str, at: int) -> int:
        """Append a noun with its article where it has none, and skip the same noun behind it."""
        if noun == _UNKNOWN:
            leading = _BEFORE.search("".join(parts)[-40:])
            gap = re.match(r"\s+(?=\w)", text[at:])
            if leading and gap:  # "the X setting" is a setting without its name
                return at + gap.end()
            parts.append(noun)
            return at
        before = "".join(parts)[-40:]
        parts.append(f"the {noun}" if _NEEDS_ARTICLE.search(before) and not _BEFORE.search(before) else noun)
        behind = re.match(rf"\s+{noun}(?:e?s)?\b", text[at:])
        return at + behind.end() if behind else at

    def _noun(self, match: re.Match[str], answer: Answer) -> str:
        """Return what stands in for a mention, an empty string where it may stay."""
        said = match[0]
        if match["marked"]:
            return self._of_names(said, answer, marked=True) or self._of_path(said.strip("`"), answer)
        if match["path"]:
            return self._of_path(said, answer) or self._of_names(said, answer, marked=False)
        marked = not said[-1].isalnum() or re.search(r"[.:>#]", said) is not None
        begins = not re.search(r"[\w,;)]\s+$", match.string[: match.start()])
        return self._of_names(said, answer, marked=marked, begins=begins)

    def _of_path(self, said: str, answer: Answer) -> str:
        name = said.rstrip("/.,").rpartition("/")[2]
        if any(name == path.rpartition("/")[2] for path in answer.paths):
            return "file" if "." in name else ""
        parts = {squash(part.partition(".")[0]) for part in said.split("/")}
        return "module" if "/" in said and parts & answer.stems else ""

    def _of_names(self, said: str, answer: Answer, *, marked: bool, begins: bool = False) -> str:
        names: list[str] = _BARE.findall(said.partition("(")[0] if said.endswith(")") and not said.startswith("`") else said)
        for name in reversed(names):
            kind = answer.kinds.get(name)
            if kind and (marked or is_code_like(name) or (name[0].isupper() and not name.isupper() and not begins)):
                return _NOUNS[kind]
        for name in names:
            if (marked or is_code_like(name)) and squash(name) in answer.stems:
                return "module"
            if (marked or is_code_like(name)) and self._snapshot.is_rare(name, answer.paths):
                return _UNKNOWN
        return ""

    def leak(self, text: str, answer: Answer) -> str:
        """Return what still gives the answer away, an empty string where nothing does."""
        words = [word.lower() for word in _PLAIN_WORD.findall(text)]
        humps = [word.lower() for word in HUMP.findall(text)]
        for stem in answer.stems:
            if _says(words, stem) or _says(humps, stem):
                return "names the file"
        for name in set(_BARE.findall(text)):
            defined = name in answer.kinds
            if defined and (is_code_like(name) or self._snapshot.is_rare(name, answer.paths)):
                return "names what is defined there"
            if is_code_like(name) and self._snapshot.is_rare(name, answer.paths):
                return "holds an identifier that few files have"
        return ""


def names_topic(text: str) -> bool:
    """Say whether a noun that stands in for a name is what a text is about: its first word, or what its first verb does something to."""
    return _TOPIC.match(text) is not None


def says_name(text: str, name: str) -> bool:
    """Say whether the words of an identifier stand in a row in a text."""
    return _says([word.lower() for word in _PLAIN_WORD.findall(text)], squash(name))


def _says(words: list[str], squashed: str) -> bool:
    """Say whether some words in a row, written together, are the squashed text."""
    for at, word in enumerate(words):
        if not squashed.startswith(word):
            continue
        together = ""
        for following in words[at : at + _MAX_WORDS]:
            together += following
            if together == squashed:
                return True
            if not squashed.startswith(together):
                break
    return False
