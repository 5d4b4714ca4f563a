"""Settings: the one reader of the environment and of ``codelore.toml``. What the environment says wins.

A setting that nobody gave is None: its default stands where it is used (``WalkOptions``, ``IndexOptions``, ``EngineOptions``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ingest.errors import CodeloreError
from ingest.model import SkipRule

_FILE = "codelore.toml"
_SWITCHABLE_RULES = (
    SkipRule.BINARY,
    SkipRule.TOO_LARGE,
    SkipRule.MINIFIED,
    SkipRule.LOCKFILE,
    SkipRule.TRANSLATION,
    SkipRule.CODELOREIGNORE,
)

_GRAPH_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_MODEL_SCHEMES = ("static", "onnx", "sentence-transformers")
_SECRETS = {"graph_url", "graph_password"}


class SettingsError(CodeloreError):
    """A setting has a value that cannot be used, or the settings file cannot be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this user wants Codelore to run."""

    data_dir: Path
    """Where the index lives."""
    workers: int | None = None
    """Processes that read and parse."""
    max_file_bytes: int | None = None
    """Larger files are skipped and counted."""
    keep: frozenset[SkipRule] = frozenset()
    """Skip rules that are switched off."""
    lock_seconds: float | None = None
    """How long a run waits for another one that indexes the same repository."""
    busy_seconds: float | None = None
    """How long a transaction waits for another process's."""
    graph_url: str | None = field(default=None, repr=False)
    """Where the graph is kept, when not in the data folder: a Neo4j server's address. It may hold a password, so it is not shown."""
    graph_user: str | None = None
    """Whom to log in there."""
    graph_password: str | None = field(default=None, repr=False)
    """With which password."""
    embedder: str | None = None
    """The model whose vectors are kept beside the static ones: ``onnx:…``, ``sentence-transformers:…``."""
    embedder_device: str | None = None
    """Where torch computes it."""
    embedder_download: bool | None = None
    """Whether a model that is not on this machine may be fetched from its hub."""


def load_settings() -> Settings:
    """Read the environment and the user's settings file.

    Raises ``SettingsError`` that names the setting, its value and what it may be.
    """
    # 4 ms, and the only place that knows where each system keeps a user's files
    from platformdirs import user_config_path, user_data_path

    values = _from_file(user_config_path("codelore") / _FILE) | _from_environment(os.environ)
    values.setdefault("data_dir", user_data_path("codelore"))
    return Settings(**values)


def use_one_blas_thread() -> None:
    """Have numpy's OpenBLAS start no threads, unless the user says how many.

    Its products are small here and workers take the cores; starting threads cost every command 25 ms of processor time on two cores.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def color_wanted() -> bool:
    """Tell whether the environment allows colours: ``NO_COLOR`` (https://no-color.org) is unset and the terminal is not a dumb one."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {name: f"CODELORE_{name.upper()}" for name in _READERS}
    return {name: _read(name, environment[key], key) for name, key in names.items() if environment.get(key, "").strip()}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path}: {error.strerror}; make it readable or remove it") from error
    import tomllib  # 5 ms that a user without the file does not pay

    try:
        stored = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {path} is not valid TOML: {error}; correct or remove it") from error
    unknown = sorted(stored.keys() - _READERS.keys())
    if unknown:
        raise SettingsError(f"the settings file {path} has no meaning for {', '.join(unknown)}; it may set {', '.join(_READERS)}")
    return {name: _read(name, value, f"{name} in {path}") for name, value in stored.items()}


def _read(name: str, value: object, source: str) -> object:
    try:
        return _READERS[name](value)
    except (ValueError, TypeError) as error:
        shown = "set to something" if name in _SECRETS else repr(value)
        raise SettingsError(f"{source} is {shown}, but it must be {error}") from (None if name in _SECRETS else error)


def _whole_number(least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        expected = f"a whole number, {least} or more"
        text = str(value).strip().replace("_", "")
        if isinstance(value, bool | float) or not text.isdecimal() or int(text) < least:
            raise ValueError(expected)
        return int(text)

    return read


def _seconds(value: object) -> float:
    expected = "a number of seconds, 0 or more"
    try:
        seconds = float(str(value))
    except ValueError:
        raise ValueError(expected) from None
    if isinstance(value, bool) or not 0 <= seconds < float("inf"):
        raise ValueError(expected)
    return seconds


def _folder(value: object) -> Path:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("the path of a folder")
    path = Path(value)
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("the path of a folder; its ~ names no user of this machine") from None


def _graph_address(value: object) -> str:
    expected = f"the address of a Neo4j server: {', '.join(f'{each}://HOST:PORT' for each in _GRAPH_SCHEMES)}"
    text = str(value).strip()
    scheme, _, place = text.partition("://")
    if scheme not in _GRAPH_SCHEMES or not place.rpartition("@")[2].strip("/"):
        raise ValueError(expected)
    return text


def _model_address(value: object) -> str:
    text = str(value).strip()
    scheme, _, place = text.partition(":")
    if scheme not in _MODEL_SCHEMES or not (place or scheme == "static"):
        raise ValueError(
            "the address of an embedding model: onnx:FOLDER, onnx:PACKAGE, sentence-transformers:NAME_OR_FOLDER or static:FILE"
        )
    return text


def _switch(value: object) -> bool:
    found = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}.get(
        str(value).lower()
    )
    if found is None:
        raise ValueError("yes or no")
    return found


def _text(value: object) -> str:
    return str(value)


def _rules(value: object) -> frozenset[SkipRule]:
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    allowed = [rule.value for rule in _SWITCHABLE_RULES]
    if not isinstance(names, list) or not all(name in allowed for name in names):  # pyright: ignore[reportUnknownVariableType]
        raise ValueError(f"a list of skip rules out of {', '.join(allowed)}")
    return frozenset(SkipRule(name) for name in names)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


_READERS: dict[str, Callable[[object], object]] = {
    "data_dir": _folder,
    "workers": _whole_number(1),
    "max_file_bytes": _whole_number(1),
    "keep": _rules,
    "lock_seconds": _seconds,
    "busy_seconds": _seconds,
    "graph_url": _graph_address,
    "graph_user": _text,
    "graph_password": _text,
    "embedder": _model_address,
    "embedder_device": _text,
    "embedder_download": _switch,
}
assert _READERS.keys() == {field.name for field in fields(Settings)}
