"""What can be typed behind ``codelore graph``. Loads the standard library alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from serve.arguments import add_command, add_directory, add_ref, count

if TYPE_CHECKING:
    from serve.arguments import Commands

EDGE_KINDS = (
    *("contains", "imports", "depends_on", "calls", "references", "inherits", "implements", "overrides", "instantiates"),
    *("reads", "writes", "tests", "documents", "changes_with", "handles", "requests"),
)
EVIDENCE = ("proven", "possible", "external", "unknown")
DEAD_KINDS = ("class", "interface", "trait", "struct", "enum", "type", "function", "method", "constructor", "macro")

_SYMBOL = "a name, a qualified name, a path, or a handle such as src/app.py#Flask.run"
_MODULE = "a file, a folder, a module, a type, or somebody else's package"


def add_graph(commands: Commands) -> None:
    """Add ``graph`` and everything that can be asked of it."""
    graph = commands.add_parser("graph", help="ask which symbol touches which, and how that is known", description=_DESCRIPTION)
    questions = graph.add_subparsers(title="questions", dest="question", metavar="QUESTION", required=True)
    _add_symbol_questions(questions)
    _add_reaching_questions(questions)
    _add_module_questions(questions)
    _add_whole_view(questions)
    _add_states(questions)


_DESCRIPTION = "Ask which symbol touches which. Every edge says how it is known, and every answer what it may be missing (docs/graph.md)."


def _add_symbol_questions(questions: Commands) -> None:
    for name, help in (
        ("callers", "who calls a function or makes an instance of a class"),
        ("callees", "what a function calls, outside code included"),
        ("references", "every use of a symbol"),
    ):
        _add_question(questions, name, help).add_argument("symbol", metavar="SYMBOL", help=_SYMBOL)
    for name, help in (
        ("implementations", "subtypes of a type, or what implements a method"),
        ("overrides", "methods that a method overrides, and those that override it"),
    ):
        question = _add_question(questions, name, help)
        question.add_argument("symbol", metavar="SYMBOL", help=_SYMBOL)
        _add_depth(question, 8)


def _add_reaching_questions(questions: Commands) -> None:
    impact = _add_question(questions, "impact", "what a change of a symbol may be felt by")
    impact.add_argument("symbol", metavar="SYMBOL", help=_SYMBOL)
    _add_reach(impact, depth=3, nodes=2_000)
    path = _add_question(questions, "path", "a shortest chain of uses from one symbol to another", limit=0)
    path.add_argument("start", metavar="FROM", help=_SYMBOL)
    path.add_argument("end", metavar="TO", help=_SYMBOL)
    _add_reach(path, depth=12, nodes=50_000)
    tests = _add_question(questions, "tests", "the tests of a symbol, direct ones first")
    tests.add_argument("symbol", metavar="SYMBOL", help=_SYMBOL)
    _add_reach(tests, depth=3, nodes=2_000)
    around = _add_question(questions, "neighbourhood", "what lies around symbols in every direction, for a context", limit=0)
    around.add_argument("symbol", nargs="+", metavar="SYMBOL", help=_SYMBOL)
    _add_reach(around, depth=1, nodes=60)
    rank = _add_question(questions, "rank", "what matters around a query's hits or around symbols (personalised PageRank)", limit=50)
    rank.add_argument("query", nargs="?", metavar="QUERY", help="what to look for; the hits are the seeds")
    rank.add_argument("--symbol", action="append", default=[], metavar="SYMBOL", help="a seed besides; may be repeated")
    rank.add_argument("--seeds", type=count, default=10, metavar="N", help="hits of the query to start from (default: %(default)s)")
    _add_reach(rank, depth=2, nodes=5_000)


def _add_module_questions(questions: Commands) -> None:
    for name, help in (
        ("dependencies", "the modules and packages that a module or folder uses"),
        ("dependents", "the modules that use a module, a folder or a package"),
    ):
        _add_question(questions, name, help).add_argument("module", metavar="MODULE", help=_MODULE)
    cycles = _add_question(questions, "cycles", "modules that import each other in a circle")
    cycles.add_argument("module", nargs="?", metavar="MODULE", help="only circles through this module or folder")
    dead = _add_view_question(questions, "dead", "symbols that no known use reaches, and how many unknown ones might")
    dead.add_argument(
        "--exported", action="append", default=[], metavar="GLOB", help="files whose symbols are used from outside; may be repeated"
    )
    dead.add_argument(
        "--kind", action="append", default=[], choices=DEAD_KINDS, metavar="K", help=f"only symbols of this kind: {', '.join(DEAD_KINDS)}"
    )
    _add_limit(dead, 200)
    owners = _add_view_question(questions, "owners", "who owns a symbol, a file or a folder, by CODEOWNERS and by who wrote its lines")
    owners.add_argument("symbol", metavar="SYMBOL|PATH", help=f"{_SYMBOL}; a folder or a package, too")
    owners.add_argument(
        "--blame-files", type=count, default=0, metavar="N", help="of a folder, ask who wrote its N longest files (default: none)"
    )
    owners.add_argument("--seconds", type=count, default=20, metavar="S", help="time for that (default: %(default)s)")
    _add_limit(owners, 50)
    routes = _add_view_question(questions, "routes", "HTTP routes, what answers each, and how many requests lead to it")
    routes.add_argument("pattern", nargs="?", metavar="PATTERN", help="only those whose method and path hold it, or match it with its *")
    routes.add_argument(
        "--evidence", action="append", default=[], choices=EVIDENCE, metavar="E", help=f"only edges so known: {', '.join(EVIDENCE)}"
    )
    _add_limit(routes, 200)
    hotspots = _add_question(questions, "hotspots", "files that change often and that many others use")
    hotspots.add_argument("--commits", type=count, default=5_000, metavar="N", help="newest commits to look at (default: %(default)s)")


def _add_whole_view(questions: Commands) -> None:
    view = _add_question(questions, "view", "write a picture of what lies around a symbol or in a module, as one HTML page", limit=0)
    view.add_argument("symbol", metavar="SYMBOL|MODULE", help=_SYMBOL)
    _add_reach(view, depth=1, nodes=120)
    view.add_argument("-o", "--output", default="graph.html", metavar="FILE", help="the page to write (default: %(default)s)")
    export = _add_view_question(questions, "export", "print every node and edge of a view, one JSON object a line")
    export.add_argument("-o", "--output", default="-", metavar="FILE", help="the file to write (default: standard output)")
    _add_view_question(questions, "status", "how many nodes and edges of which kind and evidence there are")


def _add_states(questions: Commands) -> None:
    diff = add_command(questions, "diff", _diff, "symbols and edges added, removed, moved or changed between two indexed states")
    add_directory(diff)
    diff.add_argument("before", metavar="BEFORE", help="an indexed branch, tag or commit, or the folder of an indexed working tree")
    diff.add_argument("after", nargs="?", default=".", metavar="AFTER", help="the same; default: the working tree around DIR")
    diff.add_argument("--limit", type=count, default=200, metavar="N", help="rows of each kind at most (default: %(default)s)")
    overlay = add_command(questions, "import", _import, "lay edges that a compiler front end has proven (a SCIP index) over the graph")
    add_directory(overlay)
    add_ref(overlay, "lay it over an indexed branch, tag or commit instead of the working tree")
    overlay.add_argument("file", nargs="?", metavar="FILE", help="the index, such as index.scip")
    overlay.add_argument("--name", default="scip", metavar="NAME", help="what the overlay is called; a new one of that name replaces it")
    overlay.add_argument("--prefix", default="", metavar="FOLDER", help="the folder that was indexed, where it was not the root")
    overlay.add_argument("--remove", action="store_true", help="take the overlay of that name out again")
    cypher = add_command(questions, "cypher", _cypher, "run a query that only reads, where the graph is in Neo4j")
    add_directory(cypher)
    add_ref(cypher, "let $view be an indexed branch, tag or commit instead of the working tree")
    cypher.add_argument("query", metavar="QUERY", help="Cypher; $view is the number of the view in the nodes' property view")
    cypher.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter; JSON, else text; may be repeated")
    cypher.add_argument("--limit", type=count, default=1_000, metavar="N", help="rows at most (default: %(default)s)")


def _add_question(questions: Commands, name: str, help: str, *, limit: int = 200) -> argparse.ArgumentParser:
    question = _add_view_question(questions, name, help)
    kinds, known = (f"{', '.join(each)}; may be repeated" for each in (EDGE_KINDS, EVIDENCE))
    question.add_argument("--kind", action="append", default=[], choices=EDGE_KINDS, metavar="K", help=f"only edges of this kind: {kinds}")
    question.add_argument("--evidence", action="append", default=[], choices=EVIDENCE, metavar="E", help=f"only edges so known: {known}")
    if limit:
        _add_limit(question, limit)
    return question


def _add_view_question(questions: Commands, name: str, help: str) -> argparse.ArgumentParser:
    question = add_command(questions, name, _ask, help)
    add_directory(question)
    add_ref(question, "ask about an indexed branch, tag or commit instead of the working tree")
    return question


def _add_limit(question: argparse.ArgumentParser, limit: int) -> None:
    question.add_argument("--limit", type=count, default=limit, metavar="N", help="rows at most (default: %(default)s)")


def _add_depth(question: argparse.ArgumentParser, depth: int) -> None:
    question.add_argument(
        "--depth", type=count, default=depth, metavar="N", help="edges to follow one after the other (default: %(default)s)"
    )


def _add_reach(question: argparse.ArgumentParser, *, depth: int, nodes: int) -> None:
    _add_depth(question, depth)
    question.add_argument("--nodes", type=count, default=nodes, metavar="N", help="nodes to reach at most (default: %(default)s)")


def _ask(typed: argparse.Namespace) -> int:
    from serve.cli_graph import run

    return run(typed)


def _diff(typed: argparse.Namespace) -> int:
    from serve.cli_graph_diff import run

    return run(typed)


def _import(typed: argparse.Namespace) -> int:
    from serve.cli_graph_overlay import run

    return run(typed)


def _cypher(typed: argparse.Namespace) -> int:
    from serve.cli_graph_cypher import run

    return run(typed)
