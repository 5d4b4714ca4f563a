"""From a view's files to their graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graph.evaluate import Evaluator
from graph.flow import FileFlow
from graph.languages.registry import RESOLVED, grammar, rules
from graph.lower import Lowering
from graph.model import FileGraph
from graph.program import Program, attach_symbols
from graph.resolve import Resolver
from ingest.analyze import analyze, decode, detect
from ingest.lines import find_newlines
from ingest.model import LanguageId, ParsedFile
from ingest.parse import syntax_tree


def lower(language: str, text: bytes) -> FileFlow:
    """Return what a file of a language with a table says about names and values."""
    lowering = Lowering(grammar(language), language, text)
    lowering.lower_children(syntax_tree(LanguageId(language), text))
    lowering.flow.newlines = find_newlines(text)
    return lowering.flow


def flow_of(parsed: ParsedFile) -> FileFlow:
    """Return a parsed file's flow."""
    flow = lower(parsed.language, parsed.text) if parsed.language in RESOLVED else FileFlow(parsed.language)
    attach_symbols(
        flow,
        (
            (each.name, each.qualified_name, each.kind, each.start_line, each.end_line, each.start_byte, each.end_byte, each.parent)
            for each in parsed.symbols
        ),
    )
    return flow


def resolve_files(files: Mapping[str, bytes]) -> Iterator[FileGraph]:
    """Yield the graph of each file, in order of path. ``files`` are texts by path, and a path without a table is left out."""
    languages = {path: detect(path, decode(data)) for path, data in files.items()}
    program = Program(
        {path: language for path, language in languages.items() if language in RESOLVED},
        lambda path: flow_of(analyze(path, files[path])[0]),
    )
    yield from resolve_program(program)


def resolve_program(program: Program) -> Iterable[FileGraph]:
    """Return the graph of every file of a program: what arguments may be worth is known after the first round."""
    by_language = {language: rules(language, program) for language in set(program.languages.values())}
    evaluator = Evaluator(program, lambda path: by_language[program.languages[path]])
    resolver = Resolver(program, evaluator)
    paths = sorted(program.paths)
    graphs = [resolver.resolve(path).graph for path in paths]
    for _ in range(3):
        if not evaluator.next_round():
            break
        graphs = [resolver.resolve(path).graph for path in paths]
    return graphs
