"""A character changes the order in which the text is shown.

Why: with it a line shows other words, or the same in another order, than the model reads. In text
from left to right nobody needs it.
Silent when: the line holds letters of a script that is written from right to left.

Bad:
    Never call ⟨U+202E⟩noitcudorp⟨U+202C⟩ functions.
Good:
    Never call production functions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.rules._characters import BIDI, named
from agents.lint.subject import Subject

_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the first of these characters on each line."""
    if not any(character in subject.document.text for character in BIDI):
        return
    for number, text in enumerate(subject.lines, 1):
        places = [place for place, character in enumerate(text) if character in BIDI]
        if not places or any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
            continue
        yield RULE.at(
            subject,
            number,
            places[0],
            places[0] + 1,
            message=f"{named(text[places[0]])} makes this line look other than it reads",
            hint="remove it, and read the line again",
            edits=tuple(subject.edit(number, place, place + 1, "") for place in places),
        )


RULE = Rule(
    id="bidirectional-character",
    severity=Severity.ERROR,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
