"""Records made up in memory, for tests of what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from eval.model import Found, IndexCost, Outcome, Part, Target
from eval.record import Confidences, Machine, Metric, Record, SetInfo, SystemRun

NDCG = Metric("ndcg@10")
PRECISION = Metric("precision", aggregate="ratio")
TOKENS = Metric("tokens", higher_is_better=False)
MACHINE = Machine("Linux", "A processor", 2, 24 << 30, "3.11.7", 0.5)


def outcome(number: int, corpus: str, score: float, **more: object) -> Outcome:
    """A question with its score; the gold row stands second."""
    found = (
        Found(f"src/wrong{number}.py", 1, 9, 2.0, 50, {"name": 0.9, "text": 0.2}),
        Found("src/right.py", 5, 20, 1.0, 60, {"text": 0.5}),
    )
    made = Outcome(
        f"{corpus}/{number:03}",
        corpus,
        {"ndcg@10": Part(score), "precision": Part(round(score * 4), 4), "tokens": Part(100 + number)},
        f"where is part {number} of {corpus}",
        ("symbol", "semantic")[number % 2],
        ("commit", "docstring")[number % 3 == 0],
        "python" if corpus < "c" else "go",
        1.0 + number,
        (Target("src/right.py", ((10, 12),)),),
        found,
    )
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


def outcomes(
    corpora: str = "abc", questions: int = 4, score: Callable[[int, str], float] = lambda at, _: (at % 5) / 4
) -> tuple[Outcome, ...]:
    """Questions about corpora with names of one letter."""
    return tuple(outcome(at, corpus, score(at, corpus)) for corpus in corpora for at in range(questions))


def system(name: str, rows: Sequence[Outcome], missing: Mapping[str, str] | None = None, **more: object) -> SystemRun:
    """A run with a cost for each corpus."""
    corpora = list(dict.fromkeys(each.corpus for each in rows))
    costs = tuple(IndexCost(corpus, 2.0, 1.5, 100 << 20, 10, 40, 1 << 20, 30.0) for corpus in corpora)
    sure = {"a": Confidences((2.0, 1.0), (0.5,))}
    run = SystemRun(name, "1.0", {"weights": "shipped"}, costs, tuple(rows), missing or {}, sure, {"system": 3.0})
    return replace(run, **more)  # pyright: ignore[reportArgumentType]


def record(*systems: SystemRun, metrics: Sequence[Metric] = (NDCG, PRECISION, TOKENS), digest: str = "d1", name: str = "made") -> Record:
    """A record of runs."""
    info = SetInfo(name, "questions", digest, sum(1 for _ in systems[0].outcomes) if systems else 0)
    return Record(info, tuple(metrics), systems, MACHINE, "abc123", "0.1.0", "2026-11-21T03:00:00+00:00")
