"""A list of tools allows any shell command by a pattern.

Why: `Bash(*)` looks like a bound and is none: whoever reads the list takes the brackets for a
restriction.
Silent when: plain `Bash` is granted, which nobody takes for a restriction.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Bash(*)
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Bash(git diff:*), Bash(git log:*)
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.claude import entries
from agents.lint.rule import HEADED, Report, Rule, Surroundings
from agents.lint.subject import Subject

_ANYTHING = re.compile(
    r"(?:Bash|PowerShell)\s*\(\s*(?:\*+|:\*|\*\s*:\s*\*|(?:sudo|sh|bash|zsh)\s*:?\s*\*)\s*\)\Z"
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report patterns that match every command."""
    for key in ("tools", "allowed-tools", "allowedTools"):
        for entry in dict.fromkeys(entries(subject.value(key))):
            if not _ANYTHING.match(entry):
                continue
            line, start, _ = subject.in_key(key, entry.partition("(")[0])
            end = start + len(entry)
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"`{entry}` allows any command",
                hint="name the commands: `Bash(git diff:*)`, `Bash(npm test:*)`",
            )


RULE = Rule(
    id="unbounded-shell",
    severity=Severity.WARNING,
    category="security",
    kinds=HEADED,
    check=check,
)
