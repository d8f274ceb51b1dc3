"""A tool stands twice in one list.

Why: the second entry does nothing; often another tool was meant.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep, Read
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

from collections import Counter
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.claude import entries
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.rules._tool_lists import entry_edits
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report entries that are the same letter by letter."""
    for key in ("tools", "disallowedTools", "skills"):
        counts = Counter(entries(subject.value(key)))
        for name in (name for name, count in counts.items() if count > 1):
            line, start, end = subject.in_key(key, name)
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"`{name}` stands {counts[name]} times in `{key}`",
                hint="keep one of them",
                edits=entry_edits(subject, key, name, None, last=True),
            )


RULE = Rule(
    id="duplicate-tool",
    severity=Severity.INFO,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
