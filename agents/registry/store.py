"""The registry's reads and writes: agents, versions that never change, labels that move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from agents.closing import Closing
from agents.errors import HandleTaken
from agents.registry import rows
from agents.registry.clock import Clock, timestamp, utc_now
from agents.registry.connection import Connection
from agents.registry.database import Database
from agents.registry.moved import Move, Moved, moves_of, record_moves
from agents.registry.naming import free_collection, storable
from agents.registry.pages import (
    NO_VALIDATORS,
    AddedSource,
    Page,
    PageSubmission,
    SourceChange,
    SourceKind,
    Validators,
)
from agents.registry.reference import LATEST, Reference, check_handle, check_label, parse_reference
from agents.registry.sources import (
    names_in_use,
    put_source,
    remove_source,
    select_pages,
    select_sources,
    source_names,
)
from agents.registry.submission import Added, Submission, add_submissions, claim_collections
from agents.registry.tables import LABEL_MOVES, LABELS, META
from agents.registry.version import AgentVersion

_NOTE = "SELECT value FROM meta WHERE key = :key"
_ONE_LABEL = "agent_id = :agent AND label = :label"
_LABELLED = """EXISTS (SELECT 1 FROM labels WHERE labels.agent_id = versions.agent_id
    AND labels.number = versions.number AND labels.label = :label)"""


@dataclass(frozen=True, slots=True)
class LabelMove:
    """One change of a label: made, moved or taken away."""

    label: str
    from_number: int | None
    """None where the label was new."""
    to_number: int | None
    """None where it was taken away."""
    moved_at: str
    """ISO 8601, UTC."""
    author: str | None


class Registry(Closing):
    """Agents and their versions. Reads see one state; every write is one transaction.

    Errors are AgentNotFound, VersionNotFound, InvalidReference and HandleTaken for what a caller
    asks wrongly, UsageError for a handle or label that can't be one, WorkspaceError where the
    database itself fails.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        """Use a database that `migrate` has brought to today's shape."""
        self._database = database
        self._now = now

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    # Reading

    def agents(self, *, label: str | None = None, removed: bool = False) -> list[AgentVersion]:
        """The latest version of each visible agent, by handle.

        `label` asks for the versions that it points at instead, and leaves out agents without it;
        `removed` takes in the agents that were removed.
        """
        where = [] if removed else ["NOT agents.removed"]
        values = {}
        if label is None or label == LATEST:
            where.append("versions.number = agents.latest")
        else:
            where.append(_LABELLED)
            values["label"] = storable(label)
        with self._database.read() as db:
            return rows.select_versions(db, self._read_blob, *where, **values)

    def resolve(self, reference: str, *, removed: bool = False) -> AgentVersion:
        """The version that a REF means; `removed` finds removed agents too."""
        parsed = parse_reference(reference)
        with self._database.read() as db:
            agent = rows.find_agent(db, parsed.handle, removed=removed)
            return self._version(db, agent, rows.find_number(db, agent, parsed))

    def versions(self, handle: str) -> list[AgentVersion]:
        """All versions of an agent, removed or not, oldest first."""
        with self._database.read() as db:
            agent = rows.find_agent(db, handle, removed=True)
            return rows.select_versions(db, self._read_blob, "agents.id = :agent", agent=agent.id)

    def label_moves(self, handle: str) -> list[LabelMove]:
        """Every change of the agent's labels, oldest first."""
        chosen = f"""SELECT {", ".join(LabelMove.__slots__)} FROM label_moves
            WHERE agent_id = :agent ORDER BY sequence"""
        with self._database.read() as db:
            agent = rows.find_agent(db, handle, removed=True)
            return [LabelMove(*row) for row in db.rows(chosen, agent=agent.id)]

    def moves(self, handle: str) -> list[Moved]:
        """Where the agent's file was before, oldest first; paths below its collection's folder."""
        with self._database.read() as db:
            return moves_of(db, rows.find_agent(db, handle, removed=True).id)

    def collections(self) -> dict[str, str | None]:
        """The name of each collection with the folder last imported as it; None for built-ins."""
        with self._database.read() as db:
            found = db.rows("SELECT name, root FROM collections ORDER BY name")
            return {row.name: row.root for row in found}

    def latest_of(self, collection: str) -> dict[str, AgentVersion]:
        """The latest version of each agent of a collection, removed or not, by its path."""
        where = ("collections.name = :collection", "versions.number = agents.latest")
        with self._database.read() as db:
            found = rows.select_versions(db, self._read_blob, *where, collection=collection)
        return {version.path: version for version in found}

    def state(self) -> str:
        """A digest of what search can see: it changes when, and only when, that changes."""
        with self._database.read() as db:
            return rows.visible_state(db)

    def sources(self) -> list[AddedSource]:
        """The documentation that was added, by name."""
        with self._database.read() as db:
            return select_sources(db)

    def pages(self, source: str | None = None) -> list[Page]:
        """The pages of one source or of all, by source and path."""
        with self._database.read() as db:
            return select_pages(db, self._read_blob, source)

    def source_name(self, location: str, like: str) -> str:
        """The name of what was added from a place before, else a free one.

        A new name is the last part of the path `like`, with as many before it as make it free.
        """
        with self._database.read() as db:
            known = select_sources(db)
            taken = dict.fromkeys((*names_in_use(db), *(found.name for found in known)))
        before = [found.name for found in known if found.location == location]
        return before[0] if before else free_collection(like, taken)

    def knows(self, digest: str) -> bool:
        """Whether these bytes are a version of any agent, removed or not."""
        with self._database.read() as db:
            chosen = "SELECT number FROM versions WHERE digest = :digest LIMIT 1"
            return db.value(chosen, digest=digest) is not None

    # Writing

    def claim_collections(
        self, roots: Sequence[str], *, collection: str | None = None, dry_run: bool = False
    ) -> dict[str, str]:
        """The collection of each folder, which is recorded as its root; see `free_collection`.

        `collection` names one for all. With `dry_run` nothing is recorded.
        """
        with self._write(dry_run=dry_run) as db:
            return claim_collections(db, roots, collection)

    def add(
        self,
        submissions: Sequence[Submission],
        *,
        moves: Sequence[Move] = (),
        dry_run: bool = False,
    ) -> list[Added]:
        """Add files as versions: all of them in one transaction, in this order.

        Bytes that equal the agent's latest version add nothing. `moves` are carried out before,
        so that a submission may name an agent's new path. With `dry_run` nothing is kept.
        """
        if not submissions and not moves:
            return []
        with self._write(dry_run=dry_run) as db:
            record_moves(db, moves, self._stamp())
            return add_submissions(db, submissions, timestamp(self._now()))

    def label(self, reference: str, label: str, *, author: str | None = None) -> AgentVersion:
        """Let `label` point at the version that a REF means, and return that version."""
        parsed = parse_reference(reference)
        return self._move(parsed, check_label(label), author)

    def rollback(
        self, handle: str, number: int, *, label: str = "production", author: str | None = None
    ) -> AgentVersion:
        """Let `label` point at version `number`, and return that version."""
        return self._move(Reference(handle, number=number), check_label(label), author)

    def unlabel(self, handle: str, label: str, *, author: str | None = None) -> None:
        """Take a label away. Raises VersionNotFound where the agent doesn't have it."""
        check_label(label)
        with self._write() as db:
            agent = rows.find_agent(db, handle, removed=False)
            before = rows.find_number(db, agent, Reference(handle, label=label))
            db.run(f"DELETE FROM labels WHERE {_ONE_LABEL}", agent=agent.id, label=label)
            self._record_move(db, agent, LabelMove(label, before, None, self._stamp(), author))

    def rename(self, handle: str, new: str) -> AgentVersion:
        """Give an agent another handle, and return its latest version."""
        check_handle(new)
        with self._write() as db:
            agent = rows.find_agent(db, handle, removed=False)
            holder = db.value("SELECT id FROM agents WHERE handle = :new", new=new)
            if holder not in (None, agent.id) or new in source_names(db):
                raise HandleTaken(new)
            db.run("UPDATE agents SET handle = :new WHERE id = :agent", new=new, agent=agent.id)
            return self._version(db, agent, agent.latest)

    def remove(self, handle: str) -> AgentVersion:
        """Hide an agent from listing, search and export; its versions and labels stay."""
        return self._set_removed(handle, removed=True)

    def restore(self, handle: str) -> AgentVersion:
        """Undo `remove`."""
        return self._set_removed(handle, removed=False)

    def put_source(
        self,
        name: str,
        kind: SourceKind,
        location: str,
        pages: Sequence[PageSubmission],
        *,
        validators: Validators = NO_VALIDATORS,
    ) -> SourceChange:
        """Let the source of that name, which is made at need, have exactly these pages.

        Raises UsageError for a name that can't be one or that is an agent's or a collection's.
        """
        with self._write() as db:
            return put_source(
                db, name, kind, location, pages, validators=validators, now=self._stamp()
            )

    def remove_source(self, name: str) -> int:
        """Forget a source; how many pages it had. Raises SourceNotFound."""
        with self._write() as db:
            return remove_source(db, name)

    def remember(self, key: str, value: str) -> bool:
        """Note something about this registry for later; False where `key` has a value already."""
        with self._write() as db:
            if db.value(_NOTE, key=key) is not None:
                return False
            db.run(META.insert, key=key, value=value)
            return True

    def recall(self, key: str) -> str | None:
        """What was noted under `key`."""
        with self._database.read() as db:
            note = db.value(_NOTE, key=key)
            return None if note is None else str(note)

    @contextmanager
    def _write(self, *, dry_run: bool = False) -> Iterator[Connection]:
        with self._database.write() as db:
            yield db
            if dry_run:
                db.roll_back()

    def _move(self, reference: Reference, label: str, author: str | None) -> AgentVersion:
        with self._write() as db:
            agent = rows.find_agent(db, reference.handle, removed=False)
            number = rows.find_number(db, agent, reference)
            before = rows.labelled_number(db, agent, label)
            if before is None:
                db.run(LABELS.insert, agent_id=agent.id, label=label, number=number)
            else:
                moved = f"UPDATE labels SET number = :number WHERE {_ONE_LABEL}"
                db.run(moved, number=number, agent=agent.id, label=label)
            if before != number:
                move = LabelMove(label, before, number, self._stamp(), author)
                self._record_move(db, agent, move)
            return self._version(db, agent, number)

    def _record_move(self, db: Connection, agent: Any, move: LabelMove) -> None:
        last = "SELECT max(sequence) FROM label_moves WHERE agent_id = :agent"
        before = db.value(last, agent=agent.id) or 0
        values = {name: getattr(move, name) for name in LabelMove.__slots__}
        db.run(LABEL_MOVES.insert, agent_id=agent.id, sequence=before + 1, **values)

    def _set_removed(self, handle: str, *, removed: bool) -> AgentVersion:
        with self._write() as db:
            agent = rows.find_agent(db, handle, removed=True)
            changed = "UPDATE agents SET removed = :removed WHERE id = :agent"
            db.run(changed, removed=removed, agent=agent.id)
            return self._version(db, agent, agent.latest)

    def _version(self, db: Connection, agent: Any, number: int) -> AgentVersion:
        where = ("agents.id = :agent", "versions.number = :number")
        return rows.select_versions(db, self._read_blob, *where, agent=agent.id, number=number)[0]

    def _read_blob(self, digest: str) -> bytes:
        with self._database.read() as db:
            return rows.read_blob(db, digest)

    def _stamp(self) -> str:
        return timestamp(self._now())
