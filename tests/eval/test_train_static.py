"""Training of the static embedder: it learns, it repeats itself, and its command does what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eval import doc_pairs, train_static
from eval.doc_pairs import DocPair, PairKind
from eval.train_static import TrainingOptions, bags, dense, half_of, main, train
from retrieval.embed import FloatRows, StaticEmbedder, normalized, write_model
from tests.ingest.repositories import git, new_repository

OPTIONS = TrainingOptions(dimension=32, minimum_count=1, buckets=8, epochs=12, batch=64, rate=0.02)
_PROSE = ("remove", "store", "compare", "print", "merge", "parse", "count", "order")
_CODE = ("delete", "persist", "equals", "display", "combine", "decode", "tally", "sort")


def corpus(size: int = 192, seed: int = 0) -> list[DocPair]:
    """Make pairs whose prose and code share no word: only training can tell which prose word means which code word."""
    random = np.random.default_rng(seed)
    pairs: list[DocPair] = []
    for at in range(size):
        chosen: list[int] = np.sort(random.choice(len(_PROSE), size=3, replace=False)).tolist()
        doc = " ".join(_PROSE[one] for one in chosen)
        pairs.append(DocPair(f"repository{at % 3}", "python", doc, "(x);\n".join(_CODE[one] for one in chosen)))
    return pairs


def encoded(texts: list[str], rows: train_static.TrainedRows, buckets: int) -> FloatRows:
    """Return the normalised vectors of texts, as training sees them."""
    found = bags(texts, rows.hashes, buckets)
    used = np.unique(found.columns)
    return normalized(dense(found, np.arange(len(texts)), used) @ rows.rows[used])


def recall(pairs: list[DocPair], rows: train_static.TrainedRows, options: TrainingOptions) -> float:
    """Return the share of docs whose own body, or an equal one, comes first."""
    docs = encoded([pair.doc for pair in pairs], rows, options.buckets)
    bodies = encoded([pair.body for pair in pairs], rows, options.buckets)
    best: list[int] = (docs @ bodies.T).argmax(axis=1).tolist()
    return float(np.mean([set(pairs[at].body.split()) == set(pairs[one].body.split()) for at, one in enumerate(best)]))


def test_training_beats_chance_on_unseen_pairs() -> None:
    """After training, prose finds code it shares no word with; before, it does not."""
    losses: list[float] = []
    trained = train(corpus(), OPTIONS, lambda _, loss: losses.append(loss))
    unseen = corpus(seed=1)
    untrained = train(corpus(), TrainingOptions(dimension=32, minimum_count=1, buckets=8, epochs=0))
    assert losses[-1] < losses[0]
    assert recall(unseen, trained, OPTIONS) > 0.7
    assert recall(unseen, untrained, OPTIONS) < 0.3


def test_training_repeats_itself_under_a_seed() -> None:
    """The same pairs and seed give the same rows; another seed gives others."""
    short = TrainingOptions(dimension=16, minimum_count=1, buckets=2, epochs=2, batch=32)
    first, second = train(corpus(), short), train(corpus(), short)
    assert np.array_equal(first.rows, second.rows)
    assert np.array_equal(first.hashes, second.hashes)
    other = train(corpus(), TrainingOptions(dimension=16, minimum_count=1, buckets=2, epochs=2, batch=32, seed=8))
    assert not np.array_equal(first.rows, other.rows)


def test_equal_docs_are_not_each_others_negatives() -> None:
    """A batch of one doc repeated has nothing to push apart: its loss is zero."""
    pairs = [DocPair("one", "python", "read the whole file", f"open(path{at}).read()") for at in range(8)]
    losses: list[float] = []
    train(pairs, TrainingOptions(dimension=8, minimum_count=1, buckets=2, epochs=1), lambda _, loss: losses.append(loss))
    assert losses[0] == pytest.approx(0, abs=1e-3)


def test_pairs_without_terms_do_no_harm() -> None:
    """Texts without a term give no NaN in training or encoding."""
    pairs = [*corpus(40), DocPair("repository0", "python", "...", "{}"), DocPair("repository0", "python", "", "")]
    trained = train(pairs, TrainingOptions(dimension=8, minimum_count=1, buckets=2, epochs=1, batch=16))
    assert np.isfinite(trained.rows).all()
    assert not encoded(["", "{}"], trained, 2).any()


def test_training_and_shipping_encode_alike(tmp_path: Path) -> None:
    """The written file gives the vectors that training saw, up to int8."""
    pairs = corpus()
    trained = train(pairs, OPTIONS)
    write_model(tmp_path / "m.bin", {"name": "t", "version": "1"}, trained.hashes, trained.rows)
    embedder = StaticEmbedder.load(tmp_path / "m.bin")
    texts = ["def remove_all(x):\n    delete(x); delete(y); unknownWord(z)", "merge parse count"]
    seen = encoded(texts, trained, OPTIONS.buckets)
    shipped = np.stack([embedder.encode_text(text.encode()) for text in texts])
    assert (np.einsum("nd,nd->n", seen, shipped) > 0.999).all()


@pytest.fixture
def clones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make two small clones and list them, the second one held out."""
    rows: list[dict[str, object]] = []
    for name, held_out in (("owner/first", False), ("owner/second", True)):
        files: dict[str, str | bytes] = {}
        for at in range(4):
            lines = [
                f"/// Reads number {word} from the {name[6:]} file.\n"
                f'fn read_{word}() -> u32 {{\n    parse(open_numbered({at}), "{word}").unwrap_or_default()\n}}\n'
                for word in _CODE
            ]
            files[f"file{at}.rs"] = "\n".join(lines)
        head = git(new_repository(tmp_path / "clones" / name.replace("/", "+"), files), "rev-parse", "HEAD")
        rows.append({"name": name, "commit": head, "licence": "MIT", "held_out": held_out})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "static_repositories.json").write_text(json.dumps(rows))
    monkeypatch.setattr(doc_pairs, "__file__", str(tmp_path / "doc_pairs.py"))
    return tmp_path / "clones"


def test_command_trains_judges_and_measures(clones: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One call extracts, trains, writes, judges on the held-out repository alone and measures speed; the file records its training."""
    out = tmp_path / "weights.bin"
    call = ["--clones", str(clones), "--out", str(out), "--epochs", "1", "--dimension", "16", "--evaluate", "--speed", str(clones)]
    assert main(call) == 0
    printed = capsys.readouterr().out
    assert "pairs of 1 repositories" in printed
    assert "| BM25 on terms |" in printed
    assert "8 held-out questions" in printed
    assert "chunks/s" in printed
    header = StaticEmbedder.load(out).header
    assert header["training"]["epochs"] == 1
    assert [one.partition("@")[0] for one in header["repositories"]] == ["owner/first"]
    assert [one.partition("@")[0] for one in header["held_out"]] == ["owner/second"]
    assert header["pairs"]["rust"] > 0


def test_command_trains_two_halves(clones: Path, tmp_path: Path) -> None:
    """Each repository is told the model that has not seen it, held-out ones too."""
    names = ["owner/first", "owner/second"]
    assert {half_of(name) for name in names} == {"a", "b"}
    assert main(["--clones", str(clones), "--halves", str(tmp_path / "two"), "--epochs", "1", "--dimension", "16"]) == 0
    unseen = json.loads((tmp_path / "two" / "halves.json").read_text())
    assert sorted(unseen) == names
    for name, model in unseen.items():
        header = StaticEmbedder.load(tmp_path / "two" / model).header
        assert [one.partition("@")[0] for one in header["repositories"]] == [each for each in names if each != name]


def test_command_needs_something_to_judge_by(clones: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Held-out repositories without a documented definition are named instead of judged."""
    listing = clones.parent / "data" / "static_repositories.json"
    listing.write_text(listing.read_text().replace("true", "false"))
    with pytest.raises(SystemExit):
        main(["--clones", str(clones), "--evaluate"])
    assert "no documented definition" in capsys.readouterr().err


def test_command_refuses_to_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a step, or without the clones a step needs, the command explains itself and fails."""
    for call, says in (([], "nothing to do"), (["--evaluate"], "--clones is needed")):
        with pytest.raises(SystemExit) as stopped:
            main(call)
        assert stopped.value.code == 2
        assert says in capsys.readouterr().err


def test_import_is_light() -> None:
    """Training needs numpy alone: importing it loads no learning framework."""
    code = "import sys, eval.train_static; print([name for name in ('torch', 'scipy', 'sklearn') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"


def test_only_documentation_is_judged() -> None:
    """Comments, commits and repeated questions or bodies are left out of the questions."""
    pairs = [
        DocPair("one", "go", "Read the file. Then stop.", "a"),
        DocPair("one", "go", "Read the file. Or not.", "b"),
        DocPair("two", "go", "Read the file.", "a"),
        DocPair("two", "go", "Read the file.", "c"),
        DocPair("two", "go", "Write the file.", "d", PairKind.COMMENT),
    ]
    assert [pair.body for pair in train_static.judged_pairs(pairs)] == ["a", "c"]


def test_training_without_pairs_is_refused() -> None:
    """No pair, no rows: a caller's mistake, said at once."""
    with pytest.raises(ValueError, match="at least one pair"):
        train([], OPTIONS)
