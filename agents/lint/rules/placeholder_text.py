"""Text was left that somebody was to replace.

Why: the model takes it at its word, or makes something up for it.
Silent when: it stands in a code block or in a template of an answer.

Bad:
    # Reviewer

    TODO: describe the steps

    Lorem ipsum dolor sit amet.
Good:
    # Reviewer

    Read the change, then run the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import PROMPTS, Report, Rule, Surroundings
from agents.lint.subject import Subject

_LEFT = re.compile(
    r"^\s{0,3}(?:[-*+]\s+|\d+\.\s+|\*\*)?(?:TODO|FIXME|TBD|XXX)(?:\*\*)?(?:\s*:|\s*$|\s+-\s)"
    r"|^\s{0,3}(?:[-*+]\s+)?lorem ipsum\b"
    r"|^\s{0,3}\[(?:insert|add|describe|write|fill in|put)\b[^\]\n]{3,80}\bhere\]\s*$",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"TODO|FIXME|TBD|XXX")


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report what is left in prose and in the description."""
    for number, text in subject.prose:
        found = _LEFT.search(text)
        if found and (_CAPITALS.search(found[0]) or not found[0].strip(" -*+:").isalpha()):
            yield _report(subject, number, found.start(), found.end(), found[0])
    description = subject.document.description
    if description[:4] in ("TODO", "TBD", "TBD.") or "lorem ipsum" in description.lower():
        line, start, end = subject.in_key("description", description[:4])
        yield _report(subject, line, start, end, description[:40])


def _report(subject: Subject, line: int, start: int, end: int, text: str) -> Report:
    shown = " ".join(text.split()).strip("-*+ ")
    return RULE.at(
        subject,
        line,
        start,
        end,
        message=f"`{shown}` was left to be replaced",
        hint="write what belongs here, or remove it",
    )


RULE = Rule(
    id="placeholder-text",
    severity=Severity.WARNING,
    category="content",
    kinds=PROMPTS,
    check=check,
)
