"""Some lines end with CRLF, others with LF.

Why: a key of the head then ends with an invisible character for some readers, and each edit on the
other system changes lines that nobody touched.

Bad:
    ---
    name: reviewer␍
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Edit, Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_BREAK = re.compile(rb"\r\n|\n|\r(?!\n)")
MOST_EDITS = 5_000
"""A file with more odd lines than these is left to an editor."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the first line that ends unlike most."""
    raw = subject.document.raw
    if b"\r" not in raw:
        return
    breaks = [(found.start(), found.end(), found[0]) for found in _BREAK.finditer(raw)]
    crlf = sum(ending == b"\r\n" for _, _, ending in breaks)
    if crlf == len(breaks):
        return
    common = b"\r\n" if crlf * 2 > len(breaks) else b"\n"
    odd = [one for one in breaks if one[2] != common]
    if not odd:
        return
    line = subject.index.line_of(odd[0][0])
    edits = tuple(
        # The mender writes LF as the file's own break only where all are CRLF.
        Edit(start, end, common.decode())
        for start, end, _ in odd
    )
    name = "CRLF" if common == b"\r\n" else "LF"
    lines = "1 line ends" if len(odd) == 1 else f"{len(odd)} lines end"
    yield RULE.at(
        subject,
        line,
        message=f"{lines} otherwise than with {name}, as the others do",
        hint=f"save the file with {name} throughout",
        edits=edits if len(odd) <= MOST_EDITS else (),
    )


RULE = Rule(
    id="mixed-line-breaks",
    severity=Severity.INFO,
    category="head",
    check=check,
)
