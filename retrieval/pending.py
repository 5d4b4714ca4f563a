"""How many files differ from what a view shows. Knowing costs one walk, or for a ref that moved one look at git's objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.errors import EmptyTreeError, SourceError
from ingest.git import blob_id, find_checkout, resolve_ref
from ingest.model import Skipped, SourceFile, SourceTree, View, ViewKind
from ingest.views import Entry, ScreenedFile
from ingest.walk import WalkOptions, read_source, screen, walk, walk_commit


def count_pending(view: View, entries: Mapping[str, Entry], screened: Sequence[ScreenedFile], options: WalkOptions) -> int:
    """Return how many files an index run of this view would add, read again or drop; -1 where that cannot be known.

    Working trees are compared by size and time, and by content where a file was read so soon after it was written that its time says
    nothing.
    """
    try:
        tree = _commit_tree(view, options) if view.kind is ViewKind.REF else walk(view.root, options)
    except EmptyTreeError:
        return len(entries)  # all of them are gone or ignored
    except SourceError:
        return -1
    if tree is None:
        return 0
    left_out = {each.path: each for each in screened}
    changed = sum(
        _differs(view.root, file, entries.get(file.path), options) and not _stays_out(view.root, file, left_out.get(file.path), options)
        for file in tree
    )
    return changed + len(entries.keys() - {file.path for file in tree.files})


def _commit_tree(view: View, options: WalkOptions) -> SourceTree | None:
    """Return the files the view's ref names now, or None when it still names the commit that was indexed. Raises ``SourceError``."""
    checkout = find_checkout(view.root)
    if checkout is None:
        raise SourceError(f"{view.root} is no git repository any more; codelore forget {view.name} removes the view")
    commit = resolve_ref(checkout, view.name)
    return None if commit == view.commit else walk_commit(checkout, commit, options)


def _differs(root: str, file: SourceFile, entry: Entry | None, options: WalkOptions) -> bool:
    if entry is None or not entry.current or entry.size != file.size:
        return True
    if file.content_hash is not None:
        return entry.content_hash != file.content_hash
    if entry.mtime_ns:
        return entry.mtime_ns != file.mtime_ns
    data = read_source(root, file, options)
    return not isinstance(data, bytes) or blob_id(data) != entry.content_hash


def _stays_out(root: str, file: SourceFile, left: ScreenedFile | None, options: WalkOptions) -> bool:
    """Tell whether a file whose content made it a skip would be skipped again. In a commit its size has to say."""
    if left is None or left.size != file.size:
        return False
    if left.mtime_ns or file.content_hash is not None:
        return left.mtime_ns in {0, file.mtime_ns}
    data = read_source(root, file, options)
    return isinstance(data, Skipped) or (isinstance(data, bytes) and screen(file.path, data, options) is not None)
