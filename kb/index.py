"""The index file: chunks, their terms and what they were built from.

Everything in it can be rebuilt from the registry, so its shape has no migrations: a file of another
shape is thrown away. A change becomes visible all at once, by one transaction. SQLite notices pages
that don't fit together, not bytes of a text that became others: each row has a checksum for that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from agents.errors import KnowledgeBaseError
from agents.location import Lines
from agents.registry.sqlite_file import connect
from kb.chunk import Chunk
from kb.lexical import Fields
from kb.matrix import VectorRow
from kb.seal import SealBroken, check_seal, seal, sealed, unsealed
from kb.source import Source
from kb.topic import TopicFields
from kb.words import words_of

SHAPE = 7
"""Of the tables; to be raised with any change to them or to how terms are made."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    name TEXT NOT NULL, path TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
    seal INTEGER NOT NULL
);
CREATE INDEX documents_by_name ON documents (name);
CREATE TABLE topics (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    text TEXT NOT NULL, vector TEXT NOT NULL, words BLOB NOT NULL, seal INTEGER NOT NULL
);
CREATE INDEX topics_by_document ON topics (document);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    topic INTEGER REFERENCES topics (number),
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    heading TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, reading TEXT,
    words BLOB NOT NULL, seal INTEGER NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE TABLE chunk_vectors (
    chunk INTEGER NOT NULL REFERENCES chunks (number) ON DELETE CASCADE,
    vector TEXT NOT NULL, PRIMARY KEY (chunk, vector)
) WITHOUT ROWID;
CREATE INDEX chunk_vectors_by_vector ON chunk_vectors (vector);
"""
_CHUNK = """
    SELECT d.name, d.origin, d.path, d.version, d.digest, d.kind, d.seal,
           c.id, c.first, c.last, c.heading, c.kind, c.text, c.reading, c.seal
    FROM chunks c JOIN documents d ON d.id = c.document
"""
_OF_DOCUMENT = 7
"""How many of its columns are the document's."""
_SEAL = "seal"
"""The name of the note that seals the others in `meta`."""

_SIGNS_OF_DAMAGE = ("malformed", "no such table", "no such column", "not decode to UTF-8")

FIELD_WEIGHTS = (2.0, 1.0, 0.8)
"""Of a term in the heading path, in prose and in code."""

TOPIC_WEIGHTS = (3.0, 2.0, 1.5, 1.0)
"""Of a term in a topic's title, in its description, in a heading and in its text."""


@dataclass(frozen=True, slots=True, eq=False)
class TopicEntry:
    """A topic with what is stored beside it; its chunks' entries share one."""

    text: str
    """What its vector is made from."""
    vector: str
    fields: TopicFields


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk with what is stored beside it."""

    chunk: Chunk
    vectors: tuple[str, ...]
    fields: Fields
    topic: TopicEntry | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the index has a chunk."""

    id: str
    number: int
    topic: int
    """0 where it has none."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index has it."""

    source: Source
    chunks: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one build alters, in one transaction."""

    remove: tuple[str, ...]
    """Origins whose chunks go."""
    add: tuple[tuple[Source, tuple[Entry, ...]], ...]
    rename: tuple[Source, ...]
    """Unchanged documents whose name, path or version number is another one now."""
    meta: Mapping[str, str]


class IndexDamaged(Exception):
    """The file is no index, or one of another shape; the caller throws it away."""


class Index:
    """The open index file. One process's threads may share it for reading only."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._inode = _inode(path)

    @classmethod
    def open(cls, path: Path) -> Index:
        """Open the file.

        Raises IndexDamaged where it is missing, no index or one of another shape, and
        KnowledgeBaseError where the system refuses it.
        """
        index = cls._connect(path)
        try:
            with index._translated():
                shape = index._db.execute("PRAGMA user_version").fetchone()[0]
            if shape != SHAPE:
                raise IndexDamaged(f"shape {shape}")
        except BaseException:
            index.close()
            raise
        return index

    @classmethod
    def create(cls, path: Path) -> Index:
        """A new, empty file in place of whatever is there; only one process at a time may do it."""
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        index = cls._connect(path)
        with index._translated():
            index._db.execute("PRAGMA journal_mode = WAL")
            index._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SHAPE}; COMMIT;")
        return index

    @classmethod
    def _connect(cls, path: Path) -> Index:
        try:
            connection = connect(path)
        except sqlite3.Error as error:
            raise _refused(path, error) from error
        index = cls(connection, path)
        with index._translated():
            connection.execute("PRAGMA foreign_keys = ON")
        return index

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def is_replaced(self) -> bool:
        """Whether another process has put a new file in this one's place, or removed it."""
        return self._inode != _inode(self._path)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SealBroken as error:
            raise IndexDamaged(str(error)) from error
        except sqlite3.OperationalError as error:
            if any(sign in str(error) for sign in _SIGNS_OF_DAMAGE):
                raise IndexDamaged(str(error)) from error
            raise _refused(self._path, error) from error
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(str(error)) from error

    def check(self) -> None:
        """Raise IndexDamaged where the file's pages don't fit together."""
        self._check_pages("quick_check")

    def check_all(self) -> None:
        """Raise IndexDamaged where anything in the file is not as it was written."""
        self._check_pages("integrity_check")
        self.meta(), self.documents(), self.chunk_words(), self.topic_words(), self.topic_texts()
        for _ in self.all_chunks():
            pass

    def _check_pages(self, pragma: str) -> None:
        with self._translated():
            verdict = self._db.execute(f"PRAGMA {pragma}(1)").fetchone()[0]
        if verdict != "ok":
            raise IndexDamaged(" ".join(verdict.split()))

    def meta(self) -> dict[str, str]:
        """What the index was built from; empty before the first build."""
        with self._translated():
            found = dict(self._db.execute("SELECT name, value FROM meta"))
            if found:
                check_seal(found.pop(_SEAL, None), *_notes(found))
            return found

    def documents(self) -> list[IndexedDocument]:
        """What is indexed, ordered by name."""
        with self._translated():
            rows = self._db.execute(
                "SELECT name, origin, path, version, digest, kind, seal,"
                " (SELECT count(*) FROM chunks WHERE document = documents.id)"
                " FROM documents ORDER BY name, origin"
            )
            return [IndexedDocument(_source(row[:7]), row[7]) for row in rows]

    def chunk_count(self) -> int:
        """The number of chunks."""
        with self._translated():
            return int(self._db.execute("SELECT count(*) FROM chunks").fetchone()[0])

    def all_chunks(self) -> Iterator[Chunk]:
        """All chunks, in no particular order."""
        with self._translated():
            for row in self._db.execute(_CHUNK):
                yield _chunk(row)

    def vector_ids(self, *, without: Sequence[str] = ()) -> set[str]:
        """The ids of all vectors but those that only the documents of these origins refer to."""
        others = " d.origin NOT IN (SELECT value FROM json_each(?1))"
        with self._translated():
            rows = self._db.execute(
                "SELECT v.vector FROM chunk_vectors v JOIN chunks c ON c.number = v.chunk"
                f" JOIN documents d ON d.id = c.document WHERE {others}"
                " UNION SELECT t.vector FROM topics t JOIN documents d ON d.id = t.document"
                f" WHERE {others}",
                (json.dumps(without),),
            )
            return {row[0] for row in rows}

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks with these ids, as far as they exist."""
        with self._translated():
            rows = self._db.execute(
                f"{_CHUNK} WHERE c.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
            )
            return {chunk.id: chunk for chunk in map(_chunk, rows)}

    def chunks_of(self, source: str) -> list[Chunk]:
        """The chunks of what has this name, in the order of their lines."""
        with self._translated():
            rows = self._db.execute(
                f"{_CHUNK} WHERE d.name = ? ORDER BY d.origin, c.first", (source,)
            )
            return [_chunk(row) for row in rows]

    def topic_texts(self) -> list[tuple[str, str]]:
        """Of each topic the id of its vector and the text that it is made from."""
        with self._translated():
            rows = self._db.execute("SELECT vector, text, seal FROM topics").fetchall()
            for *own, found in rows:
                check_seal(found, *own)
            return [(vector, text) for vector, text, _ in rows]

    def vector_rows(self) -> list[VectorRow]:
        """What each vector stands for; one that stands for several comes several times."""
        with self._translated():
            chunks = self._db.execute("SELECT vector, chunk FROM chunk_vectors").fetchall()
            topics = self._db.execute("SELECT vector, number FROM topics").fetchall()
        return [
            *(VectorRow(vector, number, is_topic=False) for vector, number in chunks),
            *(VectorRow(vector, number, is_topic=True) for vector, number in topics),
        ]

    def numbers_of_sources(self, sources: Sequence[str]) -> list[int]:
        """The numbers of all chunks of what has these names."""
        with self._translated():
            rows = self._db.execute(
                "SELECT c.number FROM documents d JOIN chunks c ON c.document = d.id"
                " WHERE d.name IN (SELECT value FROM json_each(?))",
                (json.dumps(sources),),
            )
            return [row[0] for row in rows]

    def places(self, numbers: Sequence[int]) -> dict[int, Place]:
        """The chunks with these numbers, of this build. Raises IndexDamaged where one is lost."""
        with self._translated():
            rows = self._db.execute(
                "SELECT number, id, coalesce(topic, 0) FROM chunks"
                " WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers),),
            )
            found = {number: Place(id_, number, topic) for number, id_, topic in rows}
        if len(found) != len(set(numbers)):
            raise IndexDamaged("passages are lost")
        return found

    def chunk_words(self) -> list[tuple[int, bytes]]:
        """Of each chunk its number and the terms that it holds, as `kb.words` wrote them."""
        return self._words_of("chunks")

    def topic_words(self) -> list[tuple[int, bytes]]:
        """The same of each topic."""
        return self._words_of("topics")

    def _words_of(self, table: str) -> list[tuple[int, bytes]]:
        with self._translated():
            rows = self._db.execute(f"SELECT number, words FROM {table}").fetchall()
            return [(number, unsealed(words)) for number, words in rows]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One unchanging state of the index for several reads."""
        with self._translated():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def apply(self, change: Change) -> None:
        """Make the change visible, all of it or nothing."""
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._remove([*change.remove, *(source.origin for source, _ in change.add)])
                for source, entries in change.add:
                    self._add(source, entries)
                for source in change.rename:
                    self._db.execute(
                        "UPDATE documents SET name = ?, path = ?, version = ?, kind = ?, seal = ?"
                        " WHERE origin = ?",
                        (
                            source.name,
                            source.path,
                            source.version,
                            source.kind,
                            seal(*astuple(source)),
                            source.origin,
                        ),
                    )
                self._db.execute("DELETE FROM meta")
                notes = _notes(change.meta)
                self._db.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [*notes, (_SEAL, seal(*notes))]
                )
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _remove(self, origins: Iterable[str]) -> None:
        for origin in origins:
            self._db.execute(
                "DELETE FROM chunks WHERE document = (SELECT id FROM documents WHERE origin = ?)",
                (origin,),
            )
            self._db.execute("DELETE FROM documents WHERE origin = ?", (origin,))

    def _add(self, source: Source, entries: Sequence[Entry]) -> None:
        document = self._db.execute(
            "INSERT INTO documents (name, origin, path, version, digest, kind, seal)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*astuple(source), seal(*astuple(source))),
        ).lastrowid
        topics: dict[int, int] = {}
        for entry in entries:
            chunk, fields, topic = entry.chunk, entry.fields, entry.topic
            if topic is not None and id(topic) not in topics:
                topics[id(topic)] = self._add_topic(document, topic)
            own = (
                chunk.id,
                chunk.lines.start,
                chunk.lines.end,
                json.dumps(chunk.heading),
                chunk.kind,
                chunk.text,
                chunk.reading,
            )
            words = words_of((fields.heading, fields.text, fields.code), FIELD_WEIGHTS)
            number = self._db.execute(
                "INSERT INTO chunks (id, first, last, heading, kind, text, reading, seal,"
                " document, topic, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *own,
                    seal(*own),
                    document,
                    None if topic is None else topics[id(topic)],
                    sealed(words),
                ),
            ).lastrowid
            self._db.executemany(
                "INSERT OR IGNORE INTO chunk_vectors VALUES (?, ?)",
                ((number, vector) for vector in entry.vectors),
            )

    def _add_topic(self, document: int | None, topic: TopicEntry) -> int:
        fields = topic.fields
        words = words_of((fields.title, fields.about, fields.heading, fields.body), TOPIC_WEIGHTS)
        number = self._db.execute(
            "INSERT INTO topics (document, text, vector, words, seal) VALUES (?, ?, ?, ?, ?)",
            (document, topic.text, topic.vector, sealed(words), seal(topic.vector, topic.text)),
        ).lastrowid
        assert number is not None
        return number


def _notes(meta: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(meta.items(), key=repr)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _chunk(row: tuple[Any, ...]) -> Chunk:
    source, own = _source(row[:_OF_DOCUMENT]), row[_OF_DOCUMENT:-1]
    check_seal(row[-1], *own)
    id_, first, last, heading, kind, text, reading = own
    return Chunk(
        id=id_,
        source=source.name,
        origin=source.origin,
        path=source.path,
        version=source.version,
        digest=source.digest,
        lines=Lines(first, last),
        heading=tuple(json.loads(heading)),
        kind=kind,
        text=text,
        reading=reading,
    )


def _source(row: tuple[Any, ...]) -> Source:
    *values, found = row
    check_seal(found, *values)
    return Source(*values)


def _refused(path: Path, error: sqlite3.Error) -> KnowledgeBaseError:
    return KnowledgeBaseError(
        f"can't use the index: {error}",
        hint="check the folder's permissions and the space on the disk",
        path=str(path),
    )
