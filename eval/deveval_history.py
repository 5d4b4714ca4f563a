"""Find the commit that a benchmark's functions were read from, when it tells their files and lines and not the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.analyze import analyze
from ingest.git import GitCheckout, finish, read_blobs, run, start
from ingest.model import ContentHash


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a benchmark names it: ``first_line`` is that of its signature, ``last_line`` that of its body, both from 1.

    ``name`` is qualified, with modules before it, such as ``shop.cart.Cart.add``.
    """

    path: str
    name: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Origin:
    """A commit, and those of the functions that it has, each with the lines that it stands further down than it should."""

    commit: str
    shifts: Mapping[Function, int]


def find_origin(checkout: GitCheckout, functions: Iterable[Function]) -> Origin | None:
    """Return the commit that has most of the functions, twice as much where they stand at their lines; none when no commit has any.

    What was published of a project can differ by a line from every commit. Looks at every commit that touches one of the files, and at
    every tag. Of several that have the same, a tagged one, then the newest. Raises ``SourceError`` for a repository it cannot read.
    """
    wanted = frozenset(functions)
    paths = sorted({each.path for each in wanted})
    tagged = _commits(checkout, "--no-walk", "--tags")
    candidates = list(dict.fromkeys([*_commits(checkout, "--all", "--", *paths), *tagged]))
    versions = _versions(checkout, candidates, paths)
    defined = _defined(checkout, {(path, name) for held in versions.values() for path, name in held.items()})
    place = {commit: at for at, commit in enumerate(_commits(checkout, "--all", "--date-order"))}
    best: tuple[tuple[int, bool, int], Origin] | None = None
    for commit, held in versions.items():
        symbols = {path: defined.get((path, name), []) for path, name in held.items()}
        shifts = {each: shift for each in wanted if (shift := _shift(each, symbols.get(each.path, ()))) is not None}
        key = (len(shifts) + sum(not shift for shift in shifts.values()), commit in tagged, -place.get(commit, len(place)))
        if shifts and (best is None or key > best[0]):
            best = key, Origin(commit, shifts)
    return best[1] if best else None


def _commits(checkout: GitCheckout, *arguments: str) -> list[str]:
    output, _ = run(checkout.root, "rev-list", *arguments)
    return output.decode("ascii").split()


def _versions(checkout: GitCheckout, commits: Sequence[str], paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return for each commit the paths that it holds, each with the name of its content."""
    asked = "".join(f"{commit}:{path}\n" for commit in commits for path in paths)
    process = start(checkout.root, "cat-file", "--batch-check=%(objectname)", feed=True)
    output, _ = finish(process, checkout.root, "cat-file", feed=asked.encode("utf-8", "surrogateescape"))
    answers = iter(output.decode("utf-8", "surrogateescape").splitlines())
    held: dict[str, dict[str, str]] = {}
    for commit in commits:
        names = {path: next(answers) for path in paths}
        held[commit] = {path: name for path, name in names.items() if " " not in name}  # "… missing"
    return held


def _defined(checkout: GitCheckout, versions: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, int, int]]]:
    """Return the definitions in each version of a file: qualified name, first and last line."""
    paths: dict[str, list[str]] = {}
    for path, name in sorted(versions):
        paths.setdefault(name, []).append(path)
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for name, data in read_blobs(checkout, [ContentHash(each) for each in paths]):
        parsed = analyze(paths[name][0], data)[0]
        symbols = [(each.qualified_name, each.start_line, each.end_line) for each in parsed.symbols]
        found |= {(path, name): symbols for path in paths[name]}
    return found


def _shift(function: Function, symbols: Sequence[tuple[str, int, int]]) -> int | None:
    """Return how many lines further down the function ends, of several of its name the least; none where it is not."""
    ends = [(last - function.last_line, first, last) for name, first, last in symbols if f".{function.name}".endswith(f".{name}")]
    return min((shift for shift, first, last in ends if first <= function.first_line + shift <= last), key=abs, default=None)
