"""A document says the same rule twice.

Why: the model reads it twice and nobody changes both: the two drift apart.
Silent when: the two are steps or tasks of different lists.

Bad:
    ## Always do

    - Define validators for all arguments
    - Use an index for each query

    ## Security

    - **Define validators** for all arguments
Good:
    ## Always do

    - Define validators for all arguments
    - Use an index for each query
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import ChecklistItem, Polarity
from agents.finding import Edit, Severity
from agents.likeness import plain_words
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

FEWEST_WORDS = 4
"""Shorter items (`Run the tests`) may well stand in two lists."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each later item with the same words and polarity."""
    seen: dict[tuple[tuple[str, ...], Polarity], ChecklistItem] = {}
    for item in subject.document.checklist:
        if item.line in subject.code_lines:
            continue  # what a command prints
        words = tuple(word for word in plain_words(item.text) if word.isalnum())
        # What ends with a colon introduces code or a list of its own.
        if len(words) < FEWEST_WORDS or item.text.endswith((":", "…", "...")):
            continue
        first = seen.setdefault((words, item.polarity), item)
        again = item.kind in ("task", "step") and first.heading != item.heading
        if first is item or first.line == item.line or again:
            continue
        yield RULE.at(
            subject,
            item.line,
            message=f"the same stands on line {first.line}",
            hint="keep it where it belongs, and remove the other",
            edits=_without(subject, first, item),
        )


def _without(subject: Subject, first: ChecklistItem, item: ChecklistItem) -> tuple[Edit, ...]:
    """Take the second out where both are entries of one section, letter by letter the same."""
    same = first.text == item.text and first.heading == item.heading and first.kind == item.kind
    whole = item.lines.start == item.lines.end and item.kind in ("bullet", "task")
    line = subject.line(item.line)
    deeper = subject.line(item.line + 1)
    indent = len(line) - len(line.lstrip())
    has_children = deeper.strip() and len(deeper) - len(deeper.lstrip()) > indent
    if same and whole and not has_children and line == subject.line(first.line):
        return (subject.without_lines(item.lines),)
    return ()


RULE = Rule(
    id="duplicate-item",
    severity=Severity.INFO,
    category="content",
    check=check,
)
