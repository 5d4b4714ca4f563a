"""Ruby: ``Gemfile`` and ``*.gemspec``, as far as they are literal; both are programs, and nothing here runs one."""

from __future__ import annotations

import re

from graph.manifests.located import lines
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, inside, name, text

_GEM = re.compile(r"""\s*gem[\s(]\s*(?:"([^"#\n]+)"|'([^'\n]+)')\s*(.*)""")
_GROUP = re.compile(r"\s*group[\s(]")
_DO = re.compile(r"\bdo\b")
_BLOCK = re.compile(r"\s*(?:\w+\b(?!\s*=[^=>]).*\bdo(?:\s*\|[^|]*\|)?\s*$|(?:if|unless|case|begin)\b)")
_END = re.compile(r"\s*end\b")
_PATH = re.compile(r"""(?:\bpath:|:path\s*=>)\s*["']([^"'\n]+)["']""")
_INLINE_GROUP = re.compile(r"(?:\bgroups?:|:groups?\s*=>)\s*(\[[^\]]*\]|:\w+)")
_VERSIONS = re.compile(r"""\s*,?\s*["']([^"'\n]*)["']""")
_DEVELOPMENT = re.compile(r":(?:test|development|lint|doc|docs|ci)\b")


def _requirement(rest: str) -> str:
    found: list[str] = []
    at = 0
    while match := _VERSIONS.match(rest, at):
        found.append(match[1])
        at = match.end()
    return text(", ".join(found))


def gemfile(path: str, source: str) -> Manifest:
    """Read a ``Gemfile`` line by line."""
    folder = path.rpartition("/")[0]
    found: list[Dependency] = []
    groups: list[str] = []
    for line, raw in enumerate(lines(source), 1):
        gem = _GEM.match(raw)
        if gem and name(gem[1] or gem[2]):
            inline = _INLINE_GROUP.search(gem[3])
            group = inline[1] if inline else next((held for held in reversed(groups) if held), "")
            place = _PATH.search(gem[3])
            scope = Scope.DEVELOPMENT if _DEVELOPMENT.search(group) else Scope.RUNTIME
            local = inside(folder, place[1]) if place else None
            labels = " ".join(re.findall(r":(\w+)", group))
            found.append(Dependency(gem[1] or gem[2], _requirement(gem[3]), scope, line, labels, local=local))
        elif _GROUP.match(raw) and _DO.search(raw):
            groups.append(raw)
        elif _BLOCK.match(raw):
            groups.append("")
        elif _END.match(raw) and groups:
            groups.pop()
    return Manifest(path, Ecosystem.RUBYGEMS, dependencies=tuple(found))


_NAMED = re.compile(r"""\s*\w+\.name\s*=\s*["']([^"'#\n]+)["']""")
_ADDS = re.compile(r"""\s*\w+\.add_(runtime_|development_)?dependency[\s(]\s*["']([^"'#\n]+)["'](?:\.freeze)?\s*(.*)""")


def gemspec(path: str, source: str) -> Manifest:
    """Read a gem's specification line by line."""
    own, at = "", 1
    found: list[Dependency] = []
    for line, raw in enumerate(lines(source), 1):
        if named := _NAMED.match(raw):
            own, at = name(named[1]), line
        elif (adds := _ADDS.match(raw)) and name(adds[2]):
            scope = Scope.DEVELOPMENT if adds[1] == "development_" else Scope.RUNTIME
            found.append(Dependency(adds[2], _requirement(adds[3]), scope, line))
    return Manifest(path, Ecosystem.RUBYGEMS, own, at, tuple(found))
