"""Parallel copies among spans: folders of versions, vendored trees, a file for each platform. Found by their lines, not by their paths."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

ALIKE = 0.75
"""Two spans are siblings when the lines they share hold this much of the text of the larger one."""
LEAST_SIZE = 160
"""Characters, white space aside, below which a span says too little to be called a copy."""
_COMMON = 8  # a line of more spans than this, and than a fifth of them, tells none apart


def sibling_groups(texts: Sequence[str], files: Sequence[Hashable], *, alike: float = ALIKE, common: int = _COMMON) -> list[int]:
    """Return for each text, best first, the position of the one it is a near copy of; its own where it is shown itself.

    A copy is compared with texts that are shown, of other ``files``, and joins the best one. Lines count once, without white space, by
    their length; every text is read once, and only texts that share a line that at most ``common`` or a fifth of them have are compared:
    1.0 ms for 60 chunks of 35 lines.
    """
    lines = [{squeezed for line in text.split("\n") if (squeezed := "".join(line.split()))} for text in texts]
    sizes = [sum(map(len, each)) for each in lines]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    leaders = list(range(len(texts)))
    common = max(common, len(texts) // 5)
    spread = Counter(line for each in lines for line in each)
    for at, (own, size) in enumerate(zip(lines, sizes, strict=True)):
        if size < LEAST_SIZE:
            continue
        shared: Counter[int] = Counter()
        for line in own:
            if 1 < spread[line] <= common:
                for other in holders[line]:
                    shared[other] += len(line)
        close = [other for other in sorted(shared) if _alike(lines, sizes, at, other, alike) and files[other] != files[at]]
        if close:
            leaders[at] = close[0]
            continue
        for line in own:
            holders[line].append(at)
    return leaders


def _alike(lines: Sequence[set[str]], sizes: Sequence[int], at: int, other: int, alike: float) -> bool:
    least = alike * max(sizes[at], sizes[other])
    return min(sizes[at], sizes[other]) >= least and sum(map(len, lines[at] & lines[other])) >= least
