"""After the installation nothing is downloaded: the main job runs with the network cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_MAIN = """
import sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        raise AssertionError(f"the network was asked for: {event} {arguments}")
sys.addaudithook(refuse)
from serve.cli import main
sys.exit(main(sys.argv[1:]))
"""


def _namespace() -> list[str]:
    """Return what takes the network away from a command on this machine, or nothing where that is not allowed."""
    cut = ["unshare", "--map-root-user", "--net"]
    try:
        return cut if subprocess.run([*cut, "true"], capture_output=True, check=False).returncode == 0 else []
    except FileNotFoundError:
        return []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "invoice.py").write_text(
        'def apply_discount(total, percent):\n    """Lower the total of an invoice."""\n    return total * percent\n'
    )
    return root


@pytest.mark.parametrize("cut", [pytest.param([], id="no socket may connect"), pytest.param(_namespace(), id="no network at all")])
def test_index_and_search_need_no_network(cut: list[str], tree: Path, tmp_path: Path) -> None:
    """Every attempt to connect or to look a host up would end the command with an error."""
    base = [*cut, sys.executable, "-c", _MAIN]
    environment = {"CODELORE_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    place = str(Path(__file__).parents[2])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*base, *arguments], env=environment, cwd=place, capture_output=True, text=True, check=False, timeout=120)

    indexed = run("index", str(tree), "--json")
    assert indexed.returncode == 0, indexed.stderr
    found = run("search", "where is a discount applied", "-C", str(tree), "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["hits"][0]["path"] == "invoice.py"
