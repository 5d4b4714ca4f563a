"""Completion scripts for shells, made from the parser itself."""

from __future__ import annotations

import argparse
from typing import Any, cast

import shtab

_FILES = {"paths": shtab.FILE, "queries": shtab.FILE, "span": shtab.FILE, "path": shtab.FILE, "directory": shtab.DIRECTORY}


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script that completes the parser's command line in ``bash``, ``zsh`` or ``tcsh``."""
    _complete_files(parser)
    return shtab.complete(parser, shell)


def _complete_files(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]  # argparse offers no other way to its actions
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            for child in cast("dict[str, argparse.ArgumentParser]", cast("Any", action).choices).values():
                _complete_files(child)
        elif action.dest in _FILES and not (action.dest == "path" and action.option_strings):  # --path takes a glob
            action.complete = _FILES[action.dest]  # type: ignore[attr-defined]  # shtab's documented way to say so
