"""Owners of files by a CODEOWNERS file, with the rules of the host that reads it.

GitHub: the last matching line wins, a line without owners takes them away, and a pattern that names a folder covers what is in it, except
that one ending in ``/*`` covers the files directly there. GitLab: the same within each section, whose owners add up; a pattern without a
leading slash matches at any depth, a folder is covered only by a pattern that ends in a slash or ``/**``, and what ``!pattern`` excludes
stays out of its section.

The host is told by where the file lies, for one of them looks into ``.github`` and the other into ``.gitlab``; then by where the checkout
came from, then by what else only one of them reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph.path_patterns import expression
from ingest.model import Failure

MAX_BYTES = 3 << 20
"""GitHub's bound; it ignores a larger file."""


class Host(StrEnum):
    """Whose rules hold."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One line: files that match ``pattern`` belong to ``owners``; in a GitLab file, within ``section``."""

    pattern: str
    owners: tuple[str, ...]
    line: int
    section: str = ""
    optional: bool = False
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a file, and the rules that say so, one for each section."""

    owners: tuple[str, ...]
    rules: tuple[OwnerRule, ...]


_PLACES = {
    ".github/CODEOWNERS": Host.GITHUB,
    "CODEOWNERS": None,
    "docs/CODEOWNERS": None,
    ".gitlab/CODEOWNERS": Host.GITLAB,
}
"""In the order in which GitHub looks, and so does GitLab, without the first; and whose place it is."""
_PIPELINE = ".gitlab-ci.yml"


class CodeOwners:
    """The rules of one CODEOWNERS file; ``failures`` are the lines its host would skip."""

    def __init__(self, path: str, data: bytes, host: Host | None = None, *, guess: Host = Host.GITHUB) -> None:
        """Without ``host`` the file's place tells it, or its section headings do; what nothing tells is a ``guess``, and ``guessed``."""
        self.path = path
        self.failures: list[Failure] = []
        source = data.decode("utf-8", "replace").removeprefix("\ufeff")
        if len(data) > MAX_BYTES:
            self.failures.append(Failure(path, f"owners not read: it has {len(data):,} bytes, and the bound is {MAX_BYTES:,}"))
            source = ""
        told = _PLACES.get(path) or host or (Host.GITLAB if _SECTION_LINE.search(source) else None)
        self.guessed = told is None
        self.host = told or guess
        self.rules: tuple[OwnerRule, ...] = tuple(self._read(source))
        self._compiled = [(rule, re.compile(_expression(rule.pattern, self.host))) for rule in reversed(self.rules)]

    def _read(self, source: str) -> Iterator[OwnerRule]:
        section, defaults, optional = "", (), False
        for line, raw in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
            heading = _SECTION.match(raw) if self.host is Host.GITLAB else None
            if heading:
                section, optional = heading["name"].strip(), heading["optional"] is not None
                defaults = tuple(filter(_OWNER.fullmatch, heading["owners"].split("#")[0].split()))
                continue
            words = [word.replace("\\ ", " ") for word in _WORD.findall(_comment_off(raw))]
            if not words:
                continue
            pattern, *named = words
            bad = self._problem(pattern, named)
            if bad:
                self.failures.append(Failure(self.path, f"line {line} is skipped: {bad}"))
                continue
            excludes = self.host is Host.GITLAB and pattern.startswith("!")
            owners = tuple(named) or (() if excludes else defaults)
            yield OwnerRule(pattern.lstrip("!") if excludes else pattern, owners, line, section, optional, excludes)

    def _problem(self, pattern: str, owners: list[str]) -> str:
        if self.host is Host.GITHUB:
            if pattern.startswith("!"):
                return "GitHub has no patterns that begin with !"
            if "[" in pattern:
                return "GitHub has no character ranges"
        wrong = [owner for owner in owners if not _OWNER.fullmatch(owner)]
        return f"{wrong[0]!r} is neither @name, @group/team nor an address" if wrong else ""

    def of(self, path: str) -> Ownership:
        """Return who owns a file; nobody where no line matches."""
        decided: dict[str, OwnerRule] = {}
        excluded: set[str] = set()
        for rule, pattern in self._compiled:
            section = rule.section.lower()
            if (rule.excludes or section not in decided) and pattern.fullmatch(path):
                if rule.excludes:
                    excluded.add(section)
                else:
                    decided[section] = rule
        rules = sorted((rule for section, rule in decided.items() if section not in excluded), key=lambda rule: rule.line)
        owners = dict.fromkeys(owner for rule in rules for owner in rule.owners)
        return Ownership(tuple(owners), tuple(rules))


def host_at(address: str) -> Host | None:
    """Return whose host a remote's address names, None for any other: ``git@gitlab.example.org:shop/web.git`` is a GitLab."""
    name = _URL.match(address) or _SSH.match(address)
    found = [host for host in Host if name and host.value in name[1].lower()]
    return found[0] if len(found) == 1 else None


def find_code_owners(read: Callable[[str], bytes | None], host: Host | None = None) -> CodeOwners | None:
    """Return the rules of the file that counts: in ``.github``, the root, ``docs`` or ``.gitlab``, first where ``host`` looks.

    ``read`` returns the bytes of a file, by its path from the root of the checkout, or None where there is none. A file that only the other
    host looks at has that one's rules.
    """
    places = sorted(_PLACES, key=lambda place: host is not None and _PLACES[place] not in {None, host})
    for place in places:
        data = read(place)
        if data is not None:
            return CodeOwners(place, data, host, guess=Host.GITHUB if read(_PIPELINE) is None else Host.GITLAB)
    return None


_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/]*@)?([^/:]*)", re.IGNORECASE)
_SSH = re.compile(r"(?:[^@/:]+@)?([^@/:]{2,}):")
_SECTION = re.compile(r"(?P<optional>\^)?\[(?P<name>[^\]\n]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)$")
_SECTION_LINE = re.compile(r"^\^?\[[^\]\n]+\](?:\[\d+\])?(?:\s|$)", re.MULTILINE)
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)*|@@[\w-]+|[^@\s]+@[^@\s]+\.[^@\s]+")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


def _comment_off(line: str) -> str:
    """Take a comment off: ``#`` begins one at the start of the line or behind a blank."""
    return re.sub(r"(?:^|(?<=\s))#.*", "", line)


def _expression(pattern: str, host: Host) -> str:
    """Return the regular expression of a pattern. ``[`` and ``]`` stand for themselves in both hosts' files."""
    rooted = pattern.startswith("/")
    parts = [part.replace("\\#", "#").replace("\\!", "!") for part in pattern.strip("/").split("/")]
    folder = pattern.endswith("/")
    if host is Host.GITLAB:
        return expression([*([] if rooted else ["**"]), *parts, *(["**"] if folder else [])])
    anchored = rooted or len(parts) > 1
    head = expression([*([] if anchored else ["**"]), *parts])
    if folder:
        return f"{head}/.+"
    # The folder itself covers what is in it, and so does a pattern like *.d; only a last part that is one star covers files alone.
    return head if parts[-1] in {"*", "**"} and anchored else f"{head}(?:/.+)?"
