"""The text holds characters that nobody sees.

Why: people review what they see, the model reads all of it. Whole instructions can stand in
characters without a shape; a zero width space inside a name makes it another name.
Silent when: the characters belong to the script around them, or join emoji.

Bad:
    Use the `ctx.⟨U+200B⟩db` object.
Good:
    Use the `ctx.db` object.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.rules._characters import TAGS, VARIATIONS, hidden_ascii, invisible_runs, named
from agents.lint.subject import Subject

MOST_SHOWN = 80


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each run of hidden characters, and what it spells."""
    if subject.document.text.isascii():
        return
    for number, text in enumerate(subject.lines, 1):
        for start, end in () if text.isascii() else invisible_runs(text):
            run = text[start:end]
            spelled = hidden_ascii(run)
            is_text = any(ord(c) in TAGS or ord(c) in VARIATIONS for c in run)
            if spelled.strip():
                shown = spelled if len(spelled) <= MOST_SHOWN else f"{spelled[:MOST_SHOWN]}…"
                message = f"{len(run)} hidden characters spell `{shown}`"
            elif len(run) > 1:
                message = f"{len(run)} hidden characters, the first {named(run[0])}"
            else:
                message = f"a hidden character: {named(run)}"
            yield RULE.at(
                subject,
                number,
                start,
                end,
                message=message,
                hint="remove it",
                severity=Severity.ERROR if is_text else None,
                edits=(subject.edit(number, start, end, ""),),
            )


RULE = Rule(
    id="invisible-character",
    severity=Severity.WARNING,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
