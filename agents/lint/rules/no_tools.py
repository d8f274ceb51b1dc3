"""`tools` is there but empty.

Why: without `tools` a subagent has all tools; with an empty one it has none at all, and can't even
read a file.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools:
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.claude import entries
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a `tools` key without an entry."""
    lines = subject.key_lines("tools")
    value = subject.value("tools")
    if lines is None or isinstance(value, dict) or entries(value):
        return
    # `tools: []` says on purpose what an empty key says by accident.
    yield RULE.at(
        subject,
        lines.start,
        message="`tools` is empty, so the agent has no tools at all",
        hint="name its tools, or leave the key out for all tools",
        severity=Severity.INFO if value == [] else None,
    )


RULE = Rule(
    id="no-tools",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
