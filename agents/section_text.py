"""What a section says besides its items, its code and its sub-sections."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.document import ChecklistItem, Document, Section
from agents.likeness import Words, plain_words

_MARKER = re.compile(r"\s*(?:>\s*)*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section's lines of plain text, without what is told elsewhere."""

    lines: tuple[str, ...]
    """Without list marks and indentation; none is empty."""

    @property
    def words(self) -> Words:
        """All words in order: text that was only wrapped or marked anew has the same."""
        return plain_words(" ".join(self.lines))


def text_lines(document: Document) -> list[str]:
    """The document's lines without their breaks; a break is CRLF, CR or LF, as in `Lines`."""
    lines = re.split(r"\r\n|\r|\n", document.text)
    if lines[-1] == "":
        lines.pop()
    return lines


def section_texts(document: Document, lines: Sequence[str]) -> list[SectionText]:
    """The plain text of each of the document's sections."""
    rest: list[str] = [" ".join(_MARKER.sub("", line, count=1).split()) for line in lines]
    for block in document.code:
        for number in range(block.lines.start - 1, block.lines.end):
            rest[number] = ""
    _take_items(rest, document.checklist)
    return [SectionText(tuple(_own_lines(section, rest))) for section in document.sections]


def _own_lines(section: Section, rest: Sequence[str]) -> list[str]:
    first = section.own.start if section.level else section.own.start - 1
    return [line for line in rest[first : section.own.end] if _WORD.search(line)]


def _take_items(rest: list[str], items: Sequence[ChecklistItem]) -> None:
    """Cut the items' texts out of the lines, and leave the sentences beside them."""
    home: dict[int, int] = {}
    for item in items:
        span = range(item.lines.start - 1, min(item.lines.end, len(rest)))
        # An earlier item may have taken a line of this one to the line where it began.
        places = list(dict.fromkeys(home.get(number, number) for number in span))
        if not places:
            continue
        first = places[0]
        joined = " ".join(part for part in (rest[place] for place in places) if part)
        found = joined.find(item.text)
        # A row of a table, or a text that was put together from parts, is not found and goes whole.
        joined = f"{joined[:found]} {joined[found + len(item.text) :]}" if found >= 0 else ""
        for number in [*places, *span]:
            rest[number] = ""
            home[number] = first
        rest[first] = joined.strip()


def changed_lines(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many lines are new or differ, and how many went; their order does not count."""
    left, right = Counter(before), Counter(after)
    return (right - left).total(), (left - right).total()
