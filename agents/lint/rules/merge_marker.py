"""A marker of an unresolved merge stands in the text.

Why: both sides are given to the model, and it follows the one that it likes.

Bad:
    # Convex

    <<<<<<< HEAD
    - Take at most 50 rows.
    =======
    - Take at most 100 rows.
    >>>>>>> main
Good:
    # Convex

    - Take at most 50 rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.subject import Subject

_MARKER = re.compile(r"(?:<{7}|>{7}|\|{7}) \S")
_ABOUT = re.compile(r"\b(?:merge )?conflicts?\b", re.IGNORECASE)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each marker; in a code block only where the text isn't about conflicts."""
    shows_them = bool(_ABOUT.search(subject.document.text))
    for number, text in enumerate(subject.lines, 1):
        if not _MARKER.match(text) or (number in subject.code_lines and shows_them):
            continue
        yield RULE.at(
            subject,
            number,
            message=f"a merge left `{text[:7]}` here",
            hint="keep one of the two sides",
        )


RULE = Rule(
    id="merge-marker",
    severity=Severity.ERROR,
    category="content",
    kinds=EVERY_KIND,
    check=check,
)
