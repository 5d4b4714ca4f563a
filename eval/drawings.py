"""What a report shows, before it is drawn or written: tables, and the data of plots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How the data of a plot is drawn."""

    SCATTER = "scatter"
    BARS = "bars"
    CURVES = "curves"


class Tone(StrEnum):
    """What a cell says beyond its text."""

    PLAIN = ""
    BEST = "best"
    GAIN = "gain"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table, with smaller text below it."""

    text: str
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a head; the first column names the row."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    words: bool = False
    """The cells hold sentences and not numbers."""


@dataclass(frozen=True, slots=True)
class Series:
    """One system's points in a plot. ``slot`` is its colour and mark, the same in every plot of a report.

    A point is x and y; of bars x is the number of the bar's name. ``bounds`` are of y, low and high, one a point or none.
    """

    name: str
    slot: int
    points: tuple[tuple[float, float], ...]
    bounds: tuple[tuple[float, float], ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The data of one plot. ``alt`` says in words what it shows, ``table`` holds its numbers."""

    key: str
    shape: Shape
    title: str
    alt: str
    x_label: str
    series: tuple[Series, ...]
    table: Table
    names: tuple[str, ...] = ()
    """Of bars, from the top."""
    log_x: bool = False
    log_y: bool = False
