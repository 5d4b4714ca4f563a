"""What a walk found, with what git's index tells of the files beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ingest.git import GitCheckout, ask_settings, may_rewrite, stop
from ingest.git_index import GitIndex
from ingest.model import ContentHash, SourceFile, SourceTree


class Survey:
    """What a walk found, and what git's index tells of the files without reading them."""

    def __init__(self, tree: SourceTree, root: str, checkout: GitCheckout | None, index: GitIndex | None, prefix: str) -> None:
        self.tree = tree
        self._root = root
        self._checkout = checkout
        self._index = index
        self._prefix = prefix

    def known_hashes(self, files: Iterable[SourceFile]) -> dict[str, ContentHash]:
        """Map the paths of those files that are what git last saw to their content hashes.

        Empty wherever git may rewrite bytes between blob and file: then files have to be read.
        """
        if self._checkout is None or self._index is None:
            return {}
        settings = ask_settings(self._checkout)  # which git reads while the files are looked at
        try:
            blobs = self._clean(self._index, files)
        except BaseException:
            stop(settings)
            raise
        return {} if may_rewrite(self._checkout, settings, map(self._prefix.__add__, blobs), self._index.paths()) else blobs

    def _clean(self, index: GitIndex, files: Iterable[SourceFile]) -> dict[str, ContentHash]:
        blobs: dict[str, ContentHash] = {}
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for file in files:
                try:
                    found = os.stat(file.path, dir_fd=descriptor, follow_symlinks=False)
                except OSError:
                    continue
                blob = index.blob_if_clean(self._prefix + file.path, found)
                if blob is not None and found.st_mtime_ns == file.mtime_ns:
                    blobs[file.path] = blob
        finally:
            os.close(descriptor)
        return blobs
