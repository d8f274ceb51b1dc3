"""The text tells the agent to use a tool that its head doesn't grant.

Why: an agent with a list of tools has no others. It is told to do what it can't, tries something
else, or gives up.
Silent when: the head has no `tools` (all are granted), the line forbids the tool, or the tool is
named in a code block.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep
    ---
    Use the `Bash` tool to run the tests.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    tools: Read, Grep, Bash(npm test:*)
    ---
    Use the `Bash` tool to run the tests. Don't use the Write tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Confidence, Severity
from agents.lint.claude import REMOVED_TOOLS, RENAMED_TOOLS, TOOLS, entries, tool_of
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_NAMES = "|".join(sorted({*TOOLS, *RENAMED_TOOLS}, key=lambda name: (-len(name), name)))
_PLAIN = "Read|Write|Edit|Bash|Grep|Glob|WebFetch|WebSearch|TodoWrite|NotebookEdit|AskUserQuestion"
"""Those that stand for nothing else before the word `tool`."""
_USED = re.compile(
    rf"(?i:\b(?:use|using|with|via|through|call|invoke|run)\s+(?:the\s+|your\s+)?)"
    rf"(?:`({_NAMES})`(?:\s+(and|or|/)\s+`({_NAMES})`)?(?:\s+tools?\b)?|({_PLAIN})\s+tools?\b"
    rf"|(WebFetch|WebSearch|TodoWrite|NotebookEdit|AskUserQuestion)\b(?!-))"
)
_MCP = re.compile(r"(?<![\w-])mcp__[a-z0-9-]+(?:_[a-z0-9-]+)*__[A-Za-z0-9_-]+\b")
_NEGATED = re.compile(
    r"\b(?:not|never|don['’]t|no|without|avoid|instead of|cannot|can['’]t|rather than|unless|if you"
    r" have|if available|when available|forbidden|lacks?)\b",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each ungranted tool once, where it is first to be used."""
    allowed = entries(subject.value("tools"))
    if not allowed or "*" in allowed:
        return
    granted = {
        RENAMED_TOOLS.get(name, REMOVED_TOOLS.get(name, name)) for name in map(tool_of, allowed)
    }
    for number, text in subject.written:
        if _NEGATED.search(text):
            continue
        for name, start, end in _named(text, granted):
            now = RENAMED_TOOLS.get(name, name)
            if now in granted or _is_of_granted_server(name, granted):
                continue
            granted.add(now)
            yield RULE.at(
                subject,
                number,
                start,
                end,
                message=f"the text has the agent use `{name}`, which `tools` doesn't grant",
                hint=f"add `{now}` to `tools`, or say it without it",
                confidence=Confidence.MEDIUM,
            )


def _named(text: str, granted: set[str]) -> Iterator[tuple[str, int, int]]:
    for found in _USED.finditer(text):
        if found[2] in ("or", "/") and not granted.isdisjoint((found[1], found[3])):
            continue  # a choice, of which one can be made
        for group in (1, 3, 4, 5):
            if found[group]:
                yield found[group], found.start(group), found.end(group)
    for found in _MCP.finditer(text):
        yield found[0], found.start(), found.end()


def _is_of_granted_server(name: str, granted: set[str]) -> bool:
    if not name.startswith("mcp__"):
        return False
    server = name.rsplit("__", 1)[0]
    return (
        server in granted
        or f"{server}__*" in granted
        or any(one.endswith("*") and name.startswith(one[:-1]) for one in granted)
    )


RULE = Rule(
    id="tool-not-granted",
    severity=Severity.WARNING,
    category="reference",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
