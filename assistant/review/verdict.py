"""What a model said about each item, as far as it can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agents.finding import DocumentedBy
from agents.location import Span
from assistant.generate.prompt import visible
from assistant.model.structured import read_object
from assistant.review.units import Unit

LONGEST_REASON = 300


class Judged(StrEnum):
    """What the code does to an item."""

    BROKEN = "broken"
    KEPT = "kept"
    OTHER = "other"
    """The item speaks of something else."""
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one item on one unit."""

    item: DocumentedBy
    judged: Judged
    reason: str = ""
    evidence: Span | None = None
    """Where the code breaks it; always there for `BROKEN`."""


def lists_verdicts(reply: str) -> bool:
    """Whether a reply has the form that was asked for."""
    return _listed(reply) is not None


def read_verdicts(reply: str, unit: Unit, items: Sequence[DocumentedBy]) -> list[Verdict]:
    """One verdict for each item, in order.

    Unsure is also what the reply leaves out, says twice in two ways, or says in words of its own;
    and an item said to be broken by evidence that isn't in the code.
    """
    said: dict[int, list[Mapping[str, Any]]] = {}
    for one in _listed(reply) or []:
        number = one.get("item") if isinstance(one, dict) else None
        if isinstance(number, int) and not isinstance(number, bool):
            said.setdefault(number, []).append(one)
    return [_verdict(said.get(n, []), unit, item) for n, item in enumerate(items, start=1)]


def _listed(reply: str) -> list[Any] | None:
    listed = (read_object(reply, "verdicts") or {}).get("verdicts")
    return listed if isinstance(listed, list) else None


def _verdict(said: Sequence[Mapping[str, Any]], unit: Unit, item: DocumentedBy) -> Verdict:
    words = {str(one.get("verdict", "")).strip().lower() for one in said}
    if len(words) != 1 or (word := words.pop()) not in set(Judged):
        return Verdict(item, Judged.UNSURE)
    judged = Judged(word)
    reason = " ".join(visible(str(said[0].get("reason") or "")).split())[:LONGEST_REASON]
    if judged is not Judged.BROKEN:
        return Verdict(item, judged, reason)
    for one in said:
        evidence = unit.evidence(str(one.get("evidence") or ""))
        if evidence is not None:
            return Verdict(item, judged, reason, evidence)
    return Verdict(item, Judged.UNSURE, reason)
