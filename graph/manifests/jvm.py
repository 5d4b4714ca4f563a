"""Java, Kotlin and Scala: ``pom.xml``, Gradle's build files and version catalogues, ``build.sbt``; of the programs only what is literal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from graph.manifests.located import Element, line_at, line_starts, read_toml, read_xml
from graph.manifests.model import Dependency, Ecosystem, Manifest, ManifestError, Scope, name, table, text

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")
_MAX_DEPTH = 10
_POM_SCOPES = {"test": Scope.DEVELOPMENT, "provided": Scope.PEER, "system": Scope.PEER}


def pom(path: str, data: bytes) -> Manifest:
    """Read ``pom.xml``. Properties that the file itself defines are replaced; others stay as they are written."""
    root = read_xml(data)
    if root.tag != "project":
        raise ManifestError(f"its root element is <{text(root.tag)}>, not <project>")
    parent = root.child("parent") or Element("", 0, {})
    group = root.value("groupId") or parent.value("groupId")
    version = root.value("version") or parent.value("version")
    properties = {element.tag: element.text.strip() for element in root.below("properties")[:1] for element in element.children}
    for prefix in ("project.", "pom.", ""):
        properties |= {f"{prefix}groupId": group, f"{prefix}artifactId": root.value("artifactId"), f"{prefix}version": version}

    def literal(value: str) -> str:
        value = value.strip()[:500]
        for _ in range(_MAX_DEPTH):
            replaced = _PROPERTY.sub(lambda found: properties.get(found[1], found[0])[:500], value)[:500]
            if replaced == value:
                break
            value = replaced
        return text(value)

    listed = [*root.below("dependencies", "dependency"), *root.below("profiles", "profile", "dependencies", "dependency")]
    managed = root.below("dependencyManagement", "dependencies", "dependency")
    read = [(element, _coordinates(element, literal)) for element in listed]
    modules = root.child("modules")
    own = root.child("artifactId")
    return Manifest(
        path=path,
        ecosystem=Ecosystem.MAVEN,
        name=name(f"{literal(group)}:{literal(own.text)}" if own and group else ""),
        line=own.line if own else 1,
        dependencies=tuple(_pom_dependency(element, found, literal(element.value("version"))) for element, found in read if found),
        workspace=tuple(text(module.text) for module in modules.children) if modules else None,
        versions=tuple(
            Dependency(found, literal(element.value("version")), line=element.line)
            for element in managed
            if (found := _coordinates(element, literal))
        ),
        dropped=sum(not found for _, found in read),
    )


def _coordinates(element: Element, literal: Callable[[str], str]) -> str:
    group, artifact = literal(element.value("groupId")), literal(element.value("artifactId"))
    return name(f"{group}:{artifact}") if group and artifact else ""


def _pom_dependency(element: Element, found: str, version: str) -> Dependency:
    optional = Scope.OPTIONAL if element.value("optional") == "true" else Scope.RUNTIME
    return Dependency(found, version, _POM_SCOPES.get(element.value("scope"), optional), element.line)


_COMMENTS = re.compile(r"""("(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?""")
_CONFIGURATION = (
    r"(?<![\w.])(?P<configuration>(?:\w*?(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|[cC]ompile|[rR]untime"
    r"|[aA]nnotationProcessor)|kapt|ksp|classpath|developmentOnly))"
)
_GRADLE = re.compile(
    _CONFIGURATION + r"[ \t]*+\(?[ \t]*+(?:(?:platform|enforcedPlatform|testFixtures|kotlin)[ \t]*+\([ \t]*+)?(?:"
    r"""["'](?P<literal>[\w.-]+:[\w.-]+)(?::(?P<version>[^"'\n@]*))?[^"'\n]*["']"""
    r"""|project[ \t]*\([ \t]*(?:path[ \t]*[:=][ \t]*)?["'](?P<project>:[\w.:-]*)["']"""
    r"""|group[ \t]*[:=][ \t]*["'](?P<group>[\w.-]+)["'][ \t]*,\s*name[ \t]*[:=][ \t]*["'](?P<artifact>[\w.-]+)["']"""
    r"""(?:[ \t]*,\s*version[ \t]*[:=][ \t]*["'](?P<named>[^"'\n]*)["'])?"""
    r"|libs\.(?P<alias>[A-Za-z][\w.]*))"
)
_GRADLE_GROUP = re.compile(r"""^[ \t]*+group[ \t]*+=?[ \t]*+["']([^"'\n$]+)["']""", re.MULTILINE)
_INCLUDE = re.compile(r"""(?<![\w.])include(?:Build)?\b[ \t]*\(?((?:[ \t]*["'][^"'\n]+["'],?\s*)+)""")
_STRING = re.compile(r"""["']([^"'\n]+)["']""")


def _without_comments(source: str) -> str:
    """Blank out comments; offsets of lines stay."""
    return _COMMENTS.sub(lambda found: found[1] or re.sub(r"[^\n]", " ", found[0]), source)


def gradle(path: str, source: str) -> Manifest:
    """Read ``build.gradle`` or ``build.gradle.kts``. An entry of the version catalogue has the name ``libs:ALIAS`` until one is at hand."""
    code = _without_comments(source)
    starts = line_starts(code)
    folder = path.rpartition("/")[0]
    found: list[Dependency] = []
    for match in _GRADLE.finditer(code):
        own = match["literal"] or (f"{match['group']}:{match['artifact']}" if match["group"] else "")
        local = None
        if match["project"]:
            own = match["project"]
        elif match["alias"]:
            own = f"libs:{_alias(match['alias'])}"
        if name(own):
            version = text(match["version"] or match["named"])
            version = "" if "${" in version and "}" not in version else version  # a quote inside the expression ended it
            scope = _gradle_scope(match["configuration"])
            found.append(Dependency(own, version, scope, line_at(starts, match.start()), local=local))
    groups = list(_GRADLE_GROUP.finditer(code))
    group = text(groups[-1][1]) if groups else ""
    project = folder.rpartition("/")[2]
    return Manifest(
        path=path,
        ecosystem=Ecosystem.MAVEN,
        name=name(f"{group}:{project}" if group and project else project),
        line=line_at(starts, groups[-1].start()) if groups else 1,
        dependencies=tuple(found),
    )


def _gradle_scope(configuration: str) -> Scope:
    lowered = configuration.lower()
    if "test" in lowered or lowered == "developmentonly":
        return Scope.DEVELOPMENT
    if "processor" in lowered or lowered in {"kapt", "ksp", "classpath"}:
        return Scope.BUILD
    return Scope.PEER if "compileonly" in lowered else Scope.RUNTIME


def _alias(written: str) -> str:
    return re.sub(r"[._-]+", "-", written)


def gradle_settings(path: str, source: str) -> Manifest:
    """Read ``settings.gradle`` or ``settings.gradle.kts``: the projects of one build."""
    code = _without_comments(source)
    projects = [project for include in _INCLUDE.finditer(code) for project in _STRING.findall(include[1])]
    members = [project.strip(":").replace(":", "/") for project in projects if ".." not in project]
    return Manifest(path, Ecosystem.MAVEN, workspace=(".", *(text(member) for member in members)))


def catalogue(path: str, source: str) -> Manifest:
    """Read Gradle's ``libs.versions.toml``: aliases (``group``) of libraries."""
    document = read_toml(source)
    top = table(document.value)
    shared: Mapping[str, object] = table(top.get("versions"))
    found: list[Dependency] = []
    for alias, value in table(top.get("libraries")).items():
        options = table(value)
        module = text(options.get("module")) or f"{text(options.get('group'))}:{text(options.get('name'))}"
        version = text(options.get("version")) or text(shared.get(text(table(options.get("version")).get("ref"))))
        if isinstance(value, str):
            module, _, version = text(value).rpartition(":")
        if name(module) and ":" in module.strip(":"):
            found.append(Dependency(module, version, line=document.line("libraries", alias), alias=_alias(alias)))
    return Manifest(path, Ecosystem.MAVEN, versions=tuple(found))


_SBT = re.compile(
    r'"(?P<group>[\w.-]+)"\s*%{1,3}\s*"(?P<artifact>[\w.-]+)"\s*%\s*(?:"(?P<version>[^"\n]+)"|[\w.]+)'
    r'(?:\s*%\s*(?:"(?P<scope>[^"\n]+)"|(?P<symbol>Test|Provided|IntegrationTest|Runtime|Compile)\b))?'
)
_SBT_FIELD = re.compile(r'(?:ThisBuild\s*/\s*)?\b(organization|name)\s*:=\s*"([^"\n]+)"')


def sbt(path: str, source: str) -> Manifest:
    """Read the literal dependencies of ``build.sbt`` or of a Scala file below ``project/``."""
    code = _without_comments(source)
    starts = line_starts(code)
    fields: dict[str, re.Match[str]] = {}
    for match in _SBT_FIELD.finditer(code):
        fields.setdefault(match[1], match)
    found: list[Dependency] = []
    for match in _SBT.finditer(code):
        scope = (match["scope"] or match["symbol"] or "").lower()
        kind = Scope.DEVELOPMENT if "test" in scope else Scope.PEER if scope == "provided" else Scope.RUNTIME
        own = name(f"{match['group']}:{match['artifact']}")
        found.append(Dependency(own, text(match["version"]), kind, line_at(starts, match.start())))
    own = fields.get("name")
    organization = fields.get("organization")
    full = f"{organization[2]}:{own[2]}" if own and organization else own[2] if own else ""
    return Manifest(
        path=path,
        ecosystem=Ecosystem.MAVEN,
        name=name(full),
        line=line_at(starts, own.start()) if own else 1,
        dependencies=tuple(found),
    )
