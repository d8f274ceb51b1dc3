"""A heading has no space behind its `#`.

Why: without the space it is no heading but text that begins with signs, and its section is part of
the one above.

Bad:
    # Convex

    ##Queries

    Use an index.
Good:
    # Convex

    ## Queries

    Use an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_MEANT = re.compile(r"(#{2,6})[A-Za-z*_`\d][^#]*\Z")


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report lines that begin with two or more `#` and a letter."""
    for number, text in subject.prose:
        found = _MEANT.match(text)
        if found and not subject.line(number - 1).strip():
            end = len(found[1])
            yield RULE.at(
                subject,
                number,
                message="this heading has no space behind its `#`, so it is read as text",
                hint="put a space there",
                edits=(subject.edit(number, end, end, " "),),
            )


RULE = Rule(
    id="heading-without-space",
    severity=Severity.WARNING,
    category="structure",
    check=check,
)
