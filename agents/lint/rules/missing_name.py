"""The head gives no name.

Why: Claude Code drops a subagent without `name`; nobody can call what has none.

Bad:
    ---
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

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Rule

RULE = Rule(
    id="missing-name",
    severity=Severity.ERROR,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    claude_only=True,
    diagnostics=frozenset({"name-missing"}),
)
