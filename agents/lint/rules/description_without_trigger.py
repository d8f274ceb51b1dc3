"""A description says what the agent is, not when to use it.

Why: the main agent matches a task against descriptions. "Expert in X" matches weakly; "Use when Y"
or "after Z" tells it the moment.
Silent when: the description names an occasion in some other way (`for …ing`, `before`, `whenever`,
`Handles`, `Triggers on`), or has examples.

Bad:
    ---
    name: reviewer
    description: An expert code reviewer with deep knowledge of TypeScript and React.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews TypeScript and React. Use after each change.
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

_OCCASION = re.compile(
    r"\b(?:use[ds]?|using|invoke[ds]?|call(?:ed)?|trigger\w*|activate[ds]?|delegate\w*|run|runs"
    r"|when|whenever|after|before|during|while|if|once|until|upon|on demand|proactive\w*"
    r"|must be used|should be used|ideal|perfect|best for|for|asks?|wants?|needs?|need to"
    r"|requires?|engage[ds]?|consult\w*|handles?|employ|apply|applies|leverage|deploy this"
    r"|example)\b|<example",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a description without a word for an occasion."""
    text = subject.document.description
    is_latin = sum(character.isascii() for character in text) * 10 > len(text) * 9
    if not text or not is_latin or not subject.key_lines("description") or _OCCASION.search(text):
        return
    line, start, end = subject.in_key("description", text)
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message="the description doesn't say when to use this",
        hint="add a sentence such as `Use when …` or `Use after …`",
    )


RULE = Rule(
    id="description-without-trigger",
    severity=Severity.INFO,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
