"""Two documents that are loaded together have one name.

Why: only one of them is loaded, and which one depends on the order of the files.

Bad:
    >>> agents/a.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.

    >>> agents/b.md
    ---
    name: reviewer
    description: Reviews texts. Use before publishing.
    ---
    You review texts.
Good:
    >>> agents/a.md
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.

    >>> agents/b.md
    ---
    name: editor
    description: Reviews texts. Use before publishing.
    ---
    You review texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check_all(surroundings: Surroundings) -> Iterator[Report]:
    """Report each later document of a name."""
    named: dict[tuple[str, DocumentKind, str], list[Subject]] = defaultdict(list)
    for subject in surroundings.subjects:
        name = subject.value("name")
        if RULE.looks_at(subject) and isinstance(name, str) and name.strip():
            named[subject.group, subject.kind, name.strip()].append(subject)
    for (_, _, name), subjects in named.items():
        for subject in subjects[1:]:
            line, start, end = subject.in_key("name", name)
            yield RULE.at(
                subject,
                line,
                start,
                end,
                message=f"{subjects[0].file} is called `{name}` too; only one of them is loaded",
                hint="rename one of them",
            )


RULE = Rule(
    id="duplicate-name",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check_all=check_all,
)
