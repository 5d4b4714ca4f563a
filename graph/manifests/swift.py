"""Swift: the literal parts of ``Package.swift``."""

from __future__ import annotations

import re

from graph.manifests.located import line_at, line_starts
from graph.manifests.model import Dependency, Ecosystem, Manifest, inside, name, text

_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?')
_PACKAGE = re.compile(r'\bPackage\s*\(\s*name\s*:\s*"([^"\n]+)"')
_DEPENDENCY = re.compile(
    r'\.package\s*\(\s*(?:name\s*:\s*"[^"\n]+"\s*,\s*)?'
    r'(url|path)\s*:\s*"([^"\n]+)"\s*(?:,\s*([^()\n]*(?:\([^()\n]*\))?))?'
)


def package_swift(path: str, source: str) -> Manifest:
    """Read the package's name and its dependencies; a remote one is called as the last part of its address."""
    code = _COMMENT.sub(lambda found: found[1] or re.sub(r"[^\n]", " ", found[0]), source)
    starts = line_starts(code)
    folder = path.rpartition("/")[0]
    found: list[Dependency] = []
    dropped = 0
    for match in _DEPENDENCY.finditer(code):
        own = name(match[2].rstrip("/").rpartition("/")[2].removesuffix(".git"))
        local = inside(folder, match[2]) if match[1] == "path" else None
        if own:
            found.append(Dependency(own, text(match[3]), line=line_at(starts, match.start()), local=local))
        else:
            dropped += 1
    declared = _PACKAGE.search(code)
    return Manifest(
        path=path,
        ecosystem=Ecosystem.SWIFT,
        name=name(declared[1]) if declared else "",
        line=line_at(starts, declared.start()) if declared else 1,
        dependencies=tuple(found),
        dropped=dropped,
    )
