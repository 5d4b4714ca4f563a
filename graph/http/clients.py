"""Requests that requests, httpx, fetch and axios make, and clients that test an application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.flow import HOLE, MEMBER, NAME, Expression
from graph.http.facts import ANY_METHOD, METHODS, Request, Text
from graph.http.origins import GIVEN, Made
from graph.http.paths import target_of
from graph.http.python_servers import kind_of
from graph.http.reading import Call, Reading
from graph.http.servers import base_of

_VERBS = frozenset(method.lower() for method in METHODS)
_PYTHON = frozenset({"requests", "httpx"})
_SESSIONS = {
    ("requests", "Session"): "requests", ("requests", "session"): "requests",
    ("httpx", "Client"): "httpx", ("httpx", "AsyncClient"): "httpx",
    ("axios", "create"): "axios", ("axios", "AxiosInstance"): "axios", ("axios", "Axios"): "axios", ("axios", "AxiosStatic"): "axios",
}  # fmt: skip
_TEST_CLIENTS = frozenset({("fastapi", "TestClient"), ("starlette", "TestClient")})
_SUPERTEST = frozenset({("supertest", ""), ("supertest", "default"), ("supertest", "agent")})
_FETCHES = frozenset({
    *(("javascript", name) for name in ("fetch", "window.fetch", "globalThis.fetch", "self.fetch", "global.fetch")),
    *((package, name) for package in ("node-fetch", "cross-fetch") for name in ("", "default", "fetch")),
    ("undici", "fetch"),
})  # fmt: skip
PACKAGES = frozenset({"requests", "httpx", "axios", "supertest", "node-fetch", "cross-fetch", "undici"})
GLOBALS = frozenset(f"external:{package}#{symbol}" for package, symbol in _FETCHES if package == "javascript")
"""What is called without an import."""


def read_clients(reading: Reading, call: Call) -> None:
    """Read what asks for a URL."""
    if call.callee[0] == MEMBER and (call.name in _VERBS or call.name in {"request", "stream", "fetch"}):
        made = [each for each in reading.receivers(call) if _client_of(each)]
        if made:
            _by_client(reading, call, made)
            return
    elif call.callee[0] != NAME:
        return
    certain = reading.is_certain(call)
    for package, symbol in reading.external(call):
        last = symbol.rpartition(".")[2]
        if (package, symbol) in _FETCHES:
            _add(reading, call, "fetch", _option(reading, call, 1, "method", "GET"), call.given(0), (), sure=certain)
        elif package in _PYTHON and symbol in _VERBS | {"request", "stream"}:
            _by_verb(reading, call, package, last, "", sure=certain)
        elif package == "axios" and (symbol in _VERBS | {"request"} or symbol in {"", "default"}):
            _axios(reading, call, last if last != "default" else "", "", sure=certain)


def _client_of(made: Made) -> str:
    """Return the kind of client that an object is, or an empty text."""
    if made.above is not None:
        return "flask" if made.package == "flask" and made.symbol == "test_client" else ""
    key = (made.package, made.symbol)
    return "test" if key in _TEST_CLIENTS else "supertest" if key in _SUPERTEST else _SESSIONS.get(key, "")


def _by_client(reading: Reading, call: Call, made: Sequence[Made]) -> None:
    for each in made:
        client = _client_of(each)
        sure = len(made) == 1
        if client in {"test", "flask", "supertest"}:
            _by_verb(reading, call, "test-client", call.name, "", tuple(_sites(reading, each)), sure=sure)
        elif client == "axios":
            _axios(reading, call, call.name, _base(reading, each), sure=sure)
        else:
            sites = tuple(_transported(reading, each))
            _by_verb(reading, call, "test-client" if sites else client, call.name, _base(reading, each), sites, sure=sure)


def _sites(reading: Reading, client: Made) -> Iterator[str]:
    """Yield the applications that a client was made for."""
    if client.above is not None:
        yield client.above.site
    elif client.place is not None and client.arguments:
        given = next((each for keyword, each in client.arguments if keyword in {"", "app"}), None)
        yield from _applications(reading, client, given)


def _transported(reading: Reading, client: Made) -> Iterator[str]:
    """Yield the application behind ``AsyncClient(transport=ASGITransport(app=app))`` and the older ``AsyncClient(app=app)``."""
    if client.place is None or client.package != "httpx":
        return
    given = dict(client.arguments)
    if (transport := given.get("transport")) is not None:
        for each in reading.origins.of(client.place, transport):
            if each.symbol in {"ASGITransport", "WSGITransport"}:
                yield from _sites(reading, each)
    elif (app := given.get("app")) is not None:
        yield from _applications(reading, client, app)


def _applications(reading: Reading, client: Made, given: Expression | None) -> Iterator[str]:
    if client.place is not None and given is not None:
        found = reading.origins.of(client.place, given)
        yield from (each.site for each in found if each.site and each.symbol != GIVEN and (kind_of(each) or base_of(reading, each)))


def _base(reading: Reading, client: Made) -> str | None:
    """Return the address that a client's relative URLs stand below; None for one that is not known."""
    if client.place is None:
        return None  # its type is known, and not what made it
    given = next((each for keyword, each in client.arguments if keyword == "base_url"), None)
    if client.package == "axios":
        options = reading.origins.options(client.place, client.arguments[0][1]) if client.arguments else {}
        if options is None:
            return None
        place, given = options.get("baseURL", (client.place, None))
        text = reading.origins.text(place, given)
    else:
        text = reading.origins.text(client.place, given)
    return "" if given is None else text.template if text else None


def _by_verb(reading: Reading, call: Call, client: str, name: str, base: str | None, sites: Sequence[str] = (), *, sure: bool) -> None:
    """Read ``get(url)`` and ``request(method, url)``."""
    if name in _VERBS:
        _add(reading, call, client, name.upper(), call.given(0, "url"), sites, base=base, sure=sure)
        return
    text = reading.origins.text(call.place, call.given(0, "method"))
    _add(reading, call, client, text.template.upper() if text else ANY_METHOD, call.given(1, "url"), sites, base=base, sure=sure)


def _axios(reading: Reading, call: Call, name: str, base: str | None, *, sure: bool) -> None:
    """Read ``axios.get(url, options)``, ``axios(options)``, ``axios(url, options)`` and ``axios.request(options)``."""
    if name in _VERBS:
        _add(reading, call, "axios", name.upper(), call.given(0), (), base=base, sure=sure)
        return
    given = call.given(0)
    options = reading.origins.options(call.place, given)
    if options is None:
        _add(reading, call, "axios", _option(reading, call, 1, "method", "GET"), given, (), base=base, sure=sure)
        return
    place, url = options.get("url", (call.place, None))
    text = reading.origins.text(place, url)
    _put(reading, call, "axios", _option(reading, call, 0, "method", "GET"), text, (), base, sure=sure)


def _option(reading: Reading, call: Call, position: int, name: str, default: str) -> str:
    """Return what an option says, the default where there is none, any method where it cannot be told."""
    given = call.given(position)
    if given is None:
        return default
    options = reading.origins.options(call.place, given)
    if options is None:
        return ANY_METHOD
    if name not in options:
        return default
    text = reading.origins.text(*options[name])
    return text.template.upper() if text else ANY_METHOD


def _add(
    reading: Reading,
    call: Call,
    client: str,
    method: str,
    url: Expression | None,
    sites: Sequence[str],
    *,
    base: str | None = "",
    sure: bool,
) -> None:
    _put(reading, call, client, method, reading.origins.text(call.place, url), sites, base, sure=sure)


def _put(
    reading: Reading, call: Call, client: str, method: str, text: Text | None, sites: Sequence[str], base: str | None, *, sure: bool
) -> None:
    target = target_of(text.template, base) if text else None
    if text is None or target is None:
        reading.dropped += 1
        return
    url = text.template
    if base != "" and "://" not in url:
        url = f"{(HOLE if base is None else base).rstrip('/')}/{url.lstrip('/')}"
    source = reading.handle(call.place[1])
    found = Request(source, client, method if method in METHODS else ANY_METHOD, url, text.sure and sure, sites, *reading.span(call))
    if found not in reading.requests:
        reading.requests.append(found)
