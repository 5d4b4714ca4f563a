"""What all tests share: golden files, and a real Neo4j."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar, cast

import pytest
from hypothesis import settings
from platformdirs import user_cache_path

from eval.neo4j_server import JavaServer, NoServerError, jars, serving
from tests.neo4j_admin import empty

_GOLDEN = Path(__file__).parent / "golden"
T = TypeVar("T")


settings.register_profile("thorough", max_examples=1_000)  # pytest --hypothesis-profile=thorough


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite tests/golden from what the code yields now; read the diff before committing"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Compare a JSON value with ``tests/golden/<name>.json``, or write it under ``--update-golden``."""
    update = bool(request.config.getoption("--update-golden"))

    def check(name: str, value: object) -> None:
        path = _GOLDEN / f"{name}.json"
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        assert path.exists(), f"{path} does not exist: make it with pytest --update-golden and read it before committing"
        assert json.loads(json.dumps(value)) == json.loads(path.read_text(encoding="utf-8"))

    return check


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that no server ran, under the reason and the remedy."""
    skipped = cast("list[pytest.TestReport]", terminalreporter.stats.get("skipped", []))
    reasons = Counter(
        str(each.longrepr[2]) for each in skipped if isinstance(each.longrepr, tuple) and " did not run: " in str(each.longrepr[2])
    )
    for reason, tests in reasons.items():
        terminalreporter.write_line(f"{tests} NOT RUN: {reason.removeprefix('Skipped: ')}", yellow=True)


@pytest.fixture(scope="session")
def neo4j_jars() -> Path:
    """Neo4j's jars, kept in the user's cache folder by version."""
    return _or_say_why("the tests that kill a Neo4j", lambda: jars(user_cache_path("codelore")))


@pytest.fixture(scope="session")
def neo4j_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Neo4j that tests may empty: started once, unless CODELORE_TEST_NEO4J names one."""
    given = os.environ.get("CODELORE_TEST_NEO4J", "")  # noqa: TID251  # the one variable of the tests
    server = serving(user_cache_path("codelore"), tmp_path_factory.mktemp("neo4j"), given=given)
    yield _or_say_why("the tests of the graph in Neo4j", server.__enter__)
    server.__exit__(None, None, None)


@pytest.fixture
def neo4j_graph_url(neo4j_url: str) -> str:
    """The session's Neo4j, with nothing of ours in it."""
    empty(neo4j_url)
    return neo4j_url


@pytest.fixture
def mortal_neo4j(neo4j_jars: Path, tmp_path: Path) -> Iterator[JavaServer]:
    """A running Neo4j of the test's own, which it may kill and start again."""
    server = JavaServer(neo4j_jars, tmp_path / "neo4j", heap="512m")
    server.start()
    yield server
    server.stop()


def _or_say_why(what: str, start: Callable[[], T]) -> T:
    """Start a server. Where that cannot be done the tests that need it are skipped, with the remedy; under CI they fail."""
    try:
        return start()
    except NoServerError as error:
        said = f"{what} did not run: {error}"
    if os.environ.get("CI", "").lower() in {"true", "1"}:  # noqa: TID251
        pytest.fail(said)
    pytest.skip(said)
