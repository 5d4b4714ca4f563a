"""The vectors of a transformer, kept by what was read and by which model: the truth that the files of ``tier_files`` are made from.

A database of its own beside the index: hours of work outlive an index that is removed and made again, and filling it in the background
never holds up a run that indexes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.database import BUSY_SECONDS, Database, StoreFormat
from retrieval.embed import FloatRows, quantize
from retrieval.models.chunk_text import KEY_BYTES

_SCHEMA = """
CREATE TABLE model (
    id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, address TEXT NOT NULL, name TEXT NOT NULL,
    dimension INTEGER NOT NULL, answers INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE vector (
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE, key BLOB NOT NULL, scale REAL NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
CREATE TABLE file (key BLOB PRIMARY KEY, chunks BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE asked (document_id INTEGER PRIMARY KEY, times INTEGER NOT NULL);
"""

_FORMAT = StoreFormat(1, _SCHEMA, "remove it; codelore embed fills it again")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model whose vectors are kept."""

    model_id: int
    fingerprint: str
    address: str
    name: str
    dimension: int
    answers: bool
    """Whether questions are answered with it; another one is being filled in beside it."""


class VectorCache:
    """Vectors, keys of chunks by file, and which files questions missed."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or make the database at ``path``. Raises ``StoreError``."""
        self._database = Database(path, busy_seconds=busy_seconds, store=_FORMAT)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def models(self) -> list[StoredModel]:
        """Return the models that have vectors here, the one that answers first."""
        with self._database.read() as read:
            rows = read.execute("SELECT id, fingerprint, address, name, dimension, answers FROM model ORDER BY answers DESC, id").fetchall()
        return [StoredModel(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in rows]

    def add_model(self, fingerprint: str, address: str, name: str, dimension: int) -> StoredModel:
        """Return the model of this fingerprint, made if new; the first one answers at once."""
        with self._database.write() as write:
            write.execute(
                "INSERT INTO model (fingerprint, address, name, dimension, answers)"
                " VALUES (?, ?, ?, ?, NOT EXISTS (SELECT 1 FROM model WHERE answers))"
                " ON CONFLICT (fingerprint) DO UPDATE SET address = excluded.address",
                (fingerprint, address, name, dimension),
            )
        return next(each for each in self.models() if each.fingerprint == fingerprint)

    def answer_with(self, model: StoredModel) -> None:
        """Have one model answer from now on, and drop all others with their vectors, at once."""
        with self._database.write() as write:
            write.execute("DELETE FROM model WHERE id != ?", (model.model_id,))
            write.execute("UPDATE model SET answers = 1 WHERE id = ?", (model.model_id,))

    def chunks_of(self, file: bytes) -> list[bytes] | None:
        """Return the keys of a file's chunks, in order; None for a file that was not read yet."""
        with self._database.read() as read:
            row = read.execute("SELECT chunks FROM file WHERE key = ?", (file,)).fetchone()
        return None if row is None else [row[0][at : at + KEY_BYTES] for at in range(0, len(row[0]), KEY_BYTES)]

    def add_files(self, files: Mapping[bytes, Sequence[bytes]]) -> None:
        """Note the keys of files' chunks."""
        with self._database.write() as write:
            write.executemany("INSERT OR REPLACE INTO file VALUES (?, ?)", ((key, b"".join(chunks)) for key, chunks in files.items()))

    def lacking(self, model: StoredModel, keys: Iterable[bytes]) -> list[bytes]:
        """Return those keys, each once, that a model has no vector for."""
        find = "SELECT 1 FROM vector WHERE model_id = ? AND key = ?"
        with self._database.read() as read:
            return [key for key in dict.fromkeys(keys) if read.execute(find, (model.model_id, key)).fetchone() is None]

    def add_vectors(self, model: StoredModel, keys: Sequence[bytes], vectors: FloatRows) -> None:
        """Store unit vectors f32[n, D], all or none, as int8 with a scale each."""
        stored = quantize(vectors)
        rows = zip(keys, stored.scales.tolist(), stored.values, strict=True)
        with self._database.write() as write:
            write.executemany(
                "INSERT OR REPLACE INTO vector VALUES (?, ?, ?, ?)",
                ((model.model_id, key, scale, row.tobytes()) for key, scale, row in rows),
            )

    def vectors(self, model: StoredModel, keys: Iterable[bytes]) -> Iterator[tuple[float, bytes] | None]:
        """Yield scale and int8 values of each key's vector, None where there is none."""
        find = "SELECT scale, data FROM vector WHERE model_id = ? AND key = ?"
        with self._database.read() as read:
            for key in keys:
                yield read.execute(find, (model.model_id, key)).fetchone()

    def count(self, model: StoredModel) -> int:
        """Return how many vectors a model has."""
        with self._database.read() as read:
            return int(read.execute("SELECT count(*) FROM vector WHERE model_id = ?", (model.model_id,)).fetchone()[0])

    def note_asked(self, times: Mapping[int, int]) -> None:
        """Add how often questions came upon documents whose chunks had no vector."""
        with self._database.write() as write:
            write.executemany(
                "INSERT INTO asked VALUES (?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times", list(times.items())
            )

    def asked(self) -> dict[int, int]:
        """Return what ``note_asked`` has added up, by document."""
        with self._database.read() as read:
            return dict(read.execute("SELECT document_id, times FROM asked").fetchall())

    def collect_garbage(self, files: Collection[bytes]) -> int:
        """Delete all that belongs to none of these files; return how many vectors went."""
        with self._database.write() as write:
            write.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY) WITHOUT ROWID")
            try:
                write.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((key,) for key in files))
                write.execute("DELETE FROM file WHERE key NOT IN (SELECT key FROM kept)")
                write.execute("DELETE FROM kept")
                for (chunks,) in write.execute("SELECT chunks FROM file").fetchall():
                    keys = ((chunks[at : at + KEY_BYTES],) for at in range(0, len(chunks), KEY_BYTES))
                    write.executemany("INSERT OR IGNORE INTO kept VALUES (?)", keys)
                gone = write.execute("DELETE FROM vector WHERE key NOT IN (SELECT key FROM kept)").rowcount
                write.execute("DELETE FROM asked")
            finally:
                write.execute("DROP TABLE kept")
        return gone
