"""Measure the graph against oracles: SCIP references, PyCG's and SWARM-CG's call graphs.

The kind of a set is told by what its folder holds: ``*.refs.jsonl`` (SCIP), ``*.json`` per project (PyCG's macro-benchmark) or
``CATEGORY/CASE/callgraph.json`` (the micro-benchmarks; the language by the endings of the sources), or ``LANGUAGE/FAMILY/expected.toml``
(families of call sites). Corpora are folders, one a repository; micro-benchmarks and families bring their own sources.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eval.call_benchmarks import figures, measure_cases, print_cases, read_cases, read_projects
from eval.call_explained import print_explained, read_explained_calls
from eval.call_graphs import ANY, FACTS, Judged, judged_in_programs
from eval.call_names import namer_for
from eval.edge_families import read_sites, score_sites
from eval.graph_source import GraphSource, read_export, resolve
from eval.scip_oracle import Verdict, read_oracle, score
from eval.scip_report import print_verdicts, read_explained
from eval.sets.edges import EDGE_KINDS
from graph.languages.registry import RESOLVED
from graph.model import FileGraph
from ingest.errors import SourceError

EXPLAINED = Path(__file__).parent / "data" / "scip_explained.jsonl"
EXPLAINED_CALLS = EXPLAINED.with_name("calls_explained.jsonl")


def measure_scip(folder: Path, corpora: Path, source: GraphSource, only: Sequence[str] = ()) -> tuple[list[Verdict], list[str]]:
    """Score every oracle of a folder whose corpus is there; return the verdicts and the corpora that are missing."""
    verdicts: list[Verdict] = []
    missing: list[str] = []
    for file in sorted(folder.glob("*.refs.jsonl")):
        oracle = read_oracle(file)
        if only and oracle.repository not in only:
            continue
        root = corpora / oracle.repository
        if not root.exists() and not root.with_suffix(".jsonl").exists():
            missing.append(oracle.repository)
            continue
        verdicts.append(score(oracle, source(root), root))
    return verdicts, missing


def kind_of(folder: Path) -> str:
    """Tell the kind of a set. Raises ``SourceError`` for a folder that holds none."""
    for kind in EDGE_KINDS:
        if kind.recognises(folder):
            return kind.name
    raise SourceError(f"{folder} holds no set: expected *.refs.jsonl, */*/callgraph.json, */*/expected.toml or PROJECT.json")


def exported(root: Path) -> Iterable[FileGraph]:
    """Read ``ROOT.jsonl``, the export of a corpus, in place of resolving it."""
    return read_export(root.with_suffix(".jsonl"))


def parse_arguments(argv: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="codelore eval graph", description=__doc__)
    parser.add_argument("set", type=Path, help="folder of the oracle or of the benchmark")
    parser.add_argument("corpora", type=Path, nargs="?", help="folder that holds one folder a repository (SCIP, macro)")
    parser.add_argument(
        "--exported", action="store_true", help="read CORPORA/NAME.jsonl, written by codelore graph export, and resolve nothing"
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this repository, or cases whose path holds this")
    parser.add_argument("--worst", type=int, default=20, metavar="N", help="disagreements to print per repository, or cases (20)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure a set and print the figures; 0 when all of it was measured, 2 when something is missing."""
    arguments = parse_arguments(argv)
    source: GraphSource = exported if arguments.exported else resolve
    try:
        kind = kind_of(arguments.set)
        _require_corpora(kind, arguments.corpora)
        measure = {"scip": _scip, "families": _families}.get(kind, _calls)
        record, missing = measure(arguments, kind, source)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if missing:
        reason = "not resolved yet" if kind == "families" else "no folder"
        print(f"NOT MEASURED, {reason}: {', '.join(missing)}", file=sys.stderr)
    return 2 if missing or not record else 0


def _require_corpora(kind: str, corpora: Path | None) -> None:
    if kind in {"scip", "projects"} and corpora is None:
        raise SourceError(f"a {kind} set needs the folder of its corpora as the second argument")


def _scip(arguments: Namespace, _kind: str, source: GraphSource) -> tuple[list[dict[str, Any]], list[str]]:
    verdicts, missing = measure_scip(arguments.set, arguments.corpora, source, arguments.only)
    return print_verdicts(verdicts, read_explained(EXPLAINED), arguments.corpora, limit=arguments.worst), missing


def _families(arguments: Namespace, _kind: str, source: GraphSource) -> tuple[list[dict[str, Any]], list[str]]:
    record: list[dict[str, Any]] = []
    missing: list[str] = []
    for file in sorted(arguments.set.glob("*/*/expected.toml")):
        name = f"{file.parent.parent.name}/{file.parent.name}"
        if arguments.only and not any(each in name for each in arguments.only):
            continue
        if file.parent.parent.name not in RESOLVED:
            missing.append(name)
            continue
        scores = score_sites(read_sites(file.parent), source(file.parent))
        row = {"family": name, "sites": len(scores), "invented": sum(len(each.invented) for each in scores)}
        row["missed"] = sum(len(each.missed) for each in scores)
        record.append(row)
        print(f"{name:<36} {row['sites']:>3} sites  {row['invented']:>2} invented  {row['missed']:>2} missed")
        for each in scores:
            for what, handles in (("invented", each.invented), ("missed", each.missed)):
                if handles:
                    print(f"  {what:<9} {each.site.path}:{each.site.line} {', '.join(handles)}")
    return record, missing


def _calls(arguments: Namespace, kind: str, source: GraphSource) -> tuple[list[dict[str, Any]], list[str]]:
    missing: list[str] = []
    namer = namer_for(arguments.set if kind == "calls" else arguments.corpora)
    if kind == "calls":
        cases, judged = read_cases(arguments.set, namer), judged_in_programs(namer)
    else:
        cases, missing = read_projects(arguments.set, arguments.corpora, namer)
        judged = Judged.CALLERS
    cases = [case for case in cases if not arguments.only or any(each in f"{case.category}/{case.name}" for each in arguments.only)]
    if not cases:
        return [], missing
    proven, possible = measure_cases(cases, source, namer, (FACTS, ANY), judged)
    print_cases("proven + external", proven, show=arguments.worst)
    explained = print_explained(proven, read_explained_calls(EXPLAINED_CALLS, namer.language))
    print_cases("proven + external + possible", possible, show=0)
    return [{"proven": figures(proven) | explained, "possible": figures(possible)}], missing
