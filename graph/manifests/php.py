"""PHP: ``composer.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.manifests.located import read_json
from graph.manifests.model import Dependency, Ecosystem, Manifest, Scope, items, name, table, text

# The interpreter and its extensions; composer calls them platform packages.
_PLATFORM = re.compile(r"(?:php|hhvm|composer)(?:-[a-z0-9-]+)?$|(?:ext|lib)-[^/]+$", re.IGNORECASE)


def composer(path: str, source: str) -> Manifest:
    """Read ``composer.json``."""
    document = read_json(source)
    top = table(document.value)
    found: list[Dependency] = []
    dropped = 0
    for key, scope in (("require", Scope.RUNTIME), ("require-dev", Scope.DEVELOPMENT)):
        for own, value in table(top.get(key)).items():
            if _PLATFORM.match(own):
                continue
            if name(own):
                found.append(Dependency(own.lower(), text(value), scope, document.line(key, own)))
            else:
                dropped += 1
    return Manifest(
        path=path,
        ecosystem=Ecosystem.COMPOSER,
        name=name(top.get("name")).lower(),
        line=document.line("name"),
        dependencies=tuple(found),
        workspace=tuple(_path_repositories(top)) or None,
        dropped=dropped,
    )


def _path_repositories(top: dict[str, object]) -> Iterator[str]:
    repositories = top.get("repositories")
    for entry in items(repositories) or list(table(repositories).values()):
        if table(entry).get("type") == "path":
            yield text(table(entry).get("url"))
