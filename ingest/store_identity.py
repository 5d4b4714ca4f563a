"""What tells one store from every other, wherever several keep things in one place: a graph server that data folders share.

The identity is made once and lies in the database, so it goes where the data folder goes. A copy has it too, which is found out beside the
original alone: at the place where the identity was used last there still is a store, and it says the same.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from ingest.database import Database
from ingest.errors import StoreError

# Not in the schema: whoever keeps the graph in the data folder needs no identity, and a store from before has none.
_TABLE = "CREATE TABLE IF NOT EXISTS identity (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, place BLOB NOT NULL)"


@dataclass(frozen=True, slots=True)
class _Identity:
    id: str
    place: str


def store_identity(database: Database) -> str:
    """Return the store's identity, 16 hexadecimal digits, made when it is asked for first.

    A copy that finds its original where that was takes another one. Raises ``StoreError``.
    """
    place, known = os.path.realpath(database.path), _read(database)
    if known is not None and known.place == place:
        return known.id
    fresh = token_hex(8)
    with database.write() as write:  # of two processes that come here at once, the second finds what the first has made
        if known is None:
            write.execute(_TABLE)
            write.execute("INSERT OR IGNORE INTO identity VALUES (1, ?, ?)", (fresh, os.fsencode(place)))
        else:
            mine = fresh if _is_copied(known, place) else known.id
            write.execute(
                "UPDATE identity SET id = ?, place = ? WHERE id = ? AND place = ?",
                (mine, os.fsencode(place), known.id, os.fsencode(known.place)),
            )
        return str(write.execute("SELECT id FROM identity").fetchone()[0])


def _read(database: Database) -> _Identity | None:
    with database.read() as read:
        if not read.execute("SELECT 1 FROM sqlite_master WHERE name = 'identity'").fetchone():
            return None
        row = read.execute("SELECT id, place FROM identity").fetchone()
    return _Identity(row[0], os.fsdecode(row[1]))


def _is_copied(known: _Identity, place: str) -> bool:
    """Say whether another store has this identity: the one at the place where it was used last.

    One that is there and cannot be read is taken for one. A mistake costs a graph that is made again; the other mistake, wrong answers.
    """
    try:
        if not os.path.isfile(known.place) or os.path.samefile(known.place, place):
            return False
        with closing(Database(Path(known.place))) as other:
            found = _read(other)
    except (OSError, StoreError):
        return True
    return found is not None and found.id == known.id
