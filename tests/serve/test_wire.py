"""The JSON schema in the documents is the schema of the program, and text of any kind fits into JSON."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ingest.model import Failure, ViewStatus
from serve import wire

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.json"


def models() -> list[type[BaseModel]]:
    members = cast("dict[str, Any]", vars(wire)).values()
    return [each for each in members if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == wire.__name__]


def test_the_documented_schema_is_the_programs(request: pytest.FixtureRequest) -> None:
    """``pytest --update-golden`` writes it."""
    named = [(model, "serialization") for model in models() if model is not wire.Wire]
    _, schema = models_json_schema(named, title="What codelore prints as JSON")  # type: ignore[arg-type]
    if request.config.getoption("--update-golden"):
        SCHEMA.write_text(json.dumps(schema, indent=1) + "\n")
    assert json.loads(SCHEMA.read_text()) == schema


def test_bytes_that_are_no_text_are_spelled_out() -> None:
    """JSON is UTF-8, a path on disk need not be."""
    status = wire.to_status(ViewStatus("/tmp/caf\udce9", "r", 1, 2.0, failed=(Failure("\ud800", "x"),)))
    assert json.loads(wire.to_json(status))["view"] == "/tmp/caf\\xe9"
    assert json.loads(wire.to_json(status))["failed"][0]["path"] == "\\ud800"


def test_pending_and_age_that_nobody_knows_are_null() -> None:
    """A number that was not measured is not printed."""
    status = wire.to_status(ViewStatus("v", "r", 0, 0.0, pending=-1))
    assert (status.pending, status.as_of) == (None, None)


def test_an_answer_lists_some_failures_and_counts_all() -> None:
    """A cap is never silent."""
    failed = tuple(Failure(f"{number}.py", "broken") for number in range(50))
    status = wire.to_status(ViewStatus("v", "r", 1, 1.0, failed=failed))
    assert (len(status.failed), status.failed_total) == (wire.MAX_LISTED, 50)
    assert len(wire.to_status(ViewStatus("v", "r", 1, 1.0, failed=failed), listed=None).failed) == 50


def test_several_views_are_summed_and_listed() -> None:
    """The oldest age counts, and a pending count that is missing once is missing in the sum."""
    one = ViewStatus("/a", "a", 3, 100.0, files=1, pending=2, skipped={"binary": 1}, truncated=("x",), notes=("n",))
    two = ViewStatus("/b", "b", 5, 50.0, files=2, pending=1, skipped={"binary": 2, "empty": 1}, failed=(Failure("p", "r"),))
    both = wire.to_statuses([one, two])
    assert (both.files, both.pending, both.skipped) == (3, 3, {"binary": 3, "empty": 1})
    assert (both.failed_total, both.truncated, both.notes) == (1, ["x"], ["n"])
    assert both.as_of is not None
    assert both.as_of.timestamp() == pytest.approx(50.0)
    assert [view.view for view in both.views] == ["/a", "/b"]
    assert wire.to_statuses([one, ViewStatus("/c", "c", 1, 1.0, pending=-1)]).pending is None
