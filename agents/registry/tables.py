"""The registry's tables as they are today; `migrations` leads there from every older shape.

Ids are given by the registry under its write lock and not by the database, so that one transaction
can insert thousands of related rows in a few statements on any database.
"""

from __future__ import annotations

from sqlalchemy import (  # noqa: TID253 - this package owns the import
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

meta = Table(
    "meta",
    METADATA,
    Column("key", String(120), primary_key=True),
    Column("value", Text, nullable=False),
)

collections = Table(
    "collections",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False, unique=True),
    Column("root", Text),  # the folder last imported as this collection; NULL for built-in agents
)

agents = Table(
    "agents",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("collection_id", ForeignKey("collections.id"), nullable=False),
    Column("path", Text, nullable=False),  # below the collection's root, with `/`
    Column("handle", String(120), nullable=False, unique=True),
    Column("latest", Integer, nullable=False),  # numbers run from 1 to this one without a gap
    Column("removed", Boolean, nullable=False),
    UniqueConstraint("collection_id", "path"),
)

blobs = Table(
    "blobs",
    METADATA,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the bytes
    Column("raw", LargeBinary, nullable=False),
)

versions = Table(
    "versions",
    METADATA,
    Column("agent_id", ForeignKey("agents.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", ForeignKey("blobs.digest"), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", String(20), nullable=False),
    Column("author", Text),
    Column("message", Text),
)

labels = Table(
    "labels",
    METADATA,
    Column("agent_id", Integer, primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    ForeignKeyConstraint(["agent_id", "number"], ["versions.agent_id", "versions.number"]),
)

label_moves = Table(
    "label_moves",
    METADATA,
    Column("agent_id", ForeignKey("agents.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # from 1 within the agent
    Column("label", String(64), nullable=False),
    Column("from_number", Integer),  # NULL: the label was new
    Column("to_number", Integer),  # NULL: the label was taken away
    Column("moved_at", String(20), nullable=False),
    Column("author", Text),
)

sources = Table(
    "sources",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # folder, file or address
    Column("location", Text, nullable=False),  # the path or address that was added
    Column("etag", Text),  # what the server said of the address itself, for the next request
    Column("last_modified", Text),
    Column("added_at", String(20), nullable=False),
    Column("updated_at", String(20), nullable=False),
)

pages = Table(
    "pages",
    METADATA,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("path", Text, primary_key=True),  # below what was added, with `/`
    Column("number", Integer, nullable=False),  # from 1, counts the page's changes
    Column("digest", ForeignKey("blobs.digest"), nullable=False),
    Column("address", Text),  # NULL for a file
    Column("etag", Text),
    Column("last_modified", Text),
)
