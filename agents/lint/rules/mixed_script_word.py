"""A word mixes Latin letters with letters of another script that look the same.

Why: `ctx.db` with a Cyrillic `с` is another name than it seems: code that is copied doesn't work,
an address leads elsewhere, a search doesn't find it.
Silent when: the other letters don't look like Latin ones (`Δt`, `µs`).

Bad:
    Call `c⟨U+0442⟩x.db.⟨U+0440⟩atch` for updates.
Good:
    Call `ctx.db.patch` for updates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.subject import Subject

_LOOKALIKES = "аеорсухіјѕһԁԛԝАВЕКМНОРСТХУІЈЅтοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
"""Cyrillic and Greek letters that stand for Latin ones in the eyes of a reader; not those that
formulas use (`Cα`)."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_LATIN = re.compile(r"[A-Za-z]")
_OTHERS = re.compile(f"[{_LOOKALIKES}]")
_OTHER_SCRIPT = re.compile(r"[Ͱ-ӿԀ-ԯ]")


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report words in which lookalikes stand among Latin letters."""
    if subject.document.text.isascii():
        return
    for number, text in enumerate(subject.lines, 1):
        if text.isascii() or not _OTHERS.search(text):
            continue
        for found in _WORD.finditer(text):
            word = found[0]
            foreign = _OTHER_SCRIPT.findall(word)
            if not _LATIN.search(word) or not foreign or not all(map(_OTHERS.match, foreign)):
                continue
            listed = ", ".join(f"U+{ord(letter):04X}" for letter in dict.fromkeys(foreign))
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message=f"`{word}` holds letters that only look Latin: {listed}",
                hint="write the word anew",
            )


RULE = Rule(
    id="mixed-script-word",
    severity=Severity.WARNING,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
