"""Under which names others look for a file and for what it defines: what a change of it may touch.

Whatever a rule finds by going through the files of the program rests on one of these names, which it has to look at (``Evaluator.look``) on
every way to its answer, be the answer that there is nothing: a file that comes to have the name is what nobody could look at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from graph.flow import BLOCK, CLASS_SCOPE, EXTENSION, FUNCTION_SCOPE, INTERFACE, MEMBER, MODULE, FileFlow
from graph.program import named_bases

HEIRS = "heirs of "
"""Before a name: which classes name it as a base."""
ANY_IN = "any in "
"""Before a package's or namespace's name: whether a file has something in it, or in one below."""
STEM = "file "
"""Before a path up to the first dot of its last part: whether there is such a file."""
IMPORT_ROOTS = "import roots"
"""In which folders Python's packages lie."""
_SEPARATORS = {"java": ".", "kotlin": ".", "scala": ".", "csharp": ".", "cpp": "::"}
"""Languages whose namespaces any file can open, and how they write one inside another."""
_PACKAGE_OBJECT = "package "


def stem_name(path: str) -> str:
    """Return the name under which a file is looked for whose ending is not known."""
    folder, slash, base = path.rpartition("/")
    return f"{STEM}{folder}{slash}{base.partition('.')[0]}"


def names_of(path: str) -> Iterator[str]:
    """Yield what others look for when they look for a file or a folder by name."""
    for part in path.split("/"):
        yield f"module {part.partition('.')[0]}"
    yield f"package {path.rpartition('/')[0]}/"
    yield stem_name(path)


def announced(path: str, flow: FileFlow) -> list[str]:
    """Return under which names others may look for what a file defines, beside its path."""
    packages = {flow.package, path.rpartition("/")[0]} - {""}
    names = {f"package {path.rpartition('/')[0]}/", *(f"package {package}" for package in packages)}
    names.update(_of_namespaces(flow))
    names |= {f"package {name}" for name in flow.scopes[0].names if "\\" in name}
    names |= {f"interface {name}" for scope in flow.scopes if scope.flags & INTERFACE for name in scope.names}
    names.update(_OF_LANGUAGES.get(flow.language, _nothing)(flow))
    return sorted(names | {f"{HEIRS}{name}" for name, _ in named_bases(flow)})


def only_tells_presence(name: str) -> bool:
    """Say whether a name tells that something is there, and no more: who asked for more has looked at the file itself, by its path."""
    return name.startswith((HEIRS, ANY_IN))


def import_roots(paths: Collection[str]) -> list[str]:
    """Return the folders that hold top-level packages of Python, outermost first."""
    tops: set[str] = set()
    for path in paths:
        if path.endswith("/__init__.py"):
            folder = path.rpartition("/")[0]
            while folder and f"{folder}/__init__.py" in paths:
                folder = folder.rpartition("/")[0]
            tops.add(folder)
    return sorted(tops, key=lambda folder: (folder.count("/"), folder))


def moved_roots(before: Collection[str], now: Collection[str], moved: Iterable[str]) -> bool:
    """Say whether files that came or went move an import root."""
    return any(path.endswith("/__init__.py") for path in moved) and import_roots(before) != import_roots(now)


def _of_namespaces(flow: FileFlow) -> Iterator[str]:
    opened = {scope.name for scope in flow.scopes if scope.kind == BLOCK and scope.name}
    yield from (f"package {name}" for name in opened)
    separator = _SEPARATORS.get(flow.language)
    if separator is None:
        return
    if flow.language == "csharp" or (separator == "." and not flow.package):
        yield "package "
    objects = {f"{flow.package}.{name.removeprefix(_PACKAGE_OBJECT)}".strip(".") for name in _package_objects(flow)}
    yield from (f"package {name}" for name in objects)
    for name in {flow.package, *opened, *objects}:
        parts = name.split(separator)
        yield from (f"{ANY_IN}{separator.join(parts[:at])}" for at in range(1, len(parts) + 1))


def _package_objects(flow: FileFlow) -> Iterator[str]:
    return (name for name in flow.scopes[0].names if name.startswith(_PACKAGE_OBJECT))


def _nothing(flow: FileFlow) -> Iterator[str]:
    del flow
    return iter(())


def _of_c(flow: FileFlow) -> Iterator[str]:
    """Yield what a file of C or C++ gives to the linker, and the fields that it assigns to."""
    yield from (f"defines {scope.name}" for scope in flow.scopes if scope.kind == FUNCTION_SCOPE and scope.name)
    yield from (f"defines {name}" for scope in flow.scopes if scope.kind in {MODULE, BLOCK} for name in scope.names)
    stored = (flow.roots[target].expression for target, _ in flow.stores)
    yield from (f"assigns {each[3]}" for each in stored if each is not None and each[0] == MEMBER)


def _of_csharp(flow: FileFlow) -> Iterator[str]:
    """Yield the types, which may have parts elsewhere, extension methods, and whether something is used in every file."""
    for scope in flow.scopes:
        if scope.kind == CLASS_SCOPE and scope.name:
            yield f"type {scope.name}"
        elif scope.kind == FUNCTION_SCOPE and scope.flags & EXTENSION:
            yield f"extension {scope.name}"
    if any(each.reexported for each in flow.imports):
        yield "global using"


def _of_rust(flow: FileFlow) -> Iterator[str]:
    return (f"macro {name}" for scope in flow.scopes if scope.kind in {MODULE, BLOCK} for name in scope.names if name.endswith("!"))


def _of_scala(flow: FileFlow) -> Iterator[str]:
    """Yield all names: what a foreign type's member is depends on what is defined anywhere."""
    return (f"definitions of {name}" for scope in flow.scopes for name in scope.names)


_OF_LANGUAGES = {"c": _of_c, "cpp": _of_c, "csharp": _of_csharp, "rust": _of_rust, "scala": _of_scala}
