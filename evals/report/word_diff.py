"""Two texts beside each other, line by line, with the words that differ."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

MOST_LINES = 200
"""Of each side; more would make matching slow."""
MOST_WORDS = 400
"""Of a pair of lines that is compared word by word; longer ones differ as a whole."""
ALIKE = 0.4
"""As `difflib` counts likeness; lines that are less alike differ as a whole."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")

Piece = tuple[str, bool]
"""Some text, and whether the other side lacks it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of both sides; None where a side has none."""

    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None

    @property
    def same(self) -> bool:
        """Whether both sides read alike."""
        return self.before == self.after


def rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    """The lines of both sides, those that belong together in one row."""
    before, after = _bounded(before), _bounded(after)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            for line in before[a:b]:
                yield Row(((line, False),), ((line, False),))
            continue
        for old, new in zip_longest(before[a:b], after[c:d]):
            yield _row(old, new)


def _row(old: str | None, new: str | None) -> Row:
    if old is None or new is None:
        return Row(None if old is None else ((old, True),), None if new is None else ((new, True),))
    words, others = _WORD.findall(old), _WORD.findall(new)
    if max(len(words), len(others)) > MOST_WORDS:
        return Row(((old, True),), ((new, True),))
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, words, others, autojunk=False)
    if matcher.ratio() < ALIKE:
        return Row(((old, True),), ((new, True),))
    for tag, a, b, c, d in matcher.get_opcodes():
        for pieces, some in ((left, words[a:b]), (right, others[c:d])):
            if some:
                pieces.append(("".join(some), tag != "equal"))
    return Row(tuple(left), tuple(right))


def _bounded(lines: Sequence[str]) -> list[str]:
    shown = [line[:20_000] for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"… {len(lines) - MOST_LINES} more lines")
    return shown
