"""`model` is no model that Claude Code can run.

Why: the agent starts with an error, or with another model than its author thinks.
Silent when: the value has the form of a model's own name (`claude-…`, a Bedrock name, an ARN).

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    model: gpt-4o
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

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.errors import did_you_mean
from agents.finding import Severity
from agents.lint.claude import MODEL_NAME, MODELS
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a model that is neither one of the words nor of a model name's form."""
    value = subject.value("model")
    if not isinstance(value, str) or not value.strip():
        return
    name = value.strip()
    # The client takes its words in any case.
    if name.lower().removesuffix("[1m]") in MODELS or MODEL_NAME.match(name):
        return
    line, start, end = subject.in_key("model", name)
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message=f"`{name}` is no model that Claude Code knows",
        hint=did_you_mean(name.lower(), sorted(MODELS), "sonnet, opus, haiku, inherit, claude-…"),
    )


RULE = Rule(
    id="unknown-model",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
