"""The JSON schema in the documents is the schema of the program."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serve import wire, wire_graph, wire_search

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.json"


def models() -> list[type[BaseModel]]:
    modules = (wire, wire_search, wire_graph)
    members = [(module, each) for module in modules for each in vars(module).values()]
    return [
        each for module, each in members if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == module.__name__
    ]


def test_the_documented_schema_is_the_programs(request: pytest.FixtureRequest) -> None:
    """``pytest --update-golden`` writes it."""
    named = [(model, "serialization") for model in models() if model is not wire.Wire]
    _, schema = models_json_schema(named, title="What codelore prints as JSON")  # type: ignore[arg-type]
    if request.config.getoption("--update-golden"):
        SCHEMA.write_text(json.dumps(schema, indent=1) + "\n")
    assert json.loads(SCHEMA.read_text()) == schema
