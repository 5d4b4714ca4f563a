"""A hierarchy to summaries of its repository, its modules and its files. Nothing here is read from a store."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from graph.levels import GraphLevel, level
from graph.packages import Package, is_manifest
from ingest.languages.registry import LANGUAGES
from ingest.path_kinds import PathFlag
from retrieval.summaries.digest import is_configuration, sentence_of, signature_of
from retrieval.summaries.hierarchy import Hierarchy, beside, counted, flags_of
from retrieval.summaries.model import Count, Definition, EntryPoint, Level, Link, PackageName, Quote, Share, Summary

T = TypeVar("T")

_ROLES = {
    PathFlag.TEST: "test",
    PathFlag.EXAMPLE: "example or documentation",
    PathFlag.VENDORED: "vendored",
    PathFlag.BENCHMARK: "benchmark or tool",
    PathFlag.GENERATED: "generated",
    PathFlag.DECLARATION: "declarations",
    PathFlag.LEGACY: "legacy",
}
_READMES = ("readme.md", "readme.rst", "readme.markdown", "readme.txt", "readme", "readme.adoc")
_ROOT_FILES = (
    *("__init__.py", "lib.rs", "src/lib.rs", "mod.rs", "doc.go", "package-info.java", "index.ts", "index.js", "index.tsx", "mod.ts"),
    *("src/index.ts", "src/main.rs", "main.rs", "main.go"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """How many of each list a summary names."""

    definitions: int
    links: int
    entries: int
    parts: int


WIDE, NARROW = Room(20, 10, 12, 60), Room(6, 5, 3, 30)
"""For what was asked about, and for what is in it."""


@dataclass(slots=True)
class _Lists:
    """Cuts lists to their room and remembers how long they were."""

    counts: list[Count] = field(default_factory=list[Count])

    def cut(self, name: str, found: Sequence[T], limit: int, total: int | None = None) -> tuple[T, ...]:
        """Return the first ones."""
        total = len(found) if total is None else total
        if total > limit:
            self.counts.append(Count(name, total))
        return tuple(found[:limit])


def summary_of_repository(hierarchy: Hierarchy, name: str, *, depth: int = 1, room: Room = WIDE) -> Summary:
    """Sum up the whole view, and its top modules and what is in them down to ``depth`` levels."""
    root, lists = hierarchy.folders[""], _Lists()
    code = [path for path, digest in hierarchy.files.items() if digest.code]
    code = [path for path in code if not hierarchy.is_aside(path)] or code
    readme = _readme(hierarchy, "")
    parts = top_parts(hierarchy, depth) if depth else []
    return Summary(
        level=Level.REPOSITORY,
        path="",
        name=name,
        files=root.file_count,
        lines=root.code_lines,
        doc=_doc_of(hierarchy, readme),
        languages=_languages(root.languages),
        packages=lists.cut("packages", [_package(each) for each in hierarchy.packages], room.entries),
        headings=lists.cut("headings", _headings(hierarchy, readme), room.entries),
        entry_points=lists.cut("entry_points", _entry_points(hierarchy, hierarchy.files), room.entries),
        definitions=_definitions(hierarchy, code, room, lists),
        external=_links(hierarchy, code, room, lists),
        tests=lists.cut("tests", _tests(hierarchy), room.links),
        configuration=lists.cut("configuration", _configuration(hierarchy), room.entries),
        parts=lists.cut("parts", parts, len(parts), len(hierarchy.top) + len(hierarchy.top_files) if depth else 0),
        counts=tuple(lists.counts),
    )


def summary_of_module(hierarchy: Hierarchy, folder: str, *, depth: int = 1, room: Room = WIDE) -> Summary:
    """Sum up a folder and everything below it. Raises ``KeyError`` where the view has none of that path."""
    here, lists = hierarchy.folders[folder], _Lists()
    files = list(hierarchy.below(folder))
    code = [path for path in files if hierarchy.files[path].code]
    code = [path for path in code if not hierarchy.is_aside(path)] or code
    inside = f"{folder}/"
    uses = [
        (other, number)
        for path in code
        for other, number in hierarchy.relations.files.get(path, {}).items()
        if not other.startswith(inside)
    ]
    used_by, tested_by = _split(hierarchy, code, inside)
    return Summary(
        level=Level.MODULE,
        path=folder,
        name=hierarchy.name_of(folder),
        files=here.file_count,
        lines=here.code_lines,
        roles=_common_roles(hierarchy, files),
        doc=_module_doc(hierarchy, folder),
        languages=_languages(here.languages),
        packages=tuple(_package(each) for each in hierarchy.packages if each.folder == folder),
        entry_points=lists.cut("entry_points", _entry_points(hierarchy, files), room.entries),
        definitions=_definitions(hierarchy, code, room, lists),
        uses=lists.cut("uses", _linked((beside(folder, other), number) for other, number in uses), room.links),
        used_by=lists.cut("used_by", _linked((beside(folder, other), number) for other, number in used_by), room.links),
        tested_by=tested_by,
        external=_links(hierarchy, code, room, lists),
        parts=lists.cut("parts", *_parts(hierarchy, folder, depth, room)) if depth else (),
        counts=tuple(lists.counts),
    )


def summary_of_file(hierarchy: Hierarchy, path: str, *, room: Room = WIDE) -> Summary:
    """Sum up one file. Raises ``KeyError`` where the view has none of that path."""
    digest, lists = hierarchy.files[path], _Lists()
    used_by, tested_by = _split(hierarchy, [path], path)
    return Summary(
        level=Level.FILE,
        path=path,
        name=digest.package if digest.code else "",
        kind=digest.language,
        start_line=1,
        end_line=digest.lines,
        files=1,
        lines=digest.lines,
        roles=_roles(hierarchy, path),
        doc=_doc_of(hierarchy, path),
        headings=lists.cut("headings", _headings(hierarchy, path), room.entries),
        entry_points=lists.cut("entry_points", _entry_points(hierarchy, [path]), room.entries),
        definitions=_definitions(hierarchy, [path], room, lists),
        uses=lists.cut("uses", _linked(hierarchy.relations.files.get(path, {}).items()), room.links),
        used_by=lists.cut("used_by", _linked(used_by), room.links),
        tested_by=tested_by,
        external=_links(hierarchy, [path], room, lists),
        imports=()
        if hierarchy.linked and level(digest.language) is GraphLevel.RESOLVED
        else lists.cut("imports", digest.imports, room.links),
        counts=tuple(lists.counts),
    )


def top_parts(hierarchy: Hierarchy, depth: int = 1) -> list[Summary]:
    """Return the top modules and the files of the product that are in none, with the uses between them."""
    top, files = hierarchy.top, hierarchy.top_files[: NARROW.parts]
    place = {path: folder for folder in sorted(top, key=len) for path in hierarchy.below(folder)}
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    used_by: dict[str, Counter[str]] = defaultdict(Counter)
    for source, targets in hierarchy.relations.files.items():
        user = place.get(source, source)
        for target, number in targets.items() if not hierarchy.is_aside(source) else ():
            used = place.get(target, target)
            if used != user:
                uses[user][used] += number
                used_by[used][user] += number
    parts = [summary_of_module(hierarchy, folder, depth=depth - 1, room=NARROW) for folder in top]
    parts += [summary_of_file(hierarchy, path, room=NARROW) for path in files]
    found: list[Summary] = []
    for part in parts:
        lists = _Lists([each for each in part.counts if each.name not in {"uses", "used_by"}])
        own = lists.cut("uses", _linked(uses[part.path].items()), NARROW.links)
        others = lists.cut("used_by", _linked(used_by[part.path].items()), NARROW.links)
        found.append(replace(part, uses=own, used_by=others, counts=tuple(lists.counts)))
    return found


def _linked(rows: Iterable[tuple[str, int]]) -> list[Link]:
    return [Link(*row) for row in counted(rows)]


def _split(hierarchy: Hierarchy, paths: Iterable[str], own: str) -> tuple[list[tuple[str, int]], int]:
    """Return the uses of files by files of the product outside of ``own``, and how many other files use them."""
    rows = [(source, number) for path in paths for source, number in hierarchy.used_by.get(path, {}).items() if not source.startswith(own)]
    return [row for row in rows if not hierarchy.is_aside(row[0])], len({source for source, _ in rows if hierarchy.is_aside(source)})


def _parts(hierarchy: Hierarchy, folder: str, depth: int, room: Room) -> tuple[list[Summary], int, int]:
    """Return the first parts of a folder, how many may be shown, and how many there are."""
    here = hierarchy.folders[folder]
    inner = sorted(
        {hierarchy.collapsed(each) for each in here.folders},
        key=lambda each: (-hierarchy.folders[each].product_lines, -hierarchy.folders[each].code_lines, each),
    )
    every = [*inner, *hierarchy.ranked_files(here.files)]
    parts = [
        summary_of_module(hierarchy, each, depth=depth - 1, room=NARROW)
        if each in hierarchy.folders
        else summary_of_file(hierarchy, each, room=NARROW)
        for each in every[: room.parts]
    ]
    return parts, room.parts, len(every)


def _definitions(hierarchy: Hierarchy, paths: Sequence[str], room: Room, lists: _Lists) -> tuple[Definition, ...]:
    ranked = hierarchy.ranked(paths)
    found = [
        Definition(
            name=each.symbol.name,
            qualified_name=each.symbol.qualified_name,
            kind=each.symbol.kind.value,
            path=path,
            start_line=each.symbol.start_line,
            end_line=each.symbol.end_line,
            signature=signature_of(each.symbol),
            doc=sentence_of(each.symbol),
            members=each.members,
            exported=each.exported,
            used_by=used,
            tested_by=tested,
        )
        for path, each, used, tested in ranked[: room.definitions]
    ]
    return lists.cut("definitions", found, room.definitions, len(ranked))


def _links(hierarchy: Hierarchy, paths: Iterable[str], room: Room, lists: _Lists) -> tuple[Link, ...]:
    """Return the packages outside that files use."""
    rows = (row for path in paths for row in hierarchy.relations.outside.get(path, {}).items())
    return lists.cut("external", _linked(rows), room.links)


def _entry_points(hierarchy: Hierarchy, paths: Iterable[str]) -> list[EntryPoint]:
    """Return scripts of manifests, functions and guards at which a program begins, and files with routes; those beside the product last."""
    paths = sorted(paths)
    inside = set(paths)
    scripts = [EntryPoint("script", name, path, line, target) for path in paths for name, target, line in hierarchy.files[path].scripts]
    mains = [
        EntryPoint("shebang" if name.startswith("#!") else "main", name, path, line)
        for path in paths
        for name, line in hierarchy.files[path].mains[:1]
        if not hierarchy.flags[path] & PathFlag.TEST
    ]
    first = {route.path: route for route in reversed(hierarchy.routes)}
    routes = [
        EntryPoint("routes", f"{number} routes, the first {first[path].name}" if number > 1 else first[path].name, path, first[path].line)
        for path, number in counted((route.path, 1) for route in hierarchy.routes if route.path in inside)
    ]
    kinds = {"script": 0, "main": 1, "routes": 2, "shebang": 3}
    return sorted([*scripts, *mains, *routes], key=lambda each: (hierarchy.is_aside(each.path), kinds[each.kind], each.path.count("/")))


def _package(package: Package) -> PackageName:
    return PackageName(package.name, package.ecosystem.value, package.path, package.line)


def _languages(counts: dict[str, list[int]]) -> tuple[Share, ...]:
    shares = [Share(language, files, lines) for language, (files, lines) in counts.items()]
    return tuple(sorted(shares, key=lambda each: (each.language not in LANGUAGES, -each.lines, each.language)))


def _roles(hierarchy: Hierarchy, path: str) -> tuple[str, ...]:
    """Return what rules over paths say a file is for."""
    digest, flags = hierarchy.files[path], hierarchy.flags[path]
    roles = [role for flag, role in _ROLES.items() if flags & flag]
    if is_manifest(path):
        roles.append("manifest")
    elif is_configuration(digest.language):
        roles.append("configuration")
    elif digest.code and flags & PathFlag.BARREL:
        roles.append("module root")
    return tuple(roles)


def _common_roles(hierarchy: Hierarchy, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the roles that all files of a folder have."""
    flags = ~0
    for path in paths:
        flags &= hierarchy.flags[path]
    return tuple(role for flag, role in _ROLES.items() if flags & flag)


def _readme(hierarchy: Hierarchy, folder: str) -> str:
    files = {posixpath.basename(path).lower(): path for path in hierarchy.folders[folder].files}
    return next((files[name] for name in _READMES if name in files), "")


def _doc_of(hierarchy: Hierarchy, path: str) -> Quote | None:
    digest = hierarchy.files.get(path)
    return Quote(digest.doc[0], path, digest.doc[1]) if digest and digest.doc[0] else None


def _module_doc(hierarchy: Hierarchy, folder: str) -> Quote | None:
    """Return what the file that stands for a folder says, or its README, or in Go the comment of its package in any file."""
    roots = [posixpath.join(folder, name) for name in _ROOT_FILES]
    for path in (*roots, _readme(hierarchy, folder)):
        if found := _doc_of(hierarchy, path):
            return found
    for path in sorted(hierarchy.folders[folder].files):
        found = _doc_of(hierarchy, path) if path.endswith(".go") else None
        if found and found.text.startswith(("Package ", "Command ")):
            return found
    return None


def _headings(hierarchy: Hierarchy, path: str) -> list[Quote]:
    digest = hierarchy.files.get(path)
    return [Quote(text, path, line) for text, line in digest.headings] if digest else []


def _tests(hierarchy: Hierarchy) -> list[Share]:
    """Return the outermost folders that are tests by their path, and as one row the test files outside of them."""
    found: dict[str, list[int]] = {}
    for path, digest in hierarchy.files.items():
        if not (digest.code and hierarchy.flags[path] & PathFlag.TEST):
            continue
        parts = path.split("/")[:-1]
        at = next((at for at, _ in enumerate(parts) if _is_test_folder(parts[at])), None)
        share = found.setdefault("/".join(parts[: at + 1]) if at is not None else "", [0, 0])
        share[0] += 1
        share[1] += digest.lines
    shares = [Share(folder, files, lines) for folder, (files, lines) in found.items()]
    return sorted(shares, key=lambda each: (-each.lines, each.language))


def _is_test_folder(name: str) -> bool:
    return bool(flags_of(f"{name}/file") & PathFlag.TEST)


def _configuration(hierarchy: Hierarchy) -> list[str]:
    """Return manifests, then files of settings at the root and in hidden folders there."""
    manifests = [path for path in hierarchy.files if is_manifest(path) and not hierarchy.is_aside(path)]
    settings = [
        path
        for path, digest in hierarchy.files.items()
        if is_configuration(digest.language) and (path.count("/") == 0 or path.startswith("."))
    ]
    key = {path: (path.count("/"), path) for path in (*manifests, *settings)}
    return [*sorted(manifests, key=key.__getitem__), *sorted(set(settings) - set(manifests), key=key.__getitem__)]
