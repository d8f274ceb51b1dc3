"""A plugin's agent sets a field that Claude Code doesn't take from plugins.

Why: `permissionMode`, `hooks` and `mcpServers` of an agent in a plugin are passed over, with a line
in the debug log. Bounds that the author put there hold nobody.

Bad:
    >>> shop/.claude-plugin/plugin.md
    The plugin's folder.

    >>> shop/agents/reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: plan
    ---
    You review changes.
Good:
    >>> .claude/agents/reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: plan
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_IGNORED = ("permissionMode", "hooks", "mcpServers")
_MANIFEST = ".claude-plugin"


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the fields of agents whose folder lies beside a plugin's manifest."""
    keys = [key for key in _IGNORED if subject.key_lines(key)]
    if not keys or not _is_in_plugin(subject, surroundings):
        return
    for key in keys:
        line, start, _ = subject.in_key(key, "")
        yield RULE.at(
            subject,
            line,
            start,
            start + len(key),
            message=f"Claude Code passes over `{key}` of an agent in a plugin",
            hint="say it in the plugin's README, or have users put the agent into .claude/agents",
        )


def _is_in_plugin(subject: Subject, surroundings: Surroundings) -> bool:
    folders = [p for p in subject.where.parents if p.name == "agents"]
    if not folders or ".claude" in subject.where.parts:
        return False
    root = folders[0].parent
    if subject.path is not None:
        start = subject.path.absolute()
        place = next((p.parent for p in start.parents if p.name == "agents"), None)
        return place is not None and (place / _MANIFEST / "plugin.json").is_file()
    manifest = PurePosixPath(root, _MANIFEST)
    return any(other.where.parent == manifest for other in surroundings.subjects)


RULE = Rule(
    id="ignored-in-plugin",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
