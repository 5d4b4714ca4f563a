"""The question who owns a symbol, a file or a folder: by the CODEOWNERS file that counts, and by who last wrote its lines."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from graph.answers import Authors, Coverage, Declared, GraphView, OwnersAnswer, OwningRule, Verdict, capped
from graph.code_owners import MAX_BYTES, Host, OwnerRule, find_code_owners, host_at
from graph.model import Handle, Node, NodeKind
from graph.questions import LIMIT, NameNotFoundError, resolve
from graph.surroundings import Surroundings, file_of_commit, look_around, plain_file
from ingest.errors import SourceError
from ingest.git import origin
from ingest.git_blame import AuthorShare, Span, blame, blame_settings
from ingest.git_history import Bounds
from ingest.model import View, ViewKind
from ingest.view_texts import ViewTexts

SECONDS = 20.0
IGNORED_BY_CUSTOM = ".git-blame-ignore-revs"


def owners(
    graph: GraphView, view: View, texts: ViewTexts, name: str, *, blame_files: int = 0, seconds: float = SECONDS, limit: int = LIMIT
) -> OwnersAnswer:
    """Return who owns what a name stands for: a symbol's lines, a file, or the files that the view holds in a folder or package.

    A symbol or a file is blamed in any case; of a folder the ``blame_files`` longest files are. A working tree is blamed as it was indexed.
    Raises ``NameNotFoundError`` when the name stands for nothing or for several nodes, ``SourceError`` when git cannot be run.
    """
    target, paths, single = _find(graph, texts.paths, name)
    around = look_around(view)
    chosen, caps = (paths, ()) if single else capped(_longest_first(graph, paths), blame_files, "files blamed")
    part = single and target.kind != NodeKind.FILE and target.start_line > 0
    lines = (target.start_line, target.end_line) if part else (1, 0)
    notes = [] if paths else [f"{target.handle} is not in the indexed code"]
    declared = _declared(view, around, paths, notes)
    authors = _authors(view, around, {path: texts.read(path) for path in chosen}, lines, seconds, notes) if chosen else Authors()
    shares, cut = capped(authors.shares, limit, "authors")
    rules, cut_rules = capped(declared.rules, limit, "rules")
    return OwnersAnswer(
        graph.name,
        graph.generation,
        (target,),
        Verdict.PROVEN if declared.owners or authors.shares else Verdict.NONE,
        Coverage(0, graph.unresolved_files),
        (),
        {},
        (*caps, *cut, *cut_rules),
        len(paths),
        replace(declared, rules=rules),
        replace(authors, shares=shares),
        tuple(notes),
    )


def _find(graph: GraphView, shown: Collection[str], name: str) -> tuple[Node, list[str], bool]:
    """Return what a name stands for, the files that are asked about, and whether that is one file or lines of it."""
    named = resolve(graph, name)
    inside = [node for node in named.choices if node.path]
    choices = [node for node in inside if node.kind == NodeKind.FILE] or inside
    place = posixpath.normpath(name).lstrip("/") if name.strip() else ""
    folder = "" if place == "." else f"{place}/"
    below = sorted(path for path in shown if path.startswith(folder)) if name.endswith("/") or not choices or not folder else []
    if below:
        return Node(Handle(place), NodeKind.PACKAGE, place.rpartition("/")[2], place, place), below, False
    if len(choices or named.choices) != 1:
        raise NameNotFoundError(replace(named, choices=tuple(choices or named.choices)))
    target = (choices or named.choices)[0]
    if target.kind == NodeKind.PACKAGE:
        home = target.path.rpartition("/")[0]
        return target, sorted(path for path in shown if not home or path.startswith(f"{home}/")), False
    return target, [target.path] * (target.path in shown), True


def _longest_first(graph: GraphView, paths: Sequence[str]) -> list[str]:
    lengths = {node.path: node.end_line for node in graph.nodes(map(Handle, paths)).values()}
    return sorted(paths, key=lambda path: (-lengths.get(path, 0), path))


def _host(around: Surroundings) -> Host | None:
    """Return the host that the checkout came from, None where it does not say."""
    try:
        return host_at(origin(around.checkout)) if around.checkout else None
    except SourceError:
        return None


def _declared(view: View, around: Surroundings, paths: Iterable[str], notes: list[str]) -> Declared:
    """Ask the CODEOWNERS file of the checkout as it is in the view's commit, or on disk for a working tree."""
    root = around.checkout.root if around.checkout else view.root

    def read(place: str) -> bytes | None:
        if view.kind is ViewKind.REF:
            return file_of_commit(around.checkout, view.commit, place) if around.checkout else None
        return plain_file(f"{root}/{place}", MAX_BYTES)

    found = find_code_owners(read, _host(around))
    if found is None:
        return Declared()
    if found.guessed:
        notes.append(f"{found.path} is read by the rules of {found.host}: neither its place nor the remote origin tells its host")
    owners: Counter[str] = Counter()
    rules: Counter[OwnerRule] = Counter()
    unowned = 0
    for path in paths:
        ownership = found.of(around.folder + path)
        owners.update(ownership.owners)
        rules.update(ownership.rules)
        unowned += not ownership.owners
    return Declared(
        found.path,
        found.host.value,
        tuple(sorted(owners.items(), key=lambda each: (-each[1], each[0]))),
        tuple(OwningRule(rule, count) for rule, count in sorted(rules.items(), key=lambda each: each[0].line)),
        unowned,
        tuple(failure.reason for failure in found.failures),
    )


def _authors(
    view: View, around: Surroundings, texts: Mapping[str, bytes | None], lines: tuple[int, int], seconds: float, notes: list[str]
) -> Authors:
    """Sum up who wrote files, or the given lines of one; what is missing goes to ``notes``."""
    if around.checkout is None:
        notes.append(f"blame: {view.root} is in no git checkout")
        return Authors()
    if not around.commit:
        notes.append(f"blame: {view.root} had no commit when it was indexed")
        return Authors()
    committed = view.kind is ViewKind.REF
    spans = [Span(around.folder + path, *lines, None if committed else text) for path, text in texts.items()]
    bounds = Bounds(seconds=seconds)
    found = list(blame(around.checkout, around.commit, spans, bounds))
    shares: dict[str, AuthorShare] = {}
    for share in (share for each in found for share in each.shares):
        before = shares.get(share.email)
        shares[share.email] = share.merged(before) if before else share
    new = sum(not each.shares and each.uncommitted > 0 for each in found)
    if new:
        notes.append(
            f"blame: {new:,} of {len(found):,} files have none of these lines in {around.commit[:12]}: new, renamed or rewritten since"
        )
    notes += bounds.reached
    settings = blame_settings(around.checkout)
    if not settings.ignored and os.path.isfile(f"{around.checkout.root}/{IGNORED_BY_CUSTOM}"):
        notes.append(f"blame: {IGNORED_BY_CUSTOM} is not heeded; run: git config blame.ignoreRevsFile {IGNORED_BY_CUSTOM}")
    uncommitted = sum(each.uncommitted for each in found)
    return Authors(
        around.commit,
        len(found),
        sum(share.lines for share in shares.values()) + uncommitted,
        uncommitted,
        tuple(sorted(shares.values(), key=lambda share: (-share.lines, share.email))),
        settings.ignored,
    )
