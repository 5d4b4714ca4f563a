"""The start-up guard: somebody else's package under one of our names stops Codelore with one line, and their code never runs."""

import subprocess
import sys
from pathlib import Path

import pytest

SIBLINGS = ("ingest", "graph", "retrieval", "eval")
IMPORT_SERVE = (sys.executable, "-c", "from serve import __version__; print(__version__)")
CONSOLE_SCRIPT = (str(Path(sys.executable).parent / "codelore"), "--help")


def start(command: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside the checkout to start from, with no module path inherited from the shell."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("command", [IMPORT_SERVE, CONSOLE_SCRIPT], ids=["import", "console-script"])
@pytest.mark.parametrize("name", SIBLINGS)
def test_a_foreign_sibling_package_is_named_and_not_run(
    command: tuple[str, ...], name: str, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shadowing package ends the start with exit 1 and one line that names it, its folder and the remedy."""
    foreign = tmp_path / "theirs" / name / "__init__.py"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("raise RuntimeError('their code ran')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "theirs"))
    done = start(command, elsewhere)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert repr(name) in done.stderr
    assert str(foreign.parent) in done.stderr
    assert "unset PYTHONPATH" in done.stderr
    assert "their code ran" not in done.stderr


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_foreign_sibling_module_is_named_too(name: str, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain ``eval.py`` shadows as well as a package does."""
    foreign = tmp_path / "theirs" / f"{name}.py"
    foreign.parent.mkdir()
    foreign.write_text("raise RuntimeError('their code ran')\n")
    monkeypatch.setenv("PYTHONPATH", str(foreign.parent))
    done = start(IMPORT_SERVE, elsewhere)
    assert done.returncode == 1
    assert str(foreign) in done.stderr
    assert "their code ran" not in done.stderr


def test_a_missing_sibling_is_said(tmp_path: Path) -> None:
    """Half an installation does not start."""
    package = tmp_path / "serve"
    package.mkdir()
    (package / "__init__.py").write_bytes((Path(__file__).parents[2] / "serve" / "__init__.py").read_bytes())
    done = start((sys.executable, "-S", "-E", "-c", "import serve"), tmp_path)
    assert done.returncode == 1
    assert "'ingest'" in done.stderr
    assert "no place" in done.stderr


def test_folders_without_init_files_are_harmless(tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A namespace folder loses to our regular package, so it must not stop anybody."""
    (tmp_path / "theirs" / "graph").mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "theirs"))
    done = start(IMPORT_SERVE, elsewhere)
    assert done.returncode == 0, done.stderr


def test_the_guard_lets_our_own_packages_pass(elsewhere: Path) -> None:
    """Started from any folder with a clean path, nothing is said."""
    done = start(IMPORT_SERVE, elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
