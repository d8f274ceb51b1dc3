"""A key stands twice in the head.

Why: some parsers take the later value, some refuse the whole head; one of the two values is lost
in any case.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    model: haiku
    model: opus
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    model: opus
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="frontmatter-duplicate-key",
    severity=Severity.ERROR,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-duplicate-key"}),
)
