"""How many tokens a text costs a model, estimated without its vocabulary."""

from __future__ import annotations

BYTES_A_TOKEN = 3.5
"""Source code averages 3.5 bytes a token over the common byte-pair vocabularies; the estimate errs on the large side for prose."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a model will count."""
    return tokens_of(size(text))


def size(text: str) -> int:
    """Return what a text adds to an estimate, in bytes of UTF-8: sizes add up, estimates are rounded."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def tokens_of(size: int) -> int:
    """Return the estimate for a text of this size."""
    return int(size / BYTES_A_TOKEN) + 1
