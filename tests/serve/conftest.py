"""A small shop, indexed once, and a user of their own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.engine import Engine
from tests.ingest.repositories import new_repository
from tests.serve.commands import SHOP, Shell


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings and with a data folder of their own; returns that folder."""
    for name in (
        "DATA_DIR",
        "WORKERS",
        "MAX_FILE_BYTES",
        "KEEP",
        "LOCK_SECONDS",
        "BUSY_SECONDS",
        "GRAPH_URL",
        "GRAPH_USER",
        "GRAPH_PASSWORD",
        "EMBEDDER",
        "EMBEDDER_DEVICE",
        "EMBEDDER_DOWNLOAD",
    ):
        monkeypatch.delenv(f"CODELORE_{name}", raising=False)
    data = tmp_path / "data"
    monkeypatch.setenv("CODELORE_DATA_DIR", str(data))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return data


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder that the environment names."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("CODELORE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def codelore(home: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands of the user ``home``, run in this process."""
    return Shell(capsys)


@pytest.fixture(scope="session")
def _indexed_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    root = new_repository(tmp_path_factory.mktemp("indexed") / "shop", SHOP)
    data = tmp_path_factory.mktemp("indexed-data")
    with Engine(data) as engine:
        engine.index(str(root))
        engine.index(str(root), ref="HEAD")
    yield root, data


@pytest.fixture
def shop(_indexed_shop: tuple[Path, Path], home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The indexed shop as current directory; tests must not write to it."""
    root, data = _indexed_shop
    shutil.copytree(data, home)
    monkeypatch.chdir(root)
    return root
