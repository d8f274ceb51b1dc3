"""An editor's text and positions: lines as the protocol counts them, columns in its units.

The protocol counts columns in UTF-16 units unless both sides agree on UTF-8 or UTF-32; findings
count characters, and edits bytes. This is the only place that knows all of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from agents.location import LineIndex, Span

_LINE_END = re.compile(r"\r\n|\r|\n")
"""`str.splitlines` would also split at form feeds and U+2028, which end no line here."""
_MARK = "\ufeff"


class Encoding(StrEnum):
    """What a column counts, by the protocol's name for it."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def units(self, text: str) -> int:
        """How many units a text has."""
        if self is Encoding.UTF32 or text.isascii():
            return len(text)
        if self is Encoding.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def characters(self, text: str, units: int) -> int:
        """How many characters the first `units` are; all of them where the text is shorter.

        A position inside a character means the place before it.
        """
        if self is Encoding.UTF32 or text.isascii():
            return min(units, len(text))
        seen = 0
        for place, character in enumerate(text):
            seen += self.units(character)
            if seen > units:
                return place
        return len(text)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position as the protocol has it: line and column are 0-based, the column in units."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands between two places."""

    start: Place
    end: Place

    def holds(self, place: Place) -> bool:
        """Whether a place lies in it, or at one of its ends."""
        return self.start <= place <= self.end

    def meets(self, other: Stretch) -> bool:
        """Whether the two share a place."""
        return self.start <= other.end and other.start <= self.end


class Text:
    """The text of an open file. Changes give a new one, so that older ones stay as they were."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self._text = text
        self._encoding = encoding
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self.raw = text.encode("utf-8", "replace")
        """The bytes that would be saved; half of a surrogate pair becomes `?`."""
        self.index = LineIndex(self.raw)

    def changed(self, start: Place, end: Place, text: str) -> Text:
        """With `text` in place of what stands between two places."""
        first, last = sorted((self._offset(start), self._offset(end)))
        return Text(self._text[:first] + text + self._text[last:], self._encoding)

    def line(self, number: int) -> str:
        """The 0-based line without its end; empty behind the last one."""
        if number >= len(self._starts):
            return ""
        after = self._starts[number + 1] if number + 1 < len(self._starts) else None
        return self._text[self._starts[number] : after].rstrip("\r\n")

    def stretch(self, span: Span) -> Stretch:
        """Where a finding's span stands."""
        return Stretch(
            self._place(span.line, span.column), self._place(span.end_line, span.end_column)
        )

    def stretch_of_bytes(self, start: int, end: int) -> Stretch:
        """Where the bytes from `start` up to but not including `end` stand."""
        # The index leaves a byte order mark out of the columns, and an edit may be about it.
        return Stretch(self._place_of_byte(start), self._place_of_byte(end))

    def _place(self, line: int, column: int) -> Place:
        text = self.line(line - 1)
        hidden = 1 if line == 1 and text.startswith(_MARK) else 0
        return Place(line - 1, self._encoding.units(text[: column - 1 + hidden]))

    def _place_of_byte(self, offset: int) -> Place:
        offset = min(offset, len(self.raw))
        line = self.index.line_of(offset)
        before = self.raw[self.index.line_start(line) : offset].decode("utf-8", "replace")
        return Place(line - 1, self._encoding.units(before))

    def _offset(self, place: Place) -> int:
        if place.line >= len(self._starts):
            return len(self._text)
        inside = self._encoding.characters(self.line(place.line), place.column)
        return self._starts[place.line] + inside
