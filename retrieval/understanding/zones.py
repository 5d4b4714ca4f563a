"""A long text by what each line of it is: title, prose, message, frame, code, import, or what a form or a tool put there."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from enum import StrEnum

from retrieval.understanding.traces import Trace


class Zone(StrEnum):
    """What a line is, and so how much its words say of what is looked for."""

    TITLE = "title"
    PROSE = "prose"
    MESSAGE = "message"
    """What a trace or a tool says went wrong."""
    FRAME = "frame"
    CODE = "code"
    IMPORT = "import"
    NOISE = "noise"
    """Headings of forms, check boxes, comments, versions, banners: the same in every report."""


_FENCE = re.compile(r"\s*(?:```|~~~)")
_IMPORT = re.compile(
    r"(?:>>> |In ?\[\d+\]: )?(?:from [\w.]+ import\b|import [\w{*\"'.]|using [\w.]+;|use [\w:\\]+;|#include\b|"
    r"require(?:_relative)?[ (]['\"]|"
    r"(?:const|let|var) [\w{}, ]{1,80} = require\()"
)
_PROMPT = re.compile(r"(?:>>>|\.\.\.|In ?\[\d*\]:|Out\[\d*\]:|\$ |irb\(|iex>|scala>|julia>|PS [A-Z]:)")
_BANNER = re.compile(
    r"Python \d\.\d[\d.]* [(|]|IPython \d|Type \"(?:help|copyright)|\[(?:GCC|MSC|Clang)\b|Type '?(?:copyright|\?)|%quickref|"
    r"object\?  ->|Welcome to (?:Node|Scala|the Julia)"
)
_HEADING = re.compile(r"(?:#{1,6} *|\*\*)([^#*\n]{1,100}?)(?: *#*|:?\*\*:?) *$")
_FORM = re.compile(
    r"(?:(?:steps|how|code|instructions?|minimal\w*|example|sample|snippet|way)\b.*\b(?:reproduc\w+|example)|(?:expected|actual|"
    r"observed|current|desired|"
    r"resulting) (?:behaviou?rs?|results?|output|outcome)s?(?: .*)?|(?:describe|description of|summary of)? ?the (?:bug|issue|"
    r"problem|feature|change)s?|"
    r"(?:bug |problem |issue |feature )?(?:description|summary|report|request)|(?:your |system |my )?(?:environment|"
    r"configuration|system|setup|platform)(?: info\w*| details)?|"
    r"(?:installed )?versions?(?: info\w*| details)?|(?:additional|further|other|any) (?:context|info\w*|notes?|comments?|"
    r"details)|screenshots?(?:.*)|"
    r"(?:relevant )?log(?:s| output)?|(?:full |stack ?)?tracebacks?|stack ?traces?|(?:error|debug)(?: message| log| output)s?|"
    r"check ?list|"
    r"what do(?:es)? (?:these|this) changes? do.*|are there changes in behavior.*|is it a substantial burden.*|"
    r"related issues?(?: number)?|"
    r"(?:possible|proposed|suggested) (?:fix|solution)s?|(?:is your feature request|describe (?:the|alternatives)|have you|"
    r"did you|i have|i'd like).*|"
    r"what (?:happened|went wrong|did you expect.*|you expected.*|version.*)|to reproduce|reproduc\w+|pr (?:type|checklist)|"
    r"type of change|motivation|"
    r"types? of changes?|testing|how has this been tested.*|before submitting.*|prerequisites?|are you (?:willing|using|able).*|"
    r"labels?|code of conduct)[?:!. ]*",
    re.IGNORECASE,
)
_CHECKED = re.compile(r"[-*+] \[[ xX]\] ")
_ENVIRONMENT = re.compile(
    r"[-*+|]? {0,3}(?:\*\*|`)?(?:os|operating system|platform|architecture|machine|processor|browser|device|distribution|kernel|"
    r"shell|terminal|compiler|"
    r"(?:package manager|python|node(?:\.?js)?|npm|yarn|pnpm|java|jdk|jvm|ruby|php|go|golang|rustc?|cargo|dotnet|\.net|gcc|"
    r"clang|pip|conda|docker|"
    r"[\w.-]{2,30}) versions?|version|python|node(?:\.?js)?|npm|yarn|windows|linux|macos|ubuntu|chrome|firefox|safari)(?:\*\*|"
    r"`)? ?(?:[:=|]|version)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"[|*+-]? {0,3}`?[\w./@-]{1,60}`?(?:==|@|:| *\| *|  +| )v?\d+(?:\.\d+)+[\w.+-]*\s*\|?$")
_TRAILER = re.compile(r"(?:Signed-off-by|Co-authored-by|Reviewed-by|Change-Id|Cc|Closes|Fixes|Refs?): ", re.IGNORECASE)


def zones(text: str, trace: Trace, passed: Container[int] = ()) -> Iterator[tuple[Zone, str]]:
    """Yield every line that is not blank with what it is, in time linear in the text.

    Lines whose numbers, from 0, are ``passed`` are left out.
    """
    said = {message.removeprefix("E   ").strip() for message in trace.messages}
    fenced = comment = False
    first = True
    for number, raw in enumerate(text.split("\n")):
        line = raw.strip()
        if not line or number in passed:
            continue
        if _FENCE.match(line):
            fenced = not fenced and line.count("```") != 2
            continue
        if comment or (line.startswith("<!--") and not fenced):
            comment = "-->" not in line
            yield Zone.NOISE, line
            continue
        zone = Zone.TITLE if first and number not in trace.lines else _zone(line, raw, number, trace, said, fenced=fenced)
        first = False
        yield zone, line


def without_noise(text: str, trace: Trace) -> str:
    """Return a text without the lines that are the same in every report; the title stays."""
    noise = {line for zone, line in zones(text, trace) if zone is Zone.NOISE}
    return "\n".join(line for line in text.split("\n") if line.strip() not in noise) if noise else text


def _zone(line: str, raw: str, number: int, trace: Trace, said: set[str], *, fenced: bool) -> Zone:
    if number in trace.lines:
        return Zone.MESSAGE if line.removeprefix("E   ").strip() in said else Zone.FRAME
    if _BANNER.match(line):
        return Zone.NOISE
    if _IMPORT.match(line):
        return Zone.IMPORT
    if fenced or _PROMPT.match(line) or raw.startswith(("    ", "\t")):
        return Zone.CODE
    return Zone.NOISE if _is_form(line) else Zone.PROSE


def _is_form(line: str) -> bool:
    """Return whether a line is a heading, a box or a version in the form that a project has people fill in."""
    line = line[:300]
    if _CHECKED.match(line) or _TRAILER.match(line) or _VERSION.match(line):
        return True
    heading = _HEADING.match(line)
    if heading and _FORM.fullmatch(heading[1].strip()):
        return True
    return len(line) < 120 and any(map(str.isdigit, line)) and _ENVIRONMENT.match(line) is not None
