"""JavaScript and TypeScript: ``package.json`` and the members of a pnpm workspace."""

from __future__ import annotations

import re

from graph.manifests.located import read_json
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, inside, items, name, table, text

_TABLES = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEVELOPMENT),
    ("peerDependencies", Scope.PEER),
    ("optionalDependencies", Scope.OPTIONAL),
)
_ALIAS = re.compile(r"npm:((?:@[^@/\s]+/)?[^@/\s]+)(?:@(.*))?$")


def package_json(path: str, source: str) -> Manifest:
    """Read ``package.json``."""
    document = read_json(source)
    top = table(document.value)
    folder = path.rpartition("/")[0]
    found: list[Dependency] = []
    dropped = 0
    for key, scope in _TABLES:
        for own, value in table(top.get(key)).items():
            dependency = _dependency(own, value, scope, document.line(key, own), folder)
            if dependency:
                found.append(dependency)
            else:
                dropped += 1
    workspaces = top.get("workspaces")
    members = items(workspaces) or items(table(workspaces).get("packages"))
    own = name(top.get("name"))
    return Manifest(
        path=path,
        ecosystem=Ecosystem.NPM,
        name=own,
        line=document.line("name"),
        dependencies=tuple(found),
        workspace=tuple(map(text, members)) if workspaces is not None else None,
        dropped=dropped,
    )


def _dependency(own: str, value: object, scope: Scope, line: int, folder: str) -> Dependency | None:
    version = text(value)
    if not name(own):
        return None
    alias = _ALIAS.match(version)
    if alias and name(alias[1]):
        return Dependency(alias[1], alias[2] or "", scope, line, alias=own)
    local = next((inside(folder, version[len(mark) :]) for mark in ("file:", "link:", "portal:") if version.startswith(mark)), None)
    if version.startswith(("./", "../")):
        local = inside(folder, version)
    return Dependency(own, version, scope, line, local=local, workspace=version.startswith("workspace:"))


_PNPM = re.compile(r"^packages:[ \t]*(?:#.*)?\n((?:[ \t]*(?:-.*|#.*)?(?:\n|\Z))*)", re.MULTILINE)
_PNPM_ITEM = re.compile(r"^[ \t]*-[ \t]+(?:'([^'\n]*)'|\"([^\"\n]*)\"|([^\s#'\"]+))", re.MULTILINE)


def pnpm_workspace(path: str, source: str) -> Manifest:
    """Read the block list ``packages`` of ``pnpm-workspace.yaml``; nothing else in it concerns us."""
    block = _PNPM.search(source.replace("\r\n", "\n"))
    members = [match[1] or match[2] or match[3] or "" for match in _PNPM_ITEM.finditer(block[1])] if block else []
    return Manifest(path, Ecosystem.NPM, workspace=tuple(map(text, members)))
