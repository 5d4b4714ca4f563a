"""Rust: what the types and functions of the standard library yield."""

from __future__ import annotations

from typing import ClassVar

from graph.bindings import Arguments, Place
from graph.evaluate import Evaluator
from graph.flow import LITERAL, Expression
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOTHING,
    SITE,
    Value,
    Values,
    container,
    union,
)

_PRIMITIVES = frozenset({
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64", "u128", "usize",
})  # fmt: skip
_SAME_OPTION = frozenset({
    "as_deref", "as_deref_mut", "as_mut", "as_ref", "clone", "cloned", "copied", "filter", "insert", "inspect", "or", "or_else", "replace",
    "take", "to_owned", "xor",
})  # fmt: skip
_SAME_ITERATOR = frozenset({
    "by_ref", "chain", "cloned", "copied", "cycle", "filter", "fuse", "inspect", "peekable", "rev", "skip", "skip_while", "step_by", "take",
    "take_while",
})  # fmt: skip
_ITERATES = frozenset({"drain", "into_iter", "iter", "iter_mut"})
_ONE = frozenset({
    "back", "back_mut", "find", "first", "first_mut", "front", "front_mut", "get", "get_mut", "last", "last_mut", "max", "max_by",
    "max_by_key", "min", "min_by", "min_by_key", "next", "next_back", "nth", "peek", "pop", "pop_back", "pop_front", "remove", "reduce",
})  # fmt: skip
_UNWRAPS = frozenset({
    "expect", "get_or_insert_with", "unwrap", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "unwrap_unchecked",
})  # fmt: skip
_CELLS = frozenset({"borrow", "borrow_mut", "get_mut", "into_inner"})
_MAPPINGS = frozenset({"HashMap", "BTreeMap", "IndexMap"})


class RustLibrary(Rules):
    """What is known of the standard library."""

    standard: ClassVar[frozenset[str]] = frozenset({"std", "core", "alloc"})
    prelude: ClassVar[frozenset[str]] = _PRIMITIVES | {
        "AsMut", "AsRef", "Box", "Clone", "Copy", "Default", "DoubleEndedIterator", "Drop", "Eq", "Err", "ExactSizeIterator", "Extend",
        "Fn", "FnMut", "FnOnce", "From", "FromIterator", "Into", "IntoIterator", "Iterator", "None", "Ok", "Option", "Ord", "PartialEq",
        "PartialOrd", "Result", "Send", "Sized", "Some", "String", "Sync", "ToOwned", "ToString", "TryFrom", "TryInto", "Unpin", "Vec",
        "drop", "Debug", "Hash",
    }  # fmt: skip
    transparent: ClassVar[frozenset[str]] = frozenset({
        "Arc", "Box", "Cow", "ManuallyDrop", "MutexGuard", "Pin", "Rc", "Ref", "RefMut", "RwLockReadGuard", "RwLockWriteGuard", "Wrapping",
    })  # fmt: skip
    containers: ClassVar[frozenset[str]] = frozenset({
        "BTreeMap", "BTreeSet", "BinaryHeap", "Cell", "DoubleEndedIterator", "ExactSizeIterator", "HashMap", "HashSet", "IntoIterator",
        "Iterator", "LinkedList", "Mutex", "OnceCell", "OnceLock", "LazyLock",
        "Option", "Peekable", "RefCell", "Result", "RwLock", "Vec", "VecDeque",
    })  # fmt: skip

    macros: ClassVar[frozenset[str]] = frozenset({
        "assert", "assert_eq", "assert_ne", "cfg", "column", "compile_error", "concat", "dbg", "debug_assert", "debug_assert_eq",
        "debug_assert_ne", "env", "eprint", "eprintln", "file", "format", "format_args", "include", "include_bytes", "include_str", "line",
        "matches", "module_path", "option_env", "panic", "print", "println", "stringify", "thread_local", "todo", "try", "unimplemented",
        "unreachable", "vec", "write", "writeln",
    })  # fmt: skip

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a method of a built-in container."""
        return "std", f"{holder[1]}.{name}" if holder[0] == CONTAINER else f"Vec.{name}" if holder[0] == SITE else name

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields, what ``?`` leaves of it, and what ``Some`` or ``Ok`` holds."""
        del evaluator
        if value[0] != CONTAINER or not value[2] or value[1] in {"Callable", "tuple"}:
            return ANYTHING
        if value[1] in _MAPPINGS and len(value[2]) > 1:
            return frozenset({container("tuple", *value[2][:2])})
        return value[2][0]

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return an element, a field of a tuple, or the error of a result."""
        del place
        if holder[0] in {CLASS_OBJECT, FUNCTION_OBJECT, EXTERNAL_OBJECT}:
            return frozenset({holder})
        if key[0] == LITERAL and key[2] == "field":
            if holder[0] == INSTANCE:
                return union(evaluator.attribute_value(None, each) for each in evaluator.attributes((*holder[:3], "fields"), key[3]))
            parts = holder[2] if holder[0] == CONTAINER and holder[1] == "tuple" else ()
            return parts[int(key[3])] if key[3].isdigit() and int(key[3]) < len(parts) else ANYTHING
        if holder[0] != CONTAINER or not holder[2]:
            return ANYTHING
        if key[0] == LITERAL and key[2] == "Err":
            return holder[2][1] if holder[1] == "Result" and len(holder[2]) > 1 else ANYTHING
        return holder[2][-1] if holder[1] in {"Vec", "VecDeque", *_MAPPINGS} else ANYTHING

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling something of the standard library yields."""
        del passing
        first = evaluator.value(place, arguments[0][1]) if arguments else NOTHING
        if callee[0] == BUILTIN_METHOD:
            return self._method(evaluator, callee[1], callee[2], place, first)
        if callee[1] not in self.standard:
            return ANYTHING
        holder, _, symbol = callee[2].rpartition(".")
        holder = holder.rpartition(".")[2]
        if symbol in {"to_string", "format!"}:
            return self.literal("String")
        if symbol == "Some":
            return frozenset({container("Option", first)})
        if symbol in {"Ok", "Err"}:
            return frozenset({container("Result", first if symbol == "Ok" else NOTHING, first if symbol == "Err" else NOTHING)})
        if symbol in {"new", "clone", "from", "pin", "downgrade"} and holder in self.transparent:
            return first or ANYTHING
        if symbol == "new" and holder in {"RefCell", "Mutex", "RwLock", "Cell", "OnceCell"}:
            return frozenset({container(holder, first)})
        if symbol in {"new", "with_capacity", "default"} and holder in self.containers:
            return frozenset({(CONTAINER, holder, ())})
        if symbol in {"new", "with_capacity", "default", "from"} and holder[:1].isupper() and holder not in {"Default", "From"}:
            return frozenset({(EXTERNAL_INSTANCE, callee[1], callee[2].rpartition(".")[0])})
        if symbol in {"take", "replace"} and holder == "mem":
            return first
        return ANYTHING

    def _method(self, evaluator: Evaluator, holder: Value, name: str, place: Place, first: Values) -> Values:
        """Return what a method of a container yields."""
        if holder[0] == INSTANCE:
            return frozenset({holder})
        kind = holder[1] if holder[0] == CONTAINER else "Vec" if holder[0] == SITE else ""
        held = evaluator.elements(self, frozenset({holder})) if kind not in {"", "tuple", "Callable"} else ANYTHING
        if kind in {"Option", "Result"}:
            return self._of_option(evaluator, holder, kind, name, place, held, first)
        if kind in {"RefCell", "Cell", "Mutex", "RwLock"}:
            if name in {"lock", "read", "write", "try_lock"}:
                return frozenset({container("Result", held)})
            return held if name in _CELLS else ANYTHING
        if name in _SAME_ITERATOR and kind == "Iterator":
            return frozenset({holder})
        if name in {"clone", "to_vec", "to_owned", "as_slice", "as_mut_slice", "as_ref", "borrow"}:
            return frozenset({holder})
        return self._of_collection(evaluator, holder, kind, name, place, held, first)

    def _of_option(self, evaluator: Evaluator, holder: Value, kind: str, name: str, place: Place, held: Values, first: Values) -> Values:
        if name in _UNWRAPS:
            return held
        if name in _SAME_OPTION:
            return frozenset({holder})
        if name == "map":
            rest = holder[2][1:] if kind == "Result" else ()
            return frozenset({container(kind, self._called(evaluator, first, place), *rest)})
        if name in {"and_then", "map_or", "map_or_else"}:
            return self._called(evaluator, first, place) if name == "and_then" else ANYTHING
        if name in {"ok_or", "ok_or_else", "map_err", "context", "with_context"}:
            return frozenset({container("Result", held)})
        if name in {"ok", "err"} and kind == "Result":
            return frozenset({container("Option", held if name == "ok" else holder[2][1] if len(holder[2]) > 1 else ANYTHING)})
        return frozenset({container("Iterator", held)}) if name in _ITERATES else ANYTHING

    def _of_collection(
        self, evaluator: Evaluator, holder: Value, kind: str, name: str, place: Place, held: Values, first: Values
    ) -> Values:
        if name in _ITERATES:
            return frozenset({container("Iterator", held)})
        if kind in _MAPPINGS:
            value = holder[2][1] if len(holder[2]) > 1 else ANYTHING
            if name in {"get", "get_mut", "remove", "insert"}:
                return frozenset({container("Option", value)})
            if name in {"keys", "values", "values_mut", "into_values", "into_keys"}:
                return frozenset({container("Iterator", holder[2][0] if "keys" in name and holder[2] else value)})
            return ANYTHING
        if name in _ONE:
            return frozenset({container("Option", held)}) if (kind, name) != ("Vec", "remove") else held
        if name == "enumerate":
            return frozenset({container("Iterator", frozenset({container("tuple", self.literal("usize"), held)}))})
        if name == "zip":
            return frozenset({container("Iterator", frozenset({container("tuple", held, evaluator.elements(self, first))}))})
        if name in {"map", "filter_map", "flat_map", "map_while"}:
            made = self._called(evaluator, first, place)
            return frozenset({container("Iterator", made if name == "map" else evaluator.elements(self, made))})
        return ANYTHING

    def _called(self, evaluator: Evaluator, functions: Values, place: Place) -> Values:
        return union(evaluator.called(each, place, ()) for each in functions) or ANYTHING
