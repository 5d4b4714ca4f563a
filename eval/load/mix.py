"""What is asked under load: kinds of operations by weight, over material from the repository or from a file, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from eval.derived_queries import named_symbols, varied_queries
from eval.model import Question
from eval.sets.kinds import QuestionSet
from eval.sets.registry import read_set
from ingest.errors import QueryError, SourceError
from ingest.path_kinds import PathFlag, path_flags
from retrieval.answers import SymbolRow
from retrieval.engine import Engine

_MATERIAL = 1_000
_CYCLE = 10_000  # operations before they come again; some take three times as long as others, so a cycle outlasts a short run


class Kind(StrEnum):
    """A kind of operation: the command of that name."""

    SEARCH = "search"
    SYMBOLS = "symbols"
    CONTEXT = "context"
    SHOW = "show"
    GRAPH_CALLERS = "graph-callers"


DEFAULT_MIX = "search=8,symbols=1,context=1,show=1,graph-callers=1"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask: a query, a pattern of names, ``PATH:START-END``, or a symbol's handle."""

    kind: Kind
    text: str


Material = Mapping[Kind, Sequence[str]]
"""What can be asked, by the kind of operation."""


def parse_mix(text: str) -> dict[Kind, int]:
    """Read ``search=8,show=1``. Raises ``QueryError``."""
    weights: dict[Kind, int] = {}
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        if name not in list(Kind) or not weight.isdecimal() or name in weights:
            raise QueryError(
                f"{part.strip()!r} is not a part of a mix such as {DEFAULT_MIX}: it needs each of {', '.join(Kind)} at most once"
            )
        weights[Kind(name)] = int(weight)
    if not any(weights.values()):
        raise QueryError(f"the mix {text!r} asks nothing: give one of its operations a weight above 0")
    return weights


def derive(data: Path, root: str) -> dict[Kind, list[str]]:
    """Make material from an indexed repository's own definitions, for every kind that they serve."""
    with Engine(data) as engine:
        symbols = named_symbols(engine, Path(root))
    queries = varied_queries(symbols, _MATERIAL)
    chosen = _spread(symbols)
    called = _spread([each for each in symbols if not path_flags(each.path) & PathFlag.TEST]) or chosen  # few call a test
    names = [each.name for each in chosen]
    return {
        Kind.SEARCH: queries or names,
        Kind.CONTEXT: queries or names,
        Kind.SYMBOLS: [f"{name[:5]}*" if at % 3 == 2 else name for at, name in enumerate(names)],
        Kind.SHOW: [f"{each.path}:{each.start_line}-{each.end_line}" for each in chosen],
        Kind.GRAPH_CALLERS: [f"{each.path}#{each.qualified_name}" for each in called],
    }


def _spread(symbols: Sequence[SymbolRow]) -> list[SymbolRow]:
    """Return so many symbols from all over the tree."""
    count = min(len(symbols), _MATERIAL)
    return [symbols[at * len(symbols) // count] for at in range(count)]


def read_queries(place: Path, repository: str) -> list[str]:
    """Read queries from a file, one a line as text or as an object with ``query``, or from the folder of a set of questions.

    Of a set those about ``repository`` are taken, if there are any. Raises ``SourceError``.
    """
    queries = _of_set(place, repository) if place.is_dir() else _of_file(place)
    if not queries:
        raise SourceError(f"there are no queries in {place}; give a file with a query a line, or the folder of a set of questions")
    return queries


def _of_set(folder: Path, repository: str) -> list[str]:
    found = read_set(folder)
    questions = found.questions if isinstance(found, QuestionSet) else tuple[Question, ...]()
    about = [each.text for each in questions if each.repository.rpartition("/")[2] == repository]
    return about or [each.text for each in questions]


def _of_file(file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read the queries in {file}: {error}; give a file with a query a line, or a set's folder") from error
    return [_query(line, file) for line in lines]


def _query(line: str, file: Path) -> str:
    if not line.startswith("{"):
        return line
    try:
        return str(json.loads(line)["query"])
    except (ValueError, KeyError) as error:
        raise SourceError(f'a line of {file} begins with {{ and is no JSON object with "query": {line[:100]} ({error!r})') from error


class Mix:
    """An endless sequence of operations, given by weights, material and seed alone."""

    def __init__(self, weights: Mapping[Kind, int], material: Material, seed: int) -> None:
        """Choose the operations. Raises ``QueryError`` when there is no material for a kind that is wanted."""
        wanted = {kind: weight for kind, weight in weights.items() if weight}
        for kind in wanted:
            if not material.get(kind):
                raise QueryError(f"the repository has no definitions that could be asked for by {kind}; leave it out of --mix")
        chance = Random(seed)
        kinds = chance.choices(list(wanted), list(wanted.values()), k=_CYCLE)
        self._cycle = [Operation(kind, chance.choice(material[kind])) for kind in kinds]

    def operation(self, number: int) -> Operation:
        """Return an operation by its number, counted from 0."""
        return self._cycle[number % _CYCLE]
