"""Routes of Express, Gin and Spring."""

from __future__ import annotations

from graph.flow import CALL, FUNCTION_SCOPE, MEMBER, NEW, QUIET, SEQUENCE, Expression
from graph.http.facts import ANY_METHOD, METHODS, Mount, Route, Router, Text, joined, upper
from graph.http.origins import GIVEN, Made
from graph.http.paths import template_of
from graph.http.reading import Call, Reading

EXPRESS, GIN, SPRING = "express", "github.com/gin-gonic/gin", "org.springframework.web.bind.annotation"
_TYPES = "express-serve-static-core"
_EXPRESS_ROOTS = frozenset({"", "default", "Application", "Express", "express"})
_EXPRESS_ROUTERS = frozenset({"Router", "IRouter"})
_VERBS = frozenset(method.lower() for method in METHODS) | {"all"}
_GIN_ROOTS = frozenset({"Default", "New", "Engine"})
_GIN_ROUTERS = frozenset({"RouterGroup", "IRouter", "IRoutes"})
_GIN_VERBS = frozenset(METHODS) | {"Any", "Handle"}
_MAPPINGS = {f"{method.capitalize()}Mapping": method for method in METHODS[:5]} | {"RequestMapping": ANY_METHOD}
FLUENT = _VERBS | {"use", "Use"}
"""Methods that give the router again, or the route."""
PACKAGES = frozenset({EXPRESS, _TYPES, GIN, SPRING})


def base_of(reading: Reading, made: Made) -> tuple[str, bool, Made, str | None] | None:
    """Return framework, whether it answers by itself, the router that was made first, and the path below it, of what may be a router."""
    below: list[str | None] = []
    site = ""
    while made.above is not None:
        deriving = made.symbol in {"Group", "route"} if made.package in {GIN, EXPRESS, _TYPES, ""} else False
        if made.symbol in FLUENT:
            site, made = made.site or site, made.above
            continue
        if not deriving or not made.arguments or made.place is None:
            return None
        text = reading.origins.text(made.place, made.arguments[0][1])
        below.append(text.template if text else None)
        made = made.above
    path = joined(*reversed(below))
    made = made._replace(site=made.site or site)
    if made.package in {EXPRESS, _TYPES} and made.symbol in _EXPRESS_ROOTS | _EXPRESS_ROUTERS:
        return "express", made.symbol in _EXPRESS_ROOTS, made, path
    if made.symbol == GIVEN:
        return "express", False, made, path
    if made.package == GIN and made.symbol in _GIN_ROOTS | _GIN_ROUTERS:
        return "gin", made.symbol in _GIN_ROOTS, made, path
    return None


def _is_route(made: Made) -> bool:
    while made.above is not None:
        if made.symbol == "route":
            return True
        made = made.above
    return False


def read_express(reading: Reading, call: Call) -> None:
    """Read routers, mounts and routes."""
    if call.callee[0] == MEMBER and (call.name in _VERBS or call.name in {"use", "mount"}):
        for made in reading.receivers(call):
            base = base_of(reading, made)
            if base is None or base[0] != "express":
                continue
            if call.name in _VERBS:
                _express_route(reading, call, made, base)
            elif call.name == "use":
                _express_mount(reading, call, base)
    _router(reading, call, "express")


def _express_route(reading: Reading, call: Call, made: Made, base: tuple[str, bool, Made, str | None]) -> None:
    framework, root, router, below = base
    given_to = router.symbol == GIVEN
    given = call.plain
    if _is_route(made):
        texts: list[Text | None] = [Text("")]
    elif len(given) < 2:
        return  # app.get("name of a setting")
    else:
        first, given = given[0], given[1:]
        texts = [reading.origins.text(call.place, each) for each in (first[3] if first[0] == SEQUENCE else [first])]
    if not given:
        return
    handler = given[-1][3][-1] if given[-1][0] == SEQUENCE and given[-1][3] else given[-1]
    method = ANY_METHOD if call.name == "all" else call.name.upper()
    for text in texts:
        site = router.site or reading.holder(call, FLUENT)
        route = Route(site, framework, (method,), "", True, reading.handlers(call, handler), *reading.span(call), root, given_to)
        _add(reading, text, below, route)


def _express_mount(reading: Reading, call: Call, base: tuple[str, bool, Made, str | None]) -> None:
    given = call.plain
    site = base[2].site or reading.holder(call, FLUENT)
    if not given or not site:
        return
    text = reading.origins.text(call.place, given[0])
    named = text is not None or len(reading.origins.of(call.place, given[0])) == 0
    prefixes: list[str | None] = [text.template if text else None] if named and len(given) > 1 else [""]
    for expression in given[1:] if named and len(given) > 1 else given:
        for child in reading.origins.of(call.place, expression):
            below = base_of(reading, child)
            if below is not None and below[2].site and below[3] == "":
                reading.mounts += [Mount(site, below[2].site, joined(base[3], prefix)) for prefix in prefixes]


def read_gin(reading: Reading, call: Call) -> None:
    """Read routers and routes; groups are part of what a router was made from."""
    if call.callee[0] == MEMBER and call.name in _GIN_VERBS:
        for made in reading.receivers(call):
            base = base_of(reading, made)
            given = call.plain
            if base is None or base[0] != "gin" or len(given) < 2:
                continue
            method: Text | None = Text(call.name)
            if call.name == "Handle":
                method, given = reading.origins.text(call.place, given[0]), given[1:]
            if len(given) < 2:
                continue
            verb = ANY_METHOD if call.name == "Any" or method is None else method.template
            handlers = reading.handlers(call, given[-1])
            route = Route(base[2].site, "gin", upper((verb,)), "", True, handlers, *reading.span(call), base[1])
            _add(reading, reading.origins.text(call.place, given[0]), base[3], route)
    _router(reading, call, "gin")


def _router(reading: Reading, call: Call, framework: str) -> None:
    """Read a router where it is made and a variable holds it."""
    site = "" if call.name in FLUENT | _GIN_VERBS else reading.holder(call, FLUENT)
    if not site:
        return
    expression: Expression = (NEW if call.new else CALL, call.callee[1], call.callee, call.arguments)
    for made in reading.origins.of(call.place, expression, site):
        base = base_of(reading, made) if made.above is None else None
        if base is not None and base[0] == framework:
            reading.routers.append(Router(site, base[1]))


def _add(reading: Reading, text: Text | None, below: str | None, route: Route) -> None:
    path = joined(below, text.template) if text and text.template else below
    template = template_of(route.framework, path) if path is not None and text is not None else None
    if text is None or template is None:
        reading.dropped += 1
    elif (found := route._replace(path=template, sure=text.sure)) not in reading.routes:
        reading.routes.append(found)


# Spring.


def read_spring(reading: Reading, call: Call) -> None:
    """Read a mapping of a method, below the one of its class."""
    scope = reading.flow.scopes[call.place[1]]
    if call.name not in _MAPPINGS or scope.kind != FUNCTION_SCOPE or scope.parent < 0 or not _is_spring(reading, call):
        return
    above = _above(reading, scope.parent)
    if above is None:
        return  # a client's interface, or no controller
    verbs = (_MAPPINGS[call.name],) if call.name != "RequestMapping" else _spring_methods(call.given(-1, "method"))
    for text in _spring_paths(reading, call):
        for prefix in above:
            route = Route("", "spring", verbs, "", True, (reading.handle(call.place[1]),), *reading.span(call), root=True)
            _add(reading, text, prefix.template if prefix else None, route)


def _is_spring(reading: Reading, call: Call) -> bool:
    return any(package == SPRING for package, _ in reading.external(call))


def _above(reading: Reading, class_: int) -> list[Text | None] | None:
    """Return the prefixes that a controller's class gives, None where it is no controller."""
    prefixes: list[Text | None] = [Text("")]
    is_controller = False
    for index, root in enumerate(reading.flow.roots):
        found = root.expression
        if root.scope != class_ or found is None or found[0] != CALL or root.purpose != QUIET:
            continue
        call = Call(reading.evaluator.place(reading.path, index), found[2], found[3], index, whole=True, purpose=root.purpose)
        if call.name in {"RestController", "Controller"}:
            packages = {package for package, _ in reading.external(call)}
            is_controller = is_controller or bool(packages & {SPRING, "org.springframework.stereotype"})
        elif call.name == "RequestMapping" and _is_spring(reading, call):
            prefixes = _spring_paths(reading, call)
    return prefixes if is_controller else None


def _spring_paths(reading: Reading, call: Call) -> list[Text | None]:
    given = call.given(0, "value", "path")
    if given is None:
        return [Text("")]
    return [reading.origins.text(call.place, each) for each in (given[3] if given[0] == SEQUENCE else [given])]


def _spring_methods(given: Expression | None) -> tuple[str, ...]:
    named = [] if given is None else list(given[3]) if given[0] == SEQUENCE else [given]
    return upper(str(each[-1]) for each in named) if named and all(str(each[-1]).upper() in METHODS for each in named) else (ANY_METHOD,)
