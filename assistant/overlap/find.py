"""Comparing the statements of several agents by meaning and by words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import UsageError
from agents.likeness import likeness_of
from assistant.overlap.contradiction import Contradiction, contradiction_between
from assistant.overlap.side import Side

if TYPE_CHECKING:
    from agents.registry import AgentVersion
    from kb.embed import Vectors

LIMIT = 20_000
"""Statements that are compared at most; each is compared with each."""
NEAR = 0.6
"""Cosine from which two statements are looked at."""
ALIKE = 0.68
"""Score (below) from which two statements say the same."""
_LEAST_LIKENESS = 0.4
"""Meaning alone takes what is merely of one topic for the same."""
_FEWEST_WORDS = 3
_BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Shared:
    """Statements of two agents or more that say the same."""

    score: float
    """0 to 1: the mean over its alike pairs of (cosine + likeness of words) / 2; 1 for pairs of
    the same words."""
    sides: tuple[Side, ...]
    """By agent and line; an agent may say it several times."""

    @property
    def agents(self) -> tuple[str, ...]:
        """The handles, sorted."""
        return tuple(sorted({side.agent for side in self.sides}))


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was found, most telling first."""

    agents: tuple[str, ...]
    statements: int
    """How many were compared."""
    shared: tuple[Shared, ...]
    contradictions: tuple[Contradiction, ...]


def find_overlap(
    versions: Sequence[AgentVersion], embed: Callable[[Sequence[str]], Vectors]
) -> Overlap:
    """Compare the statements of these versions across agents.

    `embed` gives one L2-normalised row for each text. Raises UsageError where there is too much to
    compare.
    """
    sides = [side for version in versions for side in _sides(version)]
    if len(sides) > LIMIT:
        raise UsageError(
            f"{len(versions)} agents have {len(sides)} statements, more than {LIMIT}",
            hint="name the agents to compare",
        )
    near = list(_near_pairs(sides, embed)) if sides else []
    contradictions: list[Contradiction] = []
    alike: dict[tuple[int, int], float] = {}
    for i, j, cosine in near:
        found = contradiction_between(sides[i], sides[j])
        if found is not None:
            contradictions.append(found)
        elif (score := _score(sides[i], sides[j], cosine)) >= ALIKE:
            alike[i, j] = score
    return Overlap(
        agents=tuple(sorted({version.handle for version in versions})),
        statements=len(sides),
        shared=tuple(_groups(sides, alike)),
        contradictions=tuple(_each_once(contradictions)),
    )


def _sides(version: AgentVersion) -> Iterator[Side]:
    from assistant.answer.statement import telling_statements
    from kb.chunk import chunk_document
    from kb.source import AgentSource

    for chunk in chunk_document(version.document, AgentSource(version).source):
        for found in telling_statements(chunk):
            if found.kind not in ("sentence", "item", "row") or found.text.endswith("?"):
                continue
            side = Side(version.handle, version.number, found.lines, chunk.heading, found.text)
            if len(set(side.words)) >= _FEWEST_WORDS:
                yield side


def _near_pairs(
    sides: Sequence[Side], embed: Callable[[Sequence[str]], Vectors]
) -> Iterator[tuple[int, int, float]]:
    import numpy

    vectors = embed([side.text for side in sides])
    agents = numpy.array([side.agent for side in sides])
    for start in range(0, len(sides), _BLOCK):
        block = vectors[start : start + _BLOCK] @ vectors.T
        rows, columns = numpy.nonzero(block >= NEAR)
        for row, j in zip(rows.tolist(), columns.tolist(), strict=True):
            i = start + row
            if i < j and agents[i] != agents[j]:
                yield i, j, round(float(block[row, j]), 6)


def _score(one: Side, other: Side, cosine: float) -> float:
    likeness = likeness_of(one.words, other.words)
    if {clause.polarity for clause in one.clauses}.isdisjoint(
        clause.polarity for clause in other.clauses
    ):
        return 0.0
    if one.code_names and other.code_names and not one.code_names & other.code_names:
        # Sentences alike about different things: what `runAfter` does, and what `runAt` does.
        return 0.0
    if one.words == other.words:
        return 1.0
    return round((cosine + likeness) / 2, 6) if likeness >= _LEAST_LIKENESS else 0.0


def _groups(sides: Sequence[Side], alike: dict[tuple[int, int], float]) -> list[Shared]:
    """Statements joined best pair first, as long as all that are joined are alike on average."""
    group_of: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for (i, j), _ in sorted(alike.items(), key=lambda pair: (-pair[1], pair[0])):
        for one in (i, j):
            if one not in group_of:
                group_of[one] = one
                members[one] = [one]
        first, second = group_of[i], group_of[j]
        if first == second or not _belong(members[first], members[second], alike):
            continue
        members[first] += members.pop(second)
        group_of.update(dict.fromkeys(members[first], first))
    shared = [_shared(sides, group, alike) for group in members.values() if len(group) > 1]
    return sorted(shared, key=lambda one: (-len(one.agents), -one.score, one.sides[0].key))


def _belong(one: Sequence[int], other: Sequence[int], alike: dict[tuple[int, int], float]) -> bool:
    linked = sum((min(i, j), max(i, j)) in alike for i in one for j in other)
    return linked * 2 >= len(one) * len(other)


def _shared(
    sides: Sequence[Side], group: Sequence[int], alike: dict[tuple[int, int], float]
) -> Shared:
    scores = [alike[i, j] for i in group for j in group if (i, j) in alike]
    ordered = tuple(sorted((sides[one] for one in group), key=lambda side: side.key))
    return Shared(round(sum(scores) / len(scores), 4), ordered)


def _each_once(found: Sequence[Contradiction]) -> list[Contradiction]:
    """At most one for each statement: its first, in the order of agents and lines."""
    ordered = sorted(found, key=lambda one: (one.sides[0].key, one.sides[1].key))
    taken: dict[tuple[str, ...], set[object]] = defaultdict(set)
    kept = []
    for one in ordered:
        agents = tuple(sorted(side.agent for side in one.sides))
        keys = {side.key for side in one.sides}
        if not keys & taken[agents]:
            taken[agents] |= keys
            kept.append(one)
    return kept
