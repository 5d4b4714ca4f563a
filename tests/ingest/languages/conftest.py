"""The switch that rewrites golden files instead of comparing with them."""

from __future__ import annotations

from contextlib import suppress

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--update-golden`` where no conftest further up already does."""
    with suppress(ValueError):
        parser.addoption(
            "--update-golden", action="store_true", default=False, help="rewrite golden files; read the diff before you commit it"
        )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden", default=False))
