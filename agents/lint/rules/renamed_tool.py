"""`tools` names a tool that is called otherwise today, or is gone.

Why: Claude Code still understands the old names (`Task` for `Agent`), but nobody finds them in its
manual; a tool that was removed (`MultiEdit`, `LS`) is passed over.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, LS, Task, MultiEdit
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Glob, Agent, Edit
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.claude import REMOVED_TOOLS, RENAMED_TOOLS, entries, tool_of
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.rules._tool_lists import entry_edits
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report old names, with the mend: today's name, or nothing where that is granted already."""
    for key in ("tools", "disallowedTools"):
        names = [tool_of(entry) for entry in entries(subject.value(key))]
        for name in dict.fromkeys(names):
            now = RENAMED_TOOLS.get(name) or REMOVED_TOOLS.get(name)
            if now is None:
                continue
            line, start, end = subject.in_key(key, name)
            removed = name in REMOVED_TOOLS
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"the tool `{name}` is gone"
                if removed
                else f"the tool `{name}` is called `{now}` today",
                hint=f"`{now}` does its work" if removed else f"write `{now}`",
                severity=None if removed else Severity.INFO,
                edits=entry_edits(subject, key, name, None if now in names else now),
            )


RULE = Rule(
    id="renamed-tool",
    severity=Severity.INFO,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
