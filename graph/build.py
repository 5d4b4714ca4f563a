"""From a view's files to their graphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from graph.evaluate import Evaluator, PassedCall
from graph.flow import MODULE, FileFlow, Scope
from graph.languages.registry import RESOLVED, grammar, rules
from graph.lower import Lowering, SyntaxNode
from graph.model import FileGraph
from graph.program import Program, attach_symbols, is_config
from graph.recursion import deep_recursion
from graph.resolve import Resolver
from ingest.analyze import analyze, decode, detect
from ingest.lines import find_newlines
from ingest.model import LanguageId, ParsedFile
from ingest.parse import ParseTimeoutError, syntax_tree

_DECLARED_PACKAGE = {
    "text": re.compile(rb'\A(?:\s|//[^\n]*\n)*module[ \t]+"?([^\s"]+)'),
    "toml": re.compile(rb'^\[package\](?:(?!^\[).)*?^name\s*=\s*["\']([^"\']+)', re.MULTILINE | re.DOTALL),
}
"""Where a manifest says how its package is called, by the language of the file: go.mod, and Cargo.toml."""


def lower(language: str, text: bytes, tree: SyntaxNode | None = None) -> FileFlow:
    """Return what a file of a language with a table says about names and values. ``tree`` is the root of its syntax tree, if known."""
    lowering = Lowering(grammar(language), language, text)
    lowering.lower_children(tree or syntax_tree(LanguageId(language), text))
    lowering.flow.newlines = find_newlines(text)
    return lowering.flow


def flow_of(parsed: ParsedFile, tree: SyntaxNode | None = None, *, names: bool = True) -> FileFlow:
    """Return a parsed file's flow; of a language without a table, or without ``names``, its symbols alone. ``tree`` as for ``lower``."""
    flow = _named(parsed, tree) if names and parsed.language in RESOLVED else _unnamed(parsed)
    attach_symbols(
        flow,
        (
            (each.name, each.qualified_name, each.kind, each.start_line, each.end_line, each.start_byte, each.end_byte, each.parent)
            for each in parsed.symbols
        ),
    )
    return flow


def _named(parsed: ParsedFile, tree: SyntaxNode | None) -> FileFlow:
    try:
        return lower(parsed.language, parsed.text, tree)
    except ParseTimeoutError as error:
        flow = _unnamed(parsed)
        flow.problem = f"names were not read: {error}"
        return flow


def _unnamed(parsed: ParsedFile) -> FileFlow:
    """Return a flow with nothing but a module."""
    package = _DECLARED_PACKAGE[parsed.language].search(parsed.text) if parsed.language in _DECLARED_PACKAGE else None
    flow = FileFlow(parsed.language, scopes=[Scope(MODULE, -1, "", 0, 0, len(parsed.text), 1)], newlines=find_newlines(parsed.text))
    flow.package = package.group(1).decode("utf-8", "replace") if package else ""
    return flow


def resolve_files(files: Mapping[str, bytes]) -> list[FileGraph]:
    """Return the graph of each file, in order of path. ``files`` are texts by path, and a path without a table is left out."""
    languages = {path: detect(path, decode(data)) for path, data in files.items()}
    program = Program(
        languages,
        lambda path: flow_of(analyze(path, files[path])[0]),
        configs={path: decode(data).decode("utf-8", "replace") for path, data in files.items() if is_config(path)},
    )
    with deep_recursion():
        resolver, _ = make_resolver(program)
        paths = sorted(program.paths)
        resolver.use_calls(by_callee(call for path in paths for call in resolver.begin(path)))
        return [resolver.finish(path).graph for path in paths]


def make_resolver(program: Program) -> tuple[Resolver, Evaluator]:
    """Return what resolves the files of a program."""
    by_language = {language: rules(language, program) for language in set(program.languages.values())}
    by_path = {path: by_language[language] for path, language in program.languages.items()}
    for having_folders in (each for each in by_language.values() if each.folders_are_modules):
        for path in program.languages:
            while (path := path.rpartition("/")[0]) and f"{path}/" not in by_path:
                by_path[f"{path}/"] = having_folders
    evaluator = Evaluator(program, by_path.__getitem__)
    return Resolver(program, evaluator), evaluator


def by_callee(calls: Iterable[PassedCall]) -> dict[tuple[str, int], list[PassedCall]]:
    """Sort calls by the function they reach."""
    found: dict[tuple[str, int], list[PassedCall]] = {}
    for call in sorted(calls, key=lambda call: (call.path, call.scope, call.place)):
        found.setdefault((call.path, call.scope), []).append(call)
    return found
