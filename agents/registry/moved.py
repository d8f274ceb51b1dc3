"""Files that are somewhere else since the last import: which agents they are still."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.document import digest_of
from agents.registry.connection import Connection
from agents.registry.tables import META
from agents.registry.version import AgentVersion

LIKENESS = 0.8
"""The share of lines that a moved and edited file has to have in common with what it was."""
_MAX_PAIRS = 20_000
"""Files are compared by their lines up to so many pairs; by their bytes always."""
_MIN_LINES = 4
"""Shorter texts are alike too easily."""


@dataclass(frozen=True, slots=True)
class Move:
    """An agent's file has another path than before."""

    collection: str
    old: str
    """Below the collection's folder, with `/`."""
    new: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A move as the registry keeps it."""

    old: str
    new: str
    moved_at: str
    """ISO 8601, UTC."""


def find_moves(
    vanished: Sequence[AgentVersion], arrived: Mapping[str, bytes]
) -> dict[str, AgentVersion]:
    """The new paths that hold vanished agents, with the agents.

    `arrived` is what stands at paths that no agent had. The same bytes are the same agent; else
    the likest ones, where most lines are the same. Of several that would do, the one whose file
    still has its name comes first, then the one with the first path.
    """
    found: dict[str, AgentVersion] = {}
    left = {version.path: version for version in vanished}
    by_digest: dict[str, list[str]] = {}
    for path in sorted(arrived):
        by_digest.setdefault(digest_of(arrived[path]), []).append(path)
    for path, version in sorted(left.items()):
        paths = [new for new in by_digest.get(version.digest, ()) if new not in found]
        if paths:
            found[min(paths, key=lambda new: (_name(new) != _name(path), new))] = left.pop(path)
    rest = {path: raw for path, raw in arrived.items() if path not in found}
    if left and rest and len(left) * len(rest) <= _MAX_PAIRS:
        found.update(_alike(left, rest))
    return found


def _alike(
    left: Mapping[str, AgentVersion], arrived: Mapping[str, bytes]
) -> dict[str, AgentVersion]:
    lines = {path: _lines(raw) for path, raw in arrived.items()}
    pairs = []
    for old, version in left.items():
        before = _lines(version.raw)
        for new, after in lines.items():
            likeness = _likeness(before, after)
            if likeness >= LIKENESS:
                pairs.append((-likeness, _name(new) != _name(old), old, new))
    found: dict[str, AgentVersion] = {}
    taken: set[str] = set()
    for _, _, old, new in sorted(pairs):
        if old not in taken and new not in found:
            taken.add(old)
            found[new] = left[old]
    return found


def _lines(raw: bytes) -> Counter[bytes]:
    return Counter(line.strip() for line in raw.splitlines() if line.strip())


def _likeness(before: Counter[bytes], after: Counter[bytes]) -> float:
    most = max(before.total(), after.total())
    return (before & after).total() / most if most >= _MIN_LINES else 0.0


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def record_moves(db: Connection, moves: Sequence[Move], now: str) -> None:
    """Give each agent its new path, and keep where it was."""
    for move in moves:
        agent = db.value(
            """SELECT agents.id FROM agents
                JOIN collections ON collections.id = agents.collection_id
                WHERE collections.name = :collection AND agents.path = :old""",
            collection=move.collection,
            old=move.old,
        )
        if agent is None:
            continue
        db.run("UPDATE agents SET path = :new WHERE id = :agent", new=move.new, agent=agent)
        before = len(moves_of(db, agent))
        value = json.dumps({"old": move.old, "new": move.new, "moved_at": now})
        db.run(META.insert, key=f"{_key(agent)}{before + 1:06}", value=value)


def moves_of(db: Connection, agent: Any) -> list[Moved]:
    """Where an agent's file was before, oldest first."""
    chosen = "SELECT value FROM meta WHERE key LIKE :pattern ORDER BY key"
    found = db.column(chosen, pattern=f"{_key(agent)}%")
    return [Moved(**json.loads(value)) for value in found]


def _key(agent: Any) -> str:
    return f"moved:{agent}:"
