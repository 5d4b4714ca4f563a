"""Reads ``edges.lock``: a TOML file of ``[[edge]]`` tables, each with the line it stands on."""

from __future__ import annotations

from graph.edges_lock import EdgeKey, EdgesLock, LockEntry, Verdict, edge_key
from graph.manifests.located import Located, read_toml
from graph.manifests.model import ManifestError, items, table
from graph.model import EXTERNAL, UNKNOWN, EdgeKind, Handle
from graph.surroundings import LOCK_BYTES, LOCK_NAME
from ingest.errors import SourceError

_FIELDS = ("source", "target", "kind", "verdict", "reason")


def read_edges_lock(data: bytes, path: str = LOCK_NAME) -> EdgesLock:
    """Read the file. Raises SourceError that names the line and says what is wrong there."""
    if len(data) > LOCK_BYTES:
        raise SourceError(f"{path} is not read: it has {len(data):,} bytes, and the bound is {LOCK_BYTES:,}")
    try:
        document = read_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SourceError(f"{path} cannot be read: it is not UTF-8; save it as UTF-8") from None
    except ManifestError as error:
        raise SourceError(f"{path} cannot be read: it is {error}; correct it") from None
    top = table(document.value)
    listed: object = top.get("edge", [])
    strange = sorted(set(top) - {"edge"})
    if strange or items(listed) is not listed:
        key = strange[0] if strange else "edge"
        raise SourceError(f"{path}, line {document.line(key)}: {key!r} is no [[edge]]; the file holds nothing but [[edge]] tables")
    entries = tuple(_entry(path, document, index, table(value)) for index, value in enumerate(items(listed)))
    seen: dict[EdgeKey, LockEntry] = {}
    for entry in entries:
        first = seen.setdefault(edge_key(entry), entry)
        if first is not entry:
            raise SourceError(f"{path}, line {entry.line}: line {first.line} speaks of the same edge already; keep one of them")
    return EdgesLock(entries)


def _entry(path: str, document: Located, index: int, values: dict[str, object]) -> LockEntry:
    line = document.line("edge", str(index))
    for name in sorted(set(values) - set(_FIELDS)):
        raise SourceError(f"{path}, line {document.line('edge', str(index), name)}: an edge has no {name!r}; it has {', '.join(_FIELDS)}")
    read: list[str] = []
    for name in _FIELDS:
        value = values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise SourceError(f"{path}, line {line}: the edge needs a {name}, a text that is not empty")
        read.append(value.strip())
    source, target, kind, verdict, reason = read
    for name, given, allowed in (("kind", kind, EdgeKind), ("verdict", verdict, Verdict)):
        if given not in set(allowed):
            raise SourceError(f"{path}, line {line}: {given!r} is no {name}; it is one of {', '.join(allowed)}")
    if source.startswith((EXTERNAL, UNKNOWN)) or target.startswith(UNKNOWN):
        raise SourceError(f"{path}, line {line}: an edge leads from a symbol of this repository to a symbol of this or another one")
    return LockEntry(Handle(source), Handle(target), EdgeKind(kind), Verdict(verdict), reason, line)
