"""Reading agents and versions out of the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agents.document import digest_of
from agents.errors import AgentNotFound, InvalidReference, RegistryError, VersionNotFound
from agents.registry.connection import Connection
from agents.registry.naming import storable
from agents.registry.reference import LATEST, Reference
from agents.registry.sources import page_states
from agents.registry.version import AgentVersion

_JOINED = """agents
    JOIN collections ON collections.id = agents.collection_id
    JOIN versions ON versions.agent_id = agents.id"""
_VERSIONS = f"""SELECT agents.id, agents.handle, agents.path, agents.latest, agents.removed,
        collections.name AS collection, versions.name, versions.number, versions.digest,
        versions.description, versions.created_at, versions.author, versions.message
    FROM {_JOINED}"""


def select_versions(
    db: Connection, read: Callable[[str], bytes], *conditions: str, **values: object
) -> list[AgentVersion]:
    """The versions that meet all conditions, by handle and number.

    Conditions speak of the tables agents, collections and versions, and of `values` as `:name`.
    """
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    found = list(db.rows(_VERSIONS + where, **values))
    known = _labels_of(db, {row.id for row in found})
    made = [_agent_version(row, known.get((row.id, row.number), ()), read) for row in found]
    return sorted(made, key=lambda version: (version.handle, version.number))


def _labels_of(db: Connection, ids: set[int]) -> dict[tuple[int, int], list[str]]:
    chosen = "SELECT agent_id, number, label FROM labels"
    if len(ids) == 1:
        found = db.rows(f"{chosen} WHERE agent_id = :agent", agent=next(iter(ids)))
    else:
        found = db.rows(chosen)
    known: dict[tuple[int, int], list[str]] = {}
    for agent_id, number, label in found:
        known.setdefault((agent_id, number), []).append(label)
    return known


def _agent_version(row: Any, labelled: Iterable[str], read: Callable[[str], bytes]) -> AgentVersion:
    latest = (LATEST,) if row.number == row.latest else ()
    return AgentVersion(
        handle=row.handle,
        name=row.name,
        description=row.description,
        collection=row.collection,
        path=row.path,
        number=row.number,
        digest=row.digest,
        labels=(*latest, *sorted(labelled)),
        created_at=row.created_at,
        author=row.author,
        message=row.message,
        removed=bool(row.removed),  # SQLite says 0 and 1
        read=read,
    )


def find_agent(db: Connection, handle: str, *, removed: bool) -> Any:
    """The row of the agent with this handle. Raises AgentNotFound."""
    row = db.row(
        "SELECT id, handle, latest, removed FROM agents WHERE handle = :handle",
        handle=storable(handle),
    )
    if row is None:
        visible = db.column("SELECT handle FROM agents WHERE NOT removed")
        raise AgentNotFound(handle, sorted(visible))
    if row.removed and not removed:
        raise AgentNotFound(handle, (), removed=True)
    return row


def find_number(db: Connection, agent: Any, reference: Reference) -> int:
    """The number of the version that `reference` means. Raises VersionNotFound."""
    if reference.sha is not None:
        return _number_of_digest(db, agent, reference.sha)
    if reference.label is not None:
        number = labelled_number(db, agent, reference.label)
        if number is None:
            raise VersionNotFound(agent.handle, reference.label, what_is_known(db, agent))
        return int(number)
    if reference.number is None:
        return int(agent.latest)
    if not 1 <= reference.number <= agent.latest:
        raise VersionNotFound(agent.handle, str(reference.number), what_is_known(db, agent))
    return reference.number


def labelled_number(db: Connection, agent: Any, label: str) -> int | None:
    """The number of the version that a label of the agent points at, if it has that label."""
    chosen = "SELECT number FROM labels WHERE agent_id = :agent AND label = :label"
    found = db.value(chosen, agent=agent.id, label=label)
    return None if found is None else int(found)


def _number_of_digest(db: Connection, agent: Any, prefix: str) -> int:
    found = db.rows(
        """SELECT digest, max(number) AS number FROM versions
            WHERE agent_id = :agent AND digest LIKE :pattern GROUP BY digest""",
        agent=agent.id,
        pattern=f"{prefix}%",
    )
    numbers = {row.digest: row.number for row in found}
    if not numbers:
        raise VersionNotFound(agent.handle, f"sha:{prefix}", what_is_known(db, agent))
    if len(numbers) > 1:
        raise InvalidReference(
            f"{agent.handle}@sha:{prefix} means {len(numbers)} versions", hint="write more digits"
        )
    return int(numbers.popitem()[1])


def what_is_known(db: Connection, agent: Any) -> Sequence[str]:
    """The agent's versions and labels, for the hint of an error."""
    numbers = "version 1" if agent.latest == 1 else f"versions 1 to {agent.latest}"
    given = db.column("SELECT label FROM labels WHERE agent_id = :agent", agent=agent.id)
    return [numbers, LATEST, *sorted(given)]


def read_blob(db: Connection, digest: str) -> bytes:
    """The bytes of a digest. Raises RegistryError where they are not those that were stored."""
    raw = db.value("SELECT raw FROM blobs WHERE digest = :digest", digest=digest)
    if raw is None or digest_of(bytes(raw)) != digest:
        raise RegistryError(
            f"the stored bytes of sha:{digest[:12]} are damaged",
            hint="restore the registry from a backup",
        )
    return bytes(raw)


def visible_state(db: Connection) -> str:
    """SHA-256 over handle, origin, number and digest of each visible agent's latest version.

    The pages of added documentation count too, where there are any.
    """
    found = db.rows(
        f"""SELECT agents.handle, collections.name, agents.path, agents.latest, versions.digest
            FROM {_JOINED} WHERE NOT agents.removed AND versions.number = agents.latest"""
    )
    state = hashlib.sha256()
    seen = [tuple(map(str, row)) for row in found] + page_states(db)
    for line in sorted(map("\0".join, seen)):
        state.update(line.encode() + b"\n")
    return state.hexdigest()
