"""How files become versions: the one place that gives out ids, handles and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agents.document import digest_of
from agents.errors import UsageError
from agents.registry.connection import Connection
from agents.registry.naming import free_collection, free_handle, storable
from agents.registry.sources import source_names
from agents.registry.tables import AGENTS, BLOBS, COLLECTIONS, VERSIONS


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
    db: Connection, roots: Sequence[str], collection: str | None
) -> dict[str, str]:
    """Record each folder as the root of its collection, and say which that is."""
    known = {row.name: row.root for row in db.rows("SELECT name, root FROM collections")}
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
            db.run("UPDATE collections SET root = :root WHERE name = :name", root=root, name=name)
        known[name] = root
        claimed[root] = name
    return claimed


def insert_collection(db: Connection, name: str) -> int:
    """Make a collection without a folder, and return its id."""
    new = db.next_id("collections")
    db.run(COLLECTIONS.insert, id=new, name=name, root=None)
    return new


def add_submissions(db: Connection, submissions: Sequence[Submission], now: str) -> list[Added]:
    """Give each submission its agent and number, and insert all rows table by table."""
    batch = _Batch(db, now)
    added = [batch.add(submission) for submission in submissions]
    batch.flush()
    return added


class _Batch:
    """Rows that wait to be inserted together, and the agents as they will be then."""

    def __init__(self, db: Connection, now: str) -> None:
        self._db = db
        self._now = now
        self._handles = set(db.column("SELECT handle FROM agents")) | source_names(db)
        self._next_agent = db.next_id("agents")
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
        stored = self._db.among("blobs", "digest", sorted(self._blobs))
        fresh = [
            {"digest": digest, "raw": raw}
            for digest, raw in self._blobs.items()
            if digest not in stored
        ]
        numbers = [{"agent": agent.id, "now": agent.latest} for agent in self._touched.values()]
        self._db.run_each(BLOBS.insert, fresh)
        self._db.run_each(AGENTS.insert, self._new)
        self._db.run_each(VERSIONS.insert, self._versions)
        self._db.run_each("UPDATE agents SET latest = :now WHERE id = :agent", numbers)

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
            found = self._db.value("SELECT id FROM collections WHERE name = :name", name=name)
            collection_id = found if found is not None else insert_collection(self._db, name)
            self._collections[name] = (collection_id, self._agents(collection_id))
        return self._collections[name]

    def _agents(self, collection_id: int) -> dict[str, _Agent]:
        found = self._db.rows(
            """SELECT agents.path, agents.id, agents.handle, agents.latest, versions.digest,
                    agents.removed
                FROM agents JOIN versions
                    ON versions.agent_id = agents.id AND versions.number = agents.latest
                WHERE agents.collection_id = :collection""",
            collection=collection_id,
        )
        return {
            row.path: _Agent(row.id, row.handle, row.latest, row.digest, bool(row.removed))
            for row in found
        }


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)
