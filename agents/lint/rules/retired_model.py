"""`model` names a model that is retired.

Why: requests to a retired model fail, or run on another one. A word such as `sonnet` follows the
newest.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    model: claude-3-5-sonnet-20241022
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    model: sonnet
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.claude import RETIRED_MODELS
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_FAMILY = re.compile(r"opus|sonnet|haiku", re.IGNORECASE)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the model of a subagent, skill or command."""
    value = subject.value("model")
    if not isinstance(value, str) or not RETIRED_MODELS.search(value):
        return
    name = value.strip()
    family = _FAMILY.search(name)
    line, start, end = subject.in_key("model", name)
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message=f"the model `{name}` is retired",
        hint=f"write `{family[0].lower() if family else 'sonnet'}` for the newest of its line",
    )


RULE = Rule(
    id="retired-model",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL, DocumentKind.COMMAND}),
    claude_only=True,
    check=check,
)
