"""A document says nothing below its head.

Why: the body is the prompt. Without one the agent is started with a name and no instructions.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import Rule

RULE = Rule(
    id="empty-document",
    severity=Severity.WARNING,
    category="content",
    diagnostics=frozenset({"empty", "empty-body"}),
)
