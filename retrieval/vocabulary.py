"""Words of many texts to numbers, in numpy: no Python object is made for an ASCII word.

A word is told from all others by its 64-bit key: its own bytes when it has at most eight, else a hash of them. Against ``re.findall`` and a
dictionary look-up for every word, that took features of Django from 1.65 s to 1.11 s; new words and their terms in numpy, too, and chunks
encoded from rows kept ready took them from 1.06 s to 0.74 s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.term_arrays import word_terms
from retrieval.terms import MAX_WORD_BYTES, WORD_BYTE

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

_IS_WORD = bytes(WORD_BYTE.fullmatch(bytes([byte])) is not None for byte in range(256))
_LANE = 8
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_LANE + 1)], np.uint64)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that different short words have different keys
_MIX = np.uint64(0xC4CEB9FE1A85EC53)
_TABLE_BITS = 18  # Django's sdist has 100k distinct words


class Numbering:
    """Numbers 64-bit keys from 1 on, as they come: a hash table with linear probing that looks up all keys of a call together."""

    def __init__(self) -> None:
        self.keys = np.zeros(1, np.uint64)
        """The key of every number; number 0 stands for a free slot, and no key is 0 but by a chance of 2 ** -64."""
        self._bits = _TABLE_BITS
        self._table = np.zeros(1 << self._bits, np.uint32)

    def __len__(self) -> int:
        return len(self.keys) - 1

    def of(self, keys: U64) -> U32:
        """Return the number of every key."""
        slots = self._slots(keys)
        found = self._table[slots]
        missed = np.flatnonzero(self.keys[found] != keys)
        probing = missed
        while len(probing := probing[found[probing] > 0]):
            slots[probing] = (slots[probing] + 1) % len(self._table)
            found[probing] = self._table[slots[probing]]
            probing = probing[self.keys[found[probing]] != keys[probing]]
        fresh = missed[found[missed] == 0]
        if len(fresh):
            added, inverse = np.unique(keys[fresh], return_inverse=True)
            first = len(self.keys)
            found[fresh] = first + inverse
            self.keys = np.append(self.keys, added)
            if len(self.keys) > len(self._table) // 2:
                self._bits = (4 * len(self.keys)).bit_length()
                self._table = np.zeros(1 << self._bits, np.uint32)
                first = 1
            self._place(np.arange(first, len(self.keys), dtype=np.uint32))
        return found

    def _slots(self, keys: U64) -> NDArray[np.int64]:
        return (keys >> np.uint64(64 - self._bits)).astype(np.int64)

    def _place(self, numbers: U32) -> None:
        """Give each number the first free slot for its key."""
        slots = self._slots(self.keys[numbers])
        while len(numbers):
            free = self._table[slots] == 0
            self._table[slots[free]] = numbers[free]  # of several for one slot the last one has it
            waiting = self._table[slots] != numbers
            numbers, slots = numbers[waiting], (slots[waiting] + 1) % len(self._table)


class Vocabulary:
    """Words to numbers, with each word's terms; grows as words are looked up. A term is known by its hash."""

    def __init__(self) -> None:
        self._words = Numbering()
        self.terms = Numbering()
        self.term_ids = np.zeros(0, np.uint32)
        self.term_end = np.zeros(2, np.int64)
        """Word ``n`` has the terms ``term_ids[term_end[n] : term_end[n + 1]]``."""

    def __len__(self) -> int:
        return len(self._words)

    def numbers(self, texts: Sequence[bytes]) -> tuple[U32, NDArray[np.int64]]:
        """Return the numbers of the texts' words in order, u32[words], and how many words each text has, i64[texts].

        Words longer than ``MAX_WORD_BYTES`` are left out: they have no terms.
        """
        data = b"\0%b%b" % (b"\0".join(texts), bytes(_LANE))
        starts, lengths = _find_words(data)
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
        counts = np.diff(np.searchsorted(starts, ends), prepend=0)
        known = len(self._words)
        found = self._words.of(_keys(data, starts, lengths))
        fresh = np.flatnonzero(found > known)
        if len(fresh):
            _, first = np.unique(found[fresh], return_index=True)
            at = fresh[first]
            hashes, terms = word_terms(data, starts[at], lengths[at])
            self.term_end = np.append(self.term_end, len(self.term_ids) + np.cumsum(terms))
            self.term_ids = np.append(self.term_ids, self.terms.of(hashes))
        return found, counts


def _find_words(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where words begin and how long they are; ``data`` begins and ends with what is no word."""
    inside = np.frombuffer(data.translate(_IS_WORD), np.bool_)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    if len(lengths) and lengths.max() > MAX_WORD_BYTES:
        kept = lengths <= MAX_WORD_BYTES
        starts, lengths = starts[kept], lengths[kept]
    return starts, lengths


def _keys(data: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the key of each word; eight bytes follow the last one."""
    lanes = np.ndarray((len(data) - _LANE + 1,), np.dtype("<u8"), data, strides=(1,))
    keys = (lanes[starts] & _MASKS[np.minimum(lengths, _LANE)]) * _SPREAD
    more = np.flatnonzero(lengths > _LANE)
    done = _LANE
    while len(more):
        lane = lanes[starts[more] + done] & _MASKS[np.minimum(lengths[more] - done, _LANE)]
        keys[more] = ((keys[more] ^ (keys[more] >> np.uint64(29))) * _MIX + lane) * _SPREAD
        done += _LANE
        more = more[lengths[more] > done]
    return keys
