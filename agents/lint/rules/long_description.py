"""A description is longer than what a tool shows or should carry along.

Why: every description is part of every conversation, whether its agent is called or not. The format
of skills allows 1,024 characters.

Bad:
    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: >
      Fills forms. Use when a form is to be filled. ⟨220 tokens⟩
    ---
    Fill forms.
Good:
    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: Fills forms. Use when a form is to be filled.
    ---
    Fill forms.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject
from agents.lint.tokens import estimated_tokens

MOST_TOKENS = 600
"""Of a subagent's description: thirty such fill more than Claude Code takes without a warning."""
MOST_CHARACTERS = 1024
"""Of a skill's description."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a description over its kind's limit."""
    text = subject.document.description
    if not subject.key_lines("description"):
        return
    line, start, end = subject.in_key("description", "")
    end = start + len("description")
    if subject.kind is DocumentKind.SKILL:
        if len(text) > MOST_CHARACTERS:
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"the description has {len(text):,} characters, a skill's may have "
                f"{MOST_CHARACTERS:,}",
                hint="say what it does and when to use it; the rest belongs into the body",
            )
        return
    tokens = estimated_tokens(text)
    if tokens > MOST_TOKENS:
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message=f"the description costs about {tokens:,} tokens in every conversation",
            hint=f"keep it under {MOST_TOKENS}: fewer examples, the rest in the body",
            severity=Severity.INFO,
        )


RULE = Rule(
    id="long-description",
    severity=Severity.WARNING,
    category="budget",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
