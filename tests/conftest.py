"""What all tests share: golden files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

_GOLDEN = Path(__file__).parent / "golden"


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
