"""Claude Code reads a value of the head otherwise than it is meant.

Why: the file is loaded, so nothing seems wrong; but the agent has other tools, another model or
half a description.
Silent when: another rule tells the cause (typographic quotes, a key inside the description).

Bad:
    ---
    name: reviewer
    description: Reviews changes --- all of them. Use after each commit.
    model: haiku
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes – all of them. Use after each commit.
    model: haiku
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_CODE = "claude-reads-otherwise"
_SAID_ELSEWHERE = frozenset({"frontmatter-typographic-quotes", "frontmatter-swallowed-key"})


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report what the client's own reading makes of the head."""
    diagnostics = subject.document.diagnostics
    if any(diagnostic.code in _SAID_ELSEWHERE for diagnostic in diagnostics):
        return
    for diagnostic in diagnostics:
        if diagnostic.code == _CODE:
            yield RULE.at(
                subject, diagnostic.line, message=diagnostic.message, hint=diagnostic.hint
            )


RULE = Rule(
    id="read-otherwise-by-claude",
    severity=Severity.WARNING,
    category="head",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    claude_only=True,
    check=check,
    diagnostics=frozenset({_CODE}),
)
