"""A description is too short to decide by.

Why: the description is all that is known of an agent before it is called. A few words fit
everything and nothing.

Bad:
    ---
    name: reviewer
    description: Code reviews
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changed TypeScript for faults. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

FEWEST_WORDS = 5
FEWEST_CHARACTERS = 25


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a description of a few words."""
    text = subject.document.description
    if not text or not subject.key_lines("description"):
        return
    # Languages without spaces say more with fewer characters.
    is_latin = sum(character.isascii() for character in text) * 2 > len(text)
    if is_latin and (len(text.split()) < FEWEST_WORDS or len(text) < FEWEST_CHARACTERS):
        line, start, end = subject.in_key("description", text)
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message=f"a description of {len(text.split())} words doesn't tell when to call this",
            hint="say what it does and when to use it",
        )


RULE = Rule(
    id="short-description",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
