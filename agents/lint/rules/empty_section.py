"""A heading has nothing below it.

Why: it promises what isn't said: a section was to be written, or its text was removed.
Silent when: three or more such headings stand beside each other, or the heading begins with a mark
(`❌ Not using steps`): they are a list then.

Bad:
    # Convex

    ## Queries

    ## Mutations

    Check the caller.
Good:
    # Convex

    ## Mutations

    Check the caller.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import Section
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

ROW = 3
"""So many empty headings beside each other are meant as a list."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report sections without text and without sections of their own."""
    empty = [section for section in subject.document.sections if _is_empty(subject, section)]
    for section in empty:
        beside = [one for one in empty if one.heading[:-1] == section.heading[:-1]]
        # Headings in a row, or ones that say it all, are a list of their own kind.
        if len(beside) >= ROW or not section.heading[-1][:1].isalnum():
            continue
        yield RULE.at(
            subject,
            section.lines.start,
            message=f"nothing stands below the heading `{section.heading[-1]}`",
            hint="write the section, or remove the heading",
        )


def _is_empty(subject: Subject, section: Section) -> bool:
    if section.level < 2 or section.lines != section.own or not section.heading[-1]:
        return False
    says = section.heading[-1]
    if says.endswith((":", "...", "…")) or "$" in says or "{" in says:
        return False
    inside = range(section.lines.start + 1, section.lines.end + 1)
    texts = [subject.line(number).strip() for number in inside]
    if texts and set(texts[0]) <= {"=", "-"}:
        texts = texts[1:]  # the underline of a heading
    return not any(text for text in texts if text not in ("---", "***", "___"))


RULE = Rule(
    id="empty-section",
    severity=Severity.INFO,
    category="structure",
    check=check,
)
