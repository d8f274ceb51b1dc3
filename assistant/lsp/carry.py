"""Findings of an earlier text, carried over to where they stand in a later one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agents.finding import Edit, Finding
from agents.location import LineIndex, Span
from assistant.lsp.change import Change
from assistant.lsp.outline import Part, holds


class Carrier:
    """Two texts of a file, and what has changed between them."""

    def __init__(self, old: bytes, new: bytes, change: Change) -> None:
        self._old, self._new, self._change = old, new, change
        self._old_index, self._index = LineIndex(old), LineIndex(new)
        self._first = self._old_index.line_of(change.start)
        self._last = self._old_index.line_of(change.old_end)
        self._shift = self._index.line_of(change.new_end) - self._last

    def carried(self, finding: Finding) -> Finding | None:
        """A finding where it stands now; None where its own text was changed."""
        span = self._moved(finding.span)
        if span is None:
            return None
        edits = self._moved_edits(finding.edits) if finding.edits else ()
        if span is finding.span and edits == finding.edits:
            return finding
        return replace(finding, span=span, edits=edits)

    def stands_in(self, parts: Iterable[Part], span: Span) -> bool:
        """Whether a span of the new text begins in one of these statements or at its end."""
        return holds(parts, _byte(self._index, self._new, span.line, span.column))

    def _moved(self, span: Span) -> Span | None:
        # Most stand on lines that are as they were, further up or down.
        if span.end_line < self._first:
            return span
        if span.line > self._last:
            shift = self._shift
            if not shift:
                return span
            return Span(span.line + shift, span.column, span.end_line + shift, span.end_column)
        index, raw, change = self._old_index, self._old, self._change
        start = change.moved(_byte(index, raw, span.line, span.column))
        end = change.moved_end(_byte(index, raw, span.end_line, span.end_column))
        if start is None or end is None or end < start:
            return None
        return self._index.span(start, end)

    def _moved_edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits where they stand now; none where one of them was about what has changed."""
        change = self._change
        moved: list[Edit] = []
        for edit in edits:
            start, end = change.moved(edit.start), change.moved_end(edit.end)
            if edit.start == edit.end:
                start = end
            if start is None or end is None or change.is_inside(edit.start, edit.end):
                return ()
            moved.append(replace(edit, start=start, end=end))
        return tuple(moved)


def _byte(index: LineIndex, raw: bytes, line: int, column: int) -> int:
    """The byte at a 1-based line and column, in characters."""
    if line > index.line_count:
        return len(raw)
    start = index.line_start(line)
    if line == 1 and raw.startswith(b"\xef\xbb\xbf"):
        start += 3
    # A character takes four bytes at most.
    text = raw[start : start + 4 * (column - 1)].decode("utf-8", "ignore")
    return start + len(text[: column - 1].encode("utf-8"))
