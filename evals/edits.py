"""What an edit did to the lines that a case rested on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agents.change import Change, DocumentDiff
from agents.diff import compare_documents
from agents.document import Document
from agents.line_diff import unified_lines
from agents.location import Lines

MOST_LINES = 14
"""Of a hunk that is shown."""
LONGEST_LINE = 300

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORDS = (
    (Change.REVERSED, "was reversed"),
    (Change.REMOVED, "was removed"),
    (Change.REWORDED, "was reworded"),
    (Change.RESTYLED, "was restyled"),
    (Change.MOVED, "was moved"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a unified diff."""

    sign: str
    text: str
    old: int
    """Its 1-based line before; of an added line, the one that it was put before."""
    new: int


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of some lines."""

    word: str
    """What it did to them, by meaning where that can be told."""
    hunk: str
    after: Lines | None
    """Where what is left of them stands now; None where nothing is."""


class Edits:
    """The edits between two states of one document."""

    def __init__(self, handle: str, before: Document, after: Document) -> None:
        self.handle = handle
        self.before = before
        self.after = after

    @cached_property
    def diff(self) -> DocumentDiff:
        """The changes by meaning."""
        return compare_documents(self.before, self.after)

    @cached_property
    def _lines(self) -> list[_Line]:
        return list(_numbered(unified_lines(self.before, self.after, ("base", "head"))))

    def at(self, lines: Lines) -> Edit | None:
        """The edit that changed a line of these, or put one among them; None for none."""
        near = [
            line
            for line in self._lines
            if line.sign != " "
            and (line.old in lines if line.sign == "-" else lines.start < line.old <= lines.end)
        ]
        if not near:
            return None
        first, last = min(one.old for one in near), max(one.old for one in near)
        shown = [
            line
            for line in self._lines
            if first - 1 <= line.old <= last + 1 and (line.sign != " " or line.old <= last + 1)
        ]
        added = [line.new for line in shown if line.sign == "+"]
        return Edit(
            self._word(lines),
            "\n".join(f"{one.sign}{one.text[:LONGEST_LINE]}" for one in shown[:MOST_LINES]),
            Lines(min(added), max(added)) if added else None,
        )

    def _word(self, lines: Lines) -> str:
        changes = {
            change
            for one in self.diff.items
            if one.before is not None and one.before.lines.overlaps(lines)
            for change in one.changes
        }
        return next((word for change, word in _WORDS if change in changes), "was edited")


def _numbered(diff: Iterator[str]) -> Iterator[_Line]:
    old = new = 0
    for line in diff:
        if match := _HUNK.match(line):
            old, new = int(match[1]), int(match[2])
        elif old or new:
            sign, text = line[:1] or " ", line[1:]
            yield _Line(sign, text, old, new)
            old += sign != "+"
            new += sign != "-"
