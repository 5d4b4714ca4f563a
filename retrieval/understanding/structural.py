"""Questions about structure, by their wording: who calls X, what implements X, which tests cover X, where X is set.

A text is such a question only as a whole, and only its form is judged here: whether X is anything is for the definitions to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

_LONGEST = 300
"""Characters of a question about structure; a longer text asks for more than one thing."""


class Relation(StrEnum):
    """What a question asks about a name."""

    CALLERS = "callers"
    CALLEES = "callees"
    REFERENCES = "references"
    TESTS = "tests"
    IMPLEMENTATIONS = "implementations"
    OVERRIDES = "overrides"
    IMPORTERS = "importers"
    DEPENDENTS = "dependents"
    DEPENDENCIES = "dependencies"
    IMPACT = "impact"
    CONFIGURED = "configured"


@dataclass(frozen=True, slots=True)
class Structural:
    """A question about structure. ``names`` are the spellings of what it asks about, as it was written first."""

    relation: Relation
    names: tuple[str, ...]
    sure: bool
    """The name looks like code, or was said to be a function, a class and so on: otherwise it may be a plain word."""

    @property
    def name(self) -> str:
        """What is asked about, as it was written."""
        return self.names[0]


_WHAT = (
    r"(?:functions?|methods?|class(?:es)?|interfaces?|traits?|structs?|enums?|types?|modules?|files?|packages?|librar(?:y|ies)|constants?|variables?|"
    r"fields?|propert(?:y|ies)|attributes?|settings?|options?|config(?:uration)?(?: (?:key|option|value|setting)s?)?|"
    r"env(?:ironment)? var(?:iable)?s?|parameters?|flags?|macros?|components?|hooks?|decorators?|endpoints?|routes?|symbols?|folders?|"
    r"director(?:y|ies)|code|places?|parts?|callers?)"
)
_NAME = (
    rf"(?:(?:the|an?|all|my|our|this|that) )?(?:(?P<before>{_WHAT}) )?(?:named |called )?"
    rf"(?P<name>`[^`]{{1,120}}`|\"[^\"]{{1,120}}\"|'[^']{{1,120}}'|\S+(?: [\w-]+){{0,3}}?)(?: (?P<after>{_WHAT}))?"
)
_ONE = rf"(?P<name>`[^`]{{1,120}}`|\S+)(?: (?P<after>{_WHAT}))?(?P<before>)"
_WHO = rf"(?:who|what|which(?: (?:other |of the )?(?:\w+ )?{_WHAT})?|what (?:other )?(?:\w+ )?{_WHAT})"
_WHERE = r"(?:where|from where|in which (?:files?|modules?|places?))"
_LIST = r"(?:all |every |any )?(?:of )?(?:the )?(?:\w+ )?"

_PATTERNS: tuple[tuple[Relation, tuple[str, ...]], ...] = (
    (
        Relation.CALLERS,
        (
            rf"{_WHO} (?:calls?|invokes?|is calling|are calling|instantiates?|constructs?|makes? instances of) {_NAME}",
            rf"{_LIST}(?:callers?|call ?sites?|calls|invocations|instantiations) (?:of|to) {_NAME}",
            rf"{_ONE} (?:callers|call ?sites)",
            rf"{_WHERE} (?:is|are|does|do|did|gets?) {_NAME} (?:get |being )?(?:called|invoked|instantiated|constructed)(?: from)?",
            rf"{_WHERE} (?:do|does) (?:we|i|it|they|the code) (?:call|invoke|instantiate) {_NAME}",
            rf"{_NAME} is called (?:by|from)(?: what| where| whom?)?",
        ),
    ),
    (
        Relation.CALLEES,
        (
            rf"(?:what|which {_WHAT}|what {_WHAT}) (?:does|do|is|are) {_NAME} (?:call|invoke|calling)",
            rf"{_LIST}(?:callees? of|(?:functions?|methods?|code) (?:that (?:are|is) )?called (?:by|from|in)) {_NAME}",
            rf"{_WHO} (?:is|are|gets?) called (?:by|from|in) {_NAME}",
        ),
    ),
    (
        Relation.REFERENCES,
        (
            rf"{_WHERE} (?:is|are|does|do) {_NAME} (?:get |being )?(?:used|referenced|mentioned|read|accessed)",
            rf"{_WHERE} (?:do|does) (?:we|i|it|they|the code) (?:use|reference) {_NAME}",
            rf"{_WHO} (?:uses?|references?|refers? to|reads?|accesses|access|is using|are using) {_NAME}",
            rf"{_LIST}(?:usages?|uses|references|usage sites) (?:of|to) {_NAME}",
            rf"{_ONE} (?:usages|references)",
        ),
    ),
    (
        Relation.TESTS,
        (
            rf"{_LIST}(?:(?:unit |integration )?tests?(?: cases?)?|test coverage|specs?) "
            rf"(?:of|for|covering|that (?:cover|test|exercise)) {_NAME}",
            rf"(?:which|what) (?:\w+ )?(?:tests?|specs?|test (?:cases?|files?)) "
            rf"(?:covers?|tests?|exercises?|checks?|calls?|uses?|are there for|exist for) {_NAME}",
            rf"(?:where|how) (?:is|are) {_NAME} (?:being )?(?:tested|covered by tests)",
            rf"what tests {_NAME}",
        ),
    ),
    (
        Relation.IMPLEMENTATIONS,
        (
            rf"{_LIST}(?:implementations?|implementors?|implementers?|subclasses|sub-classes|subtypes|"
            rf"derived (?:classes|types)|child classes|inheritors|heirs) of {_NAME}",
            rf"{_WHO} (?:implements?|extends?|subclass(?:es)?|inherits?(?: from)?|"
            rf"derives? from|is derived from|are derived from|conforms? to) {_NAME}",
            rf"{_ONE} (?:implementations|subclasses|subtypes)",
            rf"{_WHERE} (?:is|are) {_NAME} (?:subclassed|extended)",
        ),
    ),
    (
        Relation.OVERRIDES,
        (
            rf"{_WHO} overrides? {_NAME}",
            rf"{_LIST}overrides of {_NAME}",
            rf"{_WHERE} (?:is|are) {_NAME} overrid(?:den|e)",
        ),
    ),
    (
        Relation.IMPORTERS,
        (
            rf"{_WHO} (?:imports?|requires?|includes?|is importing) {_NAME}",
            rf"{_LIST}importers of {_NAME}",
            rf"{_WHERE} (?:is|are) {_NAME} (?:imported|required|included)(?: from)?",
            rf"{_WHERE} do (?:we|i|they) import {_NAME}",
        ),
    ),
    (
        Relation.DEPENDENTS,
        (
            rf"{_WHO} (?:depends?|relies|rely) (?:up)?on {_NAME}",
            rf"{_LIST}(?:dependents|reverse dependencies) of {_NAME}",
        ),
    ),
    (
        Relation.DEPENDENCIES,
        (
            rf"what (?:\w+ )?(?:does|do) {_NAME} (?:depend (?:up)?on|import|require)",
            rf"{_LIST}(?:dependencies|imports) of {_NAME}",
        ),
    ),
    (
        Relation.IMPACT,
        (
            rf"what (?:would |will |could |might )?(?:breaks?|is affected|be affected|changes?) (?:if|when) "
            rf"(?:i |we |you )?(?:change|modify|remove|delete|rename|edit) {_NAME}",
            rf"what (?:would |will |could |might )?(?:breaks?|is affected|be affected) (?:if|when) "
            rf"{_NAME} (?:changes|is (?:changed|removed|deleted|renamed))",
            rf"what is affected by {_NAME}",
            rf"{_LIST}(?:impact|blast radius) of (?:changing |a change (?:of|to|in) |changes (?:to|in) )?{_NAME}",
        ),
    ),
    (
        Relation.CONFIGURED,
        (
            rf"{_WHERE} (?:is|are|does|do|can) {_NAME} (?:get |being |be )?(?:configured|set|set up|assigned|overridable)(?: from)?",
            rf"{_WHERE} (?:do|can|should) (?:we|i|you|one) (?:configure|set|change) {_NAME}",
            rf"{_WHERE} does {_NAME} (?:come from|get its (?:default )?value(?: from)?)",
            rf"{_WHERE} is the (?:default )?(?:value )?(?:of|for) {_NAME} (?:set|configured)",
            rf"(?:which|what) (?:config|configuration|setting|option|flag|file|environment variable|env var)s? "
            rf"(?:sets?|configures?|controls?) {_NAME}",
            rf"how (?:is|are) {_NAME} configured",
        ),
    ),
)
_LEAD = re.compile(
    r"(?:(?:please|hey|ok|so),? |(?:can|could|would) you (?:please )?|(?:show|tell|give) me |find(?: me)? |list |get |display |look up |"
    r"i (?:want|need|'d like) to "
    r"(?:know|see|find) |do you know |does anyone know )+",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:,? (?:please|here|exactly|directly|currently|right now|"
    r"in (?:this|the|our) (?:\w+ )?(?:repo|repository|codebase|code base|project|code|source)))+$",
    re.IGNORECASE,
)
_EMPTY = frozenset([
    *("it", "this", "that", "them", "they", "me", "us", "we", "i", "which", "what", "who", "everything", "something", "anything", "things"),
    *("code", "each", "other", "others", "the", "a", "an", "all", "any", "these", "those", "one", "functions", "methods", "classes"),
    *("tests", "and", "or"),
])  # fmt: skip
_JOINING = frozenset([
    *("and", "or", "of", "in", "to", "for", "with", "from", "by", "on", "is", "are", "be", "when", "if", "how", "that", "which"),
    *("does", "do"),
])  # fmt: skip
_CODE = re.compile(r"[a-z0-9][A-Z]|[_.:#/>()$]|^[A-Z]")


@cache
def _compiled() -> tuple[tuple[Relation, re.Pattern[str]], ...]:
    return tuple((relation, re.compile(each, re.IGNORECASE)) for relation, patterns in _PATTERNS for each in patterns)


_WORDED = re.compile(
    r"call|invo|instant|construct|make|callee|use|usage|uses|referenc|refer|read|access|mention|test|spec|cover|implement|subclass|sub-class|subtype|derive|"
    r"child|inherit|heir|extend|conform|overrid|import|requir|includ|depend|rel(?:y|ies)|break|affect|impact|blast|chang|config|set|assign|come|value|control",
    re.IGNORECASE,
)


def recognise(text: str) -> Structural | None:
    """Return the question about structure that a text is, None when it is none."""
    text = text.strip()
    if len(text) > _LONGEST or "\n" in text or " " not in text or not _WORDED.search(text):
        return None
    text = _TRAIL.sub("", " ".join(text.split()).rstrip("?!. "))
    text = text[_lead(text) :]
    for relation, pattern in _compiled():
        found = pattern.fullmatch(text)
        if found is None:
            continue
        names, quoted = _spellings(found["name"])
        if names:
            said = bool(found["before"] or found["after"])
            return Structural(relation, names, quoted or said or _CODE.search(names[0]) is not None)
    return None


def _lead(text: str) -> int:
    found = _LEAD.match(text)
    return found.end() if found else 0


def _spellings(written: str) -> tuple[tuple[str, ...], bool]:
    """Return a name as it may be spelled in code, and whether it was quoted; words are joined as languages join them."""
    quoted = written[0] in "`\"'" and written[-1] == written[0] and len(written) > 2
    name = (written[1:-1] if quoted else written).strip(" ,;:?!\"'`").removesuffix("()").removeprefix("./")
    words = name.split()
    lowered = [word.lower() for word in words]
    if (
        not words
        or all(word in _EMPTY for word in lowered)
        or (not quoted and (lowered[0] in _EMPTY or any(word in _JOINING for word in lowered)))
    ):
        return (), quoted
    if len(words) == 1:
        return tuple(dict.fromkeys([name, name[:1].upper() + name[1:]] if name.isalpha() and name.islower() else [name])), quoted
    parts = [word for each in lowered for word in each.split("-")]
    pascal = "".join(part[:1].upper() + part[1:] for part in parts)
    joined = ["_".join(parts), pascal[:1].lower() + pascal[1:], pascal, "-".join(parts), "_".join(parts).upper(), "".join(parts)]
    return tuple(dict.fromkeys([name, *joined])), quoted
