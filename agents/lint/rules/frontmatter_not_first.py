"""Something stands before the head.

Why: tools look for `---` on the very first line; a head further down is plain text to them, so the
document has no name and no description.

Bad:
    >>> reviewer.md


    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    >>> reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from agents.document import Diagnostic
from agents.finding import Edit, Severity
from agents.lint.rule import HEADED, Rule
from agents.lint.subject import Subject
from agents.location import Lines


def mend(subject: Subject, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """Take the blank lines out."""
    return (subject.without_lines(Lines(1, diagnostic.line - 1)),) if diagnostic.line > 1 else ()


RULE = Rule(
    id="frontmatter-not-first",
    severity=Severity.ERROR,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-not-first"}),
    mend=mend,
)
