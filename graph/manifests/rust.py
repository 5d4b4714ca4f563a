"""Rust: ``Cargo.toml``."""

from __future__ import annotations

from collections.abc import Iterator

from graph.manifests.located import Keys, Located, read_toml
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, inside, items, name, table, text

_TABLES = (
    ("dependencies", Scope.RUNTIME),
    ("dev-dependencies", Scope.DEVELOPMENT),
    ("dev_dependencies", Scope.DEVELOPMENT),
    ("build-dependencies", Scope.BUILD),
    ("build_dependencies", Scope.BUILD),
)


def cargo(path: str, source: str) -> Manifest:
    """Read ``Cargo.toml``: a package, a workspace's root, or both."""
    document = read_toml(source)
    top = table(document.value)
    package = table(top.get("package"))
    workspace = table(top.get("workspace"))
    folder = path.rpartition("/")[0]
    own = name(package.get("name"))
    read = list(_dependencies(document, folder))
    members = [*map(text, items(workspace.get("members"))), *(f"!{text(place)}" for place in items(workspace.get("exclude")))]
    versions = [dependency for keys, dependency in read if keys[0] == "workspace" and dependency]
    return Manifest(
        path=path,
        ecosystem=Ecosystem.CARGO,
        name=own,
        line=document.line("package", "name"),
        dependencies=tuple(dependency for keys, dependency in read if keys[0] != "workspace" and dependency),
        workspace=tuple(members) if "workspace" in top else None,
        versions=tuple(versions),
        dropped=sum(dependency is None for _, dependency in read),
    )


def _dependencies(document: Located, folder: str) -> Iterator[tuple[Keys, Dependency | None]]:
    top = table(document.value)
    places: list[tuple[Keys, dict[str, object]]] = [((), top), (("workspace",), table(top.get("workspace")))]
    places += [(("target", target), table(content)) for target, content in table(top.get("target")).items()]
    for keys, content in places:
        for key, scope in _TABLES:
            for own, value in table(content.get(key)).items():
                at = (*keys, key, own)
                yield at, _dependency(own, value, scope, document.line(*at), folder)


def _dependency(own: str, value: object, scope: Scope, line: int, folder: str) -> Dependency | None:
    options = table(value)
    real = name(options.get("package")) or name(own)
    if not real:
        return None
    optional = Scope.OPTIONAL if options.get("optional") is True and scope is Scope.RUNTIME else scope
    return Dependency(
        name=real,
        requirement=text(value) or text(options.get("version")),
        scope=optional,
        line=line,
        alias=own if real != own else "",
        local=inside(folder, options.get("path")),
        workspace=options.get("workspace") is True,
    )
