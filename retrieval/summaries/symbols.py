"""One symbol in summary, and what a name stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.model import EXTERNAL, Evidence, Handle
from graph.questions import USING
from graph.store import GraphStore
from ingest.facts import FactStore
from ingest.model import DocumentId, ParsedFile, Symbol, SymbolKind
from retrieval.summaries.describe import WIDE
from retrieval.summaries.digest import sentence_of, signature_of
from retrieval.summaries.hierarchy import Hierarchy, counted
from retrieval.summaries.model import Count, Definition, Level, Link, Quote, Summary
from retrieval.summaries.prose import first_paragraph
from retrieval.summaries.relations import is_package

_NO_CODE = frozenset({SymbolKind.SECTION, SymbolKind.KEY, SymbolKind.MODULE})


def handles_of(path: str, symbols: Iterable[Symbol]) -> list[Handle]:
    """Return the handles of a file's symbols, in order; those of one qualified name are numbered."""
    seen: Counter[str] = Counter()
    found: list[Handle] = []
    for symbol in symbols:
        seen[symbol.qualified_name] += 1
        number = seen[symbol.qualified_name]
        found.append(Handle(f"{path}#{symbol.qualified_name}{f'~{number}' if number > 1 else ''}"))
    return found


def find_symbols(
    facts: FactStore, hierarchy: Hierarchy, documents: Mapping[str, tuple[DocumentId, str]], name: str
) -> list[tuple[str, Symbol]]:
    """Return the definitions that a handle, a qualified name, the end of one or a name stands for, in order of path.

    Spelled as it stands a name wins over one in other case, a qualified name over its end, and neither headings nor keys
    nor the modules that files say they are count.
    """
    path, mark, rest = name.partition("#")
    if mark and path in documents:
        wanted, number = _numbered(rest)
        symbols = next(facts.symbols([documents[path][0]]))
        same = [symbol for symbol in symbols if symbol.qualified_name == wanted]
        return [(path, symbol) for symbol in same[number - 1 : number]]
    plain = name.replace("::", ".")
    lowered, last = plain.lower(), plain.rpartition(".")[2].lower()
    paths = [path for path in documents if last in hierarchy.files[path].names] if last else []
    found: list[tuple[str, Symbol]] = []
    for path, symbols in zip(paths, facts.symbols(documents[path][0] for path in paths), strict=True):
        found += [(path, symbol) for symbol in symbols if symbol.kind not in _NO_CODE and _is_named(symbol, lowered)]
    exact = [row for row in found if plain == row[1].name or _ends_in(row[1].qualified_name, plain)]
    whole = [row for row in exact if row[1].qualified_name == plain]
    return whole or exact or found


def _is_named(symbol: Symbol, lowered: str) -> bool:
    return symbol.name.lower() == lowered or _ends_in(symbol.qualified_name.lower(), lowered)


def _ends_in(qualified_name: str, name: str) -> bool:
    return qualified_name == name or qualified_name.endswith(f".{name}")


def _numbered(name: str) -> tuple[str, int]:
    base, mark, number = name.rpartition("~")
    return (base, int(number)) if mark and number.isdecimal() and int(number) else (name, 1)


def summary_of_symbol(hierarchy: Hierarchy, store: GraphStore | None, graph: str, path: str, parsed: ParsedFile, at: int) -> Summary:
    """Sum up the symbol with number ``at`` of a file: its members, who uses it most and what it uses. ``graph`` names the view's graph."""
    symbols, symbol = parsed.symbols, parsed.symbols[at]
    handles = handles_of(path, symbols)
    inside = [number for number, each in enumerate(symbols) if number == at or _is_in(symbol, each)]
    own = {handles[number] for number in inside}
    uses = _uses(hierarchy, store, graph, own, f"{handles[at]}.") if store is not None and hierarchy.linked else _Uses()
    members = [_definition(hierarchy, path, each) for each in _members(symbol, [symbols[number] for number in inside])]
    members.sort(key=lambda each: (each.name.startswith("_"), -each.used_by, each.start_line))
    said = first_paragraph(symbol.doc)
    lists = {"uses": uses.uses, "used_by": uses.used_by, "external": uses.external}
    counts = [Count(name, len(rows)) for name, rows in lists.items() if len(rows) > WIDE.links]
    if len(members) > WIDE.definitions:
        counts.append(Count("definitions", len(members)))
    return Summary(
        level=Level.SYMBOL,
        path=path,
        name=symbol.qualified_name,
        kind=symbol.kind.value,
        start_line=symbol.start_line,
        end_line=symbol.end_line,
        lines=symbol.end_line - symbol.start_line + 1,
        signature=signature_of(symbol),
        doc=Quote(said, path, symbol.start_line) if said else None,
        definitions=tuple(members[: WIDE.definitions]),
        uses=tuple(uses.uses[: WIDE.links]),
        used_by=tuple(uses.used_by[: WIDE.links]),
        tested_by=uses.tested_by,
        external=tuple(uses.external[: WIDE.links]),
        counts=tuple(counts),
    )


def choice_of(path: str, symbol: Symbol) -> Definition:
    """Return a symbol as one of several that a name stands for."""
    return Definition(
        symbol.name,
        symbol.qualified_name,
        symbol.kind.value,
        path,
        symbol.start_line,
        symbol.end_line,
        signature_of(symbol),
        sentence_of(symbol),
    )


def _is_in(outer: Symbol, symbol: Symbol) -> bool:
    written = outer.start_byte <= symbol.start_byte and symbol.end_byte <= outer.end_byte
    return written or symbol.qualified_name.startswith(f"{outer.qualified_name}.")


def _members(outer: Symbol, inside: Iterable[Symbol]) -> Iterator[Symbol]:
    """Yield the symbols right in a type or function, the first of each name."""
    seen: set[str] = set()
    for symbol in inside:
        if symbol.qualified_name.rpartition(".")[0] == outer.qualified_name and symbol.qualified_name not in seen:
            seen.add(symbol.qualified_name)
            yield symbol


def _definition(hierarchy: Hierarchy, path: str, symbol: Symbol) -> Definition:
    choice = choice_of(path, symbol)
    users = hierarchy.relations.users.get(f"{path}#{symbol.qualified_name}", ())
    aside = sum(hierarchy.is_aside(user) for user in users)
    return Definition(
        choice.name,
        choice.qualified_name,
        choice.kind,
        path,
        choice.start_line,
        choice.end_line,
        choice.signature,
        choice.doc,
        used_by=len(users) - aside,
        tested_by=aside,
    )


@dataclass(frozen=True, slots=True)
class _Uses:
    """What a symbol and its members use, who uses them, and what they use of packages outside, each with its number of uses."""

    uses: Sequence[Link] = ()
    used_by: Sequence[Link] = ()
    tested_by: int = 0
    external: Sequence[Link] = ()


def _uses(hierarchy: Hierarchy, store: GraphStore, graph: str, own: set[Handle], inside: str) -> _Uses:
    """Read the edges of a symbol; what begins with ``inside`` is its own as well: fields that no line declares."""

    def is_foreign(handle: str) -> bool:
        return handle not in own and not handle.startswith(inside)

    out = [edge.target for edge in store.edges_from(graph, own, kinds=USING, evidence=[Evidence.PROVEN]) if is_foreign(edge.target)]
    into = [edge.source for edge in store.edges_to(graph, own, kinds=USING, evidence=[Evidence.PROVEN]) if is_foreign(edge.source)]
    aside = {handle.partition("#")[0] for handle in into if hierarchy.is_aside(handle.partition("#")[0])}
    users = [handle for handle in into if handle.partition("#")[0] not in aside]
    outside = [
        edge.target.removeprefix(EXTERNAL).replace("#", ".")
        for edge in store.edges_from(graph, own, kinds=USING, evidence=[Evidence.EXTERNAL])
        if is_package(edge.target)
    ]
    return _Uses(_linked(out), _linked(users), len(aside), _linked(outside))


def _linked(targets: Iterable[str]) -> list[Link]:
    return [Link(*row) for row in counted((target, 1) for target in targets)]
