"""Paths of routes and of requests, and whether one answers the other.

A route's path is written as OpenAPI does, whatever its framework writes: ``/users/{id}``, and ``/files/{path...}`` for a parameter that
takes the rest. A path that begins with ``...`` has a prefix in front that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from ipaddress import ip_address
from typing import NamedTuple

from graph.flow import HOLE

OPEN = "..."

_PARAMETERS = {
    "fastapi": re.compile(r"\{(?P<name>\w+)(?::(?P<type>\w+))?\}"),
    "starlette": re.compile(r"\{(?P<name>\w+)(?::(?P<type>\w+))?\}"),
    "flask": re.compile(r"<(?:(?P<type>[\w.]+)(?:\([^()]*\))?:)?(?P<name>\w+)>"),
    "express": re.compile(r":(?P<name>\w+)(?:\([^()]*\))?(?P<type>[?*+])?|(?P<rest>\*)(?P<rest_name>\w*)"),
    "gin": re.compile(r":(?P<name>\w+)|(?P<rest>\*)(?P<rest_name>\w*)"),
    "spring": re.compile(r"\{(?P<stars>\*?)(?P<name>\w+)(?::[^{}]*)?\}|(?P<rest>\*\*)(?P<rest_name>\b)?|(?P<one>\*)"),
}
_REST_TYPES = frozenset({"path", "*", "+"})
_PATTERN = re.compile(r"[()\[\]*+?|^$]")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):/{2}(?P<host>[^/?#]*)(?P<path>[^?#]*)")
_NEARBY = (".local", ".internal", ".localhost", ".svc", ".lan", ".test")


def template_of(framework: str, path: str) -> str | None:
    """Return a route's path with its parameters in braces; None for one that is a pattern or has a part that is computed."""
    if HOLE in path or "${" in path or "#{" in path:
        return None
    kept: list[str] = []
    at = 0
    for match in _PARAMETERS[framework].finditer(path):
        literal = path[at : match.start()]
        if _PATTERN.search(literal):
            return None
        kept += [literal, _parameter(match)]
        at = match.end()
    if _PATTERN.search(path[at:]):
        return None
    return "".join([*kept, path[at:]])


def _parameter(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found.get("rest"):
        return f"{{{found.get('rest_name') or 'path'}...}}"
    if found.get("one"):
        return "{any}"
    rest = found.get("type") in _REST_TYPES or bool(found.get("stars"))
    return f"{{{found['name']}{'...' if rest else ''}}}"


class Target(NamedTuple):
    """What a request asks for. ``host`` is empty for the one the page came from, ``HOLE`` for one that is not known."""

    host: str
    open: bool
    """There may be more in front of the path."""
    path: str

    @property
    def is_elsewhere(self) -> bool:
        """Say whether a public name stands for the host: somebody else's, for all the index knows."""
        name = self.host.rpartition("@")[2].partition(":")[0].lower()
        if not name or HOLE in self.host or "." not in name or name.endswith(_NEARBY):
            return False
        try:
            return ip_address(name).is_global
        except ValueError:
            return True


def target_of(url: str, base: str | None = "") -> Target | None:
    """Return what a URL asks for, below a base where it is relative; None where that cannot be told.

    A ``base`` of None is one that is not known.
    """
    absolute = _URL.match(url)
    if absolute:
        host = absolute["host"]
        return Target(HOLE if HOLE in host else host, open=False, path=absolute["path"] or "/")
    plain = re.split(r"[?#]", url, maxsplit=1)[0]
    if plain.startswith("//"):
        return None
    if base is None:
        return Target(HOLE, open=True, path=f"/{plain.lstrip('/')}") if not plain.startswith(HOLE) else None
    if base:
        below = target_of(base)
        return below and Target(below.host, below.open, f"{below.path.rstrip('/')}/{plain.lstrip('/')}")
    if plain.startswith(HOLE):
        rest = plain.removeprefix(HOLE)
        return Target(HOLE, open=True, path=rest) if rest.startswith("/") else None
    return Target("", open=not plain.startswith("/"), path=f"/{plain.lstrip('/')}")


class Match(IntEnum):
    """Whether a route answers a path."""

    NO = 0
    POSSIBLE = 1
    EXACT = 2


def matches(route: str, target: Target) -> Match:
    """Say whether a route answers what a request asks for. Nothing is exact that stands behind a prefix or holds a part not known."""
    open_route = route.startswith(OPEN)
    template, asked = route.removeprefix(OPEN), target.path
    here, there = _segments(template), _segments(asked)
    if open_route or target.open:
        if (not open_route and len(there) > len(here)) or (not target.open and len(here) > len(there)):
            return Match.NO
        size = min(len(here), len(there))
        here, there = here[len(here) - size :], there[len(there) - size :]
        shared = any(one == other for one, other in zip(here, there, strict=True))
        return Match.POSSIBLE if shared and _along(here, there) else Match.NO
    found = _along(here, there)
    slash = len(template) > 1 and len(asked) > 1 and template.endswith("/") != asked.endswith("/")
    return Match.POSSIBLE if found and slash else found


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _along(route: Sequence[str], asked: Sequence[str]) -> Match:
    """Compare segment by segment."""
    found = Match.EXACT
    for at, part in enumerate(route):
        if part.endswith("...}"):
            return Match.POSSIBLE
        if at >= len(asked):
            return Match.NO
        one = _segment(part, asked[at], last=at == len(asked) - 1)
        if not one:
            return Match.NO
        found = min(found, one)
    return found if len(route) == len(asked) else Match.NO


def _segment(part: str, asked: str, *, last: bool) -> Match:
    if "{" in part:
        before, after = part.partition("{")[0], part.rpartition("}")[2]
        if HOLE in asked:
            return Match.POSSIBLE
        fits = asked.startswith(before) and asked.endswith(after) and len(asked) > len(before) + len(after)
        return (Match.POSSIBLE if before or after else Match.EXACT) if fits else Match.NO
    if HOLE not in asked:
        return Match.EXACT if part == asked else Match.NO
    # What is put behind the last segment may be a query.
    return Match.POSSIBLE if last and asked == part + HOLE else Match.NO
