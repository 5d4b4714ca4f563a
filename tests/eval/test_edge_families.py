"""Call sites on which edges are known to be invented or lost: none invented, all found, in every language that is resolved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from eval.edge_families import read_sites, score_sites
from graph.build import resolve_files
from graph.languages.registry import RESOLVED
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.analyze import analyze
from ingest.errors import SourceError

REPOSITORIES = Path(__file__).parents[1] / "repos" / "graph"
LANGUAGES = ("go", "java", "python", "typescript")
FAMILIES = ("field_receiver", "third_party_namesake", "collection_namesake", "super_calls", "constructor_chain", "import_alias")
CASES = [(language, family) for language in LANGUAGES for family in FAMILIES]


def sources(folder: Path) -> dict[str, bytes]:
    """Return the files of a family without what is expected of them."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "expected.toml")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def symbols(files: Mapping[str, bytes]) -> set[str]:
    """Return the qualified names of the symbols of the files, as handles without a number."""
    return {f"{path}#{each.qualified_name}" for path, data in files.items() for each in analyze(path, data)[0].symbols}


@pytest.mark.parametrize(("language", "family"), CASES)
def test_none_is_invented_and_all_are_found(language: str, family: str) -> None:
    """No edge at a site but the expected ones, all of them proven; a language that is not resolved yet is reported as skipped."""
    if language not in RESOLVED:
        pytest.skip(f"the graph does not resolve {language} yet: the sites of {family} are not measured")
    folder = REPOSITORIES / language / family
    scores = score_sites(read_sites(folder), resolve_files(sources(folder)))
    wrong = [
        f"{each.site.path}:{each.site.line} invented {each.invented} missed {each.missed}"
        for each in scores
        if each.invented or each.missed
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("language", "family"), CASES)
def test_a_family_has_ten_sites_with_decoys_and_real_targets(language: str, family: str) -> None:
    """A family tells something only with enough sites, some that call nothing of the repository, and targets that exist."""
    folder = REPOSITORIES / language / family
    sites = read_sites(folder)
    known = symbols(sources(folder))
    named = {handle.partition("~")[0] for site in sites for handle in site.expected | site.allowed}
    assert len(sites) >= 10
    assert any(not site.expected for site in sites)
    assert named <= known


def site_folder(tmp_path: Path, expected: str) -> Path:
    """A family of one file in which ``f`` calls ``g`` and ``h``."""
    (tmp_path / "a.py").write_text("def f():\n    g()\n    h()\n", encoding="utf-8")
    (tmp_path / "expected.toml").write_text(expected, encoding="utf-8")
    return tmp_path


def graph(*targets: tuple[str, Evidence, int]) -> FileGraph:
    """The graph of that file with edges from ``f`` to some targets."""
    nodes = [Node(Handle(f"a.py#{name}"), "function", name, name, "a.py", 1, 3) for name in "fgh"]
    made = [Edge(EdgeKind.CALLS, evidence, "test", Handle("a.py#f"), Handle(target), "a.py", line) for target, evidence, line in targets]
    return FileGraph("a.py", nodes, made)


def test_a_possible_edge_is_not_found_and_is_invented_at_a_decoy(tmp_path: Path) -> None:
    """Only a proven edge finds a target; of what is not expected, a candidate is as wrong as a fact."""
    sites = read_sites(site_folder(tmp_path, '["a.py"]\n"g()" = "a.py#g"\n"h()" = ["", "?a.py#f"]\n'))
    first, second = score_sites(
        sites,
        [
            graph(
                ("a.py#g", Evidence.POSSIBLE, 2),
                ("a.py#h", Evidence.POSSIBLE, 3),
                ("a.py#f", Evidence.PROVEN, 3),
                ("unknown:h", Evidence.UNKNOWN, 3),
            )
        ],
    )
    assert (first.invented, first.missed) == ((), ("a.py#g",))
    assert (second.invented, second.missed) == (("a.py#h",), ())


def test_a_fragment_names_one_place(tmp_path: Path) -> None:
    """A fragment that occurs twice or never is an error of the family."""
    with pytest.raises(SourceError, match=r"holds '\(\)' 3 times"):
        read_sites(site_folder(tmp_path, '["a.py"]\n"()" = ""\n'))
