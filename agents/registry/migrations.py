"""How an older registry becomes today's: numbered steps that are appended and never changed.

Each step spells out its own tables, since `tables` moves on while a step must not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa  # noqa: TID253 - this package owns the import

from agents.errors import WorkspaceError
from agents.registry.database import Database

Migration = Callable[[sa.Connection], None]

_VERSION_KEY = "schema"
_META = sa.table("meta", sa.column("key", sa.Text), sa.column("value", sa.Text))


def m001_initial(db: sa.Connection) -> None:
    """Collections, agents, versions with their bytes, labels with their history."""
    shape = sa.MetaData()
    sa.Table(
        "meta",
        shape,
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    sa.Table(
        "collections",
        shape,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("root", sa.Text),
    )
    sa.Table(
        "agents",
        shape,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("collection_id", sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("handle", sa.String(120), nullable=False, unique=True),
        sa.Column("latest", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("collection_id", "path"),
    )
    sa.Table(
        "blobs",
        shape,
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
    sa.Table(
        "versions",
        shape,
        sa.Column("agent_id", sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.ForeignKey("blobs.digest"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("message", sa.Text),
    )
    sa.Table(
        "labels",
        shape,
        sa.Column("agent_id", sa.Integer, primary_key=True),
        sa.Column("label", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["agent_id", "number"], ["versions.agent_id", "versions.number"]),
    )
    sa.Table(
        "label_moves",
        shape,
        sa.Column("agent_id", sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("from_number", sa.Integer),
        sa.Column("to_number", sa.Integer),
        sa.Column("moved_at", sa.String(20), nullable=False),
        sa.Column("author", sa.Text),
    )
    shape.create_all(db, checkfirst=False)


def m002_sources(db: sa.Connection) -> None:
    """Added documentation: sources, and their pages with their bytes among the blobs."""
    shape = sa.MetaData()
    sa.Table("blobs", shape, sa.Column("digest", sa.String(64), primary_key=True))
    made = [
        sa.Table(
            "sources",
            shape,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(100), nullable=False, unique=True),
            sa.Column("kind", sa.String(16), nullable=False),
            sa.Column("location", sa.Text, nullable=False),
            sa.Column("etag", sa.Text),
            sa.Column("last_modified", sa.Text),
            sa.Column("added_at", sa.String(20), nullable=False),
            sa.Column("updated_at", sa.String(20), nullable=False),
        ),
        sa.Table(
            "pages",
            shape,
            sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
            sa.Column("path", sa.Text, primary_key=True),
            sa.Column("number", sa.Integer, nullable=False),
            sa.Column("digest", sa.ForeignKey("blobs.digest"), nullable=False),
            sa.Column("address", sa.Text),
            sa.Column("etag", sa.Text),
            sa.Column("last_modified", sa.Text),
        ),
    ]
    shape.create_all(db, tables=made, checkfirst=False)


MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_sources)


def schema_version(db: sa.Connection) -> int:
    """The number of the last step that this database went through; 0 for an empty one.

    Raises WorkspaceError where it holds something else than a number.
    """
    if not sa.inspect(db).has_table("meta"):
        return 0
    value = db.scalar(sa.select(_META.c.value).where(_META.c.key == _VERSION_KEY))
    try:
        return int(value) if value is not None else 0
    except ValueError:
        raise WorkspaceError(
            f"the registry's schema is {value!r}, not a number",
            hint="restore it from a backup, or choose another workspace",
            path=db.engine.url.database,
        ) from None


def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring the database to the newest shape, in one transaction. Returns its version before.

    Raises WorkspaceError where the database is of a newer shape than this program knows.
    """
    with database.read() as db:
        found = schema_version(db)
    if found < len(migrations):
        with database.write() as db:
            # Another process may have been faster between the two transactions.
            reached = schema_version(db)
            for step in migrations[reached:]:
                step(db)
            if reached < len(migrations):
                db.execute(sa.delete(_META).where(_META.c.key == _VERSION_KEY))
                db.execute(sa.insert(_META).values(key=_VERSION_KEY, value=str(len(migrations))))
        return found
    if found > len(migrations):
        raise WorkspaceError(
            f"the registry was made by a newer convexpert (schema {found}, known up to"
            f" {len(migrations)})",
            hint="upgrade convexpert, or choose another workspace",
            path=database.name,
        )
    return found
