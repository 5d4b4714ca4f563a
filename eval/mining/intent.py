"""Which commits ask for something: bug fixes and features, told from housekeeping by their words."""

from __future__ import annotations

import re

FIX = "fix"
FEATURE = "feature"
HOUSEKEEPING = "housekeeping (docs, tests, style, refactoring, dependencies, releases)"
UNCLEAR = "neither a fix nor a feature by its words"

_FIX_TYPES = frozenset({"fix", "bugfix", "hotfix", "security"})
_FEATURE_TYPES = frozenset({"feat", "feature", "perf"})
_HOUSE_TYPES = frozenset("chore docs doc style test tests build ci deps dep release wip cleanup refactor revert".split())
_VERSION = re.compile(
    r"^v?\d+(?:\.\d+)+\b|^[\w-]+[- ]v?\d+\.\d+[\w.]*$|^(?:bump|prepare|release|preparing|tag|version|start|begin|back to dev\w*|post[- ]release)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"\b(?:typos?|misspell\w*|spelling|grammar|wording|white ?spaces?|format(?:ting)? (?:code|fix|only)|reformat\w*|re-?indent\w*|lint\w*|ruff|black|isort|flake8|"
    r"pylint|pep ?8|gofmt|gofumpt|golangci\w*|rustfmt|clippy|eslint|prettier|mypy|pyright|type[- ](?:hints?|annotations?|checking|ignores?)|typing|typed|"
    r"changelogs?|change ?log|news|release notes?|readme|docs?|documentation|documents?|docstrings?|doc ?comments?|comments?|copyright|"
    r"licen[cs]e headers?|travis|appveyor|github actions?|gha|workflows?|ci|pre-?commit|dependabot|renovate|tox|coverage|"
    r"tests?|testing|test ?suite|test ?cases?|unit ?tests?|flaky|fixtures?|benchmarks?|msrv|"
    r"refactor\w*|clean ?-?ups?|clean(?:ed|ing)? up|tidy\w*|simplif\w*|cosmetic\w*|nits?|wip|work in progress|"
    r"renam\w*|reorgani[sz]\w*|restructur\w*|moderni[sz]\w*|f-strings?|pyupgrade|super\(\)|dead code|unused|redundant|unnecessary|obsolete|"
    r"initial commit|backport\w*|cherry[- ]pick\w*|code review|review comments?|feedback|deprecat\w*|py(?:thon)? ?[23]\.\d+|python ?2|python ?3|"
    r"six|dependenc(?:y|ies)|requirements|lock ?file|vendor\w*|upgrad\w* (?:to|from)|edition|submodules?|translations?|"
    r"dev(?:elopment)? version|rebas\w*|merge conflicts?|code style|coding style|idioms?|idiomatic|go 1\.\d+|dead links?|broken links?|urls? in)\b",
    re.IGNORECASE,
)
_HOUSE_VERB = re.compile(
    r"^(?:move|moving|moved|extract|split|revert|reverts|reverted|reapply|undo|rework|rewrite|drop|merge|sync|regenerate|re-?generate|update[sd]? "
    r"(?:to|the|some|all)?\s*(?:dep|version|copyright|link|url|example|template|node|rust|crate|module|package)s?|upgrade|pin|unpin|rm|delete|"
    r"remove|removing|removed|replace|polish|inline|minor|small|misc\w*|various|more|trivial|temporar\w*|temp|hack|debug\w*|initial|first|start|"
    r"oops|whoops|address|apply|follow[- ]?up)\b",
    re.IGNORECASE,
)
_FIX = re.compile(
    r"\b(?:fix\w*|bugs?|bugfix|regressions?|crash\w*|errors?|fail\w*|wrong\w*|incorrect\w*|invalid|broken|breaks?|leak\w*|races?|deadlock\w*|panic\w*|"
    r"missing|prevent\w*|avoid\w*|don'?t|do not|does not|doesn'?t|not|never|ensure\w*|correct\w*|handl\w*|properly|rais\w*|ignor\w*|preserv\w*|"
    r"restor\w*|respect\w*|honou?r\w*|resolv\w*|work ?around\w*|hang\w*|infinite\w*|mitigat\w*|escap\w*|saniti[sz]\w*|vulnerab\w*|security|clos\w*|"
    r"stop\w*|reject\w*|skip\w*|guard\w*|exceptions?|unexpected\w*|duplicat\w*|stale|lost|los(?:e|es|ing)|cve-\S+|corrupt\w*|overflow\w*|"
    r"check\w*|validat\w*|strip\w*|normali[sz]\w*|patch\w*|repair\w*|recover\w*|retry|retries|instead|only|always|still)\b",
    re.IGNORECASE,
)
_FEATURE = re.compile(
    r"^(?:add\w*|support\w*|allow\w*|implement\w*|introduc\w*|enabl\w*|provid\w*|mak(?:e|es|ing)|let|lets|new|improv\w*|extend\w*|expos\w*|accept\w*|"
    r"includ\w*|us(?:e|es|ing)|show\w*|display\w*|print\w*|report\w*|log|logs|warn\w*|speed\w*|optimi[sz]\w*|reduc\w*|cach\w*|return\w*|set|sets|"
    r"defer\w*|creat\w*|chang\w*|default\w*|detect\w*|emit\w*|generat\w*|read\w*|write\w*|send\w*|pass\w*|treat\w*|turn\w*|increas\w*|decreas\w*|"
    r"limit\w*|better|faster|automatic\w*|auto|apply|bind\w*|build\w*|call\w*|configur\w*|copy|disabl\w*|encod\w*|decod\w*|export\w*|"
    r"filter\w*|flush\w*|follow\w*|force\w*|give\w*|hide\w*|implicit\w*|infer\w*|inherit\w*|keep\w*|load\w*|lookup|match\w*|mark\w*|merge\w*|"
    r"override\w*|pars\w*|prefer\w*|propagat\w*|register\w*|render\w*|request\w*|requir\w*|reset\w*|reus\w*|run\w*|save\w*|search\w*|"
    r"serv\w*|sort\w*|start\w*|store\w*|tak(?:e|es)|toler\w*|track\w*|trigger\w*|try|update\w*|wait\w*|wrap\w*|optional\w*|"
    r"isolat\w*|shield\w*|populat\w*|cancel\w*|alloc\w*|preallocat\w*|suppress\w*|rollback|compile\w*|initiali[sz]\w*|permit\w*|"
    r"record\w*|scope|buffer\w*|trim\w*|special[- ]cas\w*|seriali[sz]\w*|deseriali[sz]\w*|await\w*|silenc\w*|options?|configurable|customi[sz]\w*|"
    r"map|wire|omit\w*|respond\w*|fall ?back|relax\w*|lazy|lazily|evaluat\w*|lower\w*|raise\w*|adjust\w*|async\w*|bypass\w*|collect\w*|"
    r"combin\w*|compar\w*|comput\w*|consider\w*|count\w*|delay\w*|deni\w*|deny|dynamic\w*|expand\w*|fetch\w*|find|get|group\w*|inject\w*|"
    r"insert\w*|invalidat\w*|notify|open\w*|order\w*|output\w*|perform\w*|persist\w*|process\w*|redirect\w*|refresh\w*|reload\w*|resolv\w*|"
    r"scan\w*|select\w*|separat\w*|shut ?down|support|throw\w*|timeout|transform\w*|truncat\w*|unescape|unwrap|verify|verifies|yield\w*)\b",
    re.IGNORECASE,
)


def intent(subject: str, prefix: str = "") -> str:
    """Return ``fix`` or ``feature``, or in words why a commit of this subject and conventional type is neither."""
    if prefix in _HOUSE_TYPES or _VERSION.match(subject) or _HOUSE.search(subject) or _HOUSE_VERB.match(subject):
        return HOUSEKEEPING
    if prefix in _FIX_TYPES:
        return FIX
    if prefix in _FEATURE_TYPES:
        return FEATURE
    if _FIX.search(subject) and not re.match(r"(?:add|support|allow|implement|introduce|enable)\b", subject, re.IGNORECASE):
        return FIX
    if _FEATURE.match(subject):
        return FEATURE
    return FIX if _FIX.search(subject) else UNCLEAR
