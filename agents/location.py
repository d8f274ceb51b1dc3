"""Lines, columns and bytes: the only place that converts one into another."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF8
from dataclasses import dataclass

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """Lines without their breaks (CRLF, CR or LF); a final break opens no further line."""
    lines = _LINE_BREAK.split(text)
    if lines[-1] == "":
        lines.pop()
    return lines


@dataclass(frozen=True, slots=True, order=True)
class Lines:
    """A run of whole lines, 1-based, both ends counted, in the file as imported."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 1 <= self.start <= self.end:
            raise ValueError(f"not a run of lines: {self.start}-{self.end}")

    def __contains__(self, line: int) -> bool:
        return self.start <= line <= self.end

    def overlaps(self, other: Lines) -> bool:
        """Whether the two runs share a line."""
        return self.start <= other.end and other.start <= self.end

    def as_list(self) -> list[int]:
        """`[start, end]`, the form that the JSON contract uses."""
        return [self.start, self.end]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source text. Lines and columns are 1-based, columns in characters.

    `end_column` is the column after the last character, as in editors.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class LineIndex:
    """Where the lines of a file begin, and conversion of byte offsets to positions.

    A line ends with LF, CRLF or a lone CR, as in CommonMark and TypeScript.
    """

    def __init__(self, source: bytes) -> None:
        self._source = source
        starts = [0]
        position = 0
        for line in source.splitlines(keepends=True):
            position += len(line)
            starts.append(position)
        if len(starts) > 1 and not source.endswith((b"\n", b"\r")):
            starts.pop()
        self._starts = starts

    @property
    def line_count(self) -> int:
        """The number of lines; a final line break opens no further line."""
        ends_open = self._source.endswith((b"\n", b"\r"))
        return len(self._starts) - 1 if ends_open else len(self._starts)

    def line_of(self, offset: int) -> int:
        """The 1-based line that holds the byte at `offset`."""
        return bisect_right(self._starts, offset)

    def line_start(self, line: int) -> int:
        """The byte offset at which the 1-based `line` begins."""
        return self._starts[line - 1]

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and 1-based column, in characters, of a byte offset.

        A byte order mark is no character, as in editors.
        """
        line = self.line_of(offset)
        prefix = self._source[self._starts[line - 1] : offset]
        if line == 1:
            prefix = prefix.removeprefix(BOM_UTF8)
        return line, len(prefix.decode("utf-8", "replace")) + 1

    def span(self, start: int, end: int) -> Span:
        """The span of the bytes from `start` up to but not including `end`."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(line, column, end_line, end_column)

    def cut(self, lines: Lines) -> bytes:
        """The exact bytes of a run of lines, without the last line's break."""
        starts = self._starts
        end = starts[lines.end] if lines.end < len(starts) else len(self._source)
        text = self._source[starts[lines.start - 1] : end]
        for ending in (b"\r\n", b"\n", b"\r"):
            if text.endswith(ending):
                return text[: -len(ending)]
        return text
