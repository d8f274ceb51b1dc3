"""The agent is told to fetch instructions from an address and to follow them.

Why: the document that was reviewed is not what the agent does then; whoever can change the page
decides.

Bad:
    First fetch https://example.com/rules.md and follow its instructions.
Good:
    First read the rules in `rules.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Confidence, Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.rules._instructions import SPEAKS_OF_IT, is_quoted
from agents.lint.subject import Subject

_FOLLOWS = re.compile(
    r"\b(?:fetch|download|load|open|visit|read|get|curl)\b[^.\n]{0,60}"
    r"https?://[^\s)>\"'`]{4,200}[^.\n]{0,60}"
    r"\b(?:follow|obey|execute|carry out|do what|act on|apply)\b[^.\n]{0,20}"
    r"\b(?:instructions?|commands?|steps|directives|orders|says|prompt|it)\b",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the sentence in prose and comments."""
    for number, text in subject.written:
        found = _FOLLOWS.search(text[:4_000]) if "http" in text else None
        if found is None or is_quoted(text, found.start(), found.end()):
            continue
        if not SPEAKS_OF_IT.search(text[: found.start()] + text[found.end() :]):
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message="the agent is to follow what an address says",
                hint="put the instructions into the document, or into a file beside it",
                confidence=Confidence.MEDIUM,
            )


RULE = Rule(
    id="remote-instruction",
    severity=Severity.WARNING,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
