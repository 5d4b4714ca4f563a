"""Train the static embedder: documentation must find the code it documents among other code of the same repository.

Contrastive (InfoNCE, both directions) over one table of term rows, in numpy: a batch is a count matrix times the rows it uses, so a step is
four matrix products. Batches come from one repository each, so that negatives share its vocabulary and only meaning tells them apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eval.doc_pairs import DocPair, first_sentence
from retrieval.embed import FloatRows, damped, hash_terms, normalized, row_numbers
from retrieval.terms import terms, words


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What a training run may vary; the defaults made the shipped file."""

    dimension: int = 256
    vocabulary: int = 55_000
    """Most rows of the vocabulary; terms of many repositories come first."""
    minimum_count: int = 3
    buckets: int = 4_096
    epochs: int = 6
    batch: int = 512
    temperature: float = 0.05
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


def encode_bags(texts: Bags, rows: FloatRows, batch: int = 1_024) -> FloatRows:
    """Return the normalised vectors of all texts."""
    found = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), batch):
        chosen = np.arange(start, min(start + batch, len(texts)))
        used = np.unique(texts.columns[_places(texts, chosen)])
        if len(used):
            found[chosen] = dense(texts, chosen, used) @ rows[used]
    return normalized(found)


def train(
    pairs: Sequence[DocPair], options: TrainingOptions, report: Callable[[int, float], None] = lambda epoch, loss: None
) -> TrainedRows:
    """Return trained rows; the same pairs, options and machine give the same rows. ``report`` gets each epoch and its mean loss."""
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
            _step(adam, (dense_pair(docs, bodies, chosen)), same[chosen], options.temperature)
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
    pull = (forward + backward) / (2 * len(same) * temperature)
    pull[own, own] -= 1 / (len(same) * temperature)
    gradient = docs.T @ _through_norm(pull @ units[1], sums[0], units[0]) + bodies.T @ _through_norm(pull.T @ units[0], sums[1], units[1])
    adam.update(used, gradient)
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
        batches.extend(shuffled[start : start + size] for start in range(0, whole, size))
        rest.append(shuffled[whole:])
    mixed = np.concatenate(rest) if rest else np.zeros(0, dtype=np.int64)
    batches.extend(mixed[start : start + size] for start in range(0, len(mixed), size))
    for at in random.permutation(len(batches)):
        if len(batches[at]) > 1:
            yield batches[at]


def _places(texts: Bags, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places in ``columns`` of all entries of the chosen texts, in order."""
    starts = texts.offsets[chosen]
    lengths = texts.offsets[chosen + 1] - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
