"""Starting is light: help and version load no vendor library and come at once."""

import re
import subprocess
import sys
import time
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODELORE = str(Path(sys.executable).parent / "codelore")
START_SECONDS = 0.150
ROUNDS = 9


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def vendor_modules() -> set[str]:
    """Top-level modules of every distribution that pyproject.toml requires at run time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = {normalized(re.split(r"[<>=\[; ]", requirement)[0]) for requirement in project["dependencies"]}
    return {module for module, distributions in packages_distributions().items() if required & {normalized(name) for name in distributions}}


def loaded_modules(stderr: str) -> set[str]:
    """Top-level names of ``import time: self | cumulative | module`` lines."""
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in stderr.splitlines() if line.startswith("import time:")}


def test_the_vendor_list_is_complete() -> None:
    """The rule below would hold for an empty list, so the list is checked against libraries we know."""
    known = {"numpy", "msgspec", "pydantic", "ignore", "watchfiles", "rich", "shtab", "platformdirs", "tree_sitter", "tree_sitter_python"}
    assert known <= vendor_modules()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("search", "--help")], ids=" ".join)
def test_help_loads_no_vendor_library(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    done = subprocess.run((CODELORE, *arguments), capture_output=True, text=True, timeout=60, check=False)
    loaded = loaded_modules(done.stderr)
    assert done.returncode == 0, done.stderr
    assert "serve" in loaded
    assert sorted(loaded & vendor_modules()) == []


def test_help_comes_at_once() -> None:
    """The best of several rounds, because a busy machine can only slow a start down."""
    times: list[float] = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        subprocess.run((CODELORE, "--help"), capture_output=True, timeout=60, check=True)
        times.append(time.perf_counter() - begun)
    assert min(times) <= START_SECONDS


@pytest.mark.parametrize("wanted", ["", "2"])
def test_a_command_starts_no_threads_for_products(wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenBLAS would start one for every core, in every command that loads numpy; a user's own number stays."""
    (tmp_path / "shop.py").write_text("def refund(): pass\n")
    monkeypatch.setenv("CODELORE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", wanted)
    if not wanted:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    told = "import serve.cli; serve.cli.main(['search', 'refund']); import numpy, threadpoolctl; print(threadpoolctl.threadpool_info())"
    done = subprocess.run((sys.executable, "-c", told), capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert f"'num_threads': {wanted or 1}" in done.stdout
