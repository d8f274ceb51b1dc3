"""A value of the head stands in typographic quotes.

Why: YAML knows straight quotes only. The curly ones become part of the value, and what they were
to protect (a colon, a `#`) isn't protected.

Bad:
    ---
    name: reviewer
    description: “Reviews changes. Use after each commit.”
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: "Reviews changes. Use after each commit."
    ---
    You review changes.
"""

from __future__ import annotations

from agents.document import Diagnostic
from agents.finding import Edit, Severity
from agents.lint.rule import HEADED, Rule
from agents.lint.subject import Subject


def mend(subject: Subject, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """Make the outer quotes straight, where the value is on one line and holds no others."""
    text = subject.line(diagnostic.line)
    start = text.find(":") + 1
    inner = text[start:].strip()
    start = text.find(inner, start) if inner else start
    end = start + len(inner)
    if len(inner) < 2 or '"' in inner or "\\" in inner:
        return ()
    return (
        subject.edit(diagnostic.line, start, start + 1, '"'),
        subject.edit(diagnostic.line, end - 1, end, '"'),
    )


RULE = Rule(
    id="frontmatter-typographic-quotes",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-typographic-quotes"}),
    mend=mend,
)
