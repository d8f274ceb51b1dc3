"""A template's variable was left in the head or in a heading.

Why: the file was made from a template and a value was missing: the name or the description says
`{{name}}` to everybody.
Silent when: the variable stands in the body's text or code, where agents keep templates of what
they write.

Bad:
    ---
    name: reviewer
    description: Reviews {{language}} code. Use after each commit.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews TypeScript code. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_VARIABLE = re.compile(
    r"\{\{[-\s]*[A-Za-z_][\w. |-]{0,60}\}\}|<%=?\s*[A-Za-z_][\w.]{0,60}\s*%>"
    r"|(?<!\\)\$\{(?!CLAUDE_)[A-Za-z_]\w{0,60}\}|\{%[-\s]*(?:if|for|include|block)\b[^%\n]{0,80}%\}"
)
_TEMPLATES = re.compile(r"templates?|scaffold", re.IGNORECASE)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report variables in the name, the description and the first heading."""
    if any(_TEMPLATES.search(part) for part in subject.where.parts):
        return
    numbers = [
        number
        for key in ("name", "description", "tools", "model")
        if (lines := subject.key_lines(key))
        for number in range(lines.start, lines.end + 1)
    ]
    title = next((s.lines.start for s in subject.document.sections if s.level == 1), None)
    for number in [*numbers, *([title] if title else [])]:
        text = subject.line(number)
        found = _VARIABLE.search(text)
        if found and "`" not in text[: found.start()]:
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message=f"the variable `{found[0]}` of a template has no value",
                hint="write what it stands for",
            )


RULE = Rule(
    id="unexpanded-template",
    severity=Severity.WARNING,
    category="content",
    kinds=frozenset(DocumentKind) - {DocumentKind.OTHER, DocumentKind.COMMAND},
    check=check,
)
