r"""Which commits ask for something: bug fixes and features, told from housekeeping by their words.

The lists are regular expressions apart by white space; ``\s`` stands for a space in one.
"""

from __future__ import annotations

import re

FIX = "fix"
FEATURE = "feature"
HOUSEKEEPING = "housekeeping (docs, tests, style, refactoring, dependencies, releases)"
UNCLEAR = "neither a fix nor a feature by its words"


def _any(patterns: str) -> str:
    return "(?:" + "|".join(patterns.split()) + ")"


_FIX_TYPES = frozenset({"fix", "bugfix", "hotfix", "security"})
_FEATURE_TYPES = frozenset({"feat", "feature", "perf"})
_HOUSE_TYPES = frozenset({
    *("chore", "docs", "doc", "style", "test", "tests", "build", "ci", "deps", "dep", "release", "wip", "cleanup", "refactor", "revert"),
})
_VERSION = re.compile(
    r"v?\d+(?:\.\d+)+\b|[\w-]+[- ]v?\d+\.\d+[\w.]*$|"
    r"(?:bump|prepare|release|preparing|tag|version|start|begin|back to dev\w*|post[- ]release)\b",
    re.IGNORECASE,
)
_HOUSE_WORDS = _any(
    r"""
    typos? misspell\w* spelling grammar wording white\s?spaces? format(?:ting)?\s(?:code|fix|only) reformat\w* re-?indent\w* lint\w*
    ruff black isort flake8 pylint pep\s?8 gofmt gofumpt golangci\w* rustfmt clippy eslint prettier mypy pyright
    type[-\s](?:hints?|annotations?|checking|ignores?) typing typed change\s?logs? news release\snotes? readme docs? documentation
    documents? docstrings? doc\s?comments? comments? copyright licen[cs]e\sheaders? travis appveyor github\sactions? gha workflows?
    ci pre-?commit dependabot renovate tox coverage tests? testing test\s?suite test\s?cases? unit\s?tests? flaky fixtures?
    benchmarks? msrv refactor\w* clean\s?-?ups? clean(?:ed|ing)?\sup tidy\w* simplif\w* cosmetic\w* nits? wip work\sin\sprogress
    renam\w* reorgani[sz]\w* restructur\w* moderni[sz]\w* f-strings? pyupgrade super\(\) dead\scode unused redundant unnecessary
    obsolete simpler simplest initial\scommit backport\w* cherry[-\s]pick\w* code\sreview review\scomments? feedback deprecat\w*
    py(?:thon)?\s?[23]\.\d+ python\s?2 python\s?3 six dependenc(?:y|ies) requirements lock\s?file vendor\w* upgrad\w*\s(?:to|from)
    edition submodules? translations? dev(?:elopment)?\sversion rebas\w* merge\sconflicts? code\sstyle coding\sstyle idioms?
    idiomatic go\s1\.\d+ dead\slinks? broken\slinks? urls?\sin
    """
)
_HOUSE = re.compile(rf"\b{_HOUSE_WORDS}\b", re.IGNORECASE)
_HOUSE_VERBS = _any(
    r"""
    move moving moved extract split reverts? reverted reapply undo rework rewrite drop merge sync re-?generate
    update[sd]?\s(?:to|the|some|all)?\s*(?:dep|version|copyright|link|url|example|template|node|rust|crate|module|package)s? upgrade
    pin unpin rm delete remove removing removed replace polish inline minor small misc\w* various more trivial temporar\w* temp hack
    debug\w* initial first start oops whoops address follow[-\s]?up clarify\w* mention\w* note explain\w* tweak\w* refer nuke
    sprinkle scrub some a\sbit final use\s(?:a\s|the\s)?(?:new|modern|more) convert migrat\w* port switch hand-?roll code link cover
    commit
    """
)
_HOUSE_VERB = re.compile(rf"{_HOUSE_VERBS}\b", re.IGNORECASE)
_FIX_WORDS = _any(
    r"""
    fix\w* bugs? bugfix regressions? crash\w* errors? fail\w* wrong\w* incorrect\w* invalid broken breaks? leak\w* races?
    deadlock\w* panic\w* missing prevent\w* avoid\w* don'?t do\snot does\snot doesn'?t not never ensure\w* correct\w* handl\w*
    properly rais\w* ignor\w* preserv\w* restor\w* respect\w* honou?r\w* resolv\w* work\s?around\w* hang\w* infinite\w* mitigat\w*
    escap\w* saniti[sz]\w* vulnerab\w* security clos\w* stop\w* reject\w* skip\w* guard\w* exceptions? unexpected\w* duplicat\w*
    stale lost los(?:e|es|ing) cve-\S+ corrupt\w* overflow\w* check\w* validat\w* strip\w* normali[sz]\w* patch\w* repair\w*
    recover\w* retry retries instead only always still
    """
)
_FIX = re.compile(rf"\b{_FIX_WORDS}\b", re.IGNORECASE)
_FEATURE_VERBS = _any(
    r"""
    add\w* support\w* allow\w* implement\w* introduc\w* enabl\w* provid\w* mak(?:e|es|ing) lets? new improv\w* extend\w* expos\w*
    accept\w* includ\w* us(?:e|es|ing) show\w* display\w* print\w* report\w* logs? warn\w* speed\w* optimi[sz]\w* reduc\w* cach\w*
    return\w* sets? defer\w* creat\w* chang\w* default\w* detect\w* emit\w* generat\w* read\w* write\w* send\w* pass\w* treat\w*
    turn\w* increas\w* decreas\w* limit\w* better faster automatic\w* auto apply bind\w* build\w* call\w* configur\w* copy disabl\w*
    encod\w* decod\w* export\w* filter\w* flush\w* follow\w* force\w* give\w* hide\w* implicit\w* infer\w* inherit\w* keep\w*
    load\w* lookup match\w* mark\w* merge\w* override\w* pars\w* prefer\w* propagat\w* register\w* render\w* request\w* requir\w*
    reset\w* reus\w* run\w* save\w* search\w* serv\w* sort\w* start\w* store\w* tak(?:e|es) toler\w* track\w* trigger\w* try
    update\w* wait\w* wrap\w* optional\w* isolat\w* shield\w* populat\w* cancel\w* alloc\w* preallocat\w* suppress\w* rollback
    compile\w* initiali[sz]\w* permit\w* record\w* scope buffer\w* trim\w* special[-\s]cas\w* seriali[sz]\w* deseriali[sz]\w*
    await\w* silenc\w* options? configurable customi[sz]\w* map wire omit\w* respond\w* fall\s?back relax\w* lazy lazily evaluat\w*
    lower\w* raise\w* adjust\w* async\w* bypass\w* collect\w* combin\w* compar\w* comput\w* consider\w* count\w* delay\w* deni\w*
    deny dynamic\w* expand\w* fetch\w* find get group\w* inject\w* insert\w* invalidat\w* notify open\w* order\w* output\w*
    perform\w* persist\w* process\w* redirect\w* refresh\w* reload\w* scan\w* select\w* separat\w* shut\s?down throw\w* timeout
    transform\w* truncat\w* unescape unwrap verif\w* yield\w*
    """
)
_FEATURE = re.compile(rf"{_FEATURE_VERBS}\b", re.IGNORECASE)
_NEW = re.compile(r"(?:add|support|allow|implement|introduce|enable)\b", re.IGNORECASE)


def intent(subject: str, prefix: str = "") -> str:
    """Return ``fix`` or ``feature``, or in words why a commit of this subject and conventional type is neither."""
    if prefix in _HOUSE_TYPES or _VERSION.match(subject) or _HOUSE.search(subject) or _HOUSE_VERB.match(subject):
        return HOUSEKEEPING
    if prefix in _FIX_TYPES:
        return FIX
    if prefix in _FEATURE_TYPES or _NEW.match(subject):
        return FEATURE
    if _FIX.search(subject):
        return FIX
    return FEATURE if _FEATURE.match(subject) else UNCLEAR
