"""How files become versions: the one place that gives out ids, handles and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa  # noqa: TID253 - this package owns the import

from agents.document import digest_of
from agents.errors import UsageError
from agents.registry.naming import free_collection, free_handle, storable
from agents.registry.sources import source_names
from agents.registry.tables import agents, blobs, collections, versions

_T = TypeVar("_T")

# SQLite takes at least 999 parameters in one statement.
_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that shall be the newest version of its agent."""

    collection: str
    path: str
    """Below the collection's folder, with `/`; with the collection it is the agent's identity."""
    raw: bytes
    name: str
    description: str
    author: str | None = None
    message: str | None = None
    created_at: str | None = None
    """ISO 8601, UTC; None means now."""
    called: str | None = None
    """The name that a new agent's handle is made of; None means `name`. An old version may have
    borne another name than the agent has today."""


class Outcome(StrEnum):
    """What importing a file did."""

    CREATED = "created"
    NEW_VERSION = "new version"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a submission."""

    outcome: Outcome
    handle: str
    number: int
    """The version that holds the submitted bytes."""
    digest: str
    removed: bool
    """Whether the agent is hidden; a new version does not bring it back."""


@dataclass(slots=True)
class _Agent:
    id: int
    handle: str
    latest: int
    digest: str
    removed: bool


def claim_collections(
    db: sa.Connection, roots: Sequence[str], collection: str | None
) -> dict[str, str]:
    """Record each folder as the root of its collection, and say which that is."""
    chosen = sa.select(collections.c.name, collections.c.root)
    known = {row.name: row.root for row in db.execute(chosen)}
    added = source_names(db)
    if collection in added:
        raise UsageError(
            f"{collection!r} is added documentation", hint="choose another name for the collection"
        )
    # What was added is no collection, whatever folder it came from.
    reserved = dict.fromkeys(added)
    claimed: dict[str, str] = {}
    for root in roots:
        name = (
            collection if collection is not None else free_collection(root, {**known, **reserved})
        )
        if name not in known:
            insert_collection(db, name)
        if known.get(name) != root:
            where = collections.c.name == name
            db.execute(sa.update(collections).where(where).values(root=root))
        known[name] = root
        claimed[root] = name
    return claimed


def insert_collection(db: sa.Connection, name: str) -> int:
    """Make a collection without a folder, and return its id."""
    new = _next_id(db, collections.c.id)
    db.execute(sa.insert(collections).values(id=new, name=name, root=None))
    return new


def add_submissions(db: sa.Connection, submissions: Sequence[Submission], now: str) -> list[Added]:
    """Give each submission its agent and number, and insert all rows table by table."""
    batch = _Batch(db, now)
    added = [batch.add(submission) for submission in submissions]
    batch.flush()
    return added


class _Batch:
    """Rows that wait to be inserted together, and the agents as they will be then."""

    def __init__(self, db: sa.Connection, now: str) -> None:
        self._db = db
        self._now = now
        self._handles = set(db.scalars(sa.select(agents.c.handle))) | source_names(db)
        self._next_agent = _next_id(db, agents.c.id)
        self._collections: dict[str, tuple[int, dict[str, _Agent]]] = {}
        self._blobs: dict[str, bytes] = {}
        self._versions: list[dict[str, Any]] = []
        self._new: list[dict[str, Any]] = []
        self._touched: dict[int, _Agent] = {}

    def add(self, submission: Submission) -> Added:
        digest = digest_of(submission.raw)
        collection_id, known = self._collection(submission.collection)
        agent = known.get(submission.path)
        if agent is None:
            outcome = Outcome.CREATED
            agent = known[submission.path] = self._create(submission, collection_id)
        elif agent.digest == digest:
            return Added(Outcome.UNCHANGED, agent.handle, agent.latest, digest, agent.removed)
        else:
            outcome = Outcome.NEW_VERSION
        agent.latest += 1
        agent.digest = digest
        self._touched[agent.id] = agent
        self._blobs[digest] = submission.raw
        self._versions.append(
            {
                "agent_id": agent.id,
                "number": agent.latest,
                "digest": digest,
                "name": storable(submission.name),
                "description": storable(submission.description),
                "created_at": submission.created_at or self._now,
                "author": _storable_or_none(submission.author),
                "message": _storable_or_none(submission.message),
            }
        )
        return Added(outcome, agent.handle, agent.latest, digest, agent.removed)

    def flush(self) -> None:
        stored: set[str] = set()
        for some in _pieces(sorted(self._blobs)):
            stored.update(
                self._db.scalars(sa.select(blobs.c.digest).where(blobs.c.digest.in_(some)))
            )
        fresh = [
            {"digest": digest, "raw": raw}
            for digest, raw in self._blobs.items()
            if digest not in stored
        ]
        numbers = [{"agent": agent.id, "now": agent.latest} for agent in self._touched.values()]
        self._execute(sa.insert(blobs), fresh)
        self._execute(sa.insert(agents), self._new)
        self._execute(sa.insert(versions), self._versions)
        self._execute(
            sa.update(agents)
            .where(agents.c.id == sa.bindparam("agent"))
            .values(latest=sa.bindparam("now")),
            numbers,
        )

    def _execute(self, statement: sa.Executable, values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._db.execute(statement, values)

    def _create(self, submission: Submission, collection_id: int) -> _Agent:
        origin = f"{submission.collection}/{submission.path}"
        handle = free_handle(
            submission.called or submission.name, origin, self._handles.__contains__
        )
        self._handles.add(handle)
        agent = _Agent(self._next_agent, handle, latest=0, digest="", removed=False)
        self._next_agent += 1
        self._new.append(
            {
                "id": agent.id,
                "collection_id": collection_id,
                "path": submission.path,
                "handle": handle,
                "latest": 0,
                "removed": False,
            }
        )
        return agent

    def _collection(self, name: str) -> tuple[int, dict[str, _Agent]]:
        if name not in self._collections:
            chosen = sa.select(collections.c.id).where(collections.c.name == name)
            found = self._db.scalar(chosen)
            collection_id = found if found is not None else insert_collection(self._db, name)
            self._collections[name] = (collection_id, self._agents(collection_id))
        return self._collections[name]

    def _agents(self, collection_id: int) -> dict[str, _Agent]:
        chosen = (
            sa.select(
                agents.c.path,
                agents.c.id,
                agents.c.handle,
                agents.c.latest,
                versions.c.digest,
                agents.c.removed,
            )
            .select_from(agents.join(versions))
            .where(agents.c.collection_id == collection_id, versions.c.number == agents.c.latest)
        )
        return {path: _Agent(*rest) for path, *rest in self._db.execute(chosen)}


def _next_id(db: sa.Connection, column: sa.ColumnElement[int]) -> int:
    return (db.scalar(sa.select(sa.func.max(column))) or 0) + 1


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _pieces(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _PARAMETERS):
        yield values[start : start + _PARAMETERS]
