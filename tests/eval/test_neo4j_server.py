"""Finding a real Neo4j: the order of the ways to one, and what is said when there is none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from eval.neo4j_server import VERSION, JavaServer, NoServerError, engine_answers, jars, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path: what a test puts there is what is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "mkdir", "touch", "cat"):
        (folder / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!{folder}/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_one_version_everywhere() -> None:
    """Tests, users of Docker Compose and the jars get the same server."""
    assert f"<version>{VERSION}</version>" in (ROOT / "eval" / "neo4j" / "pom.xml").read_text()
    assert f"image: neo4j:{VERSION}-community" in (ROOT / "docker-compose.yml").read_text()
    assert f"Neo4j {VERSION}" in (ROOT / "docs" / "servers.md").read_text()


def test_an_address_that_is_given_is_taken(tmp_path: Path, programs: Path) -> None:
    with serving(tmp_path, tmp_path, given="bolt://u:p@h:1") as url:
        assert url == "bolt://u:p@h:1"


@pytest.mark.parametrize(("installed", "missing"), [([], "java"), (["java"], "mvn")])
def test_what_is_not_installed_is_named_with_the_remedy(tmp_path: Path, programs: Path, installed: list[str], missing: str) -> None:
    for name in installed:
        install(programs, name, "exit 0")
    with (
        pytest.raises(
            NoServerError, match=f"because {missing} is not installed: give the address .* CODELORE_TEST_NEO4J .* apt-get install"
        ),
        serving(tmp_path / "cache", tmp_path / "data"),
    ):
        pass


def test_jars_are_fetched_once(tmp_path: Path, programs: Path) -> None:
    """A fetch that fails leaves nothing that a later one takes for whole."""
    install(programs, "java", "exit 0")
    install(programs, "mvn", "echo no network; exit 1")
    with pytest.raises(NoServerError, match=rf"Maven could not fetch Neo4j {re.escape(VERSION)}: .*no network"):
        jars(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
    install(programs, "mvn", 'for each; do case $each in -DoutputDirectory=*) touch "${each#*=}/one.jar";; esac; done')
    folder = jars(tmp_path / "cache")
    assert [path.name for path in folder.iterdir()] == ["one.jar"]
    install(programs, "mvn", "exit 1")
    assert jars(tmp_path / "cache") == folder


def test_a_server_that_dies_says_its_last_words(tmp_path: Path, programs: Path) -> None:
    install(programs, "java", "echo no memory for a heap; exit 1")
    with pytest.raises(NoServerError, match="did not start: no memory for a heap"):
        JavaServer(tmp_path, tmp_path / "data").start()


def test_a_server_is_ready_when_it_says_so_and_ends_with_its_input(tmp_path: Path, programs: Path) -> None:
    """The password comes first, and only while the data are new."""
    install(programs, "java", 'read password; echo "got $password"; mkdir -p "$5"; echo ready; cat >/dev/null')
    server = JavaServer(tmp_path, tmp_path / "data")
    server.start()
    assert f"got {server.password}" in (server.data / "server.log").read_text()
    server.kill()
    server.start()
    assert "got \n" in (server.data / "server.log").read_text()
    assert server.url == f"bolt://neo4j:{server.password}@127.0.0.1:{server.port}"
    server.stop()
    assert server.process is None
    server.stop()


def test_an_engine_must_answer(tmp_path: Path, programs: Path) -> None:
    """A docker without compose, or without its daemon, is none."""
    assert not engine_answers()
    install(programs, "docker", '[ "$1" = compose ]')
    assert not engine_answers()
    install(programs, "docker", "exit 0")
    assert engine_answers()


def test_compose_comes_before_java_and_goes_with_its_data(tmp_path: Path, programs: Path) -> None:
    """The service runs under a name of its own on a free port, and is taken away however the tests end."""
    said = tmp_path / "said"
    install(programs, "docker", f'echo "$NEO4J_BOLT_PORT $NEO4J_PASSWORD $*" >>{said}')
    with serving(tmp_path, tmp_path) as url:
        pass
    up, down = [line.split() for line in said.read_text().splitlines() if " up " in line or " down " in line]
    assert url == f"bolt://neo4j:{up[1]}@127.0.0.1:{up[0]}"
    assert up[2:4] == ["compose", "-f"]
    assert up[-4:] == ["up", "-d", "--wait", "neo4j"]
    assert (down[2:7], down[-2:]) == (up[2:7], ["down", "--volumes"])
    install(programs, "docker", 'case "$*" in *" up "*) echo no image; exit 1;; esac')
    with pytest.raises(NoServerError, match=r"Docker Compose could not start Neo4j .*no image"), serving(tmp_path, tmp_path):
        pass
