"""git's index, read directly: the tracked paths, their blob ids, and which files are still what git last saw.

Format: gitformat-index(5), versions 2 to 4. Starting git for this costs as much as reading it (6 ms for 7,000 files), and git tells a file
that was written in the second of its index only by reading it: 3,900 files, 80 ms, after a `git worktree add` of Django. The index holds
nanoseconds, so here only files of its last instants are in doubt.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha1
from stat import S_ISREG
from struct import Struct, error

from ingest.git import GitCheckout
from ingest.model import ContentHash

_HEADER = Struct(">4sII")
_EXTENSION = Struct(">4sI")
_STAT = Struct(">4I4xI4x3I")  # ctime and mtime as seconds and nanoseconds, inode, user, group, size; not device and mode
_LOW = 0xFFFFFFFF
_BLOB, _FLAGS, _NAME = 40, 60, 62
_REGULAR = 0x8
_DOUBTFUL_NS = 20_000_000
"""Two ticks of a kernel's coarse clock: a file changed twice within one tick has the same times both times."""
_COARSE_NS = 2_000_000_000  # file systems that keep no fraction of a second


class GitIndex:
    """The index of one checkout as it was read."""

    def __init__(self, data: bytes, places: dict[str, int], written_ns: int) -> None:
        self._data = data
        self._places = places
        self._written_ns = written_ns

    def paths(self, folder: str = "") -> list[str]:
        """Return the tracked paths below ``folder``, relative to it, each once, in git's order."""
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        return [path[len(prefix) :] for path in self._places if path.startswith(prefix)] if prefix else list(self._places)

    def blob_if_clean(self, path: str, found: os.stat_result) -> ContentHash | None:
        """Return the id of the blob that a regular file with this stat data was checked out from or added as; None where that is in doubt.

        In doubt are files that differ from the index in any of their times, size, inode or owner, were written when the index was, are
        in conflict, intended to be added, or excepted from git's looking (assume-unchanged, skip-worktree).
        """
        at = self._places.get(path, 0)
        if not at or not S_ISREG(found.st_mode):
            return None
        changed_s, changed_ns, modified_s, modified_ns, inode, user, group, size = _STAT.unpack_from(self._data, at)
        if (changed_s * 1_000_000_000 + changed_ns, modified_s * 1_000_000_000 + modified_ns) != (found.st_ctime_ns, found.st_mtime_ns):
            return None
        if (inode, user, group, size) != (found.st_ino & _LOW, found.st_uid & _LOW, found.st_gid & _LOW, found.st_size & _LOW):
            return None
        doubtful = _DOUBTFUL_NS if changed_ns else _COARSE_NS
        if max(found.st_ctime_ns, found.st_mtime_ns) >= self._written_ns - doubtful:
            return None
        # The upper flags: assume-valid, extended (intent-to-add and skip-worktree are what it extends by), and the two bits of the stage.
        if self._data[at + _FLAGS] & 0xF0 or self._data[at + 26] >> 4 != _REGULAR:
            return None
        return ContentHash(self._data[at + _BLOB : at + _FLAGS].hex())


def read_index(checkout: GitCheckout) -> GitIndex | None:
    """Read a checkout's index; None where only git can tell what is in it: absent, torn, split or sparse, of SHA-256 objects, unknown."""
    try:
        with open(f"{checkout.git_dir}/index", "rb") as file:
            written_ns = os.fstat(file.fileno()).st_mtime_ns
            data = file.read()
        if len(data) < 32 or sha1(data[:-20], usedforsecurity=False).digest() != data[-20:]:
            return None
        magic, version, count = _HEADER.unpack_from(data)
        if magic != b"DIRC" or version not in {2, 3, 4}:
            return None
        places: dict[str, int] = {}
        behind = _HEADER.size
        for path, at, end in _compressed(data, count) if version == 4 else _padded(data, count):
            places[path], behind = at, end
        return GitIndex(data, places, written_ns) if _only_optional(data, behind) else None
    except (OSError, IndexError, ValueError, error):
        return None


def _padded(data: bytes, count: int) -> Iterator[tuple[str, int, int]]:
    """Yield path, place and end of every entry of versions 2 and 3, which are padded to eight bytes."""
    at = _HEADER.size
    find = data.index
    for _ in range(count):
        name = at + (_NAME + 2 if data[at + _FLAGS] & 0x40 else _NAME)
        stop = find(b"\0", name)
        end = at + (stop - at + 8 & ~7)
        yield data[name:stop].decode("utf-8", "surrogateescape"), at, end
        at = end


def _compressed(data: bytes, count: int) -> Iterator[tuple[str, int, int]]:
    """Yield path, place and end of every entry of version 4, whose names leave out what they share with the one before."""
    at, before = _HEADER.size, b""
    for _ in range(count):
        name = at + (_NAME + 2 if data[at + _FLAGS] & 0x40 else _NAME)
        dropped = data[name] & 0x7F
        while data[name] & 0x80:
            name += 1
            dropped = (dropped + 1 << 7) | data[name] & 0x7F
        stop = data.index(b"\0", name + 1)
        before = before[: len(before) - dropped] + data[name + 1 : stop]
        yield before.decode("utf-8", "surrogateescape"), at, stop + 1
        at = stop + 1


def _only_optional(data: bytes, at: int) -> bool:
    """Tell whether no extension changes what the entries mean: those that do begin with a small letter (a split or a sparse index)."""
    while at < len(data) - 20:
        name, size = _EXTENSION.unpack_from(data, at)
        if not name[:1].isupper():
            return False
        at += _EXTENSION.size + size
    return True
