"""What a repository publishes, and what stands behind a name that others use of it.

``external:click#testing.CliRunner.invoke`` in the graph of one repository names a package, a way through its modules, and a definition. The
package is another repository's where a manifest there gives it this name and a manifest here depends on it. The way is then walked as the
language walks it: from the file that stands for the package through modules, names that a module imports and so passes on, types and what
they inherit. A name that this does not reach stands for nothing: no definition is taken for its name alone.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from graph.languages.javascript_paths import ENDINGS, ModulePaths, split_package
from graph.manifests.model import Ecosystem
from graph.manifests.python import normalized
from graph.model import EXTERNAL, UNKNOWN, EdgeKind, Evidence, Handle
from graph.packages import Package, PackageMap, is_manifest, read_packages
from graph.store import GraphStore
from ingest.path_kinds import PathFlag, path_flags

ECOSYSTEMS: Mapping[str, Ecosystem] = {
    **dict.fromkeys(ENDINGS, Ecosystem.NPM),
    ".py": Ecosystem.PYPI,
    ".pyi": Ecosystem.PYPI,
    ".go": Ecosystem.GO,
    ".rs": Ecosystem.CARGO,
}
"""Whose packages the code of a file uses, by the ending of its path. Names of other ecosystems are not followed."""

_ASIDE = PathFlag.TEST | PathFlag.EXAMPLE | PathFlag.VENDORED
_SOURCES = ("", "src", "lib", "python")
"""Folders of a Python package that hold its modules."""
_SUPERTYPES = (EdgeKind.INHERITS, EdgeKind.IMPLEMENTS)
_STEPS = 12
"""Modules and supertypes between a name and its definition, at most."""


class Tree(Protocol):
    """The files of a view."""

    @property
    def paths(self) -> Collection[str]:
        """The files."""
        ...

    @property
    def read(self) -> Reader:
        """What reads one."""
        ...


class Reader(Protocol):
    """Reads a file."""

    def __call__(self, path: str, /) -> bytes | None:
        """Return its bytes, None for a file that is not there."""
        ...


class Published:
    """The packages of one view, and the definitions that others may use of them."""

    def __init__(self, store: GraphStore, view: str, tree: Tree) -> None:
        self._store, self._view, self._tree = store, view, tree
        self._found: dict[tuple[Ecosystem, str, str], tuple[Handle, ...]] = {}

    @cached_property
    def _packages(self) -> PackageMap:
        paths = sorted(filter(is_manifest, self._tree.paths))
        return read_packages((path, self._tree.read(path) or b"") for path in paths)[0]

    @cached_property
    def needs(self) -> dict[Ecosystem, frozenset[str]]:
        """The packages that manifests depend on, those of the view itself left out."""
        found: dict[Ecosystem, set[str]] = {}
        for manifest in self._packages.manifests:
            named = {compared(manifest.ecosystem, each.name) for each in manifest.dependencies if each.name}
            found.setdefault(manifest.ecosystem, set()).update(named)
        own = {(each.ecosystem, compared(each.ecosystem, each.name)) for each in self._packages.packages}
        return {ecosystem: frozenset(name for name in names if (ecosystem, name) not in own) for ecosystem, names in found.items()}

    @cached_property
    def spelled(self) -> dict[tuple[Ecosystem, str], set[str]]:
        """How manifests spell the names of the packages that they depend on, by ecosystem and name."""
        found: dict[tuple[Ecosystem, str], set[str]] = {}
        for manifest in self._packages.manifests:
            for each in manifest.dependencies:
                found.setdefault((manifest.ecosystem, compared(manifest.ecosystem, each.name)), set()).add(each.name)
        return found

    @cached_property
    def packages(self) -> dict[tuple[Ecosystem, str], Package]:
        """The packages of the view that are no test's, example's or somebody else's, by ecosystem and name; the first of each."""
        found: dict[tuple[Ecosystem, str], Package] = {}
        for each in self._packages.packages:
            if not path_flags(each.path) & _ASIDE:
                found.setdefault((each.ecosystem, compared(each.ecosystem, each.name)), each)
        return found

    def ecosystem_of(self, path: str) -> Ecosystem | None:
        """Return whose packages a file of the view speaks of."""
        manifest = next((each for each in self._packages.manifests if each.path == path), None)
        return manifest.ecosystem if manifest else ECOSYSTEMS.get(posixpath.splitext(path)[1])

    def behind(self, ecosystem: Ecosystem, external: str, needs: Collection[str]) -> tuple[Handle, ...]:
        """Return what an external handle that code of an ecosystem names stands for here; ``needs`` are the packages it may be of."""
        package, _, symbol = external.removeprefix(EXTERNAL).partition("#")
        usable = {name: each for (kind, name), each in self.packages.items() if kind is ecosystem and name in needs}
        if not usable:
            return ()
        key = (ecosystem, external, "\0".join(usable))
        if key not in self._found:
            self._found[key] = tuple(dict.fromkeys(self._named(ecosystem, package, symbol, usable)))
        return self._found[key]

    def declared(self, ecosystem: Ecosystem, name: str) -> Handle | None:
        """Return the package that a dependency of this name is."""
        package = self.packages.get((ecosystem, compared(ecosystem, name)))
        return package.handle if package else None

    def _named(self, ecosystem: Ecosystem, package: str, symbol: str, usable: Mapping[str, Package]) -> Iterator[Handle]:
        parts = symbol.split(".") if symbol else []
        if ecosystem is Ecosystem.GO:
            yield from self._in_folder(package, symbol, usable.values())
            return
        for start, rest in self._entries(ecosystem, package, parts, usable):
            if found := self._walk(ecosystem, start, rest, _STEPS):
                yield from found
                return

    def _entries(
        self, ecosystem: Ecosystem, package: str, parts: Sequence[str], usable: Mapping[str, Package]
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield the files that a name may begin in, each with what is left of the name: those of the package, or of a path below it."""
        paths = self._tree.paths
        if ecosystem is Ecosystem.NPM:
            name = split_package(package)[0]
            if name in usable:
                manifest = usable[name].path
                modules = ModulePaths(paths, {manifest: (self._tree.read(manifest) or b"").decode("utf-8", "replace")})
                for at in range(len(parts) + 1):
                    if found := modules.find("", "/".join([package, *parts[:at]]), lambda _: None):
                        yield found, parts[at:]
        elif ecosystem is Ecosystem.CARGO:
            crates = [crate for name, crate in usable.items() if name.replace("-", "_") == package]
            roots = [posixpath.join(crate.folder, "src/lib.rs") for crate in crates]
            yield from ((each, parts) for each in roots if each in paths)
        else:
            for each in usable.values():
                for folder in _SOURCES:
                    base = posixpath.join(each.folder, folder, package)
                    yield from ((path, parts) for path in (f"{base}/__init__.py", f"{base}.py") if path in paths)

    def _in_folder(self, package: str, symbol: str, modules: Iterable[Package]) -> Iterator[Handle]:
        """Yield what a Go package defines under a name: its files share one folder."""
        for module in modules:
            if package != module.name and not package.startswith(f"{module.name}/"):
                continue
            folder = posixpath.join(module.folder, package.removeprefix(module.name).strip("/"))
            for node in self._store.find(self._view, symbol) if symbol else ():
                if posixpath.dirname(node.path) == folder and node.qualified_name == symbol and not node.path.endswith("_test.go"):
                    yield node.handle

    def _walk(self, ecosystem: Ecosystem, path: str, parts: Sequence[str], steps: int) -> list[Handle]:
        """Return what a dotted name stands for in a module: defined there, in a module below, or passed on from another."""
        if not parts:
            return [Handle(path)]
        if not steps:
            return []
        if found := self._defined(path, parts, steps):
            return found
        for below in self._below(ecosystem, path, parts[0]):
            if found := self._walk(ecosystem, below, parts[1:], steps - 1):
                return found
        return [each for there, rest in self._passed_on(path, parts) for each in self._walk(ecosystem, there, rest, steps - 1)]

    def _defined(self, path: str, parts: Sequence[str], steps: int) -> list[Handle]:
        """Return the definition of a name in a file, or what the type that its beginning names inherits under the rest."""
        names = [".".join(parts[: at + 1]) for at in range(len(parts))]
        known = self._store.nodes(self._view, [Handle(f"{path}#{name}") for name in names])
        if Handle(f"{path}#{names[-1]}") in known:
            return [Handle(f"{path}#{names[-1]}")]
        held = [at for at, name in enumerate(names) if Handle(f"{path}#{name}") in known]
        return self._inherited(Handle(f"{path}#{names[held[-1]]}"), ".".join(parts[held[-1] + 1 :]), steps) if held else []

    def _inherited(self, holder: Handle, rest: str, steps: int) -> list[Handle]:
        """Return the nearest definitions of a member among the supertypes of a type."""
        types, known = [holder], {holder}
        for _ in range(steps):
            edges = self._store.edges_from(self._view, types, kinds=_SUPERTYPES, evidence=[Evidence.PROVEN])
            types = [each for each in dict.fromkeys(edge.target for edge in edges) if each not in known]
            known.update(types)
            members = [Handle(f"{each}.{rest}") for each in types]
            if found := self._store.nodes(self._view, members):
                return [each for each in members if each in found]
        return []

    def _below(self, ecosystem: Ecosystem, path: str, name: str) -> Iterator[str]:
        """Yield the module of a name right below a module."""
        folder, file = posixpath.split(path)
        if ecosystem is Ecosystem.PYPI and file == "__init__.py":
            candidates = [f"{folder}/{name}.py", f"{folder}/{name}/__init__.py"]
        elif ecosystem is Ecosystem.CARGO:
            inner = folder if file in {"lib.rs", "mod.rs"} else posixpath.splitext(path)[0]
            candidates = [f"{inner}/{name}.rs", f"{inner}/{name}/mod.rs"]
        else:
            return
        yield from (each for each in candidates if each in self._tree.paths)

    def _passed_on(self, path: str, parts: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield where a module has a name from: what it imports under it, and all that it imports whole."""
        for edge in self._store.edges_from(self._view, [Handle(path)], kinds=[EdgeKind.IMPORTS], evidence=[Evidence.PROVEN]):
            there, _, name = edge.target.partition("#")
            if there == path or there.startswith((EXTERNAL, UNKNOWN)):
                continue
            plain = name.partition("~")[0]
            if not name:
                yield there, parts[1:] if _module_name(there) == parts[0] else parts
            elif plain.rpartition(".")[2] == parts[0]:
                yield there, [*name.split("."), *parts[1:]]


def compared(ecosystem: Ecosystem, name: str) -> str:
    """Return the name of a package as its registry compares it."""
    return normalized(name) if ecosystem is Ecosystem.PYPI else name


def _module_name(path: str) -> str:
    folder, file = posixpath.split(path)
    stem = file.partition(".")[0]
    return posixpath.basename(folder) if stem in {"__init__", "mod", "index"} else stem
