"""What is said where the documents don't answer: why, what is nearest, and where to look."""

from __future__ import annotations

from assistant.answer.cite import Citations
from assistant.answer.compose import (
    POINT_CHARACTERS,
    Composed,
    escaped,
    forms_asked,
    shown,
    sources_text,
)
from assistant.answer.evidence import Findings
from assistant.answer.fixed_words import REFUSED
from assistant.answer.form import tells_quantity

CLOSEST = 3
"""Passages that are shown."""
MOST_UNKNOWN = 4
"""Words that are named as used by no document."""

_WANTED = {
    "share": "a percentage",
    "price": "a price",
    "version": "a version",
    "date": "a date",
    "person": "a name",
    "duration": "a time",
    "size": "a size",
    "length": "a number",
    "count": "a number",
}
_PLACES = {
    "price": "Prices and plans are on <https://www.convex.dev/pricing>.",
    "version": "`npm view PACKAGE` shows a package's versions and what it needs beside it.",
    "size": "Limits are listed on <https://docs.convex.dev/production/state/limits>.",
    "length": "Limits are listed on <https://docs.convex.dev/production/state/limits>.",
    "count": "Limits are listed on <https://docs.convex.dev/production/state/limits>.",
}
_DASHBOARD = "The dashboard is described on <https://docs.convex.dev/dashboard>."
_ADD = "`convexpert kb add PATH-or-URL` adds documentation that covers it."


def compose_refusal(findings: Findings, *, most_citations: int) -> Composed:
    """The refusal with the closest passages, which are cited as in an answer."""
    citations = Citations(min(most_citations, CLOSEST))
    named = forms_asked(findings)
    blocks = [" ".join([REFUSED, *_reasons(findings)])]
    closest = [
        f"- {shown(found.statement, named, POINT_CHARACTERS)} [{number}]"
        for found in findings.evidence[:CLOSEST]
        if (number := citations.number(found.statement)) is not None
    ]
    if closest:
        blocks += ["The closest passages, which may be about something else:", "\n".join(closest)]
    blocks.append(f"Where to look: {_place(findings)}")
    if closest:
        blocks.append(sources_text(citations.all()))
    return Composed("\n\n".join(blocks), citations.all(), ())


def _reasons(findings: Findings) -> list[str]:
    reasons: list[str] = []
    if findings.unknown:
        unused = ", ".join(f"“{escaped(term)}”" for term in findings.unknown[:MOST_UNKNOWN])
        reasons.append(f"Nothing in them mentions {unused}.")
    wanted = findings.question.quantity
    told = any(tells_quantity(findings.question, each.statement) for each in findings.evidence)
    if wanted is not None and not told:
        reasons.append(f"None of them gives {_WANTED[wanted.name]} for it.")
    return reasons


def _place(findings: Findings) -> str:
    question = findings.question
    if question.clicks:
        return _DASHBOARD
    return _PLACES.get(question.quantity.name, _ADD) if question.quantity is not None else _ADD
