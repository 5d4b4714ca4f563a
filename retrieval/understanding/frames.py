"""One line of a stack trace, of a compiler's or of a test runner's output: the place it names, as each language writes it.

Every rule is a few searches in one line, none of which backtracks over more than a run of characters of one class: time is linear in
the line. A line is read up to ``LINE`` characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

EXTENSIONS = frozenset([
    "asm", "avsc", "bash", "bats", "c", "c++", "cc", "cfg", "cjs", "clj", "code-workspace", "coffee", "command", "conf",
    "containerfile", "cpp", "cs", "csproj", "css", "csv", "csx", "cts", "cu", "cuh", "cxx", "dart", "ddl", "desktop", "dio",
    "dockerfile", "dot", "drawio", "editorconfig", "env", "erl", "ex", "exs", "f90", "fs", "fsproj", "gemspec", "geojson", "go", "gql",
    "gradle", "graphql", "graphqls", "groovy", "gv", "h", "h++", "hbs", "hcl", "hh", "hpp", "hs", "hs-boot", "htm", "html", "hxx",
    "ini", "inl", "ino", "ipp", "ipynb", "iuml", "j2", "java", "jinja", "jinja2", "jl", "js", "json", "json5", "jsonc", "jsx", "ksh",
    "kt", "kts", "less", "liquid", "lua", "m", "mak", "make", "markdown", "md", "mdown", "mdx", "mermaid", "mjs", "mk", "mkd", "ml",
    "mm", "mmd", "mts", "mustache", "nim", "njk", "nomad", "nuspec", "pgsql", "php", "php5", "phps", "phtml", "pl", "plantuml",
    "plist", "pm", "properties", "props", "proto", "psql", "pu", "puml", "pxd", "pxi", "py", "pyi", "pyw", "pyx", "qmd", "r", "rake",
    "rb", "rbi", "rest", "resx", "rmd", "rockspec", "rs", "rss", "rst", "ru", "s", "sbt", "sc", "scala", "scss", "service", "sh",
    "sql", "svelte", "svg", "swift", "targets", "text", "tf", "tfvars", "toml", "tpp", "ts", "tsv", "tsx", "txt", "txx", "vb",
    "vbproj", "vue", "webmanifest", "wsd", "wsdl", "xaml", "xhtml", "xml", "xsd", "xsl", "xslt", "yaml", "yml", "zig", "zsh",
])  # fmt: skip
"""Of languages and formats that may be indexed, and of some that are not: ``example.com:8080`` is no place in a file."""

LINE = 2000
"""Characters of a line that are looked at: the longest real frames (generic types spelled out) have some hundreds."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A place that a trace or a message names. ``path`` is as written, without scheme, host and query; ``line`` counts from 1."""

    path: str
    line: int
    function: str = ""
    """As written, with what it is in (``app.Session.open``); empty where none is named."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a line says of a place. ``traced`` says that only a trace or a tool's message is written so, not prose."""

    frame: Frame
    traced: bool = True


_AFTER = re.compile(r":(\d{1,7})(?::\d{1,7})?$")
_PYTHON = re.compile(r'\bFile "([^"]{1,500})"(?:, line (\d{1,7}))?(?:,? in (.*))?')
_IPYTHON = re.compile(r"File ([^\s:,\"]{1,500}):(\d{1,7})(?:, in (\S+))?")
_IN_FUNCTION = re.compile(r"([~/.\w\\-][^\s:<>\"()]{0,499}\.py[xi]?|<ipython-input-[^>\s]{1,100}>) in ([^\s(]{1,300})")
_CALLED = re.compile(r"#\d{1,4} +(?:0x[0-9a-fA-F]+ +in +)?(.*)")
_PHP = re.compile(r"(.+?\.\w{1,8})\((\d{1,7})\)(?:: (.*))?$")
_ADDRESS = re.compile(r" +\((?:[^()\s]*\+0x[0-9a-fA-F]+|BuildId: \w+)\)$")
_BROWSER = re.compile(r"([^@\s]*)@([^@\s]*?):(\d{1,7})(?::\d{1,7})?$")
_PANICKED = re.compile(r"panicked at (?:'.*', )?([^\s:']+):(\d{1,7}):\d{1,7}")
_GO_FILE = re.compile(r"(\S.*\.go):(\d{1,7})(?: \+0x[0-9a-f]+)?$")
_DIAGNOSED = re.compile(r"([^\s()][^()]*\.\w{1,8})\((\d{1,7})(?:,\d{1,7})?\) ?: ?(?:fatal )?(?:error|warning|note|info)\b")
_SENTENCE = re.compile(r"(?<![\w.@~+/\\-])([\w.@~+/\\-]*\w\.[A-Za-z]\w{0,9})[`'\")]? (?:on |at )?line (\d{1,7})\b")
_LINE_OF = re.compile(r"\blines? (\d{1,7})(?: ?- ?\d{1,7})? (?:of|in) [`'\"]?([\w.@~+/\\-]*\w\.[A-Za-z]\w{0,9})(?!\w)")
_ANCHOR = re.compile(r"#(?:L|lines-)(\d{1,7})")
_REF = re.compile(r"/(?:blob|blame|src|tree)/[^/\s]{1,200}/(.+)")
_BEFORE = re.compile(r"(?<![\w.@~+/\\-])([\w.@~+/\\-]*\w\.[A-Za-z]\w{0,9}):(\d{1,7})(?!\d)")
_RUBY_IN = re.compile(r":in [`']([^`']{1,300})'")
_ELIXIR_IN = re.compile(r": ((?:[A-Z]\w*\.)+[\w?!]+/\d+)")
_PYTEST_IN = re.compile(r": in ([\w<>.]+)$")
_SAID = re.compile(
    r"(?::\d{1,7})? ?[:-] ?(?:(?:fatal |syntax )?error|warning|note|panic|assertion|[A-Z]\w*(?:Error|Exception)\b)", re.IGNORECASE
)
_LISTED = re.compile(r"(?::\d{1,7})?: \S")
_TOLD = ("frame #", "PHP ", "Fatal error", "Parse error", "thrown in", "Uncaught ")
_SCHEME = re.compile(r"(?:[a-z][a-z-]{1,20}:)+(?:///|//[^/\s]*/?)|(?:package|file|node|webpack):")


def known_extension(path: str) -> bool:
    """Return whether the name of a file ends as those of a language or a format do."""
    return path.rpartition(".")[2].lower() in EXTENSIONS


def clean_path(path: str) -> str:
    """Return a path without scheme, host and query: ``webpack:///./src/a.js?1f`` is ``./src/a.js``."""
    path = path.strip().strip("'\"`")
    scheme = _SCHEME.match(path)
    root = "/" if scheme and scheme[0] == "file:///" and not path.startswith(":", scheme.end() + 1) else ""
    return (root + path[scheme.end() :] if scheme else path).partition("?")[0]


def _located(text: str) -> tuple[str, int] | None:
    """Split ``path:line`` or ``path:line:column``."""
    found = _AFTER.search(text[-40:])
    if found is None:
        return None
    at = max(len(text) - 40, 0) + found.start()
    return (clean_path(text[:at]), int(found[1])) if text[:at].strip() else None


def _python(line: str) -> Place | None:
    """Read Python's own frames; ``in NAME`` without a line is what Django's pages show, where the line follows."""
    if found := _PYTHON.search(line):
        return Place(Frame(found[1], int(found[2] or 0), (found[3] or "").strip()))
    if found := _IPYTHON.match(line):
        return Place(Frame(found[1], int(found[2]), (found[3] or "").partition("(")[0]))
    return None


def _at(line: str) -> Place | None:
    """Read what follows ``at``: JavaScript, Java and its kin, C#, Rust."""
    if not line.startswith("at "):
        return None
    rest = _unpacked(line[3:].rstrip(";, "))
    head, _, number = rest.rpartition(":line ")
    if head and number.isdecimal() and " in " in head:
        function, _, path = head.rpartition(" in ")
        return Place(Frame(path, int(number[:7]), _bare(function)))
    if rest.endswith(")"):
        opening = rest.find(" (")
        opening = opening + 1 if opening >= 0 else rest.find("(")
        located = _located(rest[opening + 1 : -1]) if opening >= 0 else None
        if located is None and "(" in (inner := rest[opening + 1 : -1]):  # eval at NAME (PATH:LINE:COLUMN), <anonymous>:1:1
            located = _located(inner.rpartition("(")[2].partition(")")[0])
        if located is not None:
            return Place(Frame(*located, _bare(rest[:opening])))
        return None
    located = _located(rest.removeprefix("async "))
    if located is None or " " in located[0] or not ("/" in rest or "\\" in rest or known_extension(located[0])):
        return None
    return Place(Frame(*located))


def _unpacked(rest: str) -> str:
    """Drop what a Java frame says of the jar it is from: ``~[app.jar:1.2]``."""
    return rest.rpartition(" ")[0].rstrip(" ~") if rest.endswith("]") and (" [" in rest or "~[" in rest) else rest


def _bare(name: str) -> str:
    """Return a function's name without arguments, modules and keywords around it."""
    for word in ("async ", "new "):
        name = name.strip().removeprefix(word)
    name = name.partition(" [as ")[0].partition("(")[0].strip()
    return name.rpartition("/")[2]  # java.base/java.lang.Thread.run


def _numbered(line: str) -> Place | None:
    """Read frames that begin with ``#3``: PHP, gdb, sanitizers, Dart."""
    called = _CALLED.match(line) if line.startswith("#") else None
    if called is None:
        return None
    rest = _ADDRESS.sub("", called[1].rstrip())
    function, at, place = rest.rpartition(" at ")
    if at and (located := _located(place)):
        return Place(Frame(*located, function.partition(" (")[0].strip()))
    if (opening := rest.rfind("(")) >= 0 and rest.endswith(")") and (located := _located(rest[opening + 1 : -1])):
        return Place(Frame(*located, rest[:opening].strip()))
    if "0x" in line and (located := _located(rest)):
        function, _, path = located[0].rpartition(" ")
        return Place(Frame(path, located[1], _bare(function)))
    if found := _PHP.match(rest):
        return Place(Frame(found[1], int(found[2]), (found[3] or "").partition("(")[0]))
    return None


def _panicked(line: str) -> Place | None:
    found = _PANICKED.match(line, line.find("panicked at")) if "panicked at" in line else None
    return Place(Frame(found[1], int(found[2]))) if found else None


def _go(line: str) -> Place | None:
    found = _GO_FILE.match(line) if ".go:" in line else None
    return Place(Frame(found[1], int(found[2]))) if found and "/" in found[1] and " " not in found[1] else None


def _browser(line: str) -> Place | None:
    found = _BROWSER.match(line) if "@" in line and "/" in line else None
    return Place(Frame(clean_path(found[2]), int(found[3]), found[1].rstrip("/<"))) if found and found[2] else None


def _diagnosed(line: str) -> Place | None:
    found = _DIAGNOSED.match(line) if "(" in line else None
    return Place(Frame(found[1], int(found[2]))) if found else None


def _named(line: str) -> Place | None:
    """Read ``PATH:LINE`` anywhere, and what tools write around it."""
    for found in _BEFORE.finditer(line):
        if not known_extension(found[1]):
            continue
        tail, head = line[found.end() :], line[: found.start()].strip()
        function = next((each[1] for pattern in (_RUBY_IN, _ELIXIR_IN, _PYTEST_IN) if (each := pattern.search(tail[:400]))), "")
        if "`" in head and head.startswith("frame #"):  # lldb
            function = head.rpartition("`")[2].partition("(")[0].removesuffix(" at")
        said = (
            head in {"-->", ":::", "❯", "from"} or head.startswith(_TOLD) or bool(_SAID.match(tail) or (not head and _LISTED.match(tail)))
        )
        return Place(Frame(clean_path(found[1]), int(found[2]), function), bool(function) or said)
    return None


def _worded(line: str) -> Place | None:
    """Read places that are said in words or linked to."""
    if "line" in line:
        if found := _SENTENCE.search(line):
            return Place(Frame(found[1], int(found[2])), line.startswith((*_TOLD, "Warning: ")))
        if (found := _LINE_OF.search(line)) and known_extension(found[2]):
            return Place(Frame(found[2], int(found[1])), False)
    if anchor := _ANCHOR.search(line) if "://" in line else None:
        link = re.split(r"[\s(<\[]", line[: anchor.start()])[-1]
        if found := _REF.search(link):
            return Place(Frame(found[1].partition("?")[0], int(anchor[1])), False)
    return None


_STYLES: tuple[Callable[[str], Place | None], ...] = (
    _python,
    _at,
    _numbered,
    _panicked,
    _go,
    _browser,
    _diagnosed,
    _named,
    _worded,
)


def read_place(line: str) -> Place | None:
    """Return the place a line names, None when it names none."""
    if not any(map(str.isdigit, line)) and 'File "' not in line:
        return None
    line = line[:LINE].strip()
    for style in _STYLES:
        place = style(line)
        if place is not None:
            return place
    return None


def read_arrow_head(line: str) -> Frame | None:
    """Return the file and function of a frame whose line number follows below it, as IPython writes them."""
    found = _IN_FUNCTION.match(line[:LINE].strip()) if " in " in line else None
    return Frame(found[1], 0, found[2]) if found else None
