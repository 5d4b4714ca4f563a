"""Python: ``pyproject.toml`` by PEP 621, PEP 735, Poetry, PDM, uv, setuptools and Hatch; ``setup.cfg``, ``setup.py``, pip files."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from configparser import Error as ConfigParserError
from configparser import RawConfigParser
from dataclasses import replace

from graph.manifests.located import Keys, Located, lines, read_toml
from graph.manifests.model import Dependency, Ecosystem, Manifest, ManifestError, Scope, inside, items, name, table, text

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;]*)")
_SEPARATORS = re.compile(r"[-_.]+")


def normalized(distribution: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return _SEPARATORS.sub("-", distribution).lower()


def pyproject(path: str, source: str) -> Manifest:
    """Read ``pyproject.toml``."""
    return _PyProject(path, read_toml(source)).manifest()


class _PyProject:
    """One ``pyproject.toml`` while it is read."""

    def __init__(self, path: str, document: Located) -> None:
        self._path = path
        self._folder = path.rpartition("/")[0]
        self._document = document
        self._top = table(document.value)
        self._project = table(self._top.get("project"))
        self._tool = table(self._top.get("tool"))
        self._poetry = table(self._tool.get("poetry"))
        self._uv = table(self._tool.get("uv"))
        self._dropped = 0

    def manifest(self) -> Manifest:
        """Return everything the file declares."""
        found = (*self._standard(), *self._poetry_tables(), *self._tool_lists())
        keys = ("project", "name") if self._project.get("name") else ("tool", "poetry", "name")
        workspace = table(self._uv.get("workspace"))
        members = [*map(text, items(workspace.get("members"))), *(f"!{text(glob)}" for glob in items(workspace.get("exclude")))]
        return Manifest(
            path=self._path,
            ecosystem=Ecosystem.PYPI,
            name=name(self._project.get("name")) or name(self._poetry.get("name")),
            line=self._document.line(*keys),
            dependencies=found,
            workspace=tuple(members) if workspace else None,
            dropped=self._dropped,
        )

    def _standard(self) -> Iterator[Dependency]:
        yield from self._list(self._project.get("dependencies"), ("project", "dependencies"), Scope.RUNTIME)
        for extra, listed in table(self._project.get("optional-dependencies")).items():
            yield from self._list(listed, ("project", "optional-dependencies", extra), Scope.OPTIONAL, extra)
        for group, listed in table(self._top.get("dependency-groups")).items():
            yield from self._list(listed, ("dependency-groups", group), Scope.DEVELOPMENT, group)
        yield from self._list(table(self._top.get("build-system")).get("requires"), ("build-system", "requires"), Scope.BUILD)

    def _tool_lists(self) -> Iterator[Dependency]:
        yield from self._list(self._uv.get("dev-dependencies"), ("tool", "uv", "dev-dependencies"), Scope.DEVELOPMENT, "dev")
        for group, listed in table(table(self._tool.get("pdm")).get("dev-dependencies")).items():
            yield from self._list(listed, ("tool", "pdm", "dev-dependencies", group), Scope.DEVELOPMENT, group)

    def _list(self, listed: object, keys: Keys, scope: Scope, group: str = "") -> Iterator[Dependency]:
        sources = {normalized(key): table(value) for key, value in table(self._uv.get("sources")).items()}
        for index, entry in enumerate(items(listed)):
            if isinstance(entry, dict):
                continue  # PEP 735's include-group: the included group stands in the same table
            line = self._document.line(*keys, str(index))
            found = requirement(entry, self._folder, scope=scope, group=group, line=line)
            if found is None:
                self._dropped += 1
                continue
            origin = sources.get(found.name, {})
            local = inside(self._folder, origin.get("path")) or found.local
            yield replace(found, local=local, workspace=origin.get("workspace") is True)

    def _poetry_tables(self) -> Iterator[Dependency]:
        keys = ("tool", "poetry")
        yield from self._table(self._poetry.get("dependencies"), (*keys, "dependencies"), Scope.RUNTIME)
        yield from self._table(self._poetry.get("dev-dependencies"), (*keys, "dev-dependencies"), Scope.DEVELOPMENT, "dev")
        for group, content in table(self._poetry.get("group")).items():
            listed = table(content).get("dependencies")
            yield from self._table(listed, (*keys, "group", group, "dependencies"), Scope.DEVELOPMENT, group)

    def _table(self, listed: object, keys: Keys, scope: Scope, group: str = "") -> Iterator[Dependency]:
        for key, value in table(listed).items():
            found = name(key)
            if normalized(found) == "python":
                continue  # the interpreter
            if not found:
                self._dropped += 1
                continue
            options = table(value) or table(next(iter(items(value)), None))
            optional = Scope.OPTIONAL if options.get("optional") is True and scope is Scope.RUNTIME else scope
            version = text(value) or text(options.get("version"))
            line = self._document.line(*keys, key)
            yield Dependency(normalized(found), version, optional, line, group, local=inside(self._folder, options.get("path")))


def requirement(entry: object, folder: str, *, scope: Scope = Scope.RUNTIME, group: str = "", line: int = 0) -> Dependency | None:
    """Read one PEP 508 requirement, None where it names nothing."""
    match = _REQUIREMENT.match(entry) if isinstance(entry, str) else None
    if match is None:
        return None
    rest = text(match[2])
    local = None
    if rest.startswith("@"):
        local = inside(folder, rest[1:].strip().removeprefix("file:"))
    return Dependency(normalized(match[1]), rest, scope, line, group, local=local)


_FLAG = re.compile(r"-(?:e|-editable)(?:\s+|=)(.+)")
_MAX_ENTRY = 10_000
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
_DEVELOPMENT = re.compile(r"(?:^|[/._-])(?:dev|test|tests|testing|lint|docs?|ci|build|typing|style)(?=[/._-]|$)")


def requirements(path: str, source: str) -> Manifest:
    """Read a pip requirements file. Other files it includes are manifests of their own, and constraints are no dependencies."""
    folder = path.rpartition("/")[0]
    scope = Scope.DEVELOPMENT if _DEVELOPMENT.search(path.rpartition("/")[2].removesuffix(".txt")) else Scope.RUNTIME
    found: list[Dependency] = []
    dropped = line = 0
    pending: list[str] = []
    first = 1
    for raw in lines(source):
        line += 1
        first = first if pending else line
        part = re.sub(r"(?:^|\s)#.*", "", raw)
        pending.append(part.removesuffix("\\"))
        if part.endswith("\\"):
            continue
        entry = "".join(pending).strip()[:_MAX_ENTRY]
        pending.clear()
        if not entry:
            continue
        dependency = _requirement_line(entry, folder, scope, first)
        if dependency:
            found.append(dependency)
        elif not entry.startswith("-") or _FLAG.match(entry):
            dropped += 1
    return Manifest(path, Ecosystem.PYPI, dependencies=tuple(found), dropped=dropped)


def _requirement_line(entry: str, folder: str, scope: Scope, line: int) -> Dependency | None:
    editable = _FLAG.match(entry)
    place = editable[1].strip() if editable else entry
    egg = _EGG.search(place)
    if editable or place.startswith((".", "/")) or "://" in place.partition(" @ ")[0]:
        bare = place.partition("#")[0]
        bare = bare[: bare.rfind("[")] if bare.endswith("]") and "[" in bare else bare
        local = inside(folder, bare) if "://" not in place else None
        if local is not None:
            return Dependency("", "", scope, line, local=local)
        return Dependency(normalized(egg[1]), text(place), scope, line) if egg else None
    return requirement(re.sub(r"\s--\w.*", "", entry), folder, scope=scope, line=line) if not entry.startswith("-") else None


def setup_cfg(path: str, source: str) -> Manifest:
    """Read setuptools' ``setup.cfg``."""
    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(source)
    except ConfigParserError as error:
        raise ManifestError(f"not INI: {text(str(error))}") from None
    folder = path.rpartition("/")[0]
    places: dict[str, int] = {}
    for at, raw in enumerate(lines(source), 1):
        code = raw.partition("#")[0]
        for entry in (code.strip(), code.partition("=")[2].strip()):
            places.setdefault(entry, at)
    found: list[Dependency] = []
    dropped = 0

    def add(section: str, key: str, scope: Scope, group: str = "") -> None:
        nonlocal dropped
        for entry in parser.get(section, key, fallback="").splitlines():
            wanted = entry.partition("#")[0].strip()
            if not wanted:
                continue
            dependency = requirement(wanted, folder, scope=scope, group=group, line=places.get(wanted, 1))
            if dependency:
                found.append(dependency)
            else:
                dropped += 1

    add("options", "install_requires", Scope.RUNTIME)
    add("options", "setup_requires", Scope.BUILD)
    add("options", "tests_require", Scope.DEVELOPMENT)
    for extra in parser.options("options.extras_require") if parser.has_section("options.extras_require") else ():
        add("options.extras_require", extra, Scope.OPTIONAL, extra)
    own = parser.get("metadata", "name", fallback="")
    return Manifest(
        path=path,
        ecosystem=Ecosystem.PYPI,
        name=name(own),
        line=places.get(own, 1),
        dependencies=tuple(found),
        dropped=dropped,
    )


def setup_py(path: str, source: str) -> Manifest:
    """Read the arguments of ``setup()`` that are literal; everything that would have to run is left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the foreign code's own escapes
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ManifestError(f"not Python: {text(str(error)) or 'nested too deeply'}") from None
    arguments = {
        keyword.arg: keyword.value
        for call in (statement.value for statement in _statements(tree) if isinstance(statement.value, ast.Call))
        if _is_setup(call.func)
        for keyword in call.keywords
        if keyword.arg
    }
    folder = path.rpartition("/")[0]
    found = [
        *_literal_requirements(arguments.get("install_requires"), folder, Scope.RUNTIME),
        *_literal_requirements(arguments.get("setup_requires"), folder, Scope.BUILD),
        *_literal_requirements(arguments.get("tests_require"), folder, Scope.DEVELOPMENT),
    ]
    extras = arguments.get("extras_require")
    if isinstance(extras, ast.Dict):
        for key, value in zip(extras.keys, extras.values, strict=True):
            if isinstance(key, ast.Constant):
                found += _literal_requirements(value, folder, Scope.OPTIONAL, text(key.value))
    own = arguments.get("name")
    return Manifest(
        path=path,
        ecosystem=Ecosystem.PYPI,
        name=name(_constant(own)),
        line=own.lineno if own else 1,
        dependencies=tuple(found),
    )


def _is_setup(callee: ast.expr) -> bool:
    if isinstance(callee, ast.Attribute):
        return callee.attr == "setup" and isinstance(callee.value, ast.Name) and callee.value.id == "setuptools"
    return isinstance(callee, ast.Name) and callee.id == "setup"


def _statements(tree: ast.Module) -> Iterator[ast.Expr]:
    """Yield the expression statements at the top, also those below ``if __name__ == ...``."""
    for statement in tree.body:
        for inner in statement.body if isinstance(statement, ast.If) else (statement,):
            if isinstance(inner, ast.Expr):
                yield inner


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _literal_requirements(node: ast.expr | None, folder: str, scope: Scope, group: str = "") -> list[Dependency]:
    elements = node.elts if isinstance(node, (ast.List, ast.Tuple)) else ()
    read = [requirement(_constant(element), folder, scope=scope, group=group, line=element.lineno) for element in elements]
    return [dependency for dependency in read if dependency]


def pipfile(path: str, source: str) -> Manifest:
    """Read a ``Pipfile``."""
    document = read_toml(source)
    folder = path.rpartition("/")[0]
    found: list[Dependency] = []
    for key, scope in (("packages", Scope.RUNTIME), ("dev-packages", Scope.DEVELOPMENT)):
        for own, value in table(table(document.value).get(key)).items():
            options = table(value)
            if name(own):
                version = text(value) or text(options.get("version"))
                local = inside(folder, options.get("path"))
                found.append(Dependency(normalized(own), version, scope, document.line(key, own), local=local))
    return Manifest(path, Ecosystem.PYPI, dependencies=tuple(found))
