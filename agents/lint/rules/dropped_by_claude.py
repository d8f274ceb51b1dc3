"""Claude Code doesn't load the file, or loads it without its head.

Why: it says so in a debug log that nobody reads. The agent isn't there, or the skill has neither
name nor description and is never picked.
Silent when: a key is missing, the head is missing, or something stands before it: the rules of
these names say what to do.

Bad:
    >>> .claude/agents/reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    <example>
    user: "look at this"
    </example>
    ---
    You review changes.
Good:
    >>> .claude/agents/reviewer.md
    ---
    name: reviewer
    description: |
      Reviews changes. Use after each commit.
      <example>
      user: "look at this"
      </example>
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_CODES = frozenset({"claude-drops", "claude-empty-metadata"})
_SAID_ELSEWHERE = frozenset(
    {
        *("name-missing", "description-missing", "frontmatter-missing", "frontmatter-not-first"),
        *("frontmatter-unclosed", "frontmatter-without-keys", "empty", "byte-order-mark"),
    }
)
"""Diagnostics whose own rules tell the cause, which is all there is to say."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the verdict of the client's own reading."""
    diagnostics = subject.document.diagnostics
    if any(diagnostic.code in _SAID_ELSEWHERE for diagnostic in diagnostics):
        return
    for diagnostic in diagnostics:
        if diagnostic.code in _CODES:
            yield RULE.at(
                subject, diagnostic.line, message=diagnostic.message, hint=diagnostic.hint
            )


RULE = Rule(
    id="dropped-by-claude",
    severity=Severity.ERROR,
    category="head",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    claude_only=True,
    check=check,
    diagnostics=_CODES,
)
