"""A real Neo4j for tests and measurements: an address that is given, Docker Compose, or Java with the jars that Maven fetches.

A server that is started here listens on a free port of 127.0.0.1, keeps its data in the folder it is given, has a password of its own, and
ends with the process that started it, however that ends.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench_process import run
from ingest.errors import CodeloreError

VERSION = "5.26.20"
REMEDY = (
    "give the address of a Neo4j that may be emptied in CODELORE_TEST_NEO4J (bolt://USER:PASSWORD@HOST:PORT), or start a Docker engine, "
    "or install a JDK of at least 17 and Maven (on Debian and Ubuntu: apt-get install openjdk-17-jdk-headless maven)"
)
_SOURCES = Path(__file__).parent / "neo4j"
_COMPOSE = Path(__file__).parents[1] / "docker-compose.yml"
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


class NoServerError(CodeloreError):
    """No Neo4j is given and none can be started; the message says what to do."""


@dataclass
class JavaServer:
    """A Neo4j that runs as a Java process of ours. It may be killed and started again on the same data and address."""

    jars: Path
    data: Path
    heap: str = "1g"
    port: int = field(default_factory=lambda: free_port())  # it is defined below
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The address with user and password."""
        return f"bolt://neo4j:{self.password}@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ``NoServerError`` with its last words."""
        new = not (self.data / "db").exists()
        self.data.mkdir(parents=True, exist_ok=True)
        log = self.data / "server.log"
        command = [
            "java",
            f"-Xmx{self.heap}",
            "-cp",
            f"{self.jars}/*",
            str(_SOURCES / "Neo4jServer.java"),
            str(self.data / "db"),
            str(self.port),
        ]
        with log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has died already; its last words say why
            self.process.stdin.write(f"{self.password if new else ''}\n")
            self.process.stdin.flush()
        deadline = time.monotonic() + _START_SECONDS
        while "\nready\n" not in f"\n{(said := log.read_text(encoding='utf-8', errors='replace'))}":
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise NoServerError(f"Neo4j {VERSION} did not start: {said.strip()[:2_000] or 'it said nothing'}; {REMEDY}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as a power cut of the process would."""
        if self.process:
            self.process.kill()
            self._gone()

    def stop(self) -> None:
        """Let the server end in its own way."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        self.process.wait()
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process = None


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def jars(cache: Path) -> Path:
    """Return the folder of the server's jars below ``cache``; 116 MB come through Maven the first time. Raises ``NoServerError``."""
    folder = cache / f"neo4j-{VERSION}"
    if folder.is_dir():
        return folder
    for program in ("java", "mvn"):
        if not shutil.which(program):
            raise NoServerError(f"no Neo4j can be started, because {program} is not installed: {REMEDY}")
    partial = cache / f"neo4j-{VERSION}.{secrets.token_hex(4)}"
    partial.mkdir(parents=True)
    try:
        maven = ["mvn", "-q", "-B", "-f", str(_SOURCES / "pom.xml"), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        run([*maven, f"-DoutputDirectory={partial}"])
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was faster
                raise
    except (CodeloreError, OSError) as error:
        raise NoServerError(f"Maven could not fetch Neo4j {VERSION}: {error}; {REMEDY}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def engine_answers() -> bool:
    """Say whether Docker Compose can start containers here."""
    if not shutil.which("docker") or not _COMPOSE.is_file():  # an installed package has no compose file
        return False
    try:
        return all(
            subprocess.run(["docker", *command], capture_output=True, timeout=20, check=False).returncode == 0
            for command in (["compose", "version"], ["info"])
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def serving(cache: Path, data: Path, *, given: str = "") -> Generator[str]:
    """Give the address of a Neo4j: the one that is ``given``, one from Docker Compose, or one that Java runs on the folder ``data``.

    Raises ``NoServerError`` when there is none.
    """
    with ExitStack() as running:
        if given:
            url = given
        elif engine_answers():
            url = running.enter_context(_composed())
        else:
            server = JavaServer(jars(cache), data)
            running.callback(server.kill)  # its data go with it
            server.start()
            url = server.url
        yield url


@contextmanager
def _composed() -> Generator[str]:
    """Run the service of docker-compose.yml under a project name of its own, and take it away with its data."""
    port, password = free_port(), secrets.token_urlsafe(12)
    compose = ["docker", "compose", "-f", str(_COMPOSE), "-p", f"codelore-test-{secrets.token_hex(4)}"]
    variables = {"NEO4J_BOLT_PORT": str(port), "NEO4J_PASSWORD": password}
    try:
        try:
            run([*compose, "up", "-d", "--wait", "neo4j"], variables=variables)
        except CodeloreError as error:
            raise NoServerError(f"Docker Compose could not start Neo4j {VERSION}: {error}; {REMEDY}") from error
        yield f"bolt://neo4j:{password}@127.0.0.1:{port}"
    finally:
        run([*compose, "down", "--volumes"], variables=variables)
