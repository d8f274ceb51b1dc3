"""A subagent has the name of one that Claude Code brings along.

Why: the file takes the place of the built-in agent, everywhere that one is used. Where that is not
meant, the main agent loses its explorer or planner.

Bad:
    ---
    name: Explore
    description: Explores the database. Use for questions about data.
    ---
    You look at data.
Good:
    ---
    name: data-explorer
    description: Explores the database. Use for questions about data.
    ---
    You look at data.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.claude import BUILT_IN_AGENTS
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a name that is taken."""
    name = subject.value("name")
    if isinstance(name, str) and name.strip() in BUILT_IN_AGENTS:
        line, start, end = subject.in_key("name", name.strip())
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message=f"`{name.strip()}` is the name of a built-in agent, whose place this one takes",
            hint="choose another name, or silence this where it is meant",
        )


RULE = Rule(
    id="reserved-name",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
