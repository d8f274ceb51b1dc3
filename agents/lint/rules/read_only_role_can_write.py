"""An agent that says it only reads may write.

Why: what the text promises the tools don't hold. A reviewer with `Write`, or without any list of
tools, changes files as soon as something in them tells it to.

Bad:
    ---
    name: auditor
    description: Read-only audit of access rules. Use before each release.
    tools: Read, Grep, Write
    ---
    You look for gaps. You never modify files.
Good:
    ---
    name: auditor
    description: Read-only audit of access rules. Use before each release.
    tools: Read, Grep, Glob
    ---
    You look for gaps. You never modify files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Confidence, Severity
from agents.lint.claude import RENAMED_TOOLS, WRITING_TOOLS, entries, tool_of
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_ROLE = re.compile(
    r"\bread[- ]only\s+(?:\w+\s+)?(?:agent|sub-?agent|audit(?:or)?|review(?:er)?|analy(?:sis|st)"
    r"|analyzer|assistant|access|role|advis(?:or|er)|mode|exploration|investigation)\b"
    r"|\bthis (?:agent|subagent|role) (?:is|operates) (?:strictly |purely )?read[- ]only\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:you|agent|it)\s+(?:must\s+|will\s+|should\s+)?(?:never|do not|don['’]t|not|cannot"
    r"|can['’]t)\s+(?:ever\s+)?(?:modify|edit|change|write|alter)(?:\s+or\s+\w+)?\s+(?:any\s+|the\s+)?"
    r"(?:files?|code|source(?: code| files)?|the codebase)\b(?!\s+(?:without|unless|outside|until"
    r"|directly|that|in\b|before|you))",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the tool that writes, or the missing list, beside the promise."""
    said = _said(subject)
    if said is None:
        return
    forbidden = {RENAMED_TOOLS.get(e, e) for e in entries(subject.value("disallowedTools"))}
    tools = subject.value("tools")
    if subject.value("permissionMode") == "plan" or (forbidden >= {"Write", "Edit"}):
        return
    line, what = said
    if "tools" not in subject.document.frontmatter.values:
        yield RULE.at(
            subject,
            line,
            message=f"it says `{what}`, but without `tools` it has all of them, Write and Edit too",
            hint="add `tools: Read, Grep, Glob`",
            confidence=Confidence.MEDIUM,
        )
        return
    writing = [t for t in map(tool_of, entries(tools)) if t in WRITING_TOOLS - forbidden]
    if writing:
        number, start, end = subject.in_key("tools", writing[0])
        yield RULE.at(
            subject,
            number,
            start,
            end,
            message=f"line {line} says `{what}`, but `{writing[0]}` is granted",
            hint=f"take {', '.join(f'`{name}`' for name in writing)} out of `tools`",
            confidence=Confidence.MEDIUM,
        )


def _said(subject: Subject) -> tuple[int, str] | None:
    """Where the document says that it only reads, and with which words."""
    head = _ROLE.search(subject.document.description)
    if head:
        line = subject.key_lines("description")
        return (line.start if line else subject.head_line), head[0]
    for number, text in subject.prose:
        found = _PROMISE.search(text)
        if found:
            return number, " ".join(found[0].split())
    return None


RULE = Rule(
    id="read-only-role-can-write",
    severity=Severity.WARNING,
    category="security",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
