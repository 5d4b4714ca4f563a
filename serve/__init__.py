"""Ways in: the command line, and later HTTP, MCP, web and editor."""

from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"


def _refuse_foreign_siblings() -> None:
    """Exit when a sibling package resolves to somebody else's folder.

    Our package names are plain words, so a repository that holds ``graph/`` shadows ours as soon as ``PYTHONPATH`` points into it.
    ``find_spec`` of a top-level name looks it up without running it.
    """
    home = Path(__file__).resolve().parent.parent
    for name in ("ingest", "graph", "retrieval", "eval"):
        spec = find_spec(name)
        place = None if spec is None else next(iter(spec.submodule_search_locations or [spec.origin]))
        if place is None or Path(place).resolve().parent != home:
            raise SystemExit(
                f"codelore: the package {name!r} was looked for in {home} and found at {place or 'no place'}; "
                "unset PYTHONPATH, or install Codelore into an environment of its own (pipx, uv tool)"
            )


_refuse_foreign_siblings()
