"""The document asks for something and forbids it.

Why: the model follows the one or the other, not always the same.
Silent when: the two differ in more than always and never, since another case may be meant.

Bad:
    ## Always do

    - Use `.filter()` on small result sets

    ## Never do

    - Use `.filter()` on small result sets
Good:
    ## Always do

    - Use `.filter()` on small result sets

    ## Never do

    - Use `.filter()` on whole tables
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.document import ChecklistItem, Polarity
from agents.finding import Confidence, Severity
from agents.likeness import words_of
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_NEVER = re.compile(r"\b(?:never|don['’]?ts?|do not|avoid|must not|forbidden)\b", re.IGNORECASE)
FEWEST_WORDS = 2
"""Words that carry matter, in each of the two."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report items of opposite polarity whose words that carry matter are the same."""
    said: dict[tuple[str, ...], list[ChecklistItem]] = defaultdict(list)
    for item in subject.document.checklist:
        words = words_of(item.text)
        if len(words) >= FEWEST_WORDS:
            said[words].append(item)
    for items in said.values():
        asks = [item for item in items if item.polarity is Polarity.DO]
        forbids = [item for item in items if _forbids_plainly(item)]
        if asks and forbids and asks[0].line != forbids[0].line:
            first, later = sorted((asks[0], forbids[0]), key=lambda item: item.line)
            verb = "forbids" if later is forbids[0] else "asks for"
            other = "asks for" if later is forbids[0] else "forbids"
            yield RULE.at(
                subject,
                later.line,
                message=f"this {verb} what line {first.line} {other}",
                hint="keep the one that is meant, or say for which case each holds",
                confidence=Confidence.MEDIUM,
            )


def _forbids_plainly(item: ChecklistItem) -> bool:
    """Whether the item itself or its heading says never; `Problems` above a list is not enough."""
    heading = item.heading[-1] if item.heading else ""
    plainly = _NEVER.search(heading) or _NEVER.match(item.text)
    return item.polarity is Polarity.DONT and plainly is not None


RULE = Rule(
    id="contradiction",
    severity=Severity.WARNING,
    category="content",
    check=check,
)
