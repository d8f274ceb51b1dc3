"""An HTML comment is never closed.

Why: all that follows is hidden from people who read the document as Markdown, and still given to
the model.

Bad:
    # Convex

    <!-- to be written

    - Use an index.
Good:
    # Convex

    <!-- to be written -->

    - Use an index.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the `<!--` that no `-->` follows."""
    if subject.open_comment is not None:
        line, column = subject.open_comment
        yield RULE.at(
            subject,
            line,
            column,
            column + 4,
            message="the comment that begins here is never closed",
            hint="put `-->` where it ends",
        )


RULE = Rule(
    id="unclosed-comment",
    severity=Severity.WARNING,
    category="structure",
    check=check,
)
