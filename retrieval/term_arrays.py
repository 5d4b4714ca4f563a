"""The terms of many words at once, as hashes: what ``retrieval.terms`` says of one word, over arrays of letters.

For the 96,000 distinct words of Django and its documentation, in calls of 3,000, that takes 0.07 s; one by one they take 0.17 s before
they are hashed. Only words of other letters than ASCII's go through ``retrieval.terms``; a test holds both ways to the same terms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retrieval.embed import HASH_PADDING, hash_spans, hash_terms
from retrieval.terms import MAX_NUMBER, MAX_PIECES, terms

Ints = NDArray[np.int64]
Letters = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_SEPARATOR, _DIGIT, _UPPER, _LOWER, _FOREIGN = range(5)


def _kinds() -> Letters:
    kinds = np.full(256, _SEPARATOR, np.uint8)
    kinds[ord("0") : ord("9") + 1] = _DIGIT
    kinds[ord("A") : ord("Z") + 1] = _UPPER
    kinds[ord("a") : ord("z") + 1] = _LOWER
    kinds[128:] = _FOREIGN
    return kinds


_KIND = _kinds()
_LOWERED = np.frombuffer(bytes(range(256)).lower(), np.uint8)


def _one_of(letters: bytes) -> Mask:
    return np.isin(np.arange(256), list(letters))


_VOWEL = _one_of(b"aeiouy")
_SC, _XZ, _SUI, _LSZ = _one_of(b"sc"), _one_of(b"xz"), _one_of(b"sui"), _one_of(b"lsz")


def word_terms(data: bytes, starts: Ints, lengths: Ints) -> tuple[NDArray[np.uint64], Ints]:
    """Return the hashes of the terms of the words at ``starts``, in order, and how many each word has."""
    letters = np.frombuffer(data, np.uint8)[spread(starts, lengths)]
    foreign = np.zeros(len(starts), np.bool_)
    foreign[np.repeat(np.arange(len(starts)), lengths)[letters >= 128]] = True
    if not foreign.any():
        return _ascii_terms(letters, lengths)
    counts = np.zeros(len(starts), np.int64)
    plain, counts[~foreign] = _ascii_terms(letters[np.repeat(~foreign, lengths)], lengths[~foreign])
    spans = zip(starts[foreign].tolist(), lengths[foreign].tolist(), strict=True)
    found = [terms(data[start : start + length]) for start, length in spans]
    counts[foreign] = [len(each) for each in found]
    hashes = np.zeros(int(counts.sum()), np.uint64)
    of_foreign = np.repeat(foreign, counts)
    hashes[of_foreign] = hash_terms([term for each in found for term in each])
    hashes[~of_foreign] = plain
    return hashes, counts


def _ascii_terms(letters: Letters, lengths: Ints) -> tuple[NDArray[np.uint64], Ints]:
    """Do the same for words of ASCII letters that lie one behind the other."""
    words = len(lengths)
    kind = _KIND[letters]
    begins = _piece_begins(kind, np.cumsum(lengths))
    kept = kind != _SEPARATOR
    word = np.repeat(np.arange(words), lengths)[kept]
    letters, kind = _LOWERED[letters[kept]], kind[kept]
    start = np.flatnonzero(begins[kept])
    length = np.diff(start, append=len(letters))
    size, word = np.bincount(word, minlength=words), word[start]
    pieces = np.bincount(word, minlength=words)
    first = np.cumsum(pieces) - pieces
    many = np.flatnonzero(pieces > 1)
    wholes = start[first[many]] + len(letters), size[many]
    number = (kind[start] == _DIGIT) & (length == lengths[word])
    kept = (np.arange(len(start)) - first[word] < MAX_PIECES) & ~(number & ((length < 2) | (length > MAX_NUMBER)))
    start, length, word = start[kept], length[kept], word[kept]
    stems = letters.copy()
    length = _stem(stems, start, length)
    data = b"%b%b%b" % (stems.tobytes(), letters.tobytes(), bytes(HASH_PADDING))
    hashes = hash_spans(data, np.append(start, wholes[0]), np.append(length, wholes[1]))
    place = np.append(2 * word, 2 * many + 1)  # a word's whole stands behind its pieces
    fresh = np.ones(len(hashes), np.bool_)
    order = np.lexsort((hashes, place))
    fresh[order[1:]] = (place[order[1:]] != place[order[:-1]]) | (hashes[order[1:]] != hashes[order[:-1]])
    order = np.argsort(place, kind="stable")
    order = order[fresh[order]]
    return hashes[order], np.bincount(place[order] // 2, minlength=words)


def _piece_begins(kind: Letters, word_ends: Ints) -> Mask:
    """Mark the letters where a camel or snake piece begins; the last capital of several goes with the small letters after it."""
    before, after = np.append(np.uint8(_SEPARATOR), kind), np.append(kind, np.uint8(_SEPARATOR))
    before[word_ends] = _SEPARATOR
    after[word_ends] = _SEPARATOR
    before, after = before[:-1], after[1:]
    upper = before == _UPPER
    goes_on = (upper & ((kind == _LOWER) | ((kind == _UPPER) & (after != _LOWER)))) | (~upper & (kind == before))
    return (kind != _SEPARATOR) & ~goes_on


def _stem(letters: Letters, start: Ints, length: Ints) -> Ints:
    """Return the lengths of the stemmed pieces, see ``retrieval.terms.stem``; a changed letter is changed in place."""
    long = np.flatnonzero(length >= 4)
    at, end = start[long], start[long] + length[long]

    def last(back: int) -> Letters:
        return letters[end - back]

    first, second, third, fourth = (last(back) for back in (1, 2, 3, 4))
    plural = first == ord("s")
    ies = plural & (second == ord("e")) & (third == ord("i")) & (length[long] > 4)
    hissing = ((third == ord("h")) & _SC[fourth]) | ((third == ord("s")) & (fourth == ord("s"))) | _XZ[third]
    es = plural & (second == ord("e")) & hissing
    s = plural & ~ies & ~es & ~_SUI[second]
    letters[end[ies] - 3] = ord("y")
    end = end - 2 * (ies | es) - s
    vowels = np.append(0, np.cumsum(_VOWEL[letters]))

    def verb(suffix: bytes) -> Mask:
        size = len(suffix)
        found = end - at - size >= 3
        for back, letter in enumerate(reversed(suffix), start=1):
            found &= last(back) == letter
        return found & (vowels[end - size] > vowels[at])

    ing, ed = verb(b"ing"), verb(b"ed")
    end = end - 3 * ing - 2 * ed
    end = end - ((ing | ed) & (end - at > 3) & (last(1) == last(2)) & ~_LSZ[last(1)])
    end = end - ((end - at > 3) & (last(1) == ord("e")))
    stemmed = length.copy()
    stemmed[long] = end - at
    return stemmed


def spread(starts: Ints, lengths: Ints) -> Ints:
    """Return every index of the runs at ``starts``."""
    ends = np.cumsum(lengths)
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(int(ends[-1]) if len(ends) else 0)
