"""A key of a subagent's head that Claude Code doesn't read.

Why: an unknown key is passed over without a word. A slip of the pen in `tools` gives an agent all
tools, one in `model` the wrong model.
Silent when: the key is one that people and catalogues keep for themselves (`version`, `author`,
`tags`, …) and is not like a known one.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    allowed-tools: Read, Grep
    permission-mode: plan
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep
    permissionMode: plan
    version: 2
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from agents.document import DocumentKind
from agents.finding import Edit, Severity
from agents.lint.claude import FIELDS, NOTES
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_MEANT = {
    "allowedtools": "tools",
    "tool": "tools",
    "disabledtools": "disallowedTools",
    "deniedtools": "disallowedTools",
    "mcp": "mcpServers",
    "colour": "color",
    "whentouse": "description",
    "agent": "name",
}
"""What people write for a field, without case and hyphens."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each unknown key, with what was probably meant."""
    keys = subject.document.frontmatter.keys
    for key, lines in keys.items():
        if key in FIELDS:
            continue
        meant, sure = _meant(key)
        if meant is None and (key in NOTES or not _is_surely_agent(subject)):
            continue
        edits: tuple[Edit, ...] = ()
        if sure and meant not in keys and subject.line(lines.start).startswith(f"{key}:"):
            edits = (subject.edit(lines.start, 0, len(key), meant or key),)
        yield RULE.at(
            subject,
            lines.start,
            0,
            len(key),
            message=f"Claude Code doesn't read `{key}` in a subagent",
            hint=f"did you mean `{meant}`?" if meant else "remove it, or say it in the body",
            severity=Severity.WARNING if meant else Severity.INFO,
            edits=edits,
        )


def _is_surely_agent(subject: Subject) -> bool:
    """Whether it lies among agents or has a field of theirs; others may follow another format."""
    telling = {"tools", "model", "color", "permissionMode", "disallowedTools"}
    return bool(
        "agents" in subject.where.parts or telling & subject.document.frontmatter.keys.keys()
    )


def _meant(key: str) -> tuple[str | None, bool]:
    """The field that a key was probably meant to be, and whether that is beyond doubt."""
    plain = key.replace("-", "").replace("_", "").lower()
    for field in FIELDS:
        if field.lower() == plain:
            return field, True
    if plain in _MEANT:
        return _MEANT[plain], False
    if key in NOTES:
        return None, False
    near = get_close_matches(key, sorted(FIELDS), n=1, cutoff=0.8)
    return (near[0] if near else None), False


RULE = Rule(
    id="unknown-field",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
