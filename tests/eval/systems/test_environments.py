"""Environments of peers, made for real from a wheel that a test writes: no network is needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eval.systems.environments import Environment, Environments
from ingest.errors import SourceError

UV = shutil.which("uv")


def wheel(folder: Path, version: str) -> Path:
    """A wheel of one module, which tells its version."""
    file = folder / f"toy-{version}-py3-none-any.whl"
    about = f"toy-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("toy.py", f"VERSION = {version!r}\n")
        packed.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: toy\nVersion: {version}\n")
        packed.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{about}/RECORD", "")
    return file


def environment(folder: Path, *versions: str, named: str = "1") -> Environment:
    """What a peer needs: one toy, found beside its requirements."""
    folder.mkdir(exist_ok=True)
    for version in versions:
        wheel(folder, version)
    file = folder / "peer.txt"
    file.write_text(f"--no-index\n--find-links {folder}\ntoy=={named} ; python_version > '3'\n")
    return Environment(file, "toy")


def told(python: Path) -> str:
    done = subprocess.run(
        [str(python), "-I", "-c", "import toy; print(toy.VERSION)"], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


@pytest.mark.parametrize("uv", [None, pytest.param(UV, marks=pytest.mark.skipif(UV is None, reason="uv is not installed"))])
def test_an_environment_is_made_once(tmp_path: Path, uv: str | None) -> None:
    """It runs our interpreter, and sees what it needs and nothing of ours."""
    environments, needs = Environments(tmp_path / "home", uv=uv), environment(tmp_path / "wheels", "1")
    said: list[str] = []
    assert environments.python(needs) is None
    python = environments.prepare(needs, report=said.append)
    assert python == tmp_path / "home" / "envs" / "peer-1" / "bin" / "python"
    assert told(python) == "1"
    hidden = subprocess.run([str(python), "-I", "-c", "import eval.systems"], capture_output=True, check=False, timeout=60)
    assert hidden.returncode == 1
    made = python.parents[1].stat().st_ino
    assert environments.prepare(needs, report=said.append) == environments.python(needs) == python
    assert python.parents[1].stat().st_ino == made
    assert said == [f"making the environment of peer-1 in {python.parents[1]}"]
    assert not list((tmp_path / "home" / "envs").glob("*.partial"))


def test_another_version_is_another_folder_and_other_requirements_make_it_anew(tmp_path: Path) -> None:
    environments = Environments(tmp_path / "home")
    environments.prepare(environment(tmp_path / "wheels", "1", "2"))
    second = environment(tmp_path / "wheels", named="2")
    assert told(environments.prepare(second)) == "2"
    assert told(tmp_path / "home" / "envs" / "peer-1" / "bin" / "python") == "1"
    second.requirements.write_text(second.requirements.read_text() + "# another line\n")
    assert environments.python(second) is None
    assert told(environments.prepare(second)) == "2"


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    for name in ("peer-1.partial", "peer-1"):
        folder = tmp_path / "home" / "envs" / name
        folder.mkdir(parents=True)
        (folder / "half").write_text("x")
    assert told(Environments(tmp_path / "home").prepare(environment(tmp_path / "wheels", "1"))) == "1"


def test_two_that_need_the_same_make_it_once(tmp_path: Path) -> None:
    needs, said = environment(tmp_path / "wheels", "1"), list[str]()
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(Environments(tmp_path / "home").prepare, needs, report=said.append) for _ in range(2)]
        pythons = [each.result() for each in running]
    assert pythons[0] == pythons[1]
    assert len([each for each in said if each.startswith("making")]) == 1
    assert said.count("waiting for another process that makes the environment of peer-1") <= 1


def test_what_cannot_be_had_is_named_with_the_remedy(tmp_path: Path) -> None:
    """As without a network. Nothing of it stays in the place of a whole one."""
    environments, needs = Environments(tmp_path / "home"), environment(tmp_path / "wheels")
    with pytest.raises(
        SourceError, match=r"(?s)cannot make the environment of peer-1 .*toy.*needs the network once: codelore eval peers --install"
    ):
        environments.prepare(needs)
    assert environments.python(needs) is None
    assert not (tmp_path / "home" / "envs" / "peer-1").exists()


def test_an_installer_that_hangs_or_is_missing_is_named(tmp_path: Path) -> None:
    needs, slow = environment(tmp_path / "wheels", "1"), tmp_path / "uv"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    with pytest.raises(SourceError, match="no end after 0 s"):
        Environments(tmp_path / "home", uv=str(slow), seconds=0.4).prepare(needs)
    with pytest.raises(SourceError, match="nowhere"):
        Environments(tmp_path / "home", uv=str(tmp_path / "nowhere")).prepare(needs)


def test_the_wait_for_another_process_is_bounded(tmp_path: Path) -> None:
    needs = environment(tmp_path / "wheels", "1")
    (tmp_path / "home" / "envs").mkdir(parents=True)
    lock = tmp_path / "home" / "envs" / "peer-1.lock"
    script = f"import fcntl, sys; f = open({str(lock)!r}, 'a'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        said: list[str] = []
        with pytest.raises(SourceError, match=r"another process has been making .*peer-1 for 0 s"):
            Environments(tmp_path / "home", seconds=0.2).prepare(needs, report=said.append)
        assert said == ["waiting for another process that makes the environment of peer-1"]
        holder.stdin.close()


def test_the_version_must_be_pinned(tmp_path: Path) -> None:
    needs = Environment(environment(tmp_path / "wheels").requirements, "another")
    with pytest.raises(ValueError, match="does not pin another"):
        _ = needs.version
