"""The nouns of package manifests, and the careful reading of values nobody has checked."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import cast


class ManifestError(ValueError):
    """A manifest cannot be read; the message says why, and costs that file only."""


class Ecosystem(StrEnum):
    """Whose names a manifest speaks."""

    CARGO = "cargo"
    COMPOSER = "composer"
    GO = "go"
    MAVEN = "maven"  # Maven, Gradle and sbt share names of the form group:artifact
    NPM = "npm"
    NUGET = "nuget"
    PYPI = "pypi"
    RUBYGEMS = "rubygems"
    SWIFT = "swift"


class Scope(StrEnum):
    """When a package needs another one."""

    RUNTIME = "runtime"
    OPTIONAL = "optional"
    PEER = "peer"
    DEVELOPMENT = "development"
    BUILD = "build"
    INDIRECT = "indirect"  # only the dependency of a dependency, listed for its version


@dataclass(frozen=True, slots=True)
class Dependency:
    """One declared dependency, in its ecosystem's spelling; ``line`` counts from 1."""

    name: str
    requirement: str = ""
    scope: Scope = Scope.RUNTIME
    line: int = 0
    group: str = ""
    """The extra, feature or group it belongs to."""
    alias: str = ""
    """The name code uses for it, where the manifest renames it."""
    local: str | None = None
    """The folder or manifest in this repository that it is taken from, by path from the repository's root; None where nothing says so."""
    workspace: bool = False
    """The manifest says that it is a member of the same workspace."""
    start_byte: int = -1
    """Where its name stands, -1 where it could not be found again."""
    end_byte: int = -1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one manifest declares. ``name`` is empty where it declares no package of its own (``requirements.txt``, a workspace's root)."""

    path: str
    ecosystem: Ecosystem
    name: str = ""
    line: int = 0
    dependencies: tuple[Dependency, ...] = ()
    workspace: tuple[str, ...] | None = None
    """Folders, possibly with wildcards, of the workspace whose root this is; one with a leading ``!`` is taken out again."""
    versions: tuple[Dependency, ...] = ()
    """Versions set here for others to use; no dependency by themselves."""
    dropped: int = 0
    """Declared dependencies without a usable name."""

    @property
    def folder(self) -> str:
        """The folder that the manifest speaks for, "" for the repository's root."""
        return posixpath.dirname(self.path)


_NAME = re.compile(r"[^\s\x00-\x20\x7f#\ud800-\udfff]{1,214}")
_PRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MAX_REQUIREMENT = 200


def table(value: object) -> dict[str, object]:
    """Return a table that was read from a manifest, an empty one for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a list that was read from a manifest, an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text that was read from a manifest on one bounded line, "" for anything else."""
    return _PRINTABLE.sub(" ", value).strip()[:_MAX_REQUIREMENT] if isinstance(value, str) else ""


def name(value: object) -> str:
    """Return a package's name, "" for what can be none: 1 to 214 characters (npm's bound), no blanks, no ``#``."""
    found = value.strip() if isinstance(value, str) else ""
    return found if _NAME.fullmatch(found) else ""


def inside(folder: str, relative: object) -> str | None:
    """Return a path of a manifest in ``folder`` as a path from the repository's root, None where it leads outside or nowhere."""
    if not isinstance(relative, str) or not relative.strip() or re.match(r"[A-Za-z][\w+.-]*:|[/\\~$]", relative) or "\0" in relative:
        return None
    path = posixpath.normpath(posixpath.join(folder, relative.strip().replace("\\", "/")))
    return None if path == ".." or path.startswith("../") else "" if path == "." else path
