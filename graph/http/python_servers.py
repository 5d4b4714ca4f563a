"""Routes of FastAPI, Starlette and Flask."""

from __future__ import annotations

from collections.abc import Iterator

from graph.bindings import FoundBinding, Place
from graph.flow import CALL, FUNCTION, LITERAL, MEMBER, NAME, SEQUENCE, Expression
from graph.http.facts import ANY_METHOD, METHODS, Mount, Route, Router, Text, joined, upper
from graph.http.origins import Made
from graph.http.paths import template_of
from graph.http.reading import Call, Reading, is_decorator
from graph.values import CLASS_OBJECT

_FASTAPI, _STARLETTE, _FLASK = "fastapi", "starlette", "flask"
_KINDS = {
    (_FASTAPI, "FastAPI"): (_FASTAPI, True, ""),
    (_FASTAPI, "APIRouter"): (_FASTAPI, False, "prefix"),
    (_STARLETTE, "Starlette"): (_STARLETTE, True, ""),
    (_STARLETTE, "Router"): (_STARLETTE, False, ""),
    (_FLASK, "Flask"): (_FLASK, True, ""),
    (_FLASK, "Blueprint"): (_FLASK, False, "url_prefix"),
}
"""Of each type: its framework, whether it answers by itself, and the keyword of its own prefix."""
PACKAGES = frozenset(package for package, _ in _KINDS)
_VERBS = frozenset(method.lower() for method in METHODS) | {"trace"}
_ADDERS = {
    "api_route": (_FASTAPI, -1), "add_api_route": (_FASTAPI, 1), "add_route": (_STARLETTE, 1),
    "route": ("", -1), "add_url_rule": (_FLASK, 2),
}  # fmt: skip
"""Of each method that adds a route with methods of its own: whose it is, and where the function stands, -1 for below a decorator."""
_MOUNTS = {"include_router": "prefix", "register_blueprint": "url_prefix", "mount": ""}


def kind_of(made: Made) -> tuple[str, bool, str] | None:
    """Return framework, whether it answers by itself, and the keyword of its prefix, of what may be a router."""
    return None if made.above else _KINDS.get((made.package, made.symbol))


def read_python(reading: Reading, call: Call) -> None:
    """Read routers, mounts and routes."""
    if call.callee[0] == MEMBER and (call.name in _VERBS or call.name in _ADDERS or call.name in _MOUNTS):
        for made in reading.receivers(call):
            if (kind := kind_of(made)) is None:
                continue
            if call.name in _MOUNTS:
                _mount(reading, call, made, kind[0])
            else:
                _route(reading, call, made, kind)
    elif call.name[:1].isupper():
        _router(reading, call)


def _router(reading: Reading, call: Call) -> None:
    """Read a router where it is made and a variable holds it."""
    site = reading.owners.get(call.root, "") if call.whole else ""
    expression: Expression = (CALL, call.callee[1], call.callee, call.arguments)
    for made in reading.origins.of(call.place, expression, site):
        if site and (kind := kind_of(made)) is not None:
            prefix = _prefix(reading, call, kind[2])
            reading.routers.append(Router(site, kind[1], prefix and prefix.template, prefix is None or prefix.sure))
            if (listed := call.given(-1, "routes")) is not None:
                _listed(reading, call.place, listed, site, kind[1], "")


def _prefix(reading: Reading, call: Call, keyword: str) -> Text | None:
    given = call.given(-1, keyword) if keyword else None
    if given is None or (given[0] == LITERAL and given[2] == "None"):
        return Text("")
    return reading.origins.text(call.place, given)


def _mount(reading: Reading, call: Call, parent: Made, framework: str) -> None:
    keyword = _MOUNTS[call.name]
    at = call.name == "mount"
    child = call.given(int(at), "app", "router", "blueprint")
    if child is None or (call.name == "register_blueprint") != (framework == _FLASK):
        return
    text = reading.origins.text(call.place, call.given(0, "path")) if at else _prefix(reading, call, keyword)
    prefix, sure = (text.template, text.sure) if text else (None, False)
    for made in reading.origins.of(call.place, child):
        if kind_of(made) and made.site and parent.site:
            reading.mounts.append(Mount(parent.site, made.site, prefix, framework == _FLASK and prefix != "", sure))


def _route(reading: Reading, call: Call, made: Made, kind: tuple[str, bool, str]) -> None:
    framework, root, _ = kind
    whose, position = _ADDERS.get(call.name, (framework, -1))
    if whose and whose != framework and not (whose == _STARLETTE and framework == _FASTAPI):
        return
    if position < 0 and not is_decorator(call):
        return
    endpoint = call.given(position, "endpoint", "route", "view_func") if position >= 0 else None
    text = reading.origins.text(call.place, call.given(0, "path", "rule"))
    handlers = reading.handlers(call, endpoint)
    methods = (call.name.upper(),) if call.name in _VERBS else _methods(reading, call.place, call.given(-1, "methods"))
    _add(reading, call, text, Route(made.site, framework, methods, "", True, handlers, *reading.span(call), root))


def _methods(reading: Reading, place: Place, given: Expression | None) -> tuple[str, ...]:
    """Return the methods that a list names, GET where there is none."""
    if given is None:
        return ("GET",)
    texts = [reading.origins.text(place, each) for each in given[3]] if given[0] == SEQUENCE else []
    return upper(each.template for each in texts if each) if texts and all(texts) else (ANY_METHOD,)


def _add(reading: Reading, call: Call, text: Text | None, route: Route) -> None:
    path = template_of(route.framework, text.template) if text else None
    if text is None or path is None:
        reading.dropped += 1
        return
    if route not in reading.routes:
        reading.routes.append(route._replace(path=path, sure=text.sure))


# Lists of routes.


def _listed(reading: Reading, place: Place, listed: Expression, site: str, root: bool, above: str | None) -> None:
    """Read ``routes=[Route("/x", endpoint), Mount("/y", routes=[…])]``, also where a variable holds the list."""
    for where, each in _items(reading, place, listed):
        if each[0] != CALL or each[2][0] not in {NAME, MEMBER}:
            continue
        call = Call(where, each[2], each[3], -1, whole=False, purpose=0)
        names = {symbol.rpartition(".")[2] for package, symbol in reading.external(call) if package == _STARLETTE}
        text = reading.origins.text(where, call.given(0, "path"))
        path = joined(above, text.template) if text else None
        if names == {"Mount"}:
            inner = call.given(-1, "routes")
            if inner is not None:
                _listed(reading, where, inner, site, root, path)
            elif (app := call.given(1, "app")) is not None:
                mounted = [made for made in reading.origins.of(where, app) if kind_of(made) and made.site]
                reading.mounts += [Mount(site, made.site, path) for made in mounted]
        elif names == {"Route"}:
            endpoint = call.given(1, "endpoint")
            methods = _methods(reading, where, call.given(-1, "methods"))
            if endpoint is not None and endpoint[0] != FUNCTION and _is_class(reading, where, endpoint):
                methods = (ANY_METHOD,)
            route = Route(site, _STARLETTE, methods, "", True, reading.handlers(call, endpoint), *reading.span(call), root)
            _add(reading, call, None if path is None else Text(path, text.sure if text else False), route)


def _items(reading: Reading, place: Place, listed: Expression) -> Iterator[tuple[Place, Expression]]:
    if listed[0] == SEQUENCE:
        yield from ((place, each) for each in listed[3])
    elif listed[0] in {NAME, MEMBER}:
        for _, found in reading.evaluator.denoted(place, listed):
            if isinstance(found, FoundBinding) and found.path == reading.path and found.binding.value >= 0:
                root = reading.flow.roots[found.binding.value].expression
                if root is not None and root[0] == SEQUENCE:
                    yield from _items(reading, reading.evaluator.place(reading.path, found.binding.value), root)


def _is_class(reading: Reading, place: Place, endpoint: Expression) -> bool:
    return any(value[0] == CLASS_OBJECT for value in reading.evaluator.value(place, endpoint))
