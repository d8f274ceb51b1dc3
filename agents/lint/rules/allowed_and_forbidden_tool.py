"""A tool stands in `tools` and in `disallowedTools`.

Why: what is forbidden is taken out of what is allowed, so the entry in `tools` does nothing and
the text contradicts itself.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep, Write
    disallowedTools: Write
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
from agents.lint.claude import RENAMED_TOOLS, entries
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report entries of `tools` that `disallowedTools` takes away whole."""
    forbidden = {RENAMED_TOOLS.get(e, e) for e in entries(subject.value("disallowedTools"))}
    for entry in dict.fromkeys(entries(subject.value("tools"))):
        if RENAMED_TOOLS.get(entry, entry) in forbidden:
            line, start, end = subject.in_key("tools", entry)
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"`{entry}` is allowed here and forbidden by `disallowedTools`",
                hint="keep it in one of the two",
            )


RULE = Rule(
    id="allowed-and-forbidden-tool",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
