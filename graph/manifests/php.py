"""PHP: ``composer.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.manifests.located import read_json
from graph.manifests.model import Dependency, Ecosystem, ImportRoot, Manifest, Scope, inside, items, name, table, text

# The interpreter and its extensions; composer calls them platform packages.
_PLATFORM = re.compile(r"(?:php|hhvm|composer)(?:-[a-z0-9-]+)?$|(?:ext|lib)-[^/]+$", re.IGNORECASE)


def composer(path: str, source: str) -> Manifest:
    """Read ``composer.json``; its PSR-4 and PSR-0 tables are the import roots."""
    document = read_json(source)
    top = table(document.value)
    folder = path.rpartition("/")[0]
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
        version=text(top.get("version")),
        line=document.line("name"),
        dependencies=tuple(found),
        roots=tuple(_roots(top, folder)),
        workspace=tuple(_path_repositories(top)) or None,
        dropped=dropped,
    )


def _roots(top: dict[str, object], folder: str) -> Iterator[ImportRoot]:
    for key, tests in (("autoload", False), ("autoload-dev", True)):
        for standard in ("psr-4", "psr-0"):
            for prefix, places in table(table(top.get(key)).get(standard)).items():
                for place in items(places) or [places]:
                    at = inside(folder, text(place) or ".")
                    if at is not None and isinstance(place, str):
                        # By PSR-0 the namespace's own folders stand below the root, by PSR-4 they do not.
                        yield ImportRoot(text(prefix) if standard == "psr-4" else "", at, tests)


def _path_repositories(top: dict[str, object]) -> Iterator[str]:
    repositories = top.get("repositories")
    for entry in items(repositories) or list(table(repositories).values()):
        if table(entry).get("type") == "path":
            yield text(table(entry).get("url"))
