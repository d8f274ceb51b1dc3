"""A line of the head belongs to no key.

Why: a parser takes it as a fault and may drop the whole head, or glues it to the key above.

Bad:
    ---
    Reviews what was changed
    name: reviewer
    description: "Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews what was changed. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="frontmatter-stray-line",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-stray-line"}),
)
