"""The documents and the program say the same: no command, option, setting or field without its place, and none that is gone."""

import argparse
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel

from serve import wire, wire_graph, wire_search
from serve.cli import build_parser
from serve.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
GENERAL = "general options"


def sections(document: str) -> dict[str, str]:
    """Text below each second-level heading of a document, by the heading in lower case and without backticks."""
    parts = re.split(r"^## (.+)$", (DOCS / document).read_text(), flags=re.MULTILINE)
    return {heading.replace("`", "").strip().lower(): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def commands(parser: argparse.ArgumentParser, prefix: str = "codelore") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every sub-command by its full name, nested ones too."""
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]  # argparse offers no other way to list its sub-commands
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            children = cast("dict[str, argparse.ArgumentParser]", cast("Any", action).choices)
            for name, child in children.items():
                yield f"{prefix} {name}", child
                yield from commands(child, f"{prefix} {name}")


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Long options of a parser that its help shows, without ``--help``."""
    return {
        option
        for action in parser._actions  # pyright: ignore[reportPrivateUsage]
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
        if option.startswith("--")
    } - {"--help"}


def documented_options(text: str) -> set[str]:
    """Long options written in backticks, e.g. ``--budget`` in `` `--budget TOKENS` ``."""
    return set(re.findall(r"`(--[a-z][a-z-]*)", text))


def fields() -> Iterator[tuple[str, str]]:
    """Every (model, JSON field) of the wire."""
    for module in (wire, wire_search, wire_graph):
        for name, model in vars(module).items():
            if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__:
                for field, info in model.model_fields.items():
                    yield name, info.serialization_alias or info.alias or field


COMMANDS = dict(commands(build_parser()))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_section_with_exactly_its_options(command: str) -> None:
    """Options every command shares may stand under "General options" once."""
    text = sections("cli.md")
    assert command in text
    shared = documented_options(text.get(GENERAL, ""))
    here = documented_options(text[command])
    assert options(COMMANDS[command]) - shared - here == set()
    assert here - options(COMMANDS[command]) == set()


def test_no_section_is_about_a_command_that_is_gone() -> None:
    assert {heading for heading in sections("cli.md") if heading.startswith("codelore ")} - set(COMMANDS) == set()


def test_general_options_exist() -> None:
    """What is said to hold everywhere is an option of the program or of some command."""
    known = options(build_parser()).union(*(options(parser) for parser in COMMANDS.values()))
    assert documented_options(sections("cli.md").get(GENERAL, "")) - known == set()


def test_exit_codes_are_documented() -> None:
    assert "exit codes" in sections("cli.md")


@pytest.mark.parametrize("setting", [field.name for field in dataclasses.fields(Settings)])
def test_each_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in (DOCS / "settings.md").read_text()


@pytest.mark.parametrize(("model", "field"), list(fields()))
def test_each_json_field_is_documented(model: str, field: str) -> None:
    """A field stands in backticks in the section of its model."""
    text = sections("json.md")
    assert model.lower() in text
    assert f"`{field}`" in text[model.lower()]
