"""Whether a registry holds together: its file, its rows, its bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa  # noqa: TID253 - this package owns the import

from agents.document import digest_of
from agents.errors import WorkspaceError
from agents.health import Symptom
from agents.registry.database import Database, read_only_query
from agents.registry.migrations import MIGRATIONS, schema_version
from agents.registry.tables import agents, blobs, collections, labels, pages, sources, versions
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
    database = Database(settings.registry_url or f"sqlite:///{workspace.registry}")
    try:
        with database.read() as db:
            yield from _verify_rows(db)
    except WorkspaceError as error:
        yield Symptom(PART, error.message, error.hint or _RESTORE)
    finally:
        database.close()


def _broken_file(path: Path) -> Symptom | None:
    from agents.registry.salvage import salvage

    try:
        query = read_only_query(path)
        place = str(path) if query is None else f"file:{path}?{urlencode(query)}"
        with closing(sqlite3.connect(place, timeout=30, uri=query is not None)) as db:
            verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        return Symptom(PART, f"{path} can't be opened: {error}", "see who may read and write it")
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict == "ok":
        return None
    message = f"{path} is damaged: {' '.join(str(verdict).split())}"
    return Symptom(PART, message, _RESTORE, partial(salvage, path))


def _verify_rows(db: sa.Connection) -> Iterator[Symptom]:
    known = schema_version(db)
    if known != len(MIGRATIONS):
        # Older ones are brought up to date by the next command; there is nothing to compare with.
        if known > len(MIGRATIONS):
            yield Symptom(PART, f"it was made by a newer convexpert (schema {known})", "upgrade")
        return
    for what, statement in _CONTRADICTIONS.items():
        found = [str(value) for value in db.scalars(statement.limit(_SHOWN + 1))]
        if found:
            yield Symptom(PART, f"{what}: {_some(found)}", _RESTORE)
    yield from _verify_bytes(db)


def _verify_bytes(db: sa.Connection) -> Iterator[Symptom]:
    damaged = [
        str(row.digest)
        for row in db.execution_options(stream_results=True).execute(sa.select(blobs))
        if digest_of(bytes(row.raw)) != row.digest
    ]
    if not damaged:
        return
    names = sa.select(agents.c.handle, versions.c.number, versions.c.digest).select_from(
        agents.join(versions)
    )
    held = [
        f"{row.handle}@{row.number}"
        for row in db.execute(names.order_by(agents.c.handle, versions.c.number))
        if row.digest in set(damaged)
    ]
    what = _some(held) if held else f"sha:{damaged[0][:12]}"
    yield Symptom(
        PART,
        f"the stored bytes of {what} are not those that were imported",
        "import the file again, which makes a new version, or restore a backup",
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and more" if len(names) > _SHOWN else shown


def _unknown(
    column: sa.ColumnElement[object], wanted: sa.ColumnElement[object]
) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(column == wanted)


_HIGHEST = (
    sa.select(sa.func.max(versions.c.number)).where(versions.c.agent_id == agents.c.id)
).scalar_subquery()
_COUNT = (
    sa.select(sa.func.count()).select_from(versions).where(versions.c.agent_id == agents.c.id)
).scalar_subquery()

_CONTRADICTIONS: dict[str, sa.Select[tuple[object]]] = {
    "agents without a collection": sa.select(agents.c.handle)
    .where(_unknown(collections.c.id, agents.c.collection_id))
    .order_by(agents.c.handle),
    "agents whose latest version is not their last": sa.select(agents.c.handle)
    .where(sa.or_(_HIGHEST.is_(None), agents.c.latest != _HIGHEST))
    .order_by(agents.c.handle),
    "agents whose versions have gaps": sa.select(agents.c.handle)
    .where(agents.c.latest == _HIGHEST, _COUNT != _HIGHEST)
    .order_by(agents.c.handle),
    "versions without an agent": sa.select(versions.c.name)
    .where(_unknown(agents.c.id, versions.c.agent_id))
    .order_by(versions.c.name),
    "versions without bytes": sa.select(versions.c.digest)
    .where(_unknown(blobs.c.digest, versions.c.digest))
    .order_by(versions.c.digest),
    "labels that point at no version": sa.select(labels.c.label)
    .where(
        ~sa.exists().where(
            versions.c.agent_id == labels.c.agent_id, versions.c.number == labels.c.number
        )
    )
    .order_by(labels.c.label),
    "pages without their source": sa.select(pages.c.path)
    .where(_unknown(sources.c.id, pages.c.source_id))
    .order_by(pages.c.path),
    "pages without bytes": sa.select(pages.c.path)
    .where(_unknown(blobs.c.digest, pages.c.digest))
    .order_by(pages.c.path),
}
