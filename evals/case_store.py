"""Outcomes of cases by what they depend on, kept as they come.

A run that was killed goes on from here, and a run after an edit takes from here what the edit can't
have changed. A convenience that may vanish at any time: whatever goes wrong with the file, cases
are just run again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from evals.outcome import CaseOutcome, Outcome
from evals.report.json import case_from_json, case_to_json

FILE = "eval-cases.sqlite"
SHAPE = 1
MOST = 100_000
"""Outcomes that are kept; beyond, the older half is dropped."""


class CaseStore:
    """The open file. A context manager; used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()

    def find(self, key: str) -> Outcome | None:
        """The outcome that was kept under `key`."""
        if self._db is None:
            return None
        try:
            query = self._db.execute("SELECT outcome FROM outcomes WHERE key = ?", (key,))
            found = query.fetchone()
            kept = case_from_json(json.loads(found[0])) if found is not None else None
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError):
            return None
        return replace(kept, cached=True) if isinstance(kept, Outcome) else None

    def keep(self, key: str, outcome: CaseOutcome) -> None:
        """Keep an outcome; a failure is not kept, since its reason may be gone the next time."""
        if self._db is None or not isinstance(outcome, Outcome):
            return
        text = json.dumps(case_to_json(outcome), ensure_ascii=True)
        with suppress(sqlite3.Error), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO outcomes (key, outcome) VALUES (?, ?)", (key, text)
            )

    def _connect(self) -> sqlite3.Connection | None:
        for attempt in range(2):
            try:
                return self._open()
            except sqlite3.OperationalError:
                return None
            except sqlite3.DatabaseError:
                if attempt:
                    return None
                with suppress(OSError):  # it is no database: a new one takes its place
                    self._path.unlink(missing_ok=True)
        return None

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=5)
        try:
            # A killed process loses nothing by this, and a crash of the machine little.
            db.execute("PRAGMA synchronous = OFF")
            with db:
                if db.execute("PRAGMA user_version").fetchone()[0] != SHAPE:
                    db.execute("DROP TABLE IF EXISTS outcomes")
                    db.execute(f"PRAGMA user_version = {SHAPE}")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS outcomes (number INTEGER PRIMARY KEY AUTOINCREMENT,"
                    " key TEXT NOT NULL UNIQUE, outcome TEXT NOT NULL)"
                )
                count, last = db.execute("SELECT count(*), max(number) FROM outcomes").fetchone()
                if count > MOST:
                    db.execute("DELETE FROM outcomes WHERE number <= ?", (last - MOST // 2,))
        except BaseException:
            db.close()
            raise
        return db
