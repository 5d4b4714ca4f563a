"""JavaScript: what its global objects return, and what the methods of its containers return and give to callbacks."""

from __future__ import annotations

from graph.bindings import Arguments, Place
from graph.evaluate import Evaluator
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    NOTHING,
    SITE,
    Value,
    Values,
    container,
    union,
)

GLOBALS = frozenset({
    "AbortController", "AbortSignal", "AggregateError", "Array", "ArrayBuffer", "AsyncFunction", "Atomics", "BigInt", "BigInt64Array",
    "BigUint64Array", "Blob", "Boolean", "Buffer", "CSS", "CustomEvent", "DOMException", "DOMParser", "DataView", "Date", "Document",
    "DocumentFragment", "Element", "Error", "EvalError", "Event", "EventSource", "EventTarget", "File", "FileReader", "Float32Array",
    "Float64Array", "FormData", "Function", "HTMLElement", "Headers", "Image", "Infinity", "Int16Array", "Int32Array", "Int8Array",
    "IntersectionObserver", "Intl", "Iterator", "JSON", "Map", "Math", "MessageChannel", "MessageEvent", "MutationObserver", "NaN",
    "Node", "NodeList", "Number", "Object", "Performance", "Promise", "Proxy", "RangeError", "ReadableStream", "ReferenceError",
    "Reflect", "RegExp", "Request", "ResizeObserver", "Response", "Set", "SharedArrayBuffer", "String", "Symbol", "SyntaxError",
    "TextDecoder", "TextEncoder", "TypeError", "URIError", "URL", "URLSearchParams", "Uint16Array", "Uint32Array", "Uint8Array",
    "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "WebAssembly", "WebSocket", "Worker", "XMLHttpRequest", "alert", "atob",
    "btoa", "cancelAnimationFrame", "clearImmediate", "clearInterval", "clearTimeout", "confirm", "console", "crypto", "customElements",
    "decodeURI", "decodeURIComponent", "document", "encodeURI", "encodeURIComponent", "escape", "eval", "fetch", "getComputedStyle",
    "global", "globalThis", "history", "indexedDB", "isFinite", "isNaN", "localStorage", "location", "matchMedia", "navigator",
    "parseFloat", "parseInt", "performance", "process", "prompt", "queueMicrotask", "requestAnimationFrame", "requestIdleCallback",
    "require", "screen", "self", "sessionStorage", "setImmediate", "setInterval", "setTimeout", "structuredClone", "unescape", "window",
})  # fmt: skip
TYPE_NAMES = frozenset({
    "ArrayLike", "AsyncGenerator", "AsyncIterable", "AsyncIterableIterator", "AsyncIterator", "Awaited", "Capitalize",
    "ConstructorParameters", "Exclude", "Extract", "Generator", "HTMLDivElement", "HTMLInputElement", "InstanceType", "Iterable",
    "IterableIterator", "JSX", "KeyboardEvent", "Lowercase", "MapIterator", "MouseEvent", "NoInfer", "NodeJS", "NonNullable", "Omit",
    "OmitThisParameter", "Parameters", "Partial", "Pick", "PromiseLike", "PropertyKey", "Readonly", "ReadonlyArray", "ReadonlyMap",
    "ReadonlySet", "Record", "Required", "ReturnType", "TemplateStringsArray", "ThisParameterType", "ThisType", "Uncapitalize",
    "Uppercase",
})  # fmt: skip
CONTAINERS = frozenset({
    "Array", "ArrayLike", "AsyncGenerator", "AsyncIterable", "AsyncIterableIterator", "AsyncIterator", "Generator", "Iterable",
    "IterableIterator", "Iterator", "Map", "Promise", "PromiseLike", "ReadonlyArray", "ReadonlyMap", "ReadonlySet", "Record", "Set",
    "WeakMap", "WeakSet",
})  # fmt: skip
TRANSPARENT_TYPES = frozenset([
    "Partial",
    "Required",
    "Readonly",
    "NonNullable",
    "Awaited",
    "Pick",
    "Omit",
    "NoInfer",
    "Extract",
    "Exclude",
])
MAPS = frozenset({"Map", "ReadonlyMap", "WeakMap"})
PROMISES = frozenset({"Promise", "PromiseLike", "Awaitable"})
_SAME = frozenset(["filter", "slice", "reverse", "sort", "splice", "fill", "copyWithin", "toSorted", "toReversed", "toSpliced", "with"])
_ONE = frozenset({"find", "findLast", "pop", "shift", "at"})
_EACH = frozenset({
    "every", "filter", "find", "findIndex", "findLast", "findLastIndex", "flatMap", "forEach", "map", "some",
})  # fmt: skip
_BOOLEAN = frozenset({"some", "every", "includes", "has", "delete"})
_NUMBER = frozenset(["indexOf", "lastIndexOf", "findIndex", "findLastIndex", "push", "unshift"])
_FIRST = frozenset({
    "Object.assign", "Object.defineProperties", "Object.defineProperty", "Object.freeze", "Object.seal",
    "structuredClone",
})  # fmt: skip
_LISTS = frozenset({
    "Array.from", "Array.of", "Object.entries", "Object.getOwnPropertyNames", "Object.keys", "Object.values", "String.match",
    "String.split",
})  # fmt: skip
_PROMISED = frozenset({"Promise.all", "Promise.allSettled", "Promise.any", "Promise.race", "Promise.resolve"})
_RESULTS = dict.fromkeys((
    "Boolean.toString", "JSON.stringify", "Number.toFixed", "Number.toString", "String", "String.at", "String.charAt", "String.concat",
    "String.fromCharCode", "String.normalize", "String.padEnd", "String.padStart", "String.raw", "String.repeat", "String.replace",
    "String.replaceAll", "String.slice", "String.substr", "String.substring", "String.toLocaleLowerCase", "String.toLowerCase",
    "String.toString", "String.toUpperCase", "String.trim", "String.trimEnd", "String.trimStart", "decodeURI", "decodeURIComponent",
    "encodeURI", "encodeURIComponent",
), "String") | dict.fromkeys((
    "Array.isArray", "Boolean", "Object.is", "RegExp.test", "String.endsWith", "String.includes", "String.startsWith", "isFinite", "isNaN",
), "Boolean") | dict.fromkeys((
    "Date.now", "Number", "Number.parseFloat", "Number.parseInt", "String.charCodeAt", "String.indexOf", "String.lastIndexOf",
    "String.search", "parseFloat", "parseInt",
), "Number") | {"Symbol": "Symbol"}  # fmt: skip
_LITERAL_OF = {"int": "Number", "str": "String", "regex": "RegExp", "bool": "Boolean"}


def literal(type_: str) -> Values:
    """Return a value of a built-in type; nothing for null and undefined."""
    return NOTHING if type_ == "null" else frozenset({(EXTERNAL_INSTANCE, "javascript", _LITERAL_OF.get(type_, type_))})


def array(elements: Values) -> Values:
    """Return an array of these elements."""
    return frozenset({container("Array", elements)})


def promise(values: Values) -> Values:
    """Return a promise of the values."""
    return frozenset({container("Promise", values)})


def is_promise(value: Value) -> bool:
    """Say whether a value is a promise."""
    return value[0] == CONTAINER and value[1] in PROMISES


def call_global(evaluator: Evaluator, rules: Rules, symbol: str, place: Place, arguments: Arguments) -> Values:
    """Return what calling a function of the language itself yields."""
    if symbol in _RESULTS:
        return literal(_RESULTS[symbol])
    if symbol.startswith("Math."):
        return literal("Number")
    values = [evaluator.value(place, given) for _, given in arguments]
    first = values[0] if values else NOTHING
    if symbol in _FIRST:
        return first or ANYTHING
    if symbol in _LISTS or symbol in _PROMISED:
        inside = _inside(evaluator, rules, symbol, place, values)
        return inside if inside is not None else ANYTHING
    return frozenset({(EXTERNAL_INSTANCE, "javascript", symbol)}) if symbol[:1].isupper() and "." not in symbol else ANYTHING


def _inside(evaluator: Evaluator, rules: Rules, symbol: str, place: Place, values: list[Values]) -> Values | None:
    """Return the array or promise that one of the functions in ``_LISTS`` and ``_PROMISED`` makes of its arguments."""
    first = values[0] if values else NOTHING
    if symbol == "Promise.resolve":
        return promise(evaluator.awaited(first))
    if symbol in _PROMISED:
        settled = evaluator.awaited(evaluator.elements(rules, first))
        return promise(array(settled) if symbol in {"Promise.all", "Promise.allSettled"} else settled)
    if symbol in {"Object.keys", "Object.getOwnPropertyNames"} or symbol.startswith("String"):
        return array(literal("String"))
    if symbol == "Array.of":
        return array(union(values))
    if symbol == "Array.from":
        inside = evaluator.elements(rules, first)
        if len(values) > 1:
            inside = union(evaluator.called(each, place, (), passing=inside) for each in values[1])
        return array(inside)
    members = union(rules.members(evaluator, each) for each in first)
    return array(frozenset({container("tuple", literal("String"), members)}) if symbol == "Object.entries" else members)


def call_method(evaluator: Evaluator, rules: Rules, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
    """Return what a method of an array, map, set, promise or function yields."""
    if holder[0] == FUNCTION_OBJECT:
        return frozenset({holder}) if name == "bind" else literal("String") if name == "toString" else ANYTHING
    if is_promise(holder):
        return _promise_method(evaluator, holder, name, place, arguments)
    if holder[0] == CONTAINER and holder[1] in MAPS:
        return _map_method(holder, name)
    inside = evaluator.elements(rules, (holder,))
    if name == "map" or name == "flatMap":
        made = _called_back(evaluator, place, arguments, inside)
        return array(made if name == "map" else evaluator.elements(rules, made))
    if name == "reduce" or name == "reduceRight":
        first = evaluator.value(place, arguments[1][1]) if len(arguments) > 1 else inside
        return first | _called_back(evaluator, place, arguments, first)
    return _plain_method(evaluator, rules, holder, name, inside, [evaluator.value(place, given) for _, given in arguments])


def _called_back(evaluator: Evaluator, place: Place, arguments: Arguments, passing: Values) -> Values:
    callbacks = evaluator.value(place, arguments[0][1]) if arguments else ANYTHING
    return union(evaluator.called(each, place, (), passing=passing) for each in callbacks)


def _plain_method(evaluator: Evaluator, rules: Rules, holder: Value, name: str, inside: Values, values: list[Values]) -> Values:
    if name in _ONE:
        return inside
    if name in _SAME:  # at other positions, so of a written array no longer that array
        return array(inside)
    if name in {"concat", "union"}:
        return array(inside | union(evaluator.elements(rules, each) if any(_is_list(one) for one in each) else each for each in values))
    if name == "flat":
        return array(evaluator.elements(rules, inside))
    if name in {"values", "next"}:
        return frozenset({container("Iterator", inside)}) if name == "values" else ANYTHING
    if name == "entries":
        return frozenset({container("Iterator", frozenset({container("tuple", literal("Number"), inside)}))})
    if name == "add":
        return frozenset({holder})
    if name in _BOOLEAN:
        return literal("Boolean")
    if name in _NUMBER:
        return literal("Number")
    if name in {"join", "toString"}:
        return literal("String")
    return NOTHING if name in {"forEach", "clear"} else ANYTHING


def _is_list(value: Value) -> bool:
    return value[0] == SITE or (value[0] == CONTAINER and value[1] not in PROMISES)


def _map_method(holder: Value, name: str) -> Values:
    if not holder[2]:
        return ANYTHING
    key, value = holder[2][0], holder[2][-1]
    if name == "get":
        return value
    if name in {"set", "delete", "has", "clear", "forEach"}:
        return frozenset({holder}) if name == "set" else literal("Boolean") if name in {"has", "delete"} else NOTHING
    if name in {"values", "keys"}:
        return frozenset({container("Iterator", value if name == "values" else key)})
    return frozenset({container("Iterator", frozenset({container("tuple", key, value)}))}) if name == "entries" else ANYTHING


def _promise_method(evaluator: Evaluator, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
    inside = holder[2][0] if holder[2] else ANYTHING
    if name == "then":
        return promise(evaluator.awaited(_called_back(evaluator, place, arguments, inside)))
    if name == "catch":
        return promise(inside | evaluator.awaited(_called_back(evaluator, place, arguments, ANYTHING)))
    return frozenset({holder}) if name == "finally" else ANYTHING


def iterated(evaluator: Evaluator, value: Value) -> Values:
    """Return what a loop over a container yields."""
    del evaluator
    if value[0] == CONTAINER and value[2] and value[1] != "Callable" and value[1] not in PROMISES:
        if value[1] in MAPS:
            return frozenset({container("tuple", value[2][0], value[2][-1])})
        return value[2][0] if value[1] in {"Generator", "AsyncGenerator"} else union(value[2])
    return frozenset({value}) if value == (EXTERNAL_INSTANCE, "javascript", "String") else ANYTHING


def given_to_callback(evaluator: Evaluator, rules: Rules, callee: Value, argument: int, position: int) -> Values | None:
    """Return what a function gives to a parameter of the callback that is one of its arguments, None where nothing is known."""
    if callee == (EXTERNAL_OBJECT, "javascript", "Promise") and argument == 0:
        return frozenset({(EXTERNAL_OBJECT, "javascript", "Promise.resolve" if position == 0 else "Promise.reject")})
    if callee[0] != BUILTIN_METHOD:
        return None
    holder, name = callee[1], callee[2]
    if holder[0] == CONTAINER and is_promise(holder):
        return (holder[2][0] if holder[2] else ANYTHING) if name == "then" and argument == 0 and position == 0 else None
    if argument != 0 or holder[0] not in {SITE, CONTAINER}:
        return None
    if holder[0] == CONTAINER and holder[1] in MAPS:
        return holder[2][-1 if position == 0 else 0] if name == "forEach" and holder[2] and position < 2 else None
    inside = evaluator.elements(rules, (holder,))
    if name in _EACH:
        return inside if position == 0 else literal("Number") if position == 1 else frozenset({holder})
    if name in {"sort", "toSorted"}:
        return inside
    return inside if name in {"reduce", "reduceRight"} and position == 1 else None
