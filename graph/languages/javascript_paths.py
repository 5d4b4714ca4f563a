"""JavaScript and its dialects: which file an import names, by path, by the nearest tsconfig.json, or by a workspace's package."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graph.announcing import stem_name

ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".d.ts", ".d.mts", ".d.cts")
_WRITTEN_AS = {".js": (".ts", ".tsx", ".d.ts"), ".jsx": (".tsx", ".ts"), ".mjs": (".mts", ".d.mts"), ".cjs": (".cts", ".d.cts")}
"""What TypeScript's sources are called where an import names what they are compiled to."""

NODE_MODULES = frozenset({
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel",
    "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process",
    "punycode", "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url",
    "util", "v8", "vm", "wasi", "worker_threads", "zlib",
})  # fmt: skip


Look = Callable[[str], None]


@dataclass(slots=True)
class _Config:
    """What one tsconfig.json or jsconfig.json says about names of modules."""

    base: str | None = None
    paths: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])


class ModulePaths:
    """Finds the files that names of modules stand for. ``configs`` are the texts of package.json and tsconfig.json files by path."""

    def __init__(self, paths: Collection[str], configs: Mapping[str, str]) -> None:
        self._paths = paths
        self._configs: dict[str, _Config] = {}
        self._packages: dict[str, tuple[str, dict[str, Any]]] = {}
        for path in sorted(configs):
            folder, _, file = path.rpartition("/")
            if file == "package.json":
                self._read_package(folder, configs[path])
            elif file in {"tsconfig.json", "jsconfig.json"}:
                self._configs.setdefault(folder, _read_config(folder, configs[path]))

    def _read_package(self, folder: str, text: str) -> None:
        manifest = _read_json(text)
        name = manifest.get("name")
        if isinstance(name, str) and name:
            self._packages.setdefault(name, (folder, manifest))

    def find(self, path: str, module: str, look: Look) -> str:
        """Return the file of the program that an import in ``path`` names, or empty. ``look`` is told what files that rests on."""
        if module.startswith("."):
            return self._file(_join(posixpath.dirname(path), module), look)
        for folder in _folders(path):
            config = self._configs.get(folder)
            if config is not None:
                for candidate in _candidates(config, module):
                    if found := self._file(candidate, look):
                        return found
                break
        return self._in_package(module, look)

    def _in_package(self, module: str, look: Look) -> str:
        package, rest = split_package(module)
        if package not in self._packages:
            return ""
        folder, manifest = self._packages[package]
        if rest:
            for entry in _exported(manifest, f"./{rest}"):
                if found := self._file(_join(folder, entry), look):
                    return found
            return self._file(_join(folder, rest), look) or self._file(_join(folder, f"src/{rest}"), look)
        entries = [*_exported(manifest, "."), *(manifest.get(key) for key in ("source", "types", "module", "main"))]
        for entry in [*entries, "src/index", "index", "lib/index"]:
            if isinstance(entry, str) and (found := self._file(_join(folder, entry), look)):
                return found
        return ""

    def _file(self, stem: str, look: Look) -> str:
        inside = f"{stem}/index" if stem else "index"
        look(stem_name(stem))
        look(stem_name(inside))
        if stem in self._paths:
            return stem
        name, ending = posixpath.splitext(stem)
        for other in _WRITTEN_AS.get(ending, ()):
            if name + other in self._paths:
                return name + other
        for other in ENDINGS:
            if stem + other in self._paths:
                return stem + other
        return next((inside + other for other in ENDINGS if inside + other in self._paths), "")


def split_package(module: str) -> tuple[str, str]:
    """Split the name of a module into that of its package and the path in it."""
    parts = module.split("/")
    at = 2 if module.startswith("@") else 1
    return "/".join(parts[:at]), "/".join(parts[at:])


def _exported(manifest: dict[str, Any], key: str) -> Iterator[str]:
    """Yield the files that a package says it exports under a path, whatever the condition."""
    exports = manifest.get("exports")
    if isinstance(exports, dict) and any(str(each).startswith(".") for each in cast("dict[str, Any]", exports)):
        exports = cast("dict[str, Any]", exports).get(key)
    elif key != ".":
        return
    pending: list[Any] = [exports]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            pending += reversed(cast("dict[str, Any]", each).values())


def _join(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined


def _folders(path: str) -> Iterator[str]:
    while path:
        path = posixpath.dirname(path)
        yield path


def _candidates(config: _Config, module: str) -> Iterator[str]:
    for pattern, targets in config.paths:
        before, star, after = pattern.partition("*")
        if star and len(module) >= len(before) + len(after) and module.startswith(before) and module.endswith(after):
            matched = module[len(before) : len(module) - len(after)]
            yield from (target.replace("*", matched) for target in targets)
        elif module == pattern:
            yield from targets
    if config.base is not None:
        yield _join(config.base, module)


def _read_config(folder: str, text: str) -> _Config:
    options = _read_json(_without_comments(text)).get("compilerOptions")
    config = _Config()
    if not isinstance(options, dict):
        return config
    known = cast("dict[str, Any]", options)
    base, paths = known.get("baseUrl"), known.get("paths")
    if isinstance(base, str):
        config.base = _join(folder, base)
    if isinstance(paths, dict):
        start = folder if config.base is None else config.base
        for pattern, targets in cast("dict[str, Any]", paths).items():
            if isinstance(targets, list):
                config.paths.append((pattern, [_join(start, each) for each in cast("list[Any]", targets) if isinstance(each, str)]))
        config.paths.sort(key=lambda each: ("*" in each[0], -len(each[0])))
    return config


_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r",(\s*[}\]])")


def _without_comments(text: str) -> str:
    return _LAST_COMMA.sub(r"\1", _COMMENT.sub(lambda match: match[1] or "", text))


def _read_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
