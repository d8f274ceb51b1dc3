"""A warning where an answer uses what another statement calls outdated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.answer.evidence import Library
from assistant.answer.example import Example
from assistant.answer.select import Point
from assistant.answer.statement import Statement, telling_statements
from kb.search import Mode

SEARCHED = 12
"""Passages among which such a statement is looked for."""
MOST_NAMES = 12
"""Identifiers of the answer that are looked for."""

_WORDS = "deprecated outdated obsolete legacy older advice form syntax no longer"
_CALLS_OUTDATED = re.compile(
    r"\b(?:deprecated|outdated|obsolete|superseded|no longer (?:works?|supported|the rule)"
    r"|(?:older|old) (?:advice|form|syntax|sample|way))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=\w[\w)`*])[;.](?:\s|$)")
_CODE = re.compile(r"`([^`\n]{2,60})`")
_BARE = re.compile(r"[A-Za-z_$][\w$.]*(?:\(\))?")
_CALLED = re.compile(r"([A-Za-z_$][\w$.]*)\s*\(")


def find_outdated(
    points: Sequence[Point], example: Example | None, library: Library, sources: Sequence[str]
) -> Statement | None:
    """The statement that calls outdated what the first point or the example uses, if one does.

    An answer that consists of that statement needs no warning.
    """
    lead = points[0].lead.statement
    used = list(dict.fromkeys(_used(lead, example)))[:MOST_NAMES]
    if not used:
        return None
    said = {voice.statement.key for point in points for voice in point.voices}
    asked = f"{' '.join(used)} {_WORDS}"
    for hit in library.search(asked, k=SEARCHED, mode=Mode.LEXICAL, sources=sources).hits:
        for statement in telling_statements(hit.chunk):
            if not set(used).isdisjoint(_called_outdated(statement)):
                return None if statement.key in said else statement
    return None


def _used(lead: Statement, example: Example | None) -> Iterator[str]:
    if not _CALLS_OUTDATED.search(lead.text):
        for code in _CODE.findall(lead.text):
            if _BARE.fullmatch(code):
                yield _name(code)
    if example is not None:
        for called in _CALLED.findall(example.statement.text):
            yield _name(called)


def _called_outdated(statement: Statement) -> Iterator[str]:
    """The identifiers of the clauses in which a statement calls something outdated."""
    if statement.kind == "code":
        return
    for clause in _CLAUSE.split(statement.text):
        if _CALLS_OUTDATED.search(clause):
            for code in _CODE.findall(clause):
                if _BARE.fullmatch(code):
                    yield _name(code)


def _name(code: str) -> str:
    """The last part of a dotted name: the object before it may be called anything."""
    return code.removesuffix("()").rpartition(".")[2]
