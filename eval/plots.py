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
from warnings import catch_warnings, filterwarnings
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from eval.drawings import Drawing, Series, Shape
from eval.text import plain, shortened

SLOTS = 8
_MARKS = "os^DvPX*"
_INK, _SOFT, _GRID = "#00f1f0", "#00f1f1", "#00f1f2"
_WIDTH = 5.6
"""Inches of 72 points; the page scales the picture to its column."""
_BAR = 0.17
_MANY = 24
_TEXT = 10
_NAME = 28
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_SIZE = re.compile(r"([\d.]+)px")
_NAMED = {_INK: "ink", _SOFT: "soft", _GRID: "grid"}
_LOOK: Any = {
    "svg.fonttype": "none",
    "font.size": _TEXT,
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
    "text.parse_math": False,
}


def draw(drawing: Drawing) -> str:
    """Return a plot as an SVG element for a page."""
    with mpl.rc_context({**_LOOK, "svg.hashsalt": drawing.key}), catch_warnings():
        filterwarnings("ignore", r"Glyph \d+ .*missing from", UserWarning)  # the page's font draws the text, and has others
        figure = Figure(figsize=(_WIDTH, _height(drawing)), dpi=72, layout="constrained")  # SVG has 72 dots an inch
        axes = figure.add_subplot()
        {Shape.SCATTER: _scatter, Shape.BARS: _bars, Shape.CURVES: _curves}[drawing.shape](axes, drawing)
        axes.set_xlabel(drawing.x_label)
        _scales(axes, drawing)
        if drawing.shape is Shape.SCATTER:
            _label(figure, axes, drawing)
        written = StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_page(written.getvalue(), drawing)


def _height(drawing: Drawing) -> float:
    if drawing.shape is not Shape.BARS:
        return 3.3
    if _as_dots(drawing):
        return 0.75 + len(drawing.names) * (0.1 + len(drawing.series) * 0.045)
    return 0.75 + len(drawing.names) * (len(drawing.series) * _BAR + 0.12)


def _as_dots(drawing: Drawing) -> bool:
    """So many bars are a wall; dots of all systems on one line say the same."""
    return len(drawing.names) * len(drawing.series) > _MANY


def _colour(slot: int) -> str:
    return f"#00f00{slot % SLOTS}"


def _scales(axes: Axes, drawing: Drawing) -> None:
    for axis, log in ((axes.xaxis, drawing.log_x), (axes.yaxis, drawing.log_y)):
        if log:
            (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(FuncFormatter(_plain_number))
            axis.set_minor_formatter(NullFormatter())


def _plain_number(value: float, _place: int | None) -> str:
    return f"{value:,g}"


def _scatter(axes: Axes, drawing: Drawing) -> None:
    for each in drawing.series:
        colour = _colour(each.slot)
        for at, (x, y) in enumerate(each.points):
            if each.bounds:
                low, high = each.bounds[at]
                axes.plot([x, x], [low, high], color=colour, linewidth=1.6, alpha=0.55)
            axes.plot([x], [y], color=colour, marker=_MARKS[each.slot % SLOTS], markersize=8, linestyle="none")
    axes.margins(0.12, 0.12)


def _label(figure: Figure, axes: Axes, drawing: Drawing) -> None:
    """Write each system's name beside its mark, at the first of four places where it covers no other name and stays inside."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    marks = [(*_place(axes, point), _name(each.name)) for each in drawing.series for point in each.points]
    inside = axes.get_window_extent()
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y, _ in marks]
    for x, y, name in sorted(marks, key=lambda mark: -mark[1]):
        width, height = 0.6 * _TEXT * len(name), float(_TEXT)
        boxes = [
            (left, y + up, left + width, y + up + height)
            for up in (2, -height - 2, height + 4, -2 * height - 4)
            for left in (x + 9, x - 9 - width)
        ]
        free = [box for box in boxes if inside.x0 <= box[0] and box[2] <= inside.x1 and not any(_meet(box, other) for other in taken)]
        box = (free or boxes)[0]
        taken.append(box)
        axes.annotate(name, (box[0], box[1]), xycoords="figure pixels", fontsize=_TEXT, color=_INK)


def _name(text: str) -> str:
    return shortened(plain(text), _NAME)


def _place(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    x, y = axes.transData.transform(point)
    return float(x), float(y)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _bars(axes: Axes, drawing: Drawing) -> None:
    dots = _as_dots(drawing)
    thickness = (0.5 if dots else 0.84) / max(len(drawing.series), 1)
    middle = (len(drawing.series) - 1) / 2
    for at, each in enumerate(drawing.series):
        for number, (x, value) in enumerate(each.points):
            place, bounds = x + thickness * (at - middle), each.bounds[number] if each.bounds else (value, value)
            if dots:
                axes.plot(bounds, [place, place], color=_colour(each.slot), linewidth=1.1, alpha=0.45)
                axes.plot([value], [place], color=_colour(each.slot), marker=_MARKS[each.slot % SLOTS], markersize=5, linestyle="none")
            else:
                axes.barh(place, value, height=thickness * 0.86, color=_colour(each.slot))
                axes.plot(bounds, [place, place], color=_INK, linewidth=0.9, alpha=0.6)
                end = (max(value, bounds[1]), place)
                axes.annotate(_short(value), end, xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=_SOFT)
    axes.set_yticks(range(len(drawing.names)), [_name(each) for each in drawing.names])
    axes.set_ylim(len(drawing.names) - 0.4, -0.6)
    if not dots:
        ends = [end for each in drawing.series for end in (*(value for _, value in each.points), *(high for _, high in each.bounds))]
        axes.set_xlim(0, max(ends, default=0.0) * 1.08 or 1.0)
    axes.grid(visible=dots, axis="y")
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
    root.attrib |= {"role": "img", "aria-label": plain(drawing.alt), "stroke-linejoin": "round"}
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
