"""Whether a registry holds together: its file, its rows, its bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from agents.document import digest_of
from agents.errors import WorkspaceError
from agents.health import Symptom
from agents.registry.connection import Connection
from agents.registry.database import Database
from agents.registry.migrations import MIGRATIONS, schema_version
from agents.registry.sqlite_file import connect
from agents.settings import Settings
from agents.workspace import Workspace

PART = "registry"
_SHOWN = 3
"""Examples that a message names."""
_RESTORE = "restore the registry from a backup"


def verify_registry(workspace: Workspace, settings: Settings) -> Iterator[Symptom]:
    """What is wrong with the registry; nothing for one that is not there yet.

    Reads everything, the bytes of all versions too, and changes nothing.
    """
    if settings.registry_url is None:
        if not workspace.registry.exists():
            return
        broken = _broken_file(workspace.registry)
        if broken is not None:
            yield broken
            return
    database = Database(
        settings.registry_url or f"sqlite:///{workspace.registry}", timeout=settings.server_timeout
    )
    try:
        with database.read() as db:
            yield from _verify_rows(db, database.name)
    except WorkspaceError as error:
        yield Symptom(PART, error.message, error.hint or _RESTORE)
    finally:
        database.close()


def _broken_file(path: Path) -> Symptom | None:
    from agents.registry.salvage import salvage

    try:
        with closing(connect(path)) as db:
            verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        return Symptom(PART, f"{path} can't be opened: {error}", "see who may read and write it")
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict == "ok":
        return None
    message = f"{path} is damaged: {' '.join(str(verdict).split())}"
    return Symptom(PART, message, _RESTORE, partial(salvage, path))


def _verify_rows(db: Connection, name: str) -> Iterator[Symptom]:
    known = schema_version(db, name)
    if known != len(MIGRATIONS):
        # Older ones are brought up to date by the next command; there is nothing to compare with.
        if known > len(MIGRATIONS):
            yield Symptom(PART, f"it was made by a newer convexpert (schema {known})", "upgrade")
        return
    for what, statement in _CONTRADICTIONS.items():
        found = [str(value) for value in db.column(f"{statement} LIMIT {_SHOWN + 1}")]
        if found:
            yield Symptom(PART, f"{what}: {_some(found)}", _RESTORE)
    yield from _verify_bytes(db)


def _verify_bytes(db: Connection) -> Iterator[Symptom]:
    damaged = [row.digest for row in _blobs(db) if digest_of(bytes(row.raw)) != row.digest]
    if not damaged:
        return
    names = """SELECT agents.handle, versions.number, versions.digest
        FROM agents JOIN versions ON versions.agent_id = agents.id
        ORDER BY agents.handle, versions.number"""
    held = [f"{row.handle}@{row.number}" for row in db.rows(names) if row.digest in set(damaged)]
    what = _some(held) if held else f"sha:{damaged[0][:12]}"
    yield Symptom(
        PART,
        f"the stored bytes of {what} are not those that were imported",
        "import the file again, which makes a new version, or restore a backup",
    )


def _blobs(db: Connection) -> Iterator[Any]:
    """All of them, some at a time: a server's driver takes a whole answer into memory."""
    some = "SELECT digest, raw FROM blobs WHERE digest > :last ORDER BY digest LIMIT 500"
    last = ""
    while found := list(db.rows(some, last=last)):
        yield from found
        last = found[-1].digest


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and more" if len(names) > _SHOWN else shown


_HIGHEST = "(SELECT max(number) FROM versions WHERE versions.agent_id = agents.id)"
_COUNT = "(SELECT count(*) FROM versions WHERE versions.agent_id = agents.id)"

_CONTRADICTIONS = {
    "agents without a collection": """SELECT handle FROM agents
        WHERE NOT EXISTS (SELECT 1 FROM collections WHERE collections.id = agents.collection_id)
        ORDER BY handle""",
    "agents whose latest version is not their last": f"""SELECT handle FROM agents
        WHERE {_HIGHEST} IS NULL OR latest <> {_HIGHEST} ORDER BY handle""",
    "agents whose versions have gaps": f"""SELECT handle FROM agents
        WHERE latest = {_HIGHEST} AND {_COUNT} <> {_HIGHEST} ORDER BY handle""",
    "versions without an agent": """SELECT name FROM versions
        WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agents.id = versions.agent_id)
        ORDER BY name""",
    "versions without bytes": """SELECT digest FROM versions
        WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.digest = versions.digest)
        ORDER BY digest""",
    "labels that point at no version": """SELECT label FROM labels
        WHERE NOT EXISTS (SELECT 1 FROM versions
            WHERE versions.agent_id = labels.agent_id AND versions.number = labels.number)
        ORDER BY label""",
    "pages without their source": """SELECT path FROM pages
        WHERE NOT EXISTS (SELECT 1 FROM sources WHERE sources.id = pages.source_id)
        ORDER BY path""",
    "pages without bytes": """SELECT path FROM pages
        WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.digest = pages.digest)
        ORDER BY path""",
}
