"""What a commit or an issue says in words: its prose without links, numbers, trailers, templates, quoted code and lists of commits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from eval.mining.model import SENTENCE, content_words

MAX_BODY = 420
"""Characters of prose behind the subject: three or four sentences say what is wrong, what follows says how it was mended."""
MAX_MESSAGE = 8_000
MAX_SUBJECT = 300
"""Characters that are looked at: some patterns take the square of a hostile text's length."""
REPEATED = 3
"""Messages that share a line: then it is of a template."""

_TYPES = frozenset({
    *("feat", "feature", "fix", "bugfix", "hotfix", "perf", "refactor", "chore", "docs", "doc", "style", "test", "tests", "build", "ci"),
    *("revert", "deps", "dep", "release", "wip", "cleanup", "security"),
})
_REFERENCE = r"(?:(?:[\w.-]+/[\w.-]+)?#\d+|\b(?:GH|gh|bpo|BPO|PR|pr)[-# ]?\d+|\b[A-Z][A-Z0-9]+-\d{2,}\b)"
_LEAD = (
    r"(?:\b(?:see(?: also)?|fix(?:es|ed|ing)?|clos(?:es|ed?|ing)|resolv(?:es|ed?|ing)|ref(?:s|erences)?|in|from|by|of|per|via|since|to|for|"
    r"issues?|ticket|bug|pull requests?|pull|PRs?|part of|related to|relates to|should|hopefully|partially|partly|"
    r"follow[- ]?up (?:to|of|on)|and|also)\b[\s:,]*|[,&]\s*)*"
)
_TICKET = re.compile(
    rf"^\W*(?:(?:fix(?:e[sd])?|clos(?:es?|ed)|resolv(?:es?|ed)|refs?|issue|bug|ticket)?[\s:]*\[?{_REFERENCE}[\])]?[\s,&]*)+"
    r"\s*(?:--|[-:.–—])*\s*",
    re.IGNORECASE,
)
_INLINE = re.compile(rf"\s*[(\[]?{_LEAD}{_REFERENCE}[)\]]?", re.IGNORECASE)
_CONVENTIONAL = re.compile(r"^(\w+)(?:\(([^()]*)\))?!?:\s+(?=\S)")
_AREA = re.compile(r"^(?:\[[^\[\]]{1,30}\]\s*:?|[\w.*+-]+(?:/[\w.*+-]+)*(?:\s*[,&]\s*[\w./*+-]+)*:)\s+(?=\S)")
_EMOJI = re.compile(r":[a-z][a-z0-9_+]*:|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]")
_URL = re.compile(r"<?\b(?:https?|ftp|git)://[^\s<>()\]]*(?:\([^\s()]*\))?[^\s<>()\]]*>?|\bwww\.\S+")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_RST_ROLE = re.compile(r":[a-z]+(?::[a-z]+)?:`~?([^`<]*?)(?:\s*<[^`>]*>)?`")
_RST_LINK = re.compile(r"`([^`<]+?)\s*<[^`>]*>`_+")
_COMMIT_NAME = re.compile(
    r"\s*\(?(?:\b(?:in|by|since|from|of|with)\s+)?(?:\bcommit\s+)?"
    r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b\)?"
)
_MENTION = re.compile(
    r"\s*\(?\b(?:by|from|to|thanks|thanks to|cc|credits?(?: to| goes to)?|via|and|with),? @[A-Za-z][\w-]*\)?(?: [^\w\s]|$)", re.IGNORECASE
)
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HTML_TAG = re.compile(
    r"</?(?:details|summary|br|p|b|i|em|strong|code|pre|img|a|sub|sup|kbd|div|span|table|tr|td|th|h\d|ul|li|ol)\b[^<>]*>", re.IGNORECASE
)
_FENCE = re.compile(r"^[ \t]*(```+|~~~+).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_TRAILER = re.compile(
    r"^\s*(?:[\w-]+-by|change-id|fix(?:e[sd])?|clos(?:es?|ed)|resolv(?:es?|ed)|refs?|references|issues?|bug(?:link)?|ticket|reviewed-on|pr-url|pr|"
    r"pull-request|see(?:-| )also|see|link|git-svn-id|cherry-picked-from|backport(?:-of)?|depends-on|signed-off|cc|related(?: to)?|part of|"
    r"tests?|test plan|release notes?|changelog|closes? issues?|supersedes|differential revision|summary)\s*:",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(
    r"^(?:\t| {4,})|^\s*(?:>|\$ |% |#|\||\+---|```|~~~|File \"|Traceback|at \S+\(|[-*] \[[ xX]\]|\(?cherry[- ]picked|---+|===+|\*\*\*|__+|"
    r"conflicts:|squashed commit|\d+ (?:files?|commits?)|commit [0-9a-f]{7,})",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
_STAR = re.compile(r"^\* ")
_ASIDE = re.compile(
    r"\b(?:tests?|tested|testing|unit ?tests?|test ?cases?|change ?log|release notes?|documentation|docs?|docstrings?|readme|thanks?|"
    r"reviews?|reviewers?|pull requests?|PRs?|this patch|backport\w*|CI|mypy|pyright|lint\w*|clippy|rustfmt|typos?|spelling|co-?authored|"
    r"signed-?off|contribut\w+|commits?|rebase\w*|merge[sd]?|milestone|TODO|FIXME|WIP|assistance|copilot|claude|chatgpt|LLM|disclosure)\b|"
    r"\bI(?:'m|'ve|'d|'ll)?\b",
    re.IGNORECASE,
)
"""Sentences about the work on a change instead of the code."""
_DANGLING = re.compile(r"\s*\(\w*\s*$|[\s,;(]+(?:see(?: also)?|cf|refs?|details)\b[\s:.]*$", re.IGNORECASE)
"""What is left hanging where a link or a number ended the sentence."""
_GAP = "\x1a"
_BRACKETED = re.compile(rf"\s*[(\[][^()\[\]]*{_GAP}[^()\[\]]*[)\]]")
_LOOSE = re.compile(rf"[\s,:]*{_GAP}\s*(?=[.,;:!?]|$)")
_LEANING = re.compile(
    r"(?:then|and|but|or|so|thus|hence|therefore|however|instead|otherwise|also|additionally|moreover|furthermore|again|because of|"
    r"as a result|for (?:this|that)|in (?:this|that|these|those) cases?|this|that|these|those|it|they|them|he|she|its|their|such|both|"
    r"neither|the (?:latter|former|above|same|problem|issue|bug))\b",
    re.IGNORECASE,
)
_MERGE = re.compile(r"^merge\b|^merged\b.*\b(?:branch|branches|pull request|tag|commit|PR|in)\b", re.IGNORECASE)
_NO_TITLE = re.compile(r"see merge request|conflicts|approved-by|signed-off|\w+ pull request|closes? #", re.IGNORECASE)
_GERRIT = re.compile(r"^Merge \"(.*)\"(?: into \S+)?$")


@dataclass(frozen=True, slots=True)
class Prose:
    """What is left of a message: its subject as one line, and sentences of its body. ``prefix`` is the word of a conventional commit."""

    subject: str
    sentences: tuple[str, ...] = ()
    prefix: str = ""


def template_lines(messages: Iterable[str]) -> frozenset[str]:
    """Return the lines that several messages share, as a template's or a bot's do."""
    counts = Counter(line for message in messages for line in {each.strip() for each in message.splitlines()[1:]} if line)
    return frozenset(line for line, count in counts.items() if count >= REPEATED)


def is_merge_subject(subject: str) -> bool:
    """Say whether a subject only tells of a merge."""
    return _MERGE.match(subject) is not None


def own_text(message: str) -> str:
    """Return what a merge's message says itself: behind "Merge pull request" stands the request's title. Empty where it says nothing."""
    subject, _, rest = message.partition("\n")
    gerrit = _GERRIT.match(subject)
    if gerrit:
        return gerrit[1]
    if not is_merge_subject(subject):
        return message
    lines = rest.strip().splitlines()
    said = lines[0].strip() if lines else ""
    if not said or said[0] in "*#" or _NO_TITLE.match(said):
        return ""
    return "" if is_merge_subject(said) else "\n".join(lines)


def read_prose(message: str, templates: Collection[str] = ()) -> Prose:
    """Return the prose of a commit's message or of an issue whose title is the first line."""
    subject, _, body = message.strip()[:MAX_MESSAGE].partition("\n")
    subject = subject[:MAX_SUBJECT]
    squashed = re.search(r"\(#\d+\)\s*$", subject) is not None
    prefix, subject = read_subject(subject)
    return Prose(subject, tuple(_sentences(body, templates, squashed=squashed)), prefix)


def read_subject(line: str) -> tuple[str, str]:
    """Return a conventional commit's type, or an empty string, and the subject without type, area, ticket and numbers."""
    line = _EMOJI.sub("", _links(line)).strip()
    prefix = ""
    if _TICKET.match(line) and len(_TICKET.sub("", line, count=1)) > 8:
        prefix = "fix" if line.lower().startswith(("fix", "close", "resolve", "bug")) else ""
        line = _TICKET.sub("", line, count=1)
    conventional = _CONVENTIONAL.match(line)
    if conventional and conventional[1].lower() in _TYPES:
        prefix = conventional[1].lower()
        line = line[conventional.end() :]
    line = _AREA.sub("", line, count=1)
    line = _tidy(_INLINE.sub("", line))
    line = re.sub(r"\s*[.:;,]+$", "", line)
    return prefix, line[:1].upper() + line[1:]


def _links(text: str, gap: str = "") -> str:
    text = _RST_LINK.sub(r"\1", _RST_ROLE.sub(r"`\1`", _MARKDOWN_LINK.sub(r"\1", text)))
    return _URL.sub(gap, text)


def _closed(sentence: str) -> str:
    """Drop the gaps that nothing hangs on: in parentheses, or before a mark or the end."""
    return _LOOSE.sub("", _BRACKETED.sub("", sentence))


def leans(sentence: str) -> bool:
    """Say whether a sentence begins with a word that leans on the one before."""
    return _LEANING.match(sentence) is not None


def _tidy(text: str) -> str:
    text = _COMMIT_NAME.sub("", _MENTION.sub("", text))
    text = re.sub(r"[(\[]\s*[)\]]", "", re.sub(r"\s+", " ", text))
    text = _DANGLING.sub("", text)
    text = re.sub(r"\s+([,;:!?)]|\.(?=\s|$))", r"\1", text).strip()
    return re.sub(r"^(?:[-–—|]+\s+)+|(?:\s+[-–—|]+)+$", "", text)


def _sentences(body: str, templates: Collection[str], *, squashed: bool) -> list[str]:
    body = _FENCE.sub("\n", _HTML_COMMENT.sub("\n", body.replace("\r\n", "\n")))
    found: list[str] = []
    length, whole = 0, True
    for paragraph in _paragraphs(_links(_HTML_TAG.sub(" ", body), _GAP), templates, squashed=squashed):
        for sentence in SENTENCE.split(paragraph):
            if len(sentence) > MAX_BODY:
                whole = False
                continue
            said = _tidy(_EMOJI.sub("", _closed(_INLINE.sub(_GAP, sentence))))
            kept = len(content_words(said)) >= 4 and not _ASIDE.search(said) and not said.endswith(":") and _GAP not in said
            kept = kept and (whole or not leans(said))
            whole = kept
            if not kept:
                continue
            length += len(said)
            if length > MAX_BODY:
                return found
            found.append(said if said[-1] in ".!?" else f"{said}.")
    return found


def _paragraphs(body: str, templates: Collection[str], *, squashed: bool) -> Iterable[str]:
    """Yield the paragraphs of prose, each on one line; a bullet is a paragraph, and those of a squashed branch are its commits."""
    lines: list[str] = []
    dropping = False
    for raw in [*body.splitlines(), ""]:
        line = raw.strip()
        bullet = _BULLET.match(raw)
        if bullet or not line or _TRAILER.match(raw) or _NOT_PROSE.match(raw) or line in templates:
            if lines:
                yield " ".join(lines)
            lines = []
            if line:
                dropping = not bullet or bool(squashed and _STAR.match(raw)) or _TRAILER.match(raw) is not None
            if bullet and not dropping and not _NOT_PROSE.match(raw) and line not in templates:
                lines = [raw[bullet.end() :].strip()]
            elif not line:
                dropping = False
            continue
        if not dropping:
            lines.append(line)
