"""The commands about Codelore itself: languages, doctor."""

from __future__ import annotations

import argparse
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from graph.languages.registry import RESOLVED
from ingest.errors import CodeloreError
from ingest.formats.outline import FORMATS, FormatSpec
from ingest.git import run
from ingest.languages.registry import LANGUAGES, LanguageSpec, levels
from ingest.parse import parse
from retrieval.embed import SHIPPED, StaticEmbedder
from retrieval.holdings import VECTORS_FILE
from serve.cli_search import style
from serve.compose import data_identity, open_engine, open_graph
from serve.documents import to_line
from serve.settings import Settings, load_settings

_OLDEST_SQLITE = (3, 35, 0)  # RETURNING
_LITTLE_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A language or a format, as the list shows it."""

    name: str
    family: str
    extensions: tuple[str, ...]
    filenames: tuple[str, ...]
    levels: tuple[str, ...]


def rows() -> list[Row]:
    """Return every language, then every format, by name."""

    def language(spec: LanguageSpec) -> Row:
        resolved = ["resolution"] if spec.language in RESOLVED else []
        read = (*(level.value for level in levels(spec.language)), *resolved)
        return Row(spec.language, "language", spec.extensions, spec.filenames, read)

    def format(spec: FormatSpec) -> Row:
        names = (*spec.filenames, *(f"{prefix}*" for prefix in spec.prefixes))
        return Row(spec.name, "format", spec.extensions, names, ("outline",) if spec.scan else ())

    by_name = [sorted(each, key=lambda row: row.name) for each in (map(language, LANGUAGES.values()), map(format, FORMATS.values()))]
    return [row for group in by_name for row in group]


def languages(typed: argparse.Namespace) -> int:
    """List languages and formats, their file names, and what is read from them."""
    if typed.json:
        print(to_line({"languages": [asdict(row) for row in rows()]}))
        return 0
    for row in rows():
        print(f"{style().strong(f'{row.name:<11}')} {', '.join(row.levels) or 'line windows'}")
        print(f"{'':<11} {' '.join((*row.extensions, *row.filenames))}")
    print("\nAny other text is cut into windows of lines.")
    return 0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was seen."""

    name: str
    ok: bool
    detail: str


def doctor(typed: argparse.Namespace) -> int:
    """Check this installation, its data folder and the index; return 1 when something is wrong."""
    checks = list(_checks())
    if typed.json:
        print(to_line({"ok": all(each.ok for each in checks), "checks": [asdict(each) for each in checks]}))
    else:
        for each in checks:
            print(f"{'ok ' if each.ok else 'BAD'}  {each.name:<13} {each.detail}")
    return 0 if all(each.ok for each in checks) else 1


def _checks() -> Iterator[Check]:
    yield Check("python", True, f"{platform.python_version()} at {sys.executable}")
    yield Check(
        "sqlite", sqlite3.sqlite_version_info >= _OLDEST_SQLITE, f"{sqlite3.sqlite_version}; {'.'.join(map(str, _OLDEST_SQLITE))} is enough"
    )
    yield _checked("git", _git)
    yield _checked("packages", _packages)
    yield _checked("grammars", _grammars)
    yield _checked("model", _model)
    try:
        settings = load_settings()
    except CodeloreError as error:
        yield Check("settings", False, str(error))
        return
    yield Check("settings", True, f"data in {settings.data_dir}")
    yield _checked("data folder", lambda: _data_folder(settings.data_dir))
    yield _checked("store", lambda: _store(settings))
    yield _checked("graph", lambda: _graph(settings))
    yield _checked("embedder", lambda: _embedder(settings))


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except Exception as error:  # whatever a broken installation raises is what the doctor is here to tell
        return Check(name, False, str(error) or type(error).__name__)


def _git() -> str:
    found = shutil.which("git")
    if found is None:
        return "not found: folders are walked without it, and --ref is not possible"
    return f"{run('.', '--version')[0].decode().strip()} at {found}"


def _packages() -> str:
    """Name the folder our packages come from; the start-up guard has refused any other."""
    home = Path(__file__).resolve().parent.parent
    foreign = [name for name in ("ingest", "graph", "retrieval", "serve", "eval") if not _is_in(name, home)]
    if foreign:
        raise ImportError(f"{', '.join(foreign)} come from outside {home}: unset PYTHONPATH")
    return f"all from {home}"


def _is_in(name: str, home: Path) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.origin is not None and Path(spec.origin).resolve().parent.parent == home


def _grammars() -> str:
    broken: list[str] = []
    for language in LANGUAGES:
        try:
            parse(language, b"x")
        except Exception as error:  # a grammar wheel that does not load raises what it likes
            broken.append(f"{language} ({type(error).__name__}: {error})")
    if broken:
        raise ImportError(f"{len(broken)} of {len(LANGUAGES)} do not load: {'; '.join(broken)}; install codelore again")
    return f"{len(LANGUAGES)} load and parse"


def _model() -> str:
    model = StaticEmbedder.load(SHIPPED)
    return f"{model.name} {model.version}, {model.dimension} dimensions, {SHIPPED.stat().st_size / 1e6:.1f} MB"


def _data_folder(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as probe:
        probe.write(b"writable")
    size = sum(each.lstat().st_size for each in folder.rglob("*") if each.is_file())
    free = shutil.disk_usage(folder).free
    told = f"{folder} is writable, holds {size / 1e6:,.1f} MB; {free / 1e9:,.1f} GB free"
    if free < _LITTLE_FREE_BYTES:
        raise OSError(f"{told}: indexing needs more")
    return told


def _store(settings: Settings) -> str:
    with open_engine(settings) as engine:
        problems = engine.check()
        count = len(engine.repositories())
    if problems:
        raise OSError("; ".join(problems))
    return f"sound, {count} {'repository' if count == 1 else 'repositories'}"


def _embedder(settings: Settings) -> str:
    """Open the model that is set, and tell which models have vectors and which answers."""
    with open_engine(settings) as engine:
        told: list[str] = []
        if settings.embedder:
            model = engine.embeddings.open()
            told.append(f"{settings.embedder} opens: {model.dimension} dimensions, {model.fingerprint}")
        stored = engine.embeddings.models() if settings.embedder or (settings.data_dir / VECTORS_FILE).is_file() else []
        told += [f"{count:,} vectors of {each.fingerprint}{' answer' if each.answers else ' wait'}" for each, count in stored]
    return "; ".join(told) or "none is set: the static vectors alone"


@runtime_checkable
class _SharedStore(Protocol):
    """A graph store that several data folders may share. Naming its class would load a driver that need not be installed."""

    address: str

    def count_views(self) -> Counter[str]: ...


def _graph(settings: Settings) -> str:
    """Tell where the graph is, and of a server, whose views are there."""
    with closing(open_graph(settings)) as store:
        if not isinstance(store, _SharedStore):
            return "in the data folder"
        mine, views = data_identity(settings), store.count_views()
    ours = views.pop(mine, 0)
    shared = f"; {views.total():,} of {len(views):,} other data folders" if views else ""
    return f"in Neo4j at {store.address}, {ours:,} views of this data folder ({mine}){shared}"
