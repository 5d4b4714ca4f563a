"""By which external names code of other repositories may mean a definition of this one: where it stands, and where it is passed on.

These are candidates, found from the definition; whether one leads back to it is for ``Published.behind`` to say.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator

from graph.languages.javascript_paths import ENDINGS
from graph.manifests.model import Ecosystem
from graph.model import EdgeKind, Evidence, Handle, external
from graph.packages import Package
from graph.published import ECOSYSTEMS, Published
from graph.store import GraphStore
from ingest.path_kinds import PathFlag, path_flags

_SUPERTYPES = (EdgeKind.INHERITS, EdgeKind.IMPLEMENTS)
_ROUNDS = 4
"""Modules that pass a name on, one from another, and subtypes one below another."""
_MOST = 400
"""Modules and subtypes in a round; a name that more pass on is known by the first."""


def names_of(store: GraphStore, view: str, published: Published, handles: Collection[Handle]) -> set[Handle]:
    """Return the external handles by which others may name these nodes."""
    members = _with_subtypes(store, view, handles)
    found: set[Handle] = set()
    exposers = _exposers(store, view, members)
    for handle in members:
        path, _, name = handle.partition("#")
        for module in (path, *exposers[handle], *exposers[Handle(path)]):
            for package, inner in _modules(published, module):
                found.add(external(package, ".".join(filter(None, (inner, name.partition("~")[0])))))
    return found


def _with_subtypes(store: GraphStore, view: str, handles: Collection[Handle]) -> set[Handle]:
    """Return nodes with the names under which subtypes inherit them."""
    found = set(handles)
    members: defaultdict[Handle, set[str]] = defaultdict(set)
    for handle in handles:
        holder, _, name = handle.rpartition(".")
        if "#" in holder:
            members[Handle(holder)].add(name)
    for _ in range(_ROUNDS):
        edges = store.edges_to(view, sorted(members)[:_MOST], kinds=_SUPERTYPES, evidence=[Evidence.PROVEN]) if members else ()
        below: defaultdict[Handle, set[str]] = defaultdict(set)
        for edge in edges:
            below[edge.source] |= members[edge.target]
        found |= {Handle(f"{holder}.{name}") for holder, names in below.items() for name in names}
        members = below
    return found


def _exposers(store: GraphStore, view: str, handles: Collection[Handle]) -> defaultdict[Handle, list[str]]:
    """Return the files that import each node's outermost definition, or a whole file, and so may pass it on."""
    outermost = {handle: _outermost(handle) for handle in handles}
    wanted = {*outermost.values(), *(Handle(each.partition("#")[0]) for each in handles)}
    direct: defaultdict[Handle, dict[str, None]] = defaultdict(dict)
    frontier = {each: {each} for each in wanted}  # a file on the way, and the nodes that come through it
    for _ in range(_ROUNDS):
        following: defaultdict[Handle, set[Handle]] = defaultdict(set)
        for edge in store.edges_to(view, sorted(frontier)[:_MOST], kinds=[EdgeKind.IMPORTS], evidence=[Evidence.PROVEN]):
            source = Handle(edge.source.partition("#")[0])
            if path_flags(source) & (PathFlag.TEST | PathFlag.EXAMPLE):
                continue
            for node in frontier[edge.target]:
                if source not in direct[node]:
                    direct[node][source] = None
                    following[source].add(node)
        frontier = dict(following)
        if not frontier:
            break
    found: defaultdict[Handle, list[str]] = defaultdict(list)
    for handle, outer in outermost.items():
        found[handle] = list(direct[outer])
    for each in wanted:
        if "#" not in each:
            found[each] = list(direct[each])
    return found


def _outermost(handle: Handle) -> Handle:
    path, mark, name = handle.partition("#")
    return Handle(f"{path}#{name.partition('.')[0]}") if mark else handle


def _modules(published: Published, path: str) -> Iterator[tuple[str, str]]:
    """Yield how code elsewhere names a module: the package as an external handle has it, and the way to the module in it."""
    ecosystem = ECOSYSTEMS.get(posixpath.splitext(path)[1])
    for (kind, _), package in published.packages.items():
        if kind is ecosystem and (not package.folder or path.startswith(f"{package.folder}/")):
            yield from _named(kind, package, path)


def _named(ecosystem: Ecosystem, package: Package, path: str) -> Iterator[tuple[str, str]]:
    inner = posixpath.relpath(path, package.folder) if package.folder else path
    if ecosystem is Ecosystem.GO:
        yield posixpath.join(package.name, posixpath.dirname(inner)).rstrip("/"), ""
    elif ecosystem is Ecosystem.CARGO:
        if inner.startswith("src/"):
            yield package.name.replace("-", "_"), ".".join(_parts(inner.removeprefix("src/"), ("lib", "mod")))
    elif ecosystem is Ecosystem.NPM:
        yield package.name, ""
        stem = next((inner.removesuffix(each) for each in sorted(ENDINGS, key=len, reverse=True) if inner.endswith(each)), inner)
        for each in {stem, stem.removeprefix("src/"), stem.removesuffix("/index"), inner}:
            yield package.name, each.replace("/", ".")
    else:
        for folder in ("src/", "lib/", "python/", ""):
            if inner.startswith(folder):
                head, *rest = _parts(inner.removeprefix(folder), ("__init__",)) or [""]
                if head:
                    yield head, ".".join(rest)


def _parts(path: str, standing: Collection[str]) -> list[str]:
    """Return a path as the parts of a module's name; files of some names stand for their folder."""
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    return folders if stem in standing else [*folders, stem]
