"""Turn a SCIP index into an oracle: ``NAME.refs.jsonl``, a function or class a line with every place that refers to it.

How an index is made (both indexers are npm packages and need no network once installed)::

    npm install --prefix TOOLS @sourcegraph/scip-python @sourcegraph/scip-typescript
    echo '[]' > none.json                                 # no installed packages: it would ask pip otherwise
    cd REPOSITORY/src                                     # the folder that absolute imports are relative to
    scip-python index . --project-name NAME --project-version 0 --environment none.json --output NAME.scip
    cd REPOSITORY && scip-typescript index --infer-tsconfig --output NAME.scip
    make graph-oracle INDEX=NAME.scip OUT=ORACLES/NAME.refs.jsonl PREFIX=src/

Unlike an oracle made otherwise it lists symbols that nothing refers to, too, so that a use of them counts as invented rather than unlisted.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from graph.scip import Document, Role, descriptors, plain_name, read_index
from ingest.errors import SourceError

KINDS = {"().": "function", "#": "class"}


def oracle_rows(documents: Iterable[Document], prefix: str = "") -> list[dict[str, Any]]:
    """Return the rows of an oracle, in order of place. ``prefix`` is put before every path; a symbol defined twice has its first place."""
    defined: dict[str, tuple[str, int]] = {}
    used: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in documents:
        for occurrence in document.occurrences:
            names = descriptors(occurrence.symbol)
            if not names or names[-1][1] not in KINDS:
                continue
            path, line = prefix + document.path, occurrence.start[0] + 1
            if occurrence.roles & Role.DEFINITION:
                defined.setdefault(occurrence.symbol, (path, line))
            else:
                used[occurrence.symbol].append({"path": path, "line": line})
    return [_row(symbol, *defined[symbol], used[symbol]) for symbol in sorted(defined, key=lambda symbol: (*defined[symbol], symbol))]


def _row(symbol: str, path: str, line: int, uses: list[dict[str, Any]]) -> dict[str, Any]:
    name, suffix = descriptors(symbol)[-1]
    return {"symbol": symbol, "kind": KINDS[suffix], "name": plain_name(name), "def_path": path, "def_line": line, "refs": uses}


def main(argv: Sequence[str] | None = None) -> int:
    """Convert an index; 0 when the oracle was written, 2 when there was nothing to write."""
    parser = ArgumentParser(prog="codelore eval scip-convert", description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("oracle", type=Path, help="file to write, NAME.refs.jsonl")
    parser.add_argument("--prefix", default="", help="folder of the repository that was indexed, such as src/")
    arguments = parser.parse_args(argv)
    try:
        rows = oracle_rows(read_index(arguments.index), arguments.prefix)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    arguments.oracle.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    kinds = Counter(row["kind"] for row in rows)
    print(f"{kinds['function']} functions, {kinds['class']} classes, {sum(len(row['refs']) for row in rows)} references")
    return 0 if rows else 2
