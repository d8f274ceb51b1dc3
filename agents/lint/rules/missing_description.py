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

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="missing-description",
    severity=Severity.ERROR,
    category="schema",
    kinds=HEADED,
    diagnostics=frozenset({"description-missing"}),
)
