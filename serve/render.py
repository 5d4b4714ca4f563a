"""Answers as people read them on a terminal.

What a repository holds is printed with its control characters spelled out: a file name or a line of code must not drive the terminal.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.indexing import GraphOutcome
    from ingest.model import ViewStatus
    from ingest.views import Repository
    from retrieval.answers import FileHit, Hit, SearchAnswer, SymbolAnswer
    from retrieval.models.filling import FillOutcome
    from retrieval.models.vector_cache import StoredModel
    from retrieval.packs.model import ContextPack
    from retrieval.query import Query
    from retrieval.run import IndexOutcome

_SNIPPET_LINES, _NESTED_LINES = 6, 3
_TERMS = 12
_ADDED, _TAKEN = 6, 3  # signals that --explain shows: those that added most, those that took most
_LISTED = 10
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    """Marks text, or leaves it plain."""

    color: bool = False

    def strong(self, text: str) -> str:
        """Mark what the eye looks for."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def path(self, text: str) -> str:
        """Mark a place in a file."""
        return f"\x1b[35m{text}\x1b[0m" if self.color else text

    def faint(self, text: str) -> str:
        """Mark what matters least."""
        return f"\x1b[2m{text}\x1b[0m" if self.color else text


def plain(text: str) -> str:
    """Spell out control characters and bytes that are no text; tabs and line ends stay."""
    return _CONTROL.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


def one_line(text: str) -> str:
    """Spell out control characters and line ends too."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def hits(found: Sequence[Hit], query: Query, style: Style, *, about: Mapping[str, str] | None = None, several: bool = False) -> str:
    """Return hits as blocks: rank, place, symbol, kind and score, then the lines of the span that say most about the query.

    With ``about``, what each signal means, the signals that added most to its rank stand between.
    """
    return "\n\n".join(_hit(hit, query, style, about=about, several=several) for hit in found)


def files(found: Sequence[FileHit], query: Query, style: Style, *, about: Mapping[str, str] | None = None, several: bool = False) -> str:
    """Return files as blocks: rank, path, language and score, then the best spans of each; ``about`` as for ``hits``."""
    return "\n\n".join(_file(file, query, style, about=about, several=several) for file in found)


def _file(file: FileHit, query: Query, style: Style, *, about: Mapping[str, str] | None, several: bool) -> str:
    head = f"{file.rank}. {style.path(one_line(file.path))}  {file.language}  {style.faint(f'{file.score:.3f}')}{_parts(file.parts)}"
    lines = [f"{head}  {style.faint(one_line(file.repository))}" if several else head]
    if about is not None:
        lines += explained(file.signals, about, style)
    for hit in file.chunks:
        named = "  ".join(filter(None, (f"   {hit.start_line}-{hit.end_line}", style.strong(one_line(hit.symbol)), hit.kind)))
        lines += [named, *_snippet(hit, query, style, shown_lines=_NESTED_LINES)]
    return "\n".join(lines)


def _hit(hit: Hit, query: Query, style: Style, *, about: Mapping[str, str] | None, several: bool) -> str:
    place = f"{one_line(hit.path)}:{hit.start_line}-{hit.end_line}"
    named = "  ".join(each for each in (style.strong(one_line(hit.symbol)) if hit.symbol else "", hit.kind or hit.language) if each)
    head = f"{hit.rank}. {style.path(place)}  {named}  {style.faint(f'{hit.score:.3f}')}{_parts(hit.parts)}"
    lines = [f"{head}  {style.faint(one_line(hit.repository))}" if several else head]
    if about is not None:
        lines += explained(hit.signals, about, style)
    return "\n".join([*lines, *_snippet(hit, query, style), *_copies(hit, style, several=several)])


def _copies(hit: Hit, style: Style, *, several: bool) -> Iterator[str]:
    for each in hit.siblings:
        place = style.path(f"{one_line(each.path)}:{each.start_line}-{each.end_line}")
        yield f"   copy: {place}" + (f"  {style.faint(one_line(each.repository))}" if several else "")


def parts(answer: SearchAnswer) -> str:
    """Return the questions that were answered by themselves, numbered as the hits name them."""
    return "\n".join(f"({number}) {one_line(part)}" for number, part in enumerate(answer.parts, start=1))


def _parts(numbers: Sequence[int]) -> str:
    return f"  ({', '.join(map(str, numbers))})" if numbers else ""


def explained(signals: Mapping[str, float], about: Mapping[str, str], style: Style) -> list[str]:
    """Return the signals that added most to a rank and those that took most from it, a line each with what it means, then the rest."""
    ordered = sorted(signals.items(), key=lambda each: -each[1])
    up, down = [each for each in ordered if each[1] > 0], [each for each in ordered if each[1] <= 0]
    shown = [*up[:_ADDED], *down[max(len(down) - _TAKEN, 0) :]]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"   {value:+8.3f}  {name:<{width}}  {about.get(name, '')}".rstrip() for name, value in shown]
    if rest := len(ordered) - len(shown):
        lines.append(f"   {sum(signals.values()) - sum(value for _, value in shown):+8.3f}  {rest} more")
    return [style.faint(line) for line in lines]


def ranked_by(answer: SearchAnswer) -> str:
    """Return what ranked an answer and how sure it is in one line, and in another what the query's terms counted, the weightiest first."""
    told = sorted(answer.terms.items(), key=lambda each: -each[1])[:_TERMS]
    counted = ", ".join(f"{one_line(term)} {share:.2f}" for term, share in told)
    sure = "" if answer.confidence is None else f"confidence {answer.confidence:.2f}"
    ranked = ", ".join(filter(None, (f"ranked by weights {answer.model}" if answer.model else "", sure)))
    return "\n".join(filter(None, (ranked, f"terms: {counted}" if counted else "")))


def _snippet(hit: Hit, query: Query, style: Style, shown_lines: int = _SNIPPET_LINES) -> list[str]:
    from retrieval.focus import focus  # it needs the query's terms, and only a search has loaded those

    source = plain(hit.snippet).split("\n")
    width = len(str(hit.end_line))
    first = focus("\n".join(source), query, lines=shown_lines) if hit.first_match < 0 else max(hit.first_match - 1, 0)
    shown = source[first : first + shown_lines]
    numbered = [f"   {style.faint(f'{hit.start_line + first + at:>{width}}')}  {line.rstrip()}".rstrip() for at, line in enumerate(shown)]
    more = len(source) - first - len(shown)
    return [*numbered, style.faint(f"   {'':>{width}}  … {more} more lines")] if more > 0 else numbered


def context(pack: ContextPack) -> str:
    """Return a context pack as Markdown: a block for each item, named by its place."""
    from retrieval.packs.layout import block, view_labels

    labels = view_labels(each.view for each in pack.status)
    return "\n\n".join(map(plain, [*(each.text for each in pack.front), *(block(item, labels) for item in pack.items)]))


def context_summary(pack: ContextPack) -> str:
    """Return what a pack cost and what is not in it, in one line."""
    parts = [
        f"{pack.tokens:,} of {pack.budget:,} tokens",
        f"{pack.reduced:,} hits by signature or name" if pack.reduced else "",
        f"{pack.left_out:,} hits did not fit" if pack.left_out else "",
        f"{pack.neighbours_left_out:,} neighbours did not fit" if pack.neighbours_left_out else "",
        f"{pack.seen:,} hits left out as seen" if pack.seen else "",
        f"{len(pack.parts)} questions answered by themselves" if pack.parts else "",
        *map(one_line, pack.notes),
    ]
    return ", ".join(filter(None, parts))


def symbols(answer: SymbolAnswer, style: Style) -> str:
    """Return definitions, one a line."""
    places = [style.path(f"{one_line(row.path)}:{row.start_line}-{row.end_line}") for row in answer.symbols]
    names = [f"{row.kind.value}  {style.strong(one_line(row.qualified_name))}" for row in answer.symbols]
    return "\n".join(f"{place}  {name}" for place, name in zip(places, names, strict=True))


def status_line(statuses: Sequence[ViewStatus]) -> str:
    """Return the truth about an answer in one line for each view."""
    return "\n".join(_status_line(status) for status in statuses)


def _status_line(status: ViewStatus) -> str:
    parts = [
        f"{status.files:,} files",
        f"generation {status.generation}, {age(status.as_of)}" if status.generation else "not indexed yet",
        "pending not checked" if status.pending < 0 else f"{status.pending:,} pending",
    ]
    if status.failed:
        parts.append(f"{len(status.failed):,} failed")
    if status.skipped:
        parts.append(f"{sum(status.skipped.values()):,} skipped")
    if status.truncated:
        first, *rest = status.truncated
        parts.append(f"truncated: {one_line(first)}{f' and {len(rest):,} more' if rest else ''}")
    return "; ".join([f"{one_line(status.view)}: {', '.join(parts)}", *map(one_line, status.notes)])


def status(truth: ViewStatus) -> str:
    """Return everything known about a view."""
    pending = "not checked" if truth.pending < 0 else f"{truth.pending:,} files differ from the index" if truth.pending else "none"
    rows = [
        ("view", one_line(truth.view)),
        ("repository", one_line(truth.repository)),
        ("generation", f"{truth.generation}, {age(truth.as_of)}"),
        ("files", f"{truth.files:,}, in {truth.chunks:,} chunks with {truth.symbols:,} symbols"),
        ("pending", pending),
        ("failed", f"{len(truth.failed):,}" if truth.failed else "none"),
        *(("", f"{one_line(each.path)}: {one_line(each.reason)}") for each in truth.failed),
        ("skipped", rules(truth.skipped) or "none"),
        ("truncated", f"{len(truth.truncated):,}" if truth.truncated else "none"),
        *(("", one_line(each)) for each in truth.truncated),
        *(("note", one_line(each)) for each in truth.notes),
    ]
    return "\n".join(f"{name:<11} {value}" for name, value in rows)


def vectors(address: str, found: Sequence[tuple[StoredModel, int]], chunks: int) -> str:
    """Return which transformer answers, and how many of a view's chunks each model has embedded; empty when none is set or stored."""
    rows = [
        f"{'vectors':<11} {one_line(each.name)}: embedded {count:,} of {chunks:,}{', answers' if each.answers else ''} ({each.fingerprint})"
        for each, count in found
    ]
    if address and address not in {each.address for each, _ in found}:
        rows.append(f"{'vectors':<11} {one_line(address)}: embedded 0 of {chunks:,}; run: codelore embed")
    return "\n".join(rows)


def embedded(done: FillOutcome, seconds: float) -> str:
    """Return what a run of ``embed`` did."""
    rate = f", {done.embedded / seconds:.0f}/s" if done.embedded and seconds else ""
    lines = [f"{done.model.name}: embedded {done.known:,} of {done.chunks:,} chunks, {done.embedded:,} now{rate}"]
    if not done.complete:
        lines.append("not complete: what has a vector is used, the rest is ranked without; run codelore embed again to go on")
    if done.dropped:
        lines.append(f"it answers from now on; dropped: {', '.join(done.dropped)}")
    return "\n".join(lines)


def rules(skipped: dict[str, int]) -> str:
    """Return how many files each rule left out, most first."""
    return ", ".join(f"{count:,} {rule}" for rule, count in sorted(skipped.items(), key=lambda each: (-each[1], each[0])))


def outcome(
    done: IndexOutcome, truth: ViewStatus, seconds: float = 0.0, graph: GraphOutcome | None = None, graph_seconds: float = 0.0
) -> str:
    """Return what an index run did, and what it left out. ``seconds`` went into what is searched, ``graph_seconds`` into the graph."""
    did = [f"{count:,} {name}" for name, count in (("added", done.added), ("changed", done.changed), ("deleted", done.deleted)) if count]
    took = f" in {seconds:.2f} s" if seconds else ""
    took += f" ({done.parsed:,} parsed, {done.parsed_bytes / 1e6 / seconds:.1f} MB/s)" if done.parsed and seconds else ""
    lines = [
        f"{one_line(truth.view)}: {', '.join(did) or 'no file changed'}{took}",
        f"  {truth.files:,} files, {truth.chunks:,} chunks, {truth.symbols:,} symbols; generation {truth.generation}",
    ]
    if graph is not None:
        took = f" in {graph_seconds:.2f} s" if graph_seconds else ""
        lines.append(f"  graph: {graph.resolved:,} of {graph.files:,} files resolved{took}; generation {graph.generation}")
        lines += _listed("partly resolved", [f"{one_line(path)}: {one_line(reason)}" for path, reason in graph.partial])
        lines += [f"  note: {one_line(each)}" for each in graph.notes]
    if truth.skipped:
        lines.append(f"  skipped {sum(truth.skipped.values()):,}: {rules(truth.skipped)}")
    lines += _listed("failed", [f"{one_line(each.path)}: {one_line(each.reason)}" for each in truth.failed])
    lines += _listed("truncated", [one_line(each) for each in truth.truncated])
    return "\n".join([*lines, *(f"  note: {one_line(each)}" for each in truth.notes)])


def _listed(name: str, rows: Sequence[str]) -> list[str]:
    if not rows:
        return []
    more = [f"    … {len(rows) - _LISTED:,} more: codelore status lists all"] if len(rows) > _LISTED else []
    return [f"  {name} {len(rows):,}:", *(f"    {row}" for row in rows[:_LISTED]), *more]


def repositories(found: Iterable[tuple[Repository, list[ViewStatus]]], style: Style) -> str:
    """Return repositories, each with a line for every view."""
    lines: list[str] = []
    for each, views in found:
        lines.append(f"{style.strong(one_line(each.name))}  {one_line(each.identity)}")
        lines += [f"  {_status_line(view)}" for view in views]
    return "\n".join(lines)


def age(seconds_since_epoch: float) -> str:
    """Return how long ago a moment was."""
    if not seconds_since_epoch:
        return "never"
    passed = max(time.time() - seconds_since_epoch, 0)
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if passed >= length:
            count = int(passed // length)
            return f"as of {count:,} {unit}{'s' * (count > 1)} ago"
    return f"as of {int(passed)} s ago"
