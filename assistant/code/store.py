"""What a check keeps for the next one: rows of bytes in one SQLite file that nobody misses.

A row that is damaged, a file that is none of ours, a disk that is full: the check then runs as if
nothing had been kept. Several processes may use one file.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

STORE_NAME = "check.sqlite"
"""In the workspace; the command line and the language server share it."""
MAX_BYTES = 64_000_000
"""Of all rows together; those that were used longest ago make room."""
MAX_ROW = 32_000_000
"""Bytes of one row, unpacked; a larger one is not kept, and not unpacked either."""
PATIENCE = 2.0
"""Seconds to wait for another process that writes."""
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""What says nothing against the file itself."""
_TABLE = (
    "create table if not exists kept"
    " (name text primary key, key text not null, used integer not null, value blob not null)"
)


class Store:
    """Rows by name, each with a key that says what it was made from.

    Opened when first asked, closed with `close`. No method raises.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._database: sqlite3.Connection | None = None
        self._is_broken = False

    def now(self) -> int:
        """Nanoseconds since 1970, by the store's clock."""
        return int(self._clock() * 1e9)

    def get(self, name: str, key: str) -> bytes | None:
        """The row of that name, where it was made from what `key` says; else None."""
        found = self._run("select value from kept where name = ? and key = ?", name, key)
        if not found:
            return None
        return _unpacked(found[0][0])

    def put(self, name: str, key: str, value: bytes) -> None:
        """Keep a row in place of the one of that name."""
        if len(value) > MAX_ROW:
            return
        packed = _packed(value)
        if len(packed) > MAX_BYTES:
            return
        now = int(self._clock())
        self._run(
            "insert or replace into kept (name, key, used, value) values (?, ?, ?, ?)",
            name,
            key,
            now,
            packed,
        )
        self._make_room()

    def touch(self, name: str) -> None:
        """Note that a row was of use."""
        # Once a day is enough to tell what is old, and spares a write with each check.
        now = int(self._clock())
        self._run("update kept set used = ? where name = ? and used < ?", now, name, now - 86_400)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = None

    def _make_room(self) -> None:
        sizes = self._run("select name, length(value) from kept order by used desc, name")
        total = 0
        for name, size in sizes:
            total += int(str(size))
            if total > MAX_BYTES:
                self._run("delete from kept where name = ?", name)

    def _run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        if self._is_broken:
            return []
        for again in (True, False):
            try:
                with self._opened() as database:
                    return database.execute(statement, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) in _PASSING:
                    break
                self._discard()
                if not again:
                    break
        self._is_broken = True
        return []

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            self._database = database
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = off")
            with closing(database.execute(_TABLE)):
                pass
        return self._database

    def _discard(self) -> None:
        """Take a file away that is no store (any more)."""
        self.close()
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


def _packed(value: bytes) -> bytes:
    return hashlib.sha256(value).digest() + zlib.compress(value, 1)


def _unpacked(packed: object) -> bytes | None:
    if not isinstance(packed, bytes):
        return None
    reader = zlib.decompressobj()
    try:
        value = reader.decompress(packed[32:], MAX_ROW)
    except zlib.error:
        return None
    return value if hashlib.sha256(value).digest() == packed[:32] else None
