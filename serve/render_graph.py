"""Answers of the graph as people read them on a terminal: a line an edge, a node or a module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from graph.answers import (
    Answer,
    Cap,
    CycleAnswer,
    HotSpotAnswer,
    ModuleAnswer,
    OwnersAnswer,
    RankAnswer,
    ReachAnswer,
    RouteAnswer,
    RouteRow,
    Unreached,
    UnreachedAnswer,
    Verdict,
)
from graph.model import Edge, Evidence, Handle, Node
from ingest.model import ViewStatus
from serve.documents import Document
from serve.render import Style, one_line, status_line

__all__ = ["cap_line", "counts", "found", "levels_line", "nodes", "one_line", "rows", "summary"]

_PLURAL = {Evidence.PROVEN: "proven", Evidence.POSSIBLE: "possible", Evidence.EXTERNAL: "external", Evidence.UNKNOWN: "unknown"}


def found(answer: Answer) -> bool:
    """Return whether there is anything to show."""
    return answer.verdict is not Verdict.NONE or bool(answer.edges) or (isinstance(answer, RankAnswer) and bool(answer.ranked))


def rows(answer: Answer, style: Style) -> str:
    """Return the lines of an answer."""
    return "\n".join(_lines(answer, style))


def _lines(answer: Answer, style: Style) -> Iterable[str]:
    if isinstance(answer, ReachAnswer):
        return [
            f"{each.depth}  {_evidence(each.evidence, style)}  {_node(each.node, style)}  {_via(each.via, style)}"
            for each in answer.reached
        ]
    if isinstance(answer, ModuleAnswer):
        return [
            f"{style.path(one_line(each.module.handle))}  {each.edges:,} edges, {each.proven:,} proven: {', '.join(each.kinds)}"
            for each in answer.modules
        ]
    if isinstance(answer, CycleAnswer):
        return [_cycle(each.members, each.edges, style) for each in answer.cycles]
    if isinstance(answer, UnreachedAnswer):
        return [f"{_node(each.node, style)}  {_dead_note(each)}" for each in answer.unreached]
    if isinstance(answer, HotSpotAnswer):
        return [
            f"{each.score:10,.1f}  {style.path(one_line(each.path))}  churn {each.churn:,.1f}, used by {each.dependents:,} files"
            for each in answer.hot_spots
        ]
    if isinstance(answer, OwnersAnswer):
        return _owners(answer, style)
    if isinstance(answer, RouteAnswer):
        return [f"{_node(each.node, style)}  {_handled(each, answer, style)}" for each in answer.routes]
    if isinstance(answer, RankAnswer):
        return [f"{each.score:.4f}  {_node(each.node, style)}" for each in answer.ranked]
    return [_edge(edge, answer, style) for edge in answer.edges]


def _edge(edge: Edge, answer: Answer, style: Style) -> str:
    source, target = _short(edge.source, answer), _short(edge.target, answer)
    place = style.path(f"{one_line(edge.path)}:{edge.line}")
    known = f"{_evidence(edge.evidence, style)} by {one_line(edge.rule)}"
    return f"{place}  {style.strong(source)} {edge.kind} {style.strong(target)}  {known}"


def _via(edge: Edge, style: Style) -> str:
    return style.faint(f"{edge.kind} at {one_line(edge.path)}:{edge.line}, by {one_line(edge.rule)}")


def _short(handle: Handle, answer: Answer) -> str:
    node = answer.nodes.get(handle)
    return one_line(node.qualified_name if node and node.path else handle)


def _evidence(evidence: Evidence, style: Style) -> str:
    text = _PLURAL[evidence]
    return text if evidence is Evidence.PROVEN else style.faint(text)


def nodes(found: Iterable[Node], style: Style) -> str:
    """Return nodes, one a line, with the handle to ask for each."""
    return "\n".join(f"{_node(node, style)}  {one_line(node.handle)}" for node in found)


def _node(node: Node, style: Style) -> str:
    place = f"{one_line(node.path)}:{node.start_line}" if node.path and node.start_line else one_line(node.path or node.handle)
    return f"{style.path(place)}  {node.kind}  {style.strong(one_line(node.qualified_name))}"


def _owners(answer: OwnersAnswer, style: Style) -> Iterable[str]:
    declared, authors = answer.declared, answer.authors
    several = answer.files > 1
    for each in declared.rules:
        rule = each.rule
        named = " ".join(map(one_line, rule.owners)) or "nobody"
        section = f"[{one_line(rule.section)}] " if rule.section else ""
        files = f"  {each.files:,} files" * several
        yield f"{style.path(f'{one_line(declared.path)}:{rule.line}')}  {section}{one_line(rule.pattern)}  {style.strong(named)}{files}"
    for share in authors.shares:
        who = f"{style.strong(one_line(share.author))} <{one_line(share.email)}>"
        day = datetime.fromtimestamp(share.newest, UTC).date().isoformat()
        yield f"{share.lines:6,} lines  {share.lines / authors.lines:6.1%}  {who}  {style.faint(f'last {share.commit[:12]} on {day}')}"
    if authors.uncommitted:
        yield f"{authors.uncommitted:6,} lines  {authors.uncommitted / authors.lines:6.1%}  not committed yet"


def _cycle(members: Sequence[Handle], edges: Sequence[Edge], style: Style) -> str:
    way = " → ".join(one_line(edge.source.partition("#")[0]) for edge in edges)
    start = one_line(edges[0].source.partition("#")[0]) if edges else ""
    places = ", ".join(f"{one_line(edge.path)}:{edge.line}" for edge in edges)
    return f"{len(members):,} modules  {style.path(f'{way} → {start}')}  {style.faint(places)}"


def _handled(row: RouteRow, answer: Answer, style: Style) -> str:
    by = ", ".join(_short(each, answer) for each in row.handlers) or "nothing that is known"
    return f"{by}  {style.faint(_count(row.requests, 'requests'))}"


def _dead_note(row: Unreached) -> str:
    notes = [
        f"{row.unknown:,} unknown uses share its name" if row.unknown else "",
        f"{row.namesakes:,} uses of methods of its name in other types" if row.namesakes else "",
        "a decorator was given it" if row.handed_over else "",
        f"used by {row.used_by:,} that nothing reaches{', some in doubt' * row.doubtful}" if row.used_by else "",
    ]
    return ", ".join(note for note in notes if note) or "no use at all"


def summary(answer: Answer, status: ViewStatus, levels: Mapping[str, str]) -> str:
    """Return what is known and what may be missing, in a few lines."""
    lines = [f"{answer.verdict}: {_counted(answer)}; {_missing(answer)}" if found(answer) else f"none found; {_missing(answer)}"]
    if isinstance(answer, OwnersAnswer):
        lines = [_owned(answer), *(f"note: {one_line(note)}" for note in (*answer.declared.problems, *answer.notes))]
    lines += [cap_line(cap) for cap in answer.caps]
    lines.append(levels_line(levels))
    return "\n".join([*lines, status_line([status])])


def _counted(answer: Answer) -> str:
    if isinstance(answer, ReachAnswer):
        return _by_evidence((each.evidence for each in answer.reached), "nodes")
    if isinstance(answer, ModuleAnswer):
        return _count(len(answer.modules), "modules")
    if isinstance(answer, CycleAnswer):
        return _count(len(answer.cycles), "circles")
    if isinstance(answer, UnreachedAnswer):
        doubtful = sum(each.doubtful for each in answer.unreached)
        return f"{len(answer.unreached):,} symbols that nothing known reaches from {answer.roots:,} roots, {doubtful:,} of them in doubt"
    if isinstance(answer, HotSpotAnswer):
        return f"{_count(len(answer.hot_spots), 'files')}, churn from {answer.churn_source}"
    if isinstance(answer, RankAnswer):
        return _count(len(answer.ranked), "nodes")
    if isinstance(answer, RouteAnswer):
        return _count(len(answer.routes), "routes")
    return _by_evidence((edge.evidence for edge in answer.edges), "edges")


def _owned(answer: OwnersAnswer) -> str:
    """Return what was looked at for owners."""
    declared, authors = answer.declared, answer.authors
    about = f"{one_line(answer.targets[0].handle) or 'the whole tree'}{f', {answer.files:,} files' * (answer.files > 1)}"
    rules = f"{one_line(declared.path)} by the rules of {declared.host}" if declared.path else "no CODEOWNERS file"
    nobody = f", nobody owns {'it' if answer.files == 1 else f'{declared.unowned:,} of them'}" * bool(declared.path and declared.unowned)
    passed = f", passing over the revisions in {', '.join(map(one_line, authors.ignored))}" * bool(authors.ignored)
    written = f"; {authors.lines:,} lines of {authors.files:,} files as of {authors.commit[:12]}{passed}" * bool(authors.files)
    return f"{about}: {rules}{nobody}{written}"


def _by_evidence(evidence: Iterable[Evidence], things: str) -> str:
    counts = Counter(evidence)
    parts = [f"{counts[each]:,} {_PLURAL[each]}" for each in Evidence if counts[each]]
    return f"{_count(sum(counts.values()), things)} ({', '.join(parts)})" if parts else f"no {things}"


def _count(number: int, things: str) -> str:
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"


def _missing(answer: Answer) -> str:
    unknown, files = answer.coverage.unknown, answer.coverage.unresolved_files
    said = f"{_count(unknown, 'unknown uses')} could add to this" if unknown else "no unknown uses"
    return f"{said}, and {_count(files, 'files')} {'is' if files == 1 else 'are'} not resolved" if files else said


def levels_line(levels: Mapping[str, str]) -> str:
    """Return how far each language is resolved."""
    by_level: dict[str, list[str]] = {}
    for language, level in levels.items():
        by_level.setdefault(level, []).append(language)
    return "; ".join(f"{level}: {', '.join(languages)}" for level, languages in sorted(by_level.items())) or "no code"


def cap_line(cap: Cap) -> str:
    """Return what a bound cut off."""
    rest = f", {cap.left_out:,} left out" if cap.left_out is not None else ", there is more"
    return f"cut off: {cap.name} (cap: {cap.limit:,}){rest}"


def counts(document: Document) -> str:
    """Return how many nodes and edges of each kind there are, as a table."""
    kinds = [f"  {kind:<14} {count:>10,}" for kind, count in document["nodes"].items()]
    head = f"  {'':<14}" + "".join(f" {each.value:>10}" for each in Evidence)
    table = [f"  {kind:<14}" + "".join(f" {row[each.value]:>10,}" for each in Evidence) for kind, row in document["edges"].items()]
    first = f"generation {document['generation']}, {document['files']:,} files"
    notes = [f"note: {one_line(each)}" for each in document["notes"]]
    return "\n".join([first, "nodes", *kinds, "edges", head, *table, levels_line(document["coverage"]["levels"]), *notes])
