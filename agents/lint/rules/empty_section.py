"""A heading has nothing below it.

Why: it promises what isn't said: a section was to be written, or its text was removed.

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

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report sections without text and without sections of their own."""
    for section in subject.document.sections:
        if section.level < 2 or section.lines != section.own:
            continue
        inside = range(section.lines.start + 1, section.lines.end + 1)
        texts = [subject.line(number).strip() for number in inside]
        if texts and set(texts[0]) <= {"=", "-"}:
            texts = texts[1:]  # the underline of a heading
        if not any(text for text in texts if text not in ("---", "***", "___")):
            yield RULE.at(
                subject,
                section.lines.start,
                message=f"nothing stands below the heading `{section.heading[-1]}`",
                hint="write the section, or remove the heading",
            )


RULE = Rule(
    id="empty-section",
    severity=Severity.INFO,
    category="structure",
    check=check,
)
