"""Hits to a context pack: spans that fit a token budget, in three fidelities, each span once."""

from __future__ import annotations

from retrieval.answers import ContextPack, Hit, PackItem, SearchAnswer

_BYTES_A_TOKEN = 3.5
"""Source code averages 3.5 bytes a token over the common byte-pair vocabularies; the estimate errs on the large side for prose."""

_HEADER_TOKENS = 12  # path, line span and fence around an item
_SIGNATURE_LINES = 3


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a model will count."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN) + 1


def pack(answer: SearchAnswer, *, budget: int) -> ContextPack:
    """Fill ``budget`` tokens with hits in order of rank: in full while they fit, then as first lines, then as names.

    Raises ``ValueError`` for a budget below 1.
    """
    if budget < 1:
        raise ValueError(f"a token budget must be at least 1, not {budget}")
    items: list[PackItem] = []
    left, left_out = budget, 0
    for hit in _merged(answer.hits):
        item = _fit(hit, left)
        if item is None:
            left_out += 1
            continue
        items.append(item)
        left -= item.tokens
    return ContextPack(tuple(items), budget - left, budget, left_out, answer.status)


def _merged(hits: tuple[Hit, ...]) -> list[Hit]:
    """Join hits that touch in one file into the better-ranked one's place."""
    merged: list[Hit] = []
    for hit in hits:
        at = next((at for at, other in enumerate(merged) if _touch(hit, other)), None)
        if at is None:
            merged.append(hit)
        else:
            merged[at] = _join(merged[at], hit)
    return merged


def _touch(one: Hit, other: Hit) -> bool:
    same = (one.repository, one.view, one.path) == (other.repository, other.view, other.path)
    return same and (one.end_line + 1 == other.start_line or other.end_line + 1 == one.start_line)


def _join(best: Hit, other: Hit) -> Hit:
    upper, lower = sorted((best, other), key=lambda hit: hit.start_line)
    return Hit(
        best.rank,
        best.score,
        best.path,
        upper.start_line,
        lower.end_line,
        best.symbol,
        best.kind,
        best.language,
        upper.snippet + "\n" * max(lower.start_line - upper.start_line - upper.snippet.count("\n"), 1) + lower.snippet,
        best.repository,
        best.view,
        best.signals,
    )


def _fit(hit: Hit, left: int) -> PackItem | None:
    first = "\n".join([line for line in hit.snippet.splitlines() if line.strip()][:_SIGNATURE_LINES])
    for fidelity, text in (("full", hit.snippet), ("signature", first), ("name", hit.symbol or hit.path)):
        tokens = estimate_tokens(text) + _HEADER_TOKENS
        if tokens <= left:
            return PackItem(hit.path, hit.start_line, hit.end_line, hit.symbol, fidelity, text, tokens)
    return None
