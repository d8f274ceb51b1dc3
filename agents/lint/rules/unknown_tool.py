"""`tools` or `disallowedTools` names a tool that Claude Code doesn't have.

Why: a name that stands for nothing is passed over. An agent whose tools are all of that kind gets
none, and a forbidden tool under a wrong name stays allowed.
Silent when: the name is one of an MCP server (`mcp__server__tool`), or an old name that is still
understood (`renamed-tool`).

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grepp, runCommands
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep, Bash(git:*), mcp__github__get_issue
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from agents.document import DocumentKind
from agents.finding import Edit, Severity
from agents.head_fields import says_all
from agents.lint.claude import (
    MCP_TOOL,
    REMOVED_TOOLS,
    RENAMED_TOOLS,
    TOOLS,
    entries,
    tool_of,
)
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_LOWER = {tool.lower(): tool for tool in TOOLS}
MOST = 5
"""Unknown names that are reported one by one; more come from another tool's list."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the names of each of the two keys."""
    for key in ("tools", "disallowedTools"):
        value = subject.value(key)
        if key == "tools" and isinstance(value, str) and says_all(value):
            if value.strip() != "*":
                yield _all_in_words(subject, value)
            continue
        names = list(dict.fromkeys(filter(_is_unknown, map(tool_of, entries(value)))))
        if len(names) > MOST:
            yield _many(subject, key, names)
        else:
            for name in names:
                yield _one(subject, key, name)


def _is_unknown(name: str) -> bool:
    known = name in TOOLS or name in RENAMED_TOOLS or name in REMOVED_TOOLS or name == "*"
    return not known and not MCP_TOOL.match(name)


def _one(subject: Subject, key: str, name: str) -> Report:
    same = _LOWER.get(name.lower())
    near = [same] if same else get_close_matches(name, sorted(TOOLS), n=1, cutoff=0.8)
    line, start, end = subject.in_key(key, name)
    edits: tuple[Edit, ...] = ()
    if same and subject.line(line)[start:end] == name:
        edits = (subject.edit(line, start, end, same),)
    return RULE.at(
        subject,
        line,
        start,
        end,
        message=f"Claude Code has no tool `{name}`",
        hint=f"did you mean `{near[0]}`?"
        if near
        else "remove it; MCP tools are `mcp__SERVER__TOOL`",
        edits=edits,
    )


def _many(subject: Subject, key: str, names: list[str]) -> Report:
    line, start, end = subject.in_key(key, names[0])
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return RULE.at(
        subject,
        line,
        start,
        end,
        message=f"Claude Code has none of {len(names)} of these tools: {shown}, …",
        hint="these are another tool's names; say Read, Grep, Glob, Edit, Write, Bash, …",
    )


def _all_in_words(subject: Subject, value: str) -> Report:
    lines = subject.key_lines("tools")
    line, start, end = subject.in_key("tools", value.strip())
    return RULE.at(
        subject,
        line,
        start,
        end,
        message=f"`tools: {value.strip()}` is read as names of tools that don't exist",
        hint="leave `tools` out: the agent has all tools then",
        edits=(subject.without_lines(lines),) if lines else (),
    )


RULE = Rule(
    id="unknown-tool",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
    diagnostics=frozenset({"tools-in-words"}),
)
