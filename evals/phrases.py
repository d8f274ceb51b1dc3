"""Phrases that an answer must or must not hold: plain words, no regular expressions.

Letter case, Markdown's marks and the kind and amount of white space do not count. A phrase stands
alone: `action` is not found in `transaction`. `index*` also finds `indexes`, and ` * ` between
words stands for anything on up to 200 characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GAP = 200

_MARKS = str.maketrans("", "", "`*_")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_GAP_MARK = " * "


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be said, in any one of several ways."""

    ways: tuple[str, ...]

    def __str__(self) -> str:
        return self.ways[0]


def plain(text: str) -> str:
    """`text` as phrases are compared with it."""
    return " ".join(text.translate(_QUOTES).translate(_MARKS).split()).casefold()


def states(fact: Fact, plain_text: str) -> bool:
    """Whether a text that `plain` made says the fact in one of its ways."""
    return any(contains(plain_text, way) for way in fact.ways)


def contains(plain_text: str, phrase: str) -> bool:
    """Whether a text that `plain` made holds the phrase."""
    pieces = [_Piece.of(piece) for piece in phrase.split(_GAP_MARK)]
    return _follows(plain_text, pieces, 0, len(plain_text))


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    open_end: bool
    """Whether the last word may go on."""

    @classmethod
    def of(cls, piece: str) -> _Piece:
        stripped = piece.strip()
        return cls(plain(stripped), stripped.endswith("*"))

    def find(self, text: str, start: int, stop: int) -> re.Match[str] | None:
        before = r"(?<!\w)" if self.text[:1].isalnum() else ""
        after = r"(?!\w)" if self.text[-1:].isalnum() and not self.open_end else ""
        return re.compile(before + re.escape(self.text) + after).search(text, start, stop)


def _follows(text: str, pieces: list[_Piece], start: int, stop: int) -> bool:
    """Whether the pieces stand in this order, each within GAP of the one before."""
    first, *rest = pieces
    while (match := first.find(text, start, stop)) is not None:
        if not rest or _follows(text, rest, match.end(), min(len(text), match.end() + GAP)):
            return True
        start = match.start() + 1
    return False
