"""The registry's tables as they are today; `migrations` leads there from every older shape.

Ids are given by the registry under its write lock and not by the database, so that one transaction
can insert thousands of related rows in a few statements on any database.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    holds: type
    """int, str, bytes or bool."""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, as far as code has to know it that handles all of them alike."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def insert(self) -> str:
        """The statement that adds a row; its parameters are called like the columns."""
        names = [column.name for column in self.columns]
        values = ", ".join(f":{name}" for name in names)
        return f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({values})"


def _number(name: str, *, nullable: bool = False) -> Column:
    return Column(name, int, nullable)


def _text(name: str, *, nullable: bool = False) -> Column:
    return Column(name, str, nullable)


META = Table("meta", ("key",), (_text("key"), _text("value")))

COLLECTIONS = Table(
    "collections",
    ("id",),
    (
        _number("id"),
        _text("name"),  # unique
        _text("root", nullable=True),  # the folder last imported as it; NULL for built-in agents
    ),
)

AGENTS = Table(
    "agents",
    ("id",),
    (
        _number("id"),
        _number("collection_id"),
        _text("path"),  # below the collection's root, with `/`; unique within the collection
        _text("handle"),  # unique
        _number("latest"),  # numbers run from 1 to this one without a gap
        Column("removed", bool),
    ),
)

BLOBS = Table(
    "blobs",
    ("digest",),
    (_text("digest"), Column("raw", bytes)),  # SHA-256 of the bytes
)

VERSIONS = Table(
    "versions",
    ("agent_id", "number"),
    (
        _number("agent_id"),
        _number("number"),
        _text("digest"),
        _text("name"),
        _text("description"),
        _text("created_at"),
        _text("author", nullable=True),
        _text("message", nullable=True),
    ),
)

LABELS = Table(
    "labels",
    ("agent_id", "label"),
    (_number("agent_id"), _text("label"), _number("number")),
)

LABEL_MOVES = Table(
    "label_moves",
    ("agent_id", "sequence"),
    (
        _number("agent_id"),
        _number("sequence"),  # from 1 within the agent
        _text("label"),
        _number("from_number", nullable=True),  # NULL: the label was new
        _number("to_number", nullable=True),  # NULL: the label was taken away
        _text("moved_at"),
        _text("author", nullable=True),
    ),
)

SOURCES = Table(
    "sources",
    ("id",),
    (
        _number("id"),
        _text("name"),  # unique
        _text("kind"),  # folder, file or address
        _text("location"),  # the path or address that was added
        _text("etag", nullable=True),  # what the server said of the address itself
        _text("last_modified", nullable=True),
        _text("added_at"),
        _text("updated_at"),
    ),
)

PAGES = Table(
    "pages",
    ("source_id", "path"),
    (
        _number("source_id"),
        _text("path"),  # below what was added, with `/`
        _number("number"),  # from 1, counts the page's changes
        _text("digest"),
        _text("address", nullable=True),  # NULL for a file
        _text("etag", nullable=True),
        _text("last_modified", nullable=True),
    ),
)

TABLES = (META, COLLECTIONS, BLOBS, SOURCES, AGENTS, PAGES, VERSIONS, LABEL_MOVES, LABELS)
"""All of them, each after those that its rows refer to."""
