"""A description speaks as the agent or to it.

Why: the main agent reads it to decide whom to call. "You are …" tells the main agent who it is
itself, "I …" leaves open who speaks; both belong into the body.

Bad:
    ---
    name: reviewer
    description: You are an expert reviewer. Use after each commit.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes as an expert would. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_PERSON = re.compile(
    r"(?:You(?:'re|’re| are| will| specialize| specialise| act| excel| help| work as)"
    r"|I(?:'m|’m| am| help| can| will| specialize| specialise)|My (?:role|job|purpose)|Act as"
    r"|Your (?:role|job|task|mission|goal|purpose))\b"
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a description that begins in the first or second person."""
    text = subject.document.description.lstrip("\"'“ ")
    found = _PERSON.match(text)
    if found is None or not subject.key_lines("description"):
        return
    line, start, end = subject.in_key("description", found[0])
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message=f"the description begins with `{found[0]}`, as if it spoke to the agent",
        hint="say in the third person what it does: `Reviews … Use when …`",
    )


RULE = Rule(
    id="description-person",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
