"""Plots as SVG that takes its colours from the page. matplotlib comes with the extra ``eval`` and is imported here alone.

The page forbids styles that it does not know, so matplotlib's become attributes, and every colour becomes a class: ``f3`` fills and ``k3``
strokes with the colour of series 3, ``ink``, ``soft`` and ``grid`` are those of text, ticks and lines.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (matplotlib's methods take keyword arguments without types)

from __future__ import annotations

import re
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from eval.drawings import Drawing, Series, Shape

SLOTS = 8
_MARKS = "os^DvPX*"
_INK, _SOFT, _GRID = "#00f1f0", "#00f1f1", "#00f1f2"
_WIDTH = 6.6
"""Inches of 72 points; the page scales the picture to its column."""
_BAR = 0.17
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_SIZE = re.compile(r"([\d.]+)px")
_NAMED = {_INK: "ink", _SOFT: "soft", _GRID: "grid"}
_LOOK: Any = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _SOFT,
    "axes.edgecolor": _GRID,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "axes.grid": True,
}


def draw(drawing: Drawing) -> str:
    """Return a plot as an SVG element for a page."""
    with mpl.rc_context({**_LOOK, "svg.hashsalt": drawing.key}):
        figure = Figure(figsize=(_WIDTH, _height(drawing)), layout="constrained")
        axes = figure.add_subplot()
        {Shape.SCATTER: _scatter, Shape.BARS: _bars, Shape.CURVES: _curves}[drawing.shape](axes, drawing)
        axes.set_xlabel(drawing.x_label)
        axes.set_ylabel(drawing.y_label)
        _scales(axes, drawing)
        written = StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_page(written.getvalue(), drawing)


def _height(drawing: Drawing) -> float:
    if drawing.shape is not Shape.BARS:
        return 3.7
    return 0.75 + len(drawing.names) * (len(drawing.series) * _BAR + 0.12)


def _colour(slot: int) -> str:
    return f"#00f00{slot % SLOTS}"


def _scales(axes: Axes, drawing: Drawing) -> None:
    for axis, log in ((axes.xaxis, drawing.log_x), (axes.yaxis, drawing.log_y)):
        if log:
            (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(ScalarFormatter())
            axis.set_minor_formatter(NullFormatter())


def _scatter(axes: Axes, drawing: Drawing) -> None:
    for each in drawing.series:
        colour = _colour(each.slot)
        for at, (x, y) in enumerate(each.points):
            if each.bounds:
                low, high = each.bounds[at]
                axes.plot([x, x], [low, high], color=colour, linewidth=1.6, alpha=0.55)
            axes.plot([x], [y], color=colour, marker=_MARKS[each.slot % SLOTS], markersize=8, linestyle="none")
    axes.margins(0.12, 0.12)
    _label(axes, drawing)


def _label(axes: Axes, drawing: Drawing) -> None:
    """Write each system's name beside its point, on the side that has room, and below a name that is already there."""
    points = sorted(((x, y, each.name) for each in drawing.series for x, y in each.points), key=lambda row: -row[1])
    places = sorted(x for x, _, _ in points)
    middle = places[len(places) // 2] if len(places) > 1 else None
    for x, y, name in points:
        left = middle is not None and x > middle
        axes.annotate(
            name, (x, y), xytext=(-9 if left else 9, 5), textcoords="offset points", ha="right" if left else "left", fontsize=10, color=_INK
        )


def _bars(axes: Axes, drawing: Drawing) -> None:
    thickness = 0.84 / max(len(drawing.series), 1)
    many = len(drawing.names) * len(drawing.series) > 60
    ends = [end for each in drawing.series for _, end in (*each.points, *each.bounds)]
    for at, each in enumerate(drawing.series):
        places = [x - 0.42 + thickness * (at + 0.5) for x, _ in each.points]
        axes.barh(places, [y for _, y in each.points], height=thickness * 0.86, color=_colour(each.slot))
        for place, (_, y), bounds in zip(places, each.points, each.bounds or [(0.0, 0.0)] * len(each.points), strict=True):
            if each.bounds:
                axes.plot(bounds, [place, place], color=_INK, linewidth=0.9, alpha=0.6)
            if not many:
                axes.annotate(
                    _short(y), (max(y, bounds[1]), place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=_SOFT
                )
    axes.set_yticks(range(len(drawing.names)), drawing.names)
    axes.set_ylim(len(drawing.names) - 0.4, -0.6)
    axes.set_xlim(0, max(ends, default=1.0) * 1.08 or 1.0)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0, labelcolor=_INK)


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _curves(axes: Axes, drawing: Drawing) -> None:
    for each in drawing.series:
        axes.plot(*_columns(each), color=_colour(each.slot), linewidth=1.8, linestyle=(0, (4, 2)) if each.dashed else "-")


def _columns(series: Series) -> tuple[list[float], list[float]]:
    return [x for x, _ in series.points], [y for _, y in series.points]


def _for_page(text: str, drawing: Drawing) -> str:
    ElementTree.register_namespace("", _SVG[1:-1])
    root = ElementTree.fromstring(text[text.index("<svg") :])
    ids = {name: f"{drawing.key}-{at}" for at, name in enumerate(sorted(_referenced(root)))}
    for parent in root.iter():
        for child in [each for each in parent if each.tag in {f"{_SVG}metadata", f"{_SVG}style"}]:
            parent.remove(child)
    for element in root.iter():
        _restyle(element, ids)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "img", "aria-label": drawing.alt, "stroke-linejoin": "round"}
    return ElementTree.tostring(root, encoding="unicode").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def _referenced(root: ElementTree.Element) -> set[str]:
    found: set[str] = set()
    for element in root.iter():
        found |= {value[1:] for name, value in element.attrib.items() if name == _LINK}
        found |= {name for value in element.attrib.values() for name in _REFERENCE.findall(value)}
    return found


def _restyle(element: ElementTree.Element, ids: dict[str, str]) -> None:
    """Make attributes and classes of an element's style, keep the identifiers that something refers to, and make those the plot's own."""
    attributes = dict(element.attrib)
    element.attrib.clear()
    classes: list[str] = []
    for entry in attributes.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in entry.partition(":"))
        if name == "font":
            attributes["font-size"] = _SIZE.findall(value)[0]
        elif name and name != "font-family":
            attributes[name] = value.removesuffix("px") if name == "font-size" else value
    for name in ("fill", "stroke"):
        if known := _class(name, attributes.get(name, "")):
            classes.append(known)
            attributes.pop(name)
    for name, value in attributes.items():
        if name == _LINK:
            element.set("href", f"#{ids[value[1:]]}")
        elif name != "id":
            element.set(name, _REFERENCE.sub(lambda found: f"url(#{ids[found[1]]})", value))
        elif value in ids:
            element.set("id", ids[value])
    if classes:
        element.set("class", " ".join(classes))


def _class(name: str, colour: str) -> str:
    letter = "f" if name == "fill" else "k"
    if colour in _NAMED:
        return f"{letter}-{_NAMED[colour]}"
    return f"{letter}{colour[-1]}" if colour.startswith("#00f00") else ""
