"""Vectors of texts that were embedded before: they need not be computed again.

A convenience that may vanish at any time: whatever goes wrong with the file, the vectors are just
computed again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kb.seal import SealBroken, sealed, unsealed

if TYPE_CHECKING:
    from kb.embed import Vectors

MOST = 40_000
"""Vectors that are kept; beyond, the older half is dropped."""


def embed_cached(
    texts: Sequence[str],
    *,
    path: Path,
    model_id: str,
    dimension: int,
    embed: Callable[[Sequence[str]], Vectors],
) -> Vectors:
    """One row for each text, from the file where it is there, else from `embed` and then kept."""
    import numpy

    keys = [_key(model_id, text) for text in texts]
    rows: dict[bytes, Vectors] = {}
    for key, blob in _read(path, keys).items():
        with suppress(SealBroken):
            raw = unsealed(blob)
            if len(raw) == 4 * dimension:
                rows[key] = numpy.frombuffer(raw, dtype="<f4")
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
    if missing:
        made = embed(list(missing.values()))
        rows.update(zip(missing, made, strict=True))
        _write(path, {key: sealed(rows[key].astype("<f4").tobytes()) for key in missing})
    if not keys:
        return numpy.empty((0, dimension), dtype=numpy.float32)
    return numpy.stack([rows[key] for key in keys])


def _key(model_id: str, text: str) -> bytes:
    named = f"{model_id}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(named, digest_size=16).digest()


def _read(path: Path, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=1)) as db:
            marks = ",".join("?" * len(keys))
            return dict(db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", keys))
    except sqlite3.Error:
        return {}


def _write(path: Path, made: dict[bytes, bytes]) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=1)) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS vectors (number INTEGER PRIMARY KEY AUTOINCREMENT,"
                " key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)"
            )
            db.executemany(
                "INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)", made.items()
            )
            count, last = db.execute("SELECT count(*), max(number) FROM vectors").fetchone()
            if count > MOST:
                db.execute("DELETE FROM vectors WHERE number <= ?", (last - MOST // 2,))
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            path.unlink(missing_ok=True)  # no database: the next call makes a new one
