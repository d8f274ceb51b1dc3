"""The file begins with a byte order mark.

Why: the mark stands before `---`, so that tools which compare the first bytes see no head.

Bad:
    ⟨U+FEFF⟩---
    name: reviewer
    description: Reviews changes. Use after each commit.
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

from agents.document import Diagnostic
from agents.finding import Edit, Severity
from agents.lint.rule import Rule
from agents.lint.subject import Subject


def mend(subject: Subject, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """Take the mark out."""
    return (Edit(0, 3, ""),)


RULE = Rule(
    id="byte-order-mark",
    severity=Severity.INFO,
    category="head",
    diagnostics=frozenset({"byte-order-mark"}),
    mend=mend,
)
