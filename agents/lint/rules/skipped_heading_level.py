"""A heading is two or more levels below the one above it.

Why: the outline has a gap there; tools that cut a document into sections put the text under the
wrong heading.

Bad:
    # Convex

    #### Queries

    Use an index.
Good:
    # Convex

    ## Queries

    Use an index.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each heading that leaves a level out."""
    above = 0
    for section in subject.document.sections:
        if not section.level:
            continue
        if above and section.level > above + 1:
            yield RULE.at(
                subject,
                section.lines.start,
                message=f"a heading of level {section.level} stands below one of level {above}",
                hint=f"give it {above + 1} `#`",
            )
        above = section.level


RULE = Rule(
    id="skipped-heading-level",
    severity=Severity.INFO,
    category="structure",
    check=check,
)
