"""Train the static embedder: documentation must find the code it documents among other code of the same repository.

Contrastive (InfoNCE, both directions) over one table of term rows, in numpy: a batch is a count matrix times the rows it uses, so a step is
four matrix products. Batches come from one repository each, so that negatives share its vocabulary and only meaning tells them apart.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from json import dumps
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench_embed import measure, print_speed
from eval.doc_pairs import DocPair, Repository, first_sentence, listed_repositories, repository_pairs
from eval.static_quality import Judgement, judge, judged_pairs
from retrieval.embed import SHIPPED, FloatRows, StaticEmbedder, damped, hash_terms, normalized, row_numbers, write_model
from retrieval.terms import terms, words


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What a training run may vary; the defaults made the shipped file."""

    dimension: int = 256
    vocabulary: int = 55_000
    """Most rows of the vocabulary; terms of many repositories come first."""
    minimum_count: int = 3
    buckets: int = 1_024
    epochs: int = 2
    batch: int = 512
    temperature: float = 0.1
    rate: float = 2e-3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as weighted term rows, in CSR form: text ``i`` is ``columns[offsets[i]:offsets[i + 1]]`` with ``weights``."""

    offsets: NDArray[np.int64]
    columns: NDArray[np.int64]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True)
class TrainedRows:
    """Sorted vocabulary hashes and one row per hash, then the shared rows."""

    hashes: NDArray[np.uint64]
    rows: FloatRows


_terms = lru_cache(maxsize=None)(terms)  # bounded by the words of the pairs


def choose_vocabulary(pairs: Sequence[DocPair], options: TrainingOptions) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """Return the sorted hashes of the chosen terms and the inverse document frequency of each."""
    frequency: Counter[str] = Counter()
    repositories: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for text in (pair.doc, pair.body):
            found = {term for word in set(words(text.encode())) for term in _terms(word)}
            frequency.update(found)
            for term in found:
                repositories[term].add(pair.repository)
    kept = [term for term, count in frequency.items() if count >= options.minimum_count]
    kept = sorted(kept, key=lambda term: (-len(repositories[term]), -frequency[term], term))[: options.vocabulary]
    hashes, first = np.unique(hash_terms(kept), return_index=True)
    counts = np.array([frequency[kept[at]] for at in first], dtype=np.float32)
    return hashes, np.log(2 * len(pairs) / counts).astype(np.float32)


def bags(texts: Sequence[str], hashes: NDArray[np.uint64], buckets: int) -> Bags:
    """Return texts as bags of rows, weighted as `retrieval.embed` weights them: each distinct word 1 + ln n, spread over its terms."""
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    columns: list[NDArray[np.int64]] = []
    weights: list[NDArray[np.float32]] = []
    for start in range(0, len(texts), 4_096):
        found: list[str] = []
        counts: list[int] = []
        for at, text in enumerate(texts[start : start + 4_096], start):
            for word, count in Counter(words(text.encode())).items():
                parts = _terms(word)
                found.extend(parts)
                counts.extend([count] * len(parts))
            offsets[at + 1] = len(found)
        offsets[start + 1 : start + 4_097] += offsets[start]
        columns.append(row_numbers(hashes, hash_terms(found), buckets))
        weights.append(damped(np.array(counts, dtype=np.float32)))
    return Bags(offsets, np.concatenate(columns), np.concatenate(weights))


def dense(texts: Bags, chosen: NDArray[np.int64], used: NDArray[np.int64]) -> FloatRows:
    """Return the chosen texts as a matrix over the ``used`` rows (sorted), f32[len(chosen), len(used)]."""
    lengths = texts.offsets[chosen + 1] - texts.offsets[chosen]
    places = _places(texts, chosen)
    cells = np.repeat(np.arange(len(chosen)), lengths) * len(used) + np.searchsorted(used, texts.columns[places])
    filled = np.bincount(cells, weights=texts.weights[places], minlength=len(chosen) * len(used))
    return filled.reshape(len(chosen), len(used)).astype(np.float32)


def train(
    pairs: Sequence[DocPair], options: TrainingOptions, report: Callable[[int, float], None] = lambda epoch, loss: None
) -> TrainedRows:
    """Return trained rows; the same pairs, options and machine give the same rows. ``report`` gets each epoch and its mean loss.

    Raises ValueError without a pair.
    """
    if not pairs:
        raise ValueError("training needs at least one pair")
    random = np.random.default_rng(options.seed)
    hashes, rarity = choose_vocabulary(pairs, options)
    total = len(hashes) + options.buckets
    # Random directions as long as the inverse document frequency: before the first step this is TF-IDF, randomly projected.
    lengths = np.full(total, rarity.max(initial=1.0), dtype=np.float32)
    lengths[: len(hashes)] = rarity
    rows = random.standard_normal((total, options.dimension), dtype=np.float32) * (lengths / np.sqrt(options.dimension))[:, None]
    rows /= lengths.mean()
    docs = bags([first_sentence(pair.doc) for pair in pairs], hashes, options.buckets)
    bodies = bags([pair.body for pair in pairs], hashes, options.buckets)
    same = np.unique([pair.doc for pair in pairs], return_inverse=True)[1]
    adam = _Adam(rows, options.rate)
    for epoch in range(options.epochs):
        losses = [
            _step(adam, dense_pair(docs, bodies, chosen), same[chosen], options.temperature)
            for chosen in _batches([pair.repository for pair in pairs], options.batch, random)
        ]
        report(epoch, float(np.mean(losses)))
        adam.rate = options.rate * (1 - (epoch + 1) / options.epochs) + options.rate * 0.1
    return TrainedRows(hashes, rows)


def dense_pair(docs: Bags, bodies: Bags, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], FloatRows, FloatRows]:
    """Return the rows a batch uses and both sides of it as matrices over them."""
    used = np.unique(np.concatenate([docs.columns[_places(docs, chosen)], bodies.columns[_places(bodies, chosen)]]))
    return used, dense(docs, chosen, used), dense(bodies, chosen, used)


class _Adam:
    """Adam on the rows a batch uses; the moments of the others rest (the lazy variant)."""

    def __init__(self, rows: FloatRows, rate: float) -> None:
        self.rows = rows
        self.rate = rate
        self._first = np.zeros_like(rows)
        self._second = np.zeros_like(rows)
        self._steps = 0

    def update(self, used: NDArray[np.int64], gradient: FloatRows) -> None:
        self._steps += 1
        first = 0.9 * self._first[used] + 0.1 * gradient
        second = 0.999 * self._second[used] + 0.001 * np.square(gradient)
        self._first[used], self._second[used] = first, second
        step = self.rate * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        self.rows[used] -= np.float32(step) * first / (np.sqrt(second) + np.float32(1e-8))


def _step(adam: _Adam, batch: tuple[NDArray[np.int64], FloatRows, FloatRows], same: NDArray[np.int64], temperature: float) -> float:
    """Take one step on a batch and return its loss; pairs with the same doc are not each other's negatives."""
    used, docs, bodies = batch
    rows = adam.rows[used]
    sums = docs @ rows, bodies @ rows
    units = normalized(sums[0]), normalized(sums[1])
    scores = (units[0] @ units[1].T) / np.float32(temperature)
    alike = same[:, None] == same[None, :]
    np.fill_diagonal(alike, val=False)
    scores[alike] = -1e4
    forward, backward = _softmax(scores), _softmax(scores.T).T
    own = np.arange(len(same))
    loss = -0.5 * float(np.log(forward[own, own] + 1e-12).mean() + np.log(backward[own, own] + 1e-12).mean())
    pull: FloatRows = ((forward + backward) / (2 * len(same) * temperature)).astype(np.float32)
    pull[own, own] -= np.float32(1 / (len(same) * temperature))
    to_docs = _through_norm(pull @ units[1], sums[0], units[0])
    to_bodies = _through_norm(pull.T @ units[0], sums[1], units[1])
    adam.update(used, (docs.T @ to_docs + bodies.T @ to_bodies).astype(np.float32))
    return loss


def _softmax(scores: FloatRows) -> FloatRows:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _through_norm(gradient: FloatRows, sums: FloatRows, units: FloatRows) -> FloatRows:
    """Return the gradient before normalisation; zero where there was nothing to normalise."""
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    along = np.einsum("nd,nd->n", gradient, units)[:, None] * units
    return np.divide(gradient - along, lengths, out=np.zeros_like(gradient), where=lengths > 1e-12)


def _batches(repositories: Sequence[str], size: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield shuffled batches of pairs, each from one repository; what is left over from all of them is mixed."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at, repository in enumerate(repositories):
        members[repository].append(at)
    batches: list[NDArray[np.int64]] = []
    rest: list[NDArray[np.int64]] = []
    for inside in members.values():
        shuffled = random.permutation(np.array(inside, dtype=np.int64))
        whole = len(shuffled) // size * size
        batches += [shuffled[start : start + size] for start in range(0, whole, size)]
        rest.append(shuffled[whole:])
    mixed = np.concatenate(rest) if rest else np.zeros(0, dtype=np.int64)
    batches += [mixed[start : start + size] for start in range(0, len(mixed), size)]
    for at in random.permutation(len(batches)):
        batch: NDArray[np.int64] = batches[int(at)]
        if len(batch) > 1:
            yield batch


def _places(texts: Bags, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places in ``columns`` of all entries of the chosen texts, in order."""
    starts = texts.offsets[chosen]
    lengths = texts.offsets[chosen + 1] - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def model_header(options: TrainingOptions, pairs: Sequence[DocPair], repositories: Sequence[Repository]) -> dict[str, object]:
    """Return what the weights file says about itself."""
    return {
        "name": "codelore-static",
        "version": "1",
        "licence": "Apache-2.0",
        "training": asdict(options),
        "pairs": dict(sorted(Counter(pair.language for pair in pairs).items())),
        "repositories": [f"{one.name}@{one.commit} {one.licence}" for one in repositories if not one.held_out],
        "held_out": [f"{one.name}@{one.commit}" for one in repositories if one.held_out],
    }


def half_of(name: str) -> str:
    """Return which of two halves, ``a`` or ``b``, a repository (``owner/name``) belongs to, told by a hash of its name."""
    return "ab"[blake2b(name.lower().encode(), digest_size=8).digest()[0] & 1]


def main(argv: Sequence[str]) -> int:
    """Run ``codelore eval train-static``: extract pairs from clones, train and write a weights file, judge one; each step on request."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if not (arguments.out or arguments.halves or arguments.evaluate or arguments.speed):
        parser.error("nothing to do: give --out, --halves, --evaluate or --speed")
    if (arguments.out or arguments.halves or arguments.evaluate) and not arguments.clones:
        parser.error("--clones is needed to train or to judge")
    model: Path = arguments.out or arguments.model
    if arguments.clones:
        repositories = listed_repositories()
        pairs = {one.name: repository_pairs(one, arguments.clones) for one in repositories}
        options = TrainingOptions(epochs=arguments.epochs, dimension=arguments.dimension, seed=arguments.seed)
        if arguments.out:
            _train_and_write(model, options, repositories, pairs)
        if arguments.halves:
            _train_halves(arguments.halves, options, repositories, pairs)
        if arguments.evaluate:
            held_out = judged_pairs(pair for one in repositories if one.held_out for pair in pairs[one.name])
            if not held_out:
                parser.error(f"the held-out clones in {arguments.clones} hold no documented definition to judge by")
            _print_quality(judge(StaticEmbedder.load(model), held_out), held_out)
    if arguments.speed:
        print_speed(measure(model, arguments.speed))
    return 0


def _parser() -> ArgumentParser:
    default = TrainingOptions()
    parser = ArgumentParser(prog="codelore eval train-static", description=main.__doc__)
    parser.add_argument("--clones", type=Path, help="folder of git clones named <owner>+<name>, holding the recorded commits")
    parser.add_argument("--out", type=Path, help="train on all but the held-out repositories and write the weights here")
    parser.add_argument(
        "--halves",
        type=Path,
        metavar="FOLDER",
        help="train on each half of all repositories; write half_a.bin, half_b.bin, and halves.json with the one that has not seen each",
    )
    parser.add_argument("--epochs", type=int, default=default.epochs)
    parser.add_argument("--dimension", type=int, default=default.dimension)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--evaluate", action="store_true", help="judge the weights on the held-out repositories (needs --clones)")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the weights to judge; what --out wrote, or the shipped ones")
    parser.add_argument("--speed", type=Path, metavar="TREE", help="print load time and chunks per second on the code of a folder")
    return parser


def _train_halves(folder: Path, options: TrainingOptions, repositories: Sequence[Repository], pairs: dict[str, list[DocPair]]) -> None:
    """Write a model of each half, and which of the two has not seen each repository: what is fitted on vectors must not have seen them."""
    folder.mkdir(parents=True, exist_ok=True)
    for half in "ab":
        chosen = [replace(one, held_out=half_of(one.name) != half) for one in repositories]
        _train_and_write(folder / f"half_{half}.bin", options, chosen, pairs)
    unseen = {one.name: f"half_{'b' if half_of(one.name) == 'a' else 'a'}.bin" for one in repositories}
    (folder / "halves.json").write_text(dumps(unseen, indent=1, sort_keys=True) + "\n")


def _train_and_write(out: Path, options: TrainingOptions, repositories: Sequence[Repository], pairs: dict[str, list[DocPair]]) -> None:
    used = [pair for one in repositories if not one.held_out for pair in pairs[one.name]]
    print(f"training on {len(used):,} pairs of {sum(not one.held_out for one in repositories)} repositories")
    trained = train(used, options, lambda epoch, loss: print(f"epoch {epoch + 1}/{options.epochs}: mean loss {loss:.3f}", flush=True))
    size = write_model(out, model_header(options, used, repositories), trained.hashes, trained.rows)
    print(f"wrote {out}: {size:,} bytes, {len(trained.hashes):,} terms and {options.buckets:,} shared rows of {options.dimension}")


def _print_quality(judgements: Sequence[Judgement], pairs: Sequence[DocPair]) -> None:
    languages = ", ".join(f"{name} {count:,}" for name, count in Counter(pair.language for pair in pairs).most_common())
    print(f"{len(pairs):,} held-out questions and candidates: {languages}\n")
    print("| method | R@1 | R@10 | R@50 | MRR@10 | R@1 same repository | R@10 | R@50 | MRR@10 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for judgement in judgements:
        figures = (*astuple(judgement.overall), *astuple(judgement.same_repository))
        print(f"| {judgement.method} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
