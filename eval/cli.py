"""``codelore eval``: measure relevance, graph truth and speed, on public sets and on your own repository.

``serve`` finds ``add_eval`` through the entry point ``codelore.commands`` of pyproject.toml, so neither package imports the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public name for what add_subparsers returns
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]

    Commands = _SubParsersAction[argparse.ArgumentParser]

Home = Callable[[], Path]
"""Gives the folder in which corpora, indexes and the environments of peers are kept."""

HELP = "measure relevance, graph truth and speed, on public sets and on your own repository"


def add_eval(commands: Commands, home: Home) -> None:
    """Add ``eval`` and what it can do to the command line."""
    from eval.cli_compare import add_compare
    from eval.cli_gate import add_gate
    from eval.cli_goals import add_goals
    from eval.cli_load import add_load
    from eval.cli_mine import add_mine
    from eval.cli_packs import add_packs
    from eval.cli_peers import add_peers
    from eval.cli_report import add_report
    from eval.cli_run import add_run
    from eval.cli_train import add_train
    from eval.cli_train_place import add_train_place

    parser = commands.add_parser("eval", help=HELP, description=HELP[0].upper() + HELP[1:] + ".")
    kinds = parser.add_subparsers(title="commands", dest="eval_command", metavar="COMMAND", required=True)
    add_mine(kinds)
    add_run(kinds, home)
    add_goals(kinds, home)
    add_packs(kinds, home)
    add_compare(kinds)
    add_gate(kinds)
    add_report(kinds)
    add_load(kinds, home)
    add_peers(kinds, home)
    add_train(kinds, home)
    add_train_place(kinds, home)
    _add_program(kinds, "graph", _graph, "print where the graph and an oracle disagree, with the lines of source")
    _add_program(kinds, "bench", _bench, "print the speed table: ours, peers and floors in one run")
    _add_program(kinds, "scip-convert", _scip_convert, "turn a SCIP index into an oracle of references")
    _add_program(kinds, "deveval-convert", _deveval_convert, "turn DevEval's samples into a set about clones of its projects")
    _add_program(kinds, "train-static", _train_static, "train, judge and time the weights of the static embedder")


def _add_program(commands: Commands, name: str, program: Callable[[list[str]], int], help: str) -> None:
    """Add a command that reads its own arguments, because loading what it offers takes numpy and more."""
    # no argument looks like an option to this parser, so that --help and all others reach the program
    parser = commands.add_parser(name, help=help, add_help=False, prefix_chars="\0")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    parser.set_defaults(run=partial(_run_program, program))


def _run_program(program: Callable[[list[str]], int], typed: argparse.Namespace) -> int:
    return program(typed.arguments)


def _graph(arguments: list[str]) -> int:
    from eval.graph_eval import main

    return main(arguments)


def _bench(arguments: list[str]) -> int:
    from eval.bench import main

    return main(arguments)


def _scip_convert(arguments: list[str]) -> int:
    from eval.scip_convert import main

    return main(arguments)


def _deveval_convert(arguments: list[str]) -> int:
    from eval.deveval_convert import main

    return main(arguments)


def _train_static(arguments: list[str]) -> int:
    from eval.train_static import main

    return main(arguments)
