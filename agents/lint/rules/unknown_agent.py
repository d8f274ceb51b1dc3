"""The text hands work to an agent that isn't there.

Why: nothing happens then, or the main agent picks another one. The name is often that of an agent
that was renamed.
Silent when: no other agent that the document names is known either, so that its companions are
kept somewhere else.

Bad:
    >>> agents/lead.md
    ---
    name: lead
    description: Leads the work. Use for larger tasks.
    ---
    Ask the `code-reviewer` agent first, then the `code-writer` agent.

    >>> agents/code-reviewer.md
    ---
    name: code-reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    >>> agents/lead.md
    ---
    name: lead
    description: Leads the work. Use for larger tasks.
    ---
    Ask the `code-reviewer` agent first.

    >>> agents/code-reviewer.md
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
from agents.errors import did_you_mean
from agents.finding import Confidence, Severity
from agents.lint.claude import BUILT_IN_AGENTS
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"
_MENTION = re.compile(
    rf"(?:(?<![\w/.-])`({_NAME})`\s+(?:sub-?)?agents?\b"
    rf"|(?<![\w/.`-])@agent-({_NAME})\b"
    rf"|subagent_type[\"']?\s*[:=]\s*[\"'`]({_NAME})[\"'`]"
    rf"|\b(?:sub)?agent\s+`({_NAME})`)"
)
_NOT_NAMES = frozenset({"sub-agent", "multi-agent", "cross-agent", "inter-agent", "user-agent"})


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each unknown agent once."""
    known = surroundings.agents | BUILT_IN_AGENTS
    mentions: dict[str, tuple[int, int, int]] = {}
    for number, text in subject.written:
        for found in _MENTION.finditer(text):
            group = found.lastindex or 1
            name = found[group]
            if name not in _NOT_NAMES:
                mentions.setdefault(name, (number, found.start(group), found.end(group)))
    own = subject.document.name
    if not any(name in known and name != own for name in mentions):
        return
    for name, (number, start, end) in mentions.items():
        if name in known:
            continue
        yield RULE.at(
            subject,
            number,
            start,
            end,
            message=f"there is no agent `{name}`",
            hint=did_you_mean(name, sorted(known), "register it, or name another one"),
            severity=Severity.INFO,
            confidence=Confidence.MEDIUM,
        )


RULE = Rule(
    id="unknown-agent",
    severity=Severity.INFO,
    category="reference",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.COMMAND, DocumentKind.INSTRUCTIONS}),
    check=check,
)
