"""The command line: what can be typed, and what becomes of an error.

Nothing but the standard library is loaded here, so that help, completion and a usage error come at once. Each command's work is in
``cli_index``, ``cli_embed``, ``cli_search``, ``cli_graph`` and ``cli_about``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from ingest.errors import QueryError
from serve import __version__
from serve.arguments import add_command, add_directory, add_ref, count, depth
from serve.cli_graph_parser import add_graph
from serve.exit_codes import EXIT_CODES, OK, PIPE_CLOSED, exit_code

if TYPE_CHECKING:
    from pathlib import Path

    from serve.arguments import Commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Raises ``SystemExit`` for help, version and wrong usage, as argparse does."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    typed = build_parser(given[0] if given else "").parse_args(given)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file may hold what the terminal's encoding cannot
    from serve.settings import use_one_blas_thread  # help and a usage error do without: 15 ms

    use_one_blas_thread()
    try:
        code = typed.run(typed)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains when it flushes at exit
        return PIPE_CLOSED
    except tuple(EXIT_CODES) as error:
        if isinstance(error, KeyError | IndexError):
            raise  # a mistake of ours, not an answer
        print(f"codelore {typed.command}: {_one_line(error)}", file=sys.stderr)
        return exit_code(error)
    return code


def _one_line(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; what was stored so far is kept, and the next run goes on from there"
    if isinstance(error, OSError) and error.strerror:
        place = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        return f"{place}{error.strerror}; check the path, its permissions and the free space, or run codelore doctor"
    return " ".join(str(error).split())


def build_parser(named: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of what a command line whose first word is ``named`` needs: 10 ms less, or 35."""
    parser = argparse.ArgumentParser(
        prog="codelore",
        description="Index real repositories, search them offline, and always know how true the answer is.",
        epilog="Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 not indexed or bad source, 4 store error, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"codelore {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    groups: dict[tuple[str, ...], Callable[[Commands], None]] = {
        ("index", "embed", "forget"): _add_indexing,
        ("search", "context"): _add_searching,
        ("show", "symbols", "status", "repos"): _add_reading,
        ("overview",): _add_overview,
        ("graph",): add_graph,
        ("signals", "languages", "doctor", "completion"): _add_about,
        ("eval",): _add_eval_name if named is not None and named != "eval" else _add_extensions,
    }
    for add in [add for names, add in groups.items() if named in names] or groups.values():
        add(commands)
    return parser


def _add_eval_name(commands: Commands) -> None:
    commands.add_parser("eval", help="measure relevance, graph truth and speed, on public sets and on your own repository")


def _add_extensions(commands: Commands) -> None:
    """Add what other packages of this distribution offer as commands; the command line imports none of them by name."""
    from importlib.metadata import distribution

    for entry in distribution("codelore").entry_points:
        if entry.group == "codelore.commands":
            entry.load()(commands, _eval_folder)


def _eval_folder() -> Path:
    from serve.settings import load_settings

    return load_settings().data_dir / "eval"


def _add_indexing(commands: Commands) -> None:
    index = add_command(
        commands, "index", _index, "index working trees, or with --ref a branch, tag or commit; again costs only what changed"
    )
    index.add_argument("paths", nargs="*", metavar="PATH", help="folders to index (default: the checkout around the current directory)")
    add_ref(index, "index this branch, tag or commit without checking it out")
    index.add_argument("--no-graph", dest="graph", action="store_false", help="leave out what names refer to; codelore graph catches up")
    index.add_argument("--watch", action="store_true", help="stay and keep the index fresh as files change")
    embed = add_command(commands, "embed", _embed, "fill in the vectors of the model that is set, for all that is indexed")
    embed.add_argument("--seconds", type=count, default=0, metavar="N", help="stop after this long; the next run goes on from there")
    forget = add_command(commands, "forget", _forget, "delete a repository or a view from the index, and everything only it used")
    forget.add_argument("name", metavar="NAME", help="a repository's name or root, a worktree's root, or a ref (see codelore repos)")


def _add_searching(commands: Commands) -> None:
    search = add_command(commands, "search", _search, "search by words, names, paths, or a pattern written /…/")
    search.add_argument(
        "query", nargs="?", metavar="QUERY", help="words, a name, a path, /regex/, a pasted trace, diff or issue, 'who calls X'"
    )
    _add_request(search, limit=10)
    search.add_argument("--files", action="store_true", help="list files with their best spans instead of spans alone")
    search.add_argument("--explain", action="store_true", help="show which signals brought each hit here, and what they mean")
    search.add_argument("--queries", metavar="FILE", help="answer many queries, one a line: text or a JSON object (- is standard input)")
    search.add_argument("--jsonl", action="store_true", help="print one JSON object a line, an answer each, with its latency")
    context = add_command(commands, "context", _context, "pack what answers a question into a token budget")
    context.add_argument("query", metavar="QUERY", help="what the context is for")
    context.add_argument("--budget", type=count, default=4000, metavar="TOKENS", help="tokens to fill (default: %(default)s)")
    context.add_argument(
        "--seen", action="append", default=[], metavar="FILE|HANDLE", help="leave out what an earlier pack showed; may be repeated"
    )
    _add_request(context, limit=20)


def _add_request(parser: argparse.ArgumentParser, limit: int) -> None:
    _add_filters(parser)
    where = parser.add_argument_group("where to look")
    add_directory(where)
    where.add_argument("--repo", action="append", default=[], metavar="NAME", help="an indexed repository by name; may be repeated")
    where.add_argument("--all-repos", action="store_true", help="every indexed repository")
    add_ref(where, "an indexed branch, tag or commit instead of the working tree")
    where.add_argument("--at", default="", metavar="PATH[:LINE]", help="ask from here: what is needed at this place, out of other files")
    parser.add_argument("--regex", action="store_true", help="take the query as a regular expression")
    parser.add_argument("--limit", type=count, default=limit, metavar="N", help="hits at most (default: %(default)s)")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    narrow = parser.add_argument_group("filters (all of them hold; one that matches nothing answers nothing)")
    narrow.add_argument("--path", action="append", default=[], metavar="GLOB", help="only paths that match; may be repeated")
    narrow.add_argument("--language", action="append", default=[], metavar="L", help="only this language or format; may be repeated")
    narrow.add_argument("--kind", action="append", default=[], metavar="K", help="only definitions of this kind; may be repeated")
    narrow.add_argument("--tests", action=argparse.BooleanOptionalAction, default=None, help="only tests, or everything but tests")


def _add_reading(commands: Commands) -> None:
    show = add_command(commands, "show", _show, "print lines of a file as the index holds them")
    show.add_argument("span", metavar="PATH[:START[-END]]", help="a path, relative to the directory, and lines counted from 1")
    add_ref(show, "read from an indexed branch, tag or commit")
    add_directory(show)
    symbols = add_command(commands, "symbols", _symbols, "list definitions by name")
    symbols.add_argument("pattern", metavar="PATTERN", help="a name; * and ? are wild, case does not matter")
    _add_filters(symbols)
    symbols.add_argument("--limit", type=count, default=50, metavar="N", help="rows at most (default: %(default)s)")
    add_ref(symbols, "look in an indexed branch, tag or commit")
    add_directory(symbols)
    status = add_command(commands, "status", _status, "tell how true the index of a tree is: pending, failed, skipped and truncated")
    status.add_argument("path", nargs="?", default=".", metavar="PATH", help="a place inside the tree (default: the current directory)")
    add_ref(status, "tell about an indexed branch, tag or commit")
    add_command(commands, "repos", _repos, "list what is indexed")


def _add_overview(commands: Commands) -> None:
    overview = add_command(
        commands, "overview", _overview, "sum up a repository, a folder, a file or a symbol: what is in it, and who uses it"
    )
    overview.add_argument("name", nargs="?", default="", metavar="PATH|SYMBOL", help="what to sum up (default: the whole tree)")
    overview.add_argument("--depth", type=depth, default=1, metavar="N", help="levels below it to list (default: %(default)s)")
    overview.add_argument("--budget", type=count, default=4000, metavar="TOKENS", help="tokens of text at most (default: %(default)s)")
    add_ref(overview, "sum up an indexed branch, tag or commit")
    add_directory(overview)


def _add_about(commands: Commands) -> None:
    add_command(commands, "signals", _signals, "list the signals of the ranking, what each means and what it weighs")
    add_command(commands, "languages", _languages, "list languages and formats, their file names, and what is read from them")
    add_command(commands, "doctor", _doctor, "check this installation, its data folder and the index")
    completion = commands.add_parser("completion", help="print a completion script for a shell", description="Print a completion script.")
    completion.set_defaults(run=_completion)
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell to complete in")


# Each command's module loads what that command needs, and only then.


def _index(typed: argparse.Namespace) -> int:
    from serve.cli_index import index

    return index(typed)


def _embed(typed: argparse.Namespace) -> int:
    from serve.cli_embed import embed

    return embed(typed)


def _forget(typed: argparse.Namespace) -> int:
    from serve.cli_index import forget

    return forget(typed)


def _repos(typed: argparse.Namespace) -> int:
    from serve.cli_index import repos

    return repos(typed)


def _status(typed: argparse.Namespace) -> int:
    from serve.cli_index import status

    return status(typed)


def _search(typed: argparse.Namespace) -> int:
    if (typed.query is None) == (typed.queries is None):
        raise QueryError("give either a QUERY or --queries FILE, e.g. codelore search 'where are sessions stored'")
    if typed.queries is not None:
        from serve.cli_batch import search_all

        return search_all(typed)
    from serve.cli_search import search

    return search(typed)


def _context(typed: argparse.Namespace) -> int:
    from serve.cli_search import context

    return context(typed)


def _show(typed: argparse.Namespace) -> int:
    from serve.cli_search import show

    return show(typed)


def _symbols(typed: argparse.Namespace) -> int:
    from serve.cli_search import symbols

    return symbols(typed)


def _overview(typed: argparse.Namespace) -> int:
    from serve.cli_overview import overview

    return overview(typed)


def _signals(typed: argparse.Namespace) -> int:
    from serve.cli_search import signals

    return signals(typed)


def _languages(typed: argparse.Namespace) -> int:
    from serve.cli_about import languages

    return languages(typed)


def _doctor(typed: argparse.Namespace) -> int:
    from serve.cli_about import doctor

    return doctor(typed)


def _completion(typed: argparse.Namespace) -> int:
    from serve.completion import completion_script

    print(completion_script(build_parser(), typed.shell))
    return OK
