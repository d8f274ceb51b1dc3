"""Reading agents and versions out of the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa  # noqa: TID253 - this package owns the import

from agents.document import digest_of
from agents.errors import AgentNotFound, InvalidReference, RegistryError, VersionNotFound
from agents.registry.naming import storable
from agents.registry.reference import LATEST, Reference
from agents.registry.sources import page_states
from agents.registry.tables import agents, blobs, collections, labels, versions
from agents.registry.version import AgentVersion

_COLUMNS = (
    agents.c.id,
    agents.c.handle,
    agents.c.path,
    agents.c.latest,
    agents.c.removed,
    collections.c.name.label("collection"),
    versions.c.name,
    versions.c.number,
    versions.c.digest,
    versions.c.description,
    versions.c.created_at,
    versions.c.author,
    versions.c.message,
)
_JOINED = agents.join(collections).join(versions)


def select_versions(
    db: sa.Connection, read: Callable[[str], bytes], *where: sa.ColumnElement[bool]
) -> list[AgentVersion]:
    """The versions that meet all conditions, by handle and number."""
    found = db.execute(sa.select(*_COLUMNS).select_from(_JOINED).where(*where)).all()
    known = _labels_of(db, {row.id for row in found})
    made = [_agent_version(row, known.get((row.id, row.number), ()), read) for row in found]
    return sorted(made, key=lambda version: (version.handle, version.number))


def _labels_of(db: sa.Connection, ids: set[int]) -> dict[tuple[int, int], list[str]]:
    chosen = sa.select(labels.c.agent_id, labels.c.number, labels.c.label)
    if len(ids) == 1:
        chosen = chosen.where(labels.c.agent_id.in_(ids))
    known: dict[tuple[int, int], list[str]] = {}
    for agent_id, number, label in db.execute(chosen):
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
        removed=row.removed,
        read=read,
    )


def find_agent(db: sa.Connection, handle: str, *, removed: bool) -> Any:
    """The row of the agent with this handle. Raises AgentNotFound."""
    wanted = agents.c.handle == storable(handle)
    row = db.execute(sa.select(agents).where(wanted)).one_or_none()
    if row is None:
        visible = sa.select(agents.c.handle).where(~agents.c.removed)
        raise AgentNotFound(handle, sorted(db.scalars(visible)))
    if row.removed and not removed:
        raise AgentNotFound(handle, (), removed=True)
    return row


def find_number(db: sa.Connection, agent: Any, reference: Reference) -> int:
    """The number of the version that `reference` means. Raises VersionNotFound."""
    if reference.sha is not None:
        return _number_of_digest(db, agent, reference.sha)
    if reference.label is not None:
        where = (labels.c.agent_id == agent.id, labels.c.label == reference.label)
        number = db.scalar(sa.select(labels.c.number).where(*where))
        if number is None:
            raise VersionNotFound(agent.handle, reference.label, what_is_known(db, agent))
        return int(number)
    if reference.number is None:
        return int(agent.latest)
    if not 1 <= reference.number <= agent.latest:
        raise VersionNotFound(agent.handle, str(reference.number), what_is_known(db, agent))
    return reference.number


def _number_of_digest(db: sa.Connection, agent: Any, prefix: str) -> int:
    found = db.execute(
        sa.select(versions.c.digest, sa.func.max(versions.c.number).label("number"))
        .where(versions.c.agent_id == agent.id, versions.c.digest.like(f"{prefix}%"))
        .group_by(versions.c.digest)
    )
    numbers = {row.digest: row.number for row in found}
    if not numbers:
        raise VersionNotFound(agent.handle, f"sha:{prefix}", what_is_known(db, agent))
    if len(numbers) > 1:
        raise InvalidReference(
            f"{agent.handle}@sha:{prefix} means {len(numbers)} versions", hint="write more digits"
        )
    return int(numbers.popitem()[1])


def what_is_known(db: sa.Connection, agent: Any) -> Sequence[str]:
    """The agent's versions and labels, for the hint of an error."""
    numbers = "version 1" if agent.latest == 1 else f"versions 1 to {agent.latest}"
    given = db.scalars(sa.select(labels.c.label).where(labels.c.agent_id == agent.id))
    return [numbers, LATEST, *sorted(given)]


def read_blob(db: sa.Connection, digest: str) -> bytes:
    """The bytes of a digest. Raises RegistryError where they are not those that were stored."""
    raw = db.scalar(sa.select(blobs.c.raw).where(blobs.c.digest == digest))
    if raw is None or digest_of(bytes(raw)) != digest:
        raise RegistryError(
            f"the stored bytes of sha:{digest[:12]} are damaged",
            hint="restore the registry from a backup",
        )
    return bytes(raw)


def visible_state(db: sa.Connection) -> str:
    """SHA-256 over handle, origin, number and digest of each visible agent's latest version.

    The pages of added documentation count too, where there are any.
    """
    found = db.execute(
        sa.select(
            agents.c.handle, collections.c.name, agents.c.path, agents.c.latest, versions.c.digest
        )
        .select_from(_JOINED)
        .where(~agents.c.removed, versions.c.number == agents.c.latest)
    )
    state = hashlib.sha256()
    seen = [tuple(map(str, row)) for row in found] + page_states(db)
    for line in sorted(map("\0".join, seen)):
        state.update(line.encode() + b"\n")
    return state.hexdigest()
