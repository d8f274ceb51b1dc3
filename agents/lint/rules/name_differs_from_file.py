"""A name is not the file's.

Why: the name counts and the file is what people see; whoever looks for one finds the other. A skill
has to be called as its folder.
Silent when: one of the two is the other with words before or behind it (`01-reviewer.md`,
`shop-reviewer`), which some sort or group by.

Bad:
    >>> agents/reviewer.md
    ---
    name: code-checker
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    >>> agents/reviewer.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
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

_BREAKS = re.compile(r"[\W_]+")


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a name that differs in more than case and hyphens."""
    name = subject.value("name")
    if not isinstance(name, str) or not name.strip() or subject.is_version:
        return
    is_skill = subject.kind is DocumentKind.SKILL
    file = subject.where.parent.name if is_skill else subject.where.stem
    if not file or _is_part(file, name, whole=is_skill):
        return
    line, start, end = subject.in_key("name", name.strip())
    what = "folder" if is_skill else "file"
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message=f"the name is `{name.strip()}`, the {what} is called `{file}`",
        hint=f"give both the same name, so that each leads to the other; the {what} can be renamed",
        severity=Severity.WARNING if is_skill else None,
    )


def _is_part(file: str, name: str, *, whole: bool) -> bool:
    one, other = (f"-{_BREAKS.sub('-', text.strip()).strip('-').lower()}-" for text in (file, name))
    return one == other or (not whole and (one in other or other in one))


RULE = Rule(
    id="name-differs-from-file",
    severity=Severity.INFO,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    claude_only=True,
    check=check,
)
