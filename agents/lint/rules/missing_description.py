"""The head gives no description.

Why: the description is all that the main agent reads before it hands work over. Claude Code drops
a subagent without one, and never picks a skill without one.

Bad:
    ---
    name: reviewer
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import HEADED, Report, Rule, Surroundings
from agents.lint.subject import Subject

_CODE = "description-missing"


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a head without one; a Cursor rule may be meant to be applied by hand."""
    by_hand = Severity.INFO if subject.kind is DocumentKind.CURSOR_RULE else None
    for diagnostic in subject.document.diagnostics:
        if diagnostic.code == _CODE:
            yield RULE.at(
                subject,
                diagnostic.line,
                message=diagnostic.message,
                hint=diagnostic.hint,
                severity=by_hand,
            )


RULE = Rule(
    id="missing-description",
    severity=Severity.ERROR,
    category="schema",
    kinds=HEADED,
    diagnostics=frozenset({_CODE}),
    check=check,
)
