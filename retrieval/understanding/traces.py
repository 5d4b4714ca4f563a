"""Stack traces and tools' messages in a text, taken apart: frames, what went wrong, and which lines are trace and not prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import zip_longest

from retrieval.understanding.frames import LINE, Frame, Place, read_arrow_head, read_place

MAX_FRAMES = 200
"""Distinct frames that are kept, the innermost first: a recursion that ran deep names the same few."""

_HINT = re.compile(
    r':\d|\blines? \d|File "|\w\(\d|#L\d|#lines-\d|'
    r"\b\w*(?:Error|Exception|Warning|Failure|Fault|Interrupt|Exit|Traceback|panic|error|fatal)(?::|\[\w| \(|\n)|"
    r"Segmentation fault|Uncaught |Unhandled |Caused by: |panicked at|terminate called|Assertion failed"
)
_PYTHON_HEAD = re.compile(r"(?:.* )?Traceback \((most recent call (?:last|first))\)|Traceback:$")
_CAUSED = re.compile(r"Caused by: |Wrapped by: ")
_SECTION = re.compile(
    r"goroutine \d+ |During handling of the above|The above exception was|Exception in thread |thread '|Uncaught |stack backtrace:"
)
_CLASS = re.compile(
    r"(?:\[?E\]? {1,8}|Caused by: |Exception in thread \"[^\"]{0,200}\" |Uncaught (?:\(in promise\) )?|Unhandled [\w ]{0,40}[:.] ?|"
    r"(?:PHP )?(?:Fatal|Parse) error: +(?:Uncaught )?|-+> )?"
    r"((?:[A-Za-z_$][\w$]{0,99}(?:\.|::|\\)){0,20}[A-Za-z_]\w{0,99}?(?:Error|Exception|Warning|Failure|Fault|Panic|Interrupt|Exit|Violation|Timeout)"
    r"(?:\$\w{1,99})?)(?:\[\w+\])?(?:$|: ?(.*)| \()"
)
_SAID = re.compile(
    r"(?:panic: |fatal error: |(?:fatal|error)(?:\[\w{1,20}\])?: |Segmentation fault|(?:PHP )?(?:Fatal|Parse) error: |Uncaught |Unhandled |"
    r"Caused by: |thread '|==\d+==ERROR: |\*\*\* |E {3}\S|npm ERR! |terminate called|Assertion failed|\*\* \(\w)"
)
_DIAGNOSIS = re.compile(
    r"(?::\d{1,7}(?::\d{1,7})?|\(\d{1,7}(?:,\d{1,7})?\)) ?[:-] ?"
    r"((?:fatal |syntax )?(?:error|warning|[A-Z]\w*(?:Error|Exception)|assertion)\b.*)",
    re.IGNORECASE,
)
_ARROW = re.compile(r"-+> ?(\d{1,7})\b")
_NUMBERED_CODE = re.compile(r"\s*(?:-+> ?)?\d{1,7}(?:\s|$)")
_DJANGO_LINE = re.compile(r"\s+(\d{1,7})\. ")
_GO_FUNCTION = re.compile(r"[\w./*()\[\]…·-]{1,500}")
_PYTEST = re.compile(r"[^\s:]+\.py:\d+:(?: in \S+| [A-Z]\w*(?:Error|Exception|Failed|Warning|Interrupt))?$")
_RUST_FUNCTION = re.compile(r"\d{1,5}: +(?:0x[0-9a-f]+ - )?(\S.{0,499})$")
_STYLISH = re.compile(r"(\d{1,7}):\d{1,7} +(?:error|warning)\b")
_BARE_MESSAGE = re.compile(r"[A-Za-z_][\w.]*(?::|$)")


@dataclass(frozen=True, slots=True)
class Trace:
    """What a text holds of traces. ``lines`` are the numbers, from 0, of those that are trace and not prose."""

    frames: tuple[Frame, ...] = ()
    """Innermost first; of several chained errors the one that caused the others leads, and they take turns."""
    messages: tuple[str, ...] = ()
    """What went wrong: class and text of each error."""
    lines: frozenset[int] = frozenset()
    traced: bool = False
    """A frame or a message is written as only a trace or a tool writes it; otherwise a sentence merely names a place."""
    dropped: int = 0
    """Frames beyond ``MAX_FRAMES``."""


@dataclass(slots=True)
class _Section:
    """The frames of one error, as written. Of a section that ends with the innermost frame ``last`` is true."""

    frames: list[Frame] = field(default_factory=list[Frame])
    last: bool = False
    caused: bool = False

    def ordered(self) -> list[Frame]:
        return self.frames[::-1] if self.last else self.frames


def may_hold_trace(text: str) -> bool:
    """Return whether it is worth reading a text line by line."""
    return _HINT.search(text) is not None


def read_trace(text: str) -> Trace:
    """Read every trace in a text. Linear in its length."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n")):
        reader.read(number, line[:LINE].rstrip())
    return reader.trace()


class _Reader:
    """Reads lines in order. What a line means may hang on those before it: Go and Rust name a function, then its place."""

    def __init__(self) -> None:
        self._sections = [_Section()]
        self._messages: dict[str, None] = {}
        self._lines: set[int] = set()
        self._places: list[Frame] = []
        """What sentences name; it follows what was traced."""
        self._traced = False
        self._head: Frame | None = None
        """A frame whose line number is still to come."""
        self._function = ""
        self._file = ""
        self._in_python = 0
        """Columns that the last Python frame is indented by, and 1: what stands deeper is its code. 0 outside of one."""

    def trace(self) -> Trace:
        """Return what was read."""
        causes_last = any(section.caused for section in self._sections)
        sections = [section.ordered() for section in self._sections if section.frames]
        turns = zip_longest(*(sections[::-1] if causes_last else sections))
        frames = tuple(dict.fromkeys([*(frame for turn in turns for frame in turn if frame is not None), *self._places]))
        return Trace(frames[:MAX_FRAMES], tuple(self._messages), frozenset(self._lines), self._traced, max(len(frames) - MAX_FRAMES, 0))

    def read(self, number: int, line: str) -> None:
        """Read one line."""
        stripped = line.strip()
        if not stripped:
            self._function = ""
            return
        if self._continues(number, line, stripped) or self._heads(number, stripped):
            return
        place = read_place(line)
        if place is not None:
            self._place(number, line, stripped, place)
            return
        if self._says(number, line, stripped):
            return
        if head := read_arrow_head(line):
            self._head = head
            self._lines.add(number)
            return
        self._remember(number, stripped)

    def _continues(self, number: int, line: str, stripped: str) -> bool:
        """Read what belongs to the frame before: its line number, or a line of its code."""
        if self._head is not None:
            found = _ARROW.match(stripped) or (_DJANGO_LINE.match(line) if "--" not in stripped[:3] else None)
            if found:
                self._add(Frame(self._head.path, int(found[1]), self._head.function), number, last=True)
                self._head = None
                return True
            if _NUMBERED_CODE.match(line):
                self._lines.add(number)
                return True
            self._head = None
        if self._lines and number - 1 in self._lines and _NUMBERED_CODE.match(line) and self._sections[-1].last and not self._in_python:
            self._lines.add(number)  # the rest of the code that IPython shows
            return True
        indent = len(line) - len(line.lstrip())
        if self._in_python and 'File "' not in line and (indent >= self._in_python or stripped.startswith("[Previous line repeated")):
            self._lines.add(number)
            return True
        return False

    def _heads(self, number: int, stripped: str) -> bool:
        """Begin a section where another error is told of."""
        if found := _PYTHON_HEAD.match(stripped) if "Traceback" in stripped else None:
            self._begin(last=found[1] != "most recent call first")
        elif _CAUSED.match(stripped):
            self._begin(caused=True)
            self._says(number, stripped, stripped)
        elif _SECTION.match(stripped):
            self._begin()
            return False
        else:
            return False
        self._lines.add(number)
        self._traced = True
        return True

    def _begin(self, *, last: bool = False, caused: bool = False) -> None:
        self._in_python = 0
        self._sections.append(_Section(last=last, caused=caused))

    def _place(self, number: int, line: str, stripped: str, place: Place) -> None:
        frame = place.frame
        if 'File "' in line:
            self._in_python = len(line) - len(line.lstrip()) + 1
        else:
            self._in_python = 0
        if not frame.line:
            self._head, self._in_python = frame, 0
            self._lines.add(number)
            return
        if not frame.function and self._function and (frame.path.endswith(".go") or stripped.startswith("at ")):
            frame = Frame(frame.path, frame.line, self._function)
        self._function = ""
        if not place.traced:
            self._places.append(frame)
            return
        self._traced = True
        self._add(frame, number, last='File "' in line or bool(_PYTEST.match(stripped)) or self._sections[-1].last)
        if found := _DIAGNOSIS.search(line):
            self._messages[found[1].strip()] = None
        else:
            self._said(stripped)

    def _add(self, frame: Frame, number: int, *, last: bool) -> None:
        section = self._sections[-1]
        if section.frames and section.last != last:
            self._sections.append(section := _Section())
        section.last = last
        if not frame.path.startswith("<"):  # <string>, <stdin>, <frozen importlib._bootstrap>
            section.frames.append(frame)
        self._lines.add(number)

    def _says(self, number: int, line: str, stripped: str) -> bool:
        """Keep a line that says what went wrong."""
        after_frames = self._in_python and not line[0].isspace() and _BARE_MESSAGE.match(stripped)
        self._in_python = 0
        if not (after_frames or self._said(stripped)):
            return False
        self._messages[stripped] = None
        self._lines.add(number)
        self._traced = True
        return True

    def _said(self, stripped: str) -> bool:
        if not (_CLASS.match(stripped) or _SAID.match(stripped)):
            return False
        self._messages[stripped] = None
        return True

    def _remember(self, number: int, stripped: str) -> None:
        """Keep what may be the name of the function whose place the next line gives."""
        if found := _RUST_FUNCTION.match(stripped):
            self._function = found[1]
        elif stripped.endswith(")") or stripped.startswith("created by "):
            name = stripped.removeprefix("created by ").partition(" in goroutine ")[0]
            name = name.rpartition("(")[0] if name.endswith(")") else name
            self._function = name if _GO_FUNCTION.fullmatch(name) else ""
        elif found := _STYLISH.match(stripped) if self._file else None:
            self._add(Frame(self._file, int(found[1])), number, last=False)
            self._traced = True
            return
        else:
            self._function = ""
        self._file = stripped if "." in stripped and " " not in stripped and len(stripped) < 500 else self._file
