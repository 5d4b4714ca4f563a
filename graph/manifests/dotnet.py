""".NET: project files, central package versions and ``packages.config``."""

from __future__ import annotations

import posixpath

from graph.manifests.located import Element, read_xml
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, inside, name, text


def project(path: str, data: bytes) -> Manifest:
    """Read a ``.csproj``, ``.fsproj`` or ``.vbproj``. Without an ``AssemblyName`` the project is called as its file."""
    root = read_xml(data)
    folder = posixpath.dirname(path)
    stem = posixpath.splitext(posixpath.basename(path))[0]
    found: list[Dependency] = []
    dropped = 0
    for element in root.below("ItemGroup", "PackageReference"):
        own = name(element.attributes.get("Include"))
        if own:
            found.append(Dependency(own, _version(element), Scope.RUNTIME, element.line))
        elif "Update" not in element.attributes:
            dropped += 1
    for element in root.below("ItemGroup", "ProjectReference"):
        place = inside(folder, element.attributes.get("Include"))
        if place is None or "*" in place:
            dropped += 1
        else:
            found.append(Dependency(posixpath.splitext(posixpath.basename(place))[0], "", Scope.RUNTIME, element.line, local=place))
    properties = root.below("PropertyGroup")
    own = _literal(properties, "PackageId") or _literal(properties, "AssemblyName") or stem
    return Manifest(
        path=path,
        ecosystem=Ecosystem.NUGET,
        name=name(own),
        line=1,
        dependencies=tuple(found),
        dropped=dropped,
    )


def _version(element: Element) -> str:
    return text(element.attributes.get("Version") or element.value("Version") or element.attributes.get("VersionOverride"))


def _literal(groups: list[Element], tag: str) -> str:
    found = next((value for group in groups if (value := group.value(tag))), "")
    return "" if "$(" in found else text(found)


def central_versions(path: str, data: bytes) -> Manifest:
    """Read ``Directory.Packages.props``: versions that projects below it use, and dependencies that all of them have."""
    root = read_xml(data)
    versions = [
        Dependency(own, _version(element), line=element.line)
        for element in root.below("ItemGroup", "PackageVersion")
        if (own := name(element.attributes.get("Include")))
    ]
    shared = [
        Dependency(own, _version(element), Scope.DEVELOPMENT, element.line)
        for element in root.below("ItemGroup", "GlobalPackageReference")
        if (own := name(element.attributes.get("Include")))
    ]
    return Manifest(path, Ecosystem.NUGET, dependencies=tuple(shared), versions=tuple(versions))


def packages_config(path: str, data: bytes) -> Manifest:
    """Read the older ``packages.config``."""
    found = [
        Dependency(own, text(element.attributes.get("version")), Scope.RUNTIME, element.line)
        for element in read_xml(data).below("package")
        if (own := name(element.attributes.get("id")))
    ]
    return Manifest(path, Ecosystem.NUGET, dependencies=tuple(found))
