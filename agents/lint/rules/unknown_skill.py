"""`skills` names a skill that isn't there.

Why: Claude Code passes it over; the agent works without what the skill was to teach it.
Silent when: none of the document's skills is known and none is like a known one, since skills are
often installed by another tool; the name is that of a plugin's skill (`plugin:skill`).

Bad:
    >>> agents/clerk.md
    ---
    name: clerk
    description: Fills forms. Use when a form is to be filled.
    skills: form
    ---
    You fill forms.

    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: Fills forms. Use when a form is to be filled.
    ---
    Fill forms.
Good:
    >>> agents/clerk.md
    ---
    name: clerk
    description: Fills forms. Use when a form is to be filled.
    skills: forms
    ---
    You fill forms.

    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: Fills forms. Use when a form is to be filled.
    ---
    Fill forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from agents.document import DocumentKind
from agents.finding import Confidence, Severity
from agents.lint.claude import entries
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each skill that neither the registry nor the run has."""
    names = list(dict.fromkeys(entries(subject.value("skills"))))
    known = surroundings.skills
    has_company = any(name in known for name in names)
    for name in names:
        near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
        if name in known or ":" in name or not (has_company or near):
            continue
        line, start, end = subject.in_key("skills", name)
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message=f"there is no skill `{name}`",
            hint=f"did you mean `{near[0]}`?" if near else "register it, or remove it",
            confidence=Confidence.MEDIUM,
        )


RULE = Rule(
    id="unknown-skill",
    severity=Severity.WARNING,
    category="reference",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
