"""Ways in: the command line, and later HTTP, MCP, web and editor."""

import os
import sys
from importlib.machinery import ModuleSpec

__version__ = "0.1.0"


def _refuse_foreign_siblings() -> None:
    """Exit when a sibling package resolves to somebody else's folder.

    Our package names are plain words, so a repository that holds ``graph/`` shadows ours as soon as ``PYTHONPATH`` points into it.
    A top-level name is looked up without being run.
    """
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    for name in ("ingest", "graph", "retrieval", "eval"):
        spec = _find_spec(name)
        place = None if spec is None else next(iter(spec.submodule_search_locations or [spec.origin]))
        if place is None or os.path.dirname(os.path.realpath(place)) != home:
            raise SystemExit(
                f"codelore: the package {name!r} was looked for in {home} and found at {place or 'no place'}; "
                "unset PYTHONPATH, or install Codelore into an environment of its own (pipx, uv tool)"
            )


def _find_spec(name: str) -> ModuleSpec | None:
    """Do what ``importlib.util.find_spec`` does for a top-level name; loading that module takes 3 ms, each time anybody runs a command."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded.__spec__
    return next((spec for finder in sys.meta_path if (spec := finder.find_spec(name, None)) is not None), None)


_refuse_foreign_siblings()
