"""A document whose tool needs a head has none.

Why: without `name` and `description` between two `---` lines Claude Code doesn't load the file at
all, and nothing says so.
Silent when: the kind needs no head (`CLAUDE.md`, `AGENTS.md`, a command, a README), or the file
does not lie where agents do and speaks to people.

Bad:
    >>> .claude/agents/reviewer.md
    # Reviewer

    You review changes.
Good:
    >>> .claude/agents/reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---

    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import HEADED, Report, Rule, Surroundings
from agents.lint.subject import Subject

_HOMES = frozenset({"agents", "agent", "subagents"})


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the first line where the parser missed a head."""
    for diagnostic in subject.document.diagnostics:
        if diagnostic.code == "frontmatter-missing" and _is_meant_for_a_tool(subject):
            yield RULE.at(
                subject, diagnostic.line, message=diagnostic.message, hint=diagnostic.hint
            )


def _is_meant_for_a_tool(subject: Subject) -> bool:
    # Any Markdown file is a subagent for the parser; most are notes that lie beside agents.
    if subject.kind is not DocumentKind.SUBAGENT:
        return True
    if "skills" in subject.where.parts:
        return False  # a skill's own prompts, which nobody registers
    return subject.where.parent.name in _HOMES and not subject.where.name.isupper()


RULE = Rule(
    id="frontmatter-missing",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED - {DocumentKind.COMMAND},
    check=check,
    diagnostics=frozenset({"frontmatter-missing"}),
)
