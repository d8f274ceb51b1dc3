"""How an older registry becomes today's: numbered steps that are appended and never changed.

Each step spells out its own statements, since `tables` moves on while a step must not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.errors import WorkspaceError
from agents.registry.connection import Connection
from agents.registry.database import Database

Migration = Callable[[Connection], None]

_VERSION_KEY = "schema"


def m001_initial(db: Connection) -> None:
    """Collections, agents, versions with their bytes, labels with their history."""
    for statement in (
        """CREATE TABLE meta (
            key VARCHAR(120) NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (key)
        )""",
        """CREATE TABLE collections (
            id INTEGER NOT NULL,
            name VARCHAR(100) NOT NULL,
            root TEXT,
            PRIMARY KEY (id),
            UNIQUE (name)
        )""",
        """CREATE TABLE agents (
            id INTEGER NOT NULL,
            collection_id INTEGER NOT NULL,
            path TEXT NOT NULL,
            handle VARCHAR(120) NOT NULL,
            latest INTEGER NOT NULL,
            removed BOOLEAN NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (collection_id, path),
            UNIQUE (handle),
            FOREIGN KEY (collection_id) REFERENCES collections (id)
        )""",
        f"""CREATE TABLE blobs (
            digest VARCHAR(64) NOT NULL,
            raw {db.BYTES} NOT NULL,
            PRIMARY KEY (digest)
        )""",
        """CREATE TABLE versions (
            agent_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            digest VARCHAR(64) NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            created_at VARCHAR(20) NOT NULL,
            author TEXT,
            message TEXT,
            PRIMARY KEY (agent_id, number),
            FOREIGN KEY (agent_id) REFERENCES agents (id),
            FOREIGN KEY (digest) REFERENCES blobs (digest)
        )""",
        """CREATE TABLE labels (
            agent_id INTEGER NOT NULL,
            label VARCHAR(64) NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (agent_id, label),
            FOREIGN KEY (agent_id, number) REFERENCES versions (agent_id, number)
        )""",
        """CREATE TABLE label_moves (
            agent_id INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            label VARCHAR(64) NOT NULL,
            from_number INTEGER,
            to_number INTEGER,
            moved_at VARCHAR(20) NOT NULL,
            author TEXT,
            PRIMARY KEY (agent_id, sequence),
            FOREIGN KEY (agent_id) REFERENCES agents (id)
        )""",
    ):
        db.run(statement)


def m002_sources(db: Connection) -> None:
    """Added documentation: sources, and their pages with their bytes among the blobs."""
    for statement in (
        """CREATE TABLE sources (
            id INTEGER NOT NULL,
            name VARCHAR(100) NOT NULL,
            kind VARCHAR(16) NOT NULL,
            location TEXT NOT NULL,
            etag TEXT,
            last_modified TEXT,
            added_at VARCHAR(20) NOT NULL,
            updated_at VARCHAR(20) NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (name)
        )""",
        """CREATE TABLE pages (
            source_id INTEGER NOT NULL,
            path TEXT NOT NULL,
            number INTEGER NOT NULL,
            digest VARCHAR(64) NOT NULL,
            address TEXT,
            etag TEXT,
            last_modified TEXT,
            PRIMARY KEY (source_id, path),
            FOREIGN KEY (source_id) REFERENCES sources (id),
            FOREIGN KEY (digest) REFERENCES blobs (digest)
        )""",
    ):
        db.run(statement)


MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_sources)


def schema_version(db: Connection, path: str) -> int:
    """The number of the last step that this database went through; 0 for an empty one.

    Raises WorkspaceError, which names `path`, where it holds something else than a number.
    """
    if not db.has_table("meta"):
        return 0
    value = db.value("SELECT value FROM meta WHERE key = :key", key=_VERSION_KEY)
    try:
        return int(value) if value is not None else 0
    except ValueError:
        raise WorkspaceError(
            f"the registry's schema is {value!r}, not a number",
            hint="restore it from a backup, or choose another workspace",
            path=path,
        ) from None


def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring the database to the newest shape, in one transaction. Returns its version before.

    Raises WorkspaceError where the database is of a newer shape than this program knows.
    """
    with database.read() as db:
        found = schema_version(db, database.name)
    if found < len(migrations):
        with database.write() as db:
            # Another process may have been faster between the two transactions.
            reached = schema_version(db, database.name)
            for step in migrations[reached:]:
                step(db)
            if reached < len(migrations):
                db.run("DELETE FROM meta WHERE key = :key", key=_VERSION_KEY)
                now = str(len(migrations))
                db.run(
                    "INSERT INTO meta (key, value) VALUES (:key, :now)", key=_VERSION_KEY, now=now
                )
        return found
    if found > len(migrations):
        raise WorkspaceError(
            f"the registry was made by a newer convexpert (schema {found}, known up to"
            f" {len(migrations)})",
            hint="upgrade convexpert, or choose another workspace",
            path=database.name,
        )
    return found
