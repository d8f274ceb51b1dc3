"""The agent runs without asking for permission.

Why: with `bypassPermissions` nobody sees a command before it runs. A document that is shared takes
that decision for everybody who installs it.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: bypassPermissions
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: plan
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Confidence, Severity
from agents.lint.rule import HEADED, Report, Rule, Surroundings
from agents.lint.subject import Subject

_FLAG = re.compile(r"--dangerously-skip-permissions\b|--dangerously-bypass-approvals-and-sandbox\b")
_WARNS = re.compile(
    r"\b(?:never|don['’]t|do not|avoid|without|unsafe|dangerous(?!ly)|instead of|forbid\w*|no)\b",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the mode in the head, and the flag in what is to be run."""
    if subject.value("permissionMode") == "bypassPermissions":
        line, start, end = subject.in_key("permissionMode", "bypassPermissions")
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message="`bypassPermissions` lets this agent run everything unasked",
            hint="name the tools that it needs in `tools`, and leave the mode to the user",
        )
    for number in range(subject.body_start, len(subject.lines) + 1):
        text = subject.line(number)
        found = _FLAG.search(text)
        if found and not _WARNS.search(text):
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message=f"`{found[0]}` runs another agent without asking for permission",
                hint="leave the flag to the user",
                severity=Severity.INFO,
                confidence=Confidence.MEDIUM,
            )


RULE = Rule(
    id="permission-bypass",
    severity=Severity.WARNING,
    category="security",
    kinds=HEADED,
    check=check,
)
