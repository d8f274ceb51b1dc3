"""A name is not in lower case with hyphens.

Why: people and the main agent call an agent by its name, in prompts, `--agent`, `@agent-…` and file
names. Claude Code refuses a name that begins with a hyphen; spaces and capitals have to be
repeated exactly.

Bad:
    ---
    name: Code Reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    ---
    name: code-reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_FORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
LONGEST = 64
"""Characters; the limit of the format of skills."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a name of another form."""
    name = subject.value("name")
    if not isinstance(name, str) or not name.strip() or not subject.key_lines("name"):
        return
    name = name.strip()
    line, start, end = subject.in_key("name", name)
    if name.startswith("-"):
        message = f"the name `{name}` begins with a hyphen, so Claude Code doesn't load the file"
        severity = Severity.ERROR
    elif not _FORM.match(name):
        message = f"the name `{name}` is not in lower case with hyphens"
        severity = None
    elif len(name) > LONGEST:
        message = f"the name has {len(name)} characters, more than {LONGEST}"
        severity = None
    else:
        return
    better = _NOT_IN_NAMES.sub("-", name.lower()).strip("-")[:LONGEST]
    hint = f"call it `{better}`" if better else None
    yield RULE.at(subject, line, start, end, message=message, hint=hint, severity=severity)


RULE = Rule(
    id="name-format",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    claude_only=True,
    check=check,
)
