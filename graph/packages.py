"""Packages of a source tree: which manifest declares which package, which files belong to it, and what it depends on."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from graph.manifests import dotnet, go, javascript, jvm, php, python, ruby, rust, swift
from graph.manifests.located import spans
from graph.manifests.model import Dependency, Ecosystem, Manifest, ManifestError
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, external, unknown
from graph.path_patterns import folder_pattern
from ingest.model import Failure

MAX_BYTES = 1 << 20
"""A larger manifest is a failure by name. The largest of those we looked at, a pom of one of Apache's umbrella projects, has 120 KB."""

_BY_NAME: dict[str, Callable[[str, str], Manifest]] = {
    "pyproject.toml": python.pyproject,
    "setup.cfg": python.setup_cfg,
    "setup.py": python.setup_py,
    "Pipfile": python.pipfile,
    "package.json": javascript.package_json,
    "pnpm-workspace.yaml": javascript.pnpm_workspace,
    "go.mod": go.go_mod,
    "go.work": go.go_work,
    "Cargo.toml": rust.cargo,
    "composer.json": php.composer,
    "Gemfile": ruby.gemfile,
    "gems.rb": ruby.gemfile,
    "build.gradle": jvm.gradle,
    "build.gradle.kts": jvm.gradle,
    "settings.gradle": jvm.gradle_settings,
    "settings.gradle.kts": jvm.gradle_settings,
    "libs.versions.toml": jvm.catalogue,
    "build.sbt": jvm.sbt,
    "Package.swift": swift.package_swift,
}
_XML_BY_NAME: dict[str, Callable[[str, bytes], Manifest]] = {
    "pom.xml": jvm.pom,
    "directory.packages.props": dotnet.central_versions,
    "packages.config": dotnet.packages_config,
}
_REQUIREMENTS = re.compile(r"(?:^|/)(?:requirements/[\w.-]+|[\w.-]*requirements[\w.-]*)\.(?:txt|in)$", re.IGNORECASE)
_SBT_PROJECT = re.compile(r"(?:^|/)project/\w*[Dd]ependenc\w*\.scala$")
_PROJECT_FILE = re.compile(r"\.(?:cs|fs|vb)proj$", re.IGNORECASE)


def _reader(path: str) -> tuple[Callable[[str, str], Manifest] | None, Callable[[str, bytes], Manifest] | None]:
    base = posixpath.basename(path)
    xml = _XML_BY_NAME.get(base.lower()) or (dotnet.project if _PROJECT_FILE.search(base) else None)
    if xml:
        return None, xml
    known = _BY_NAME.get(base)
    if known is None and base.endswith(".gemspec"):
        known = ruby.gemspec
    if known is None and _REQUIREMENTS.search(path) and "constraint" not in base.lower():
        known = python.requirements
    if known is None and _SBT_PROJECT.search(path):
        known = jvm.sbt
    return known, None


def is_manifest(path: str) -> bool:
    """Say whether a file of this path is read as a manifest."""
    return any(_reader(path))


def read_manifest(path: str, data: bytes) -> Manifest | Failure:
    """Read one manifest; whatever is wrong with it comes back as a failure that says so."""
    by_text, by_bytes = _reader(path)
    if len(data) > MAX_BYTES:
        return Failure(path, f"manifest not read: it has {len(data):,} bytes, and the bound is {MAX_BYTES:,}")
    try:
        if by_bytes:
            return _with_spans(by_bytes(path, data), data)
        if by_text:
            return _with_spans(by_text(path, data.decode("utf-8-sig")), data)
    except UnicodeDecodeError:
        return Failure(path, "manifest not read: it is not UTF-8")
    except (ManifestError, RecursionError) as error:
        return Failure(path, f"manifest not read: {error}")
    raise ValueError(f"{path} is no manifest; ask is_manifest first")


def _with_spans(manifest: Manifest, data: bytes) -> Manifest:
    """Give each dependency the place of its name, by which the candidates of one dependency are told from those of the next."""
    named = [((each.alias or each.name).removeprefix("libs:").rpartition(":")[2], each.line) for each in manifest.dependencies]
    found = zip(manifest.dependencies, spans(data, named), strict=True)
    return replace(manifest, dependencies=tuple(replace(each, start_byte=start, end_byte=end) for each, (start, end) in found))


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the tree: what the manifests of one ecosystem in one folder declare together."""

    ecosystem: Ecosystem
    folder: str
    name: str
    path: str
    """The manifest that names it."""
    line: int

    @property
    def handle(self) -> Handle:
        """The handle of its node, in the manifest that names it."""
        return Handle(f"{self.path}#{self.ecosystem}:{self.name}")


@dataclass(frozen=True, slots=True)
class Target:
    """What a dependency is: packages of the tree that it may be, whether it may be somebody else's, and the rule that says so.

    Neither is what the manifest takes from a place in the tree where no package is known.
    """

    packages: tuple[Package, ...]
    foreign: bool
    rule: str


class PackageMap:
    """The packages of one tree, looked up by path and by name."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self.manifests: tuple[Manifest, ...] = _completed(sorted(manifests, key=lambda manifest: manifest.path))
        self.packages: tuple[Package, ...] = tuple(_packages(self.manifests))
        self._by_folder: dict[str, list[Package]] = defaultdict(list)
        self._by_name: dict[tuple[Ecosystem, str], list[Package]] = defaultdict(list)
        for package in self.packages:
            self._by_folder[package.folder].append(package)
            self._by_name[package.ecosystem, _compared(package.ecosystem, package.name)].append(package)
        self._member_folders: dict[str, frozenset[str]] = {}
        self._workspaces = [manifest for manifest in self.manifests if manifest.workspace is not None]

    def package_of(self, path: str, ecosystem: Ecosystem | None = None) -> Package | None:
        """Return the package a file belongs to: that of the nearest folder above it with one, of any ecosystem or of the given one.

        Where a folder has several (two projects side by side, a crate with Python bindings), the first by manifest path.
        """
        folder: str = path
        while folder:
            folder = posixpath.dirname(folder)
            for package in self._by_folder.get(folder, ()):
                if ecosystem in {None, package.ecosystem}:
                    return package
        return None

    def named(self, ecosystem: Ecosystem, name: str) -> Sequence[Package]:
        """Return the packages of the tree with this name."""
        return self._by_name.get((ecosystem, _compared(ecosystem, name)), ())

    def target(self, manifest: Manifest, dependency: Dependency) -> Target:
        """Say what a dependency declared in ``manifest`` is."""
        ecosystem = manifest.ecosystem
        if dependency.local is not None:
            at = dependency.local
            there = [package for package in self._by_folder.get(at, ()) if package.ecosystem is ecosystem]
            there += [package for package in self._by_folder.get(posixpath.dirname(at), ()) if package.path == at]
            return Target(tuple(there), False, "path")
        if ecosystem is Ecosystem.MAVEN and dependency.name.startswith(":"):
            return self._gradle_project(manifest, dependency)
        same = self.named(ecosystem, dependency.name)
        if any(package.folder == manifest.folder for package in same):
            return Target((), False, "itself")  # an extra that takes in others of the same package
        if not same:
            return Target((), True, "declared")
        if len(same) == 1 and (dependency.workspace or self._share_workspace(manifest, same[0])):
            return Target(tuple(same), False, "workspace")
        # go.mod names another module by its version: without a replacement or go.work it is fetched, wherever else it may lie.
        if ecosystem is Ecosystem.GO:
            return Target((), True, "declared")
        return Target(tuple(same), True, "same-name")

    def _gradle_project(self, manifest: Manifest, dependency: Dependency) -> Target:
        place = dependency.name.strip(":").replace(":", "/")
        roots = [settings.folder for settings in self._workspaces if settings.ecosystem is Ecosystem.MAVEN]
        covering = [root for root in roots if _below(manifest.folder, root)]
        for root in sorted(covering, key=len, reverse=True):
            there = [package for package in self._by_folder.get(_join(root, place), ()) if package.ecosystem is Ecosystem.MAVEN]
            if there:
                return Target(tuple(there[:1]), False, "path")
        return Target((), False, "path")

    def _share_workspace(self, manifest: Manifest, package: Package) -> bool:
        return any(
            manifest.folder in self._members(root) and package.folder in self._members(root)
            for root in self._workspaces
            if root.ecosystem is package.ecosystem
        )

    def _members(self, root: Manifest) -> frozenset[str]:
        found = self._member_folders.get(root.path)
        if found is None:
            found = _maven_modules(root, self._workspaces) if root.ecosystem is Ecosystem.MAVEN else _members(root, self._by_folder)
            self._member_folders[root.path] = found
        return found


def _compared(ecosystem: Ecosystem, name: str) -> str:
    """Return a name as its registry compares it."""
    if ecosystem is Ecosystem.PYPI:
        return python.normalized(name)
    return name.lower() if ecosystem is Ecosystem.NUGET else name


def _join(folder: str, relative: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, relative))
    return "" if joined == "." else joined


def _below(folder: str, root: str) -> bool:
    return not root or folder == root or folder.startswith(root + "/")


def _members(root: Manifest, folders: Collection[str]) -> frozenset[str]:
    """Return the folders that a workspace's patterns take in, in the order in which they stand."""
    found = {root.folder}
    for glob in root.workspace or ():
        pattern = folder_pattern(_join(root.folder, glob.lstrip("!").rstrip("/")))
        named = {folder for folder in folders if pattern.fullmatch(folder)}
        found = found - named if glob.startswith("!") else found | named
    return frozenset(found)


def _maven_modules(root: Manifest, workspaces: Iterable[Manifest]) -> frozenset[str]:
    """Return the folders of a build: modules may have modules, and may lie beside their parent."""
    lists: dict[str, list[str]] = defaultdict(list)
    for workspace in workspaces:
        if workspace.ecosystem is Ecosystem.MAVEN:
            lists[workspace.folder] += [_join(workspace.folder, module) for module in workspace.workspace or ()]
    found: set[str] = set()
    waiting = [root.folder]
    while waiting:
        folder = waiting.pop()
        if folder not in found:
            found.add(folder)
            waiting += lists.get(folder, ())
    return frozenset(found)


def _completed(manifests: Sequence[Manifest]) -> tuple[Manifest, ...]:
    """Give dependencies the names and versions that another manifest sets for them: catalogues, central versions, workspace tables."""
    shared = [manifest for manifest in manifests if manifest.versions]
    if not shared:
        return tuple(manifests)
    done: list[Manifest] = []
    for manifest in manifests:
        above = [
            other
            for other in shared
            if other.ecosystem is manifest.ecosystem and _below(manifest.folder, other.folder.removesuffix("gradle").rstrip("/"))
        ]
        above.sort(key=lambda other: len(other.folder))  # the nearest one is asked last and wins
        versions = {entry.name: entry for other in above for entry in other.versions}
        aliases = {f"libs:{entry.alias}": entry for other in above for entry in other.versions if entry.alias}
        found = [_complete(dependency, versions, aliases, above) for dependency in manifest.dependencies]
        done.append(replace(manifest, dependencies=tuple(found)))
    return tuple(done)


def _complete(
    dependency: Dependency, versions: dict[str, Dependency], aliases: dict[str, Dependency], above: Sequence[Manifest]
) -> Dependency:
    known = aliases.get(dependency.name)
    if known:
        return replace(dependency, name=known.name, requirement=dependency.requirement or known.requirement)
    known = versions.get(dependency.name)
    if known is None or (dependency.requirement and not dependency.workspace):
        return dependency
    inherited = known.local if dependency.workspace else None
    local = dependency.local if dependency.local is not None else inherited
    return replace(dependency, requirement=dependency.requirement or known.requirement, local=local)


_NAMING_ORDER = ("pyproject.toml", "setup.cfg", "setup.py", "pom.xml")


def _packages(manifests: Sequence[Manifest]) -> Iterator[Package]:
    groups: dict[tuple[str, Ecosystem, str], list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        # Project files of .NET and gem specifications may stand side by side, each with a package of its own.
        alone = manifest.path if manifest.name and manifest.ecosystem in {Ecosystem.NUGET, Ecosystem.RUBYGEMS} else ""
        groups[manifest.folder, manifest.ecosystem, alone].append(manifest)
    for (folder, ecosystem, _), members in sorted(groups.items()):
        naming = [manifest for manifest in members if manifest.name]
        naming.sort(key=lambda manifest: (_rank(manifest.path), manifest.path))
        if naming:
            first = naming[0]
            yield Package(ecosystem, folder, first.name, first.path, first.line)


def _rank(path: str) -> int:
    base = posixpath.basename(path)
    return _NAMING_ORDER.index(base) if base in _NAMING_ORDER else len(_NAMING_ORDER)


def package_graphs(packages: PackageMap) -> Iterator[FileGraph]:
    """Yield the graph of each manifest: the node of the package it names, and its ``depends_on`` edges.

    A dependency belongs to the package of the manifest's folder; one of a file without such a package (``requirements/dev.txt``) to the
    nearest package above it, or to the file itself. The rule is ``manifest:SCOPE``, with ``:path`` (taken from a folder of this tree),
    ``:workspace`` or ``:same-name`` behind it where the target may be a package of this tree. Only the last is possible, not proven: the
    registry may hold another package of that name, so the external one is the other candidate. What a path leads to where no package is
    known stays unknown.
    """
    named = {package.path: package for package in packages.packages}
    for manifest in packages.manifests:
        owner = packages.package_of(manifest.path, manifest.ecosystem)
        nodes: list[Node] = []
        package = named.get(manifest.path)
        if package:
            owner = package
            nodes.append(Node(package.handle, NodeKind.PACKAGE, package.name, package.name, package.path, package.line, package.line))
        source = owner.handle if owner else Handle(manifest.path)
        edges = [edge for dependency in manifest.dependencies for edge in _edges(packages, manifest, dependency, source)]
        yield FileGraph(manifest.path, nodes, list(dict.fromkeys(edges)))


def _edges(packages: PackageMap, manifest: Manifest, dependency: Dependency, source: Handle) -> Iterator[Edge]:
    found = packages.target(manifest, dependency)
    rule = f"manifest:{dependency.scope}" + ("" if found.rule == "declared" else f":{found.rule}")
    closed = len(found.packages) + found.foreign > 1
    place = (manifest.path, dependency.line, dependency.start_byte, dependency.end_byte)
    for package in found.packages:
        if package.handle != source:
            evidence = Evidence.POSSIBLE if closed else Evidence.PROVEN
            yield Edge(EdgeKind.DEPENDS_ON, evidence, rule, source, package.handle, *place)
    if not found.packages and found.rule == "path":
        missing = unknown(dependency.name or dependency.local or "")
        yield Edge(EdgeKind.DEPENDS_ON, Evidence.UNKNOWN, rule, source, missing, *place)
    if found.foreign and dependency.name:
        evidence = Evidence.POSSIBLE if closed else Evidence.EXTERNAL
        yield Edge(EdgeKind.DEPENDS_ON, evidence, rule, source, external(dependency.name), *place)


def read_packages(files: Iterable[tuple[str, bytes]]) -> tuple[PackageMap, list[Failure]]:
    """Read the manifests among ``files`` (path, bytes); also return those that could not be read, or of which a part could not."""
    manifests: list[Manifest] = []
    failures: list[Failure] = []
    for path, data in files:
        if not is_manifest(path):
            continue
        found = read_manifest(path, data)
        if isinstance(found, Failure):
            failures.append(found)
            continue
        manifests.append(found)
        if found.dropped:
            failures.append(Failure(path, f"{found.dropped} of its dependencies have no name that can be read"))
    return PackageMap(manifests), failures
