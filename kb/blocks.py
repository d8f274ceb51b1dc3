"""The top-level blocks of a Markdown body, with the lines at which each may be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from agents.location import Lines

if TYPE_CHECKING:
    from markdown_it.token import Token

BlockKind = Literal["heading", "rule", "prose", "list", "table", "code"]

_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "hr": "rule",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
_LINE_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the body: a paragraph, a heading, a whole list, table or code block."""

    kind: BlockKind
    lines: Lines
    pieces: tuple[Lines, ...]
    """The runs of lines that are never cut: a list's items, a paragraph's lines, else the block."""
    level: int = 0
    """1 to 6 for a heading, else 0."""


class TextLines:
    """The lines of a text, and the exact text of a run of them. Breaks are LF, CRLF and CR."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        self._ends: list[int] = []
        for found in _LINE_BREAK.finditer(text):
            self._ends.append(found.start())
            self._starts.append(found.end())
        self._ends.append(len(text))

    def __len__(self) -> int:
        return len(self._starts)

    def cut(self, lines: Lines) -> str:
        """The exact text of a run of lines, without the last line's break."""
        return self._text[self._starts[lines.start - 1] : self._ends[lines.end - 1]]

    def line(self, number: int) -> str:
        """The 1-based line `number` without its break."""
        return self._text[self._starts[number - 1] : self._ends[number - 1]]

    def is_blank(self, number: int) -> bool:
        """Whether the line holds white space only."""
        return not self.line(number).strip()

    def size(self, lines: Lines) -> int:
        """Characters from the first line's start to the last line's end."""
        return self._ends[lines.end - 1] - self._starts[lines.start - 1]


def read_blocks(text: TextLines, *, after: int) -> list[Block]:
    """The blocks of the lines below line `after` (0: all lines), in order, without overlap.

    Every line that is not blank lies in exactly one block; what Markdown makes nothing of, such as
    link definitions, is prose.
    """
    blocks = list(_parsed(text, after))
    covered = {n for block in blocks for n in range(block.lines.start, block.lines.end + 1)}
    loose = [
        n for n in range(after + 1, len(text) + 1) if n not in covered and not text.is_blank(n)
    ]
    blocks += [
        Block("prose", Lines(run[0], run[-1]), tuple(Lines(n, n) for n in run))
        for run in _runs(loose)
    ]
    return sorted(blocks, key=lambda block: block.lines)


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def _parsed(text: TextLines, after: int) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    # The head is replaced by blank lines, so that the tokens' lines are those of the file.
    body = "\n" * after + "\n".join(text.line(n) for n in range(after + 1, len(text) + 1))
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse(body)
    opened = [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    for at, following in pairwise([*opened, len(tokens)]):
        token = tokens[at]
        lines = _lines(text, token)
        if lines is None:
            continue
        kind = _KINDS.get(token.type, "prose")
        level = int(token.tag[1]) if kind == "heading" else 0
        inside = tokens[at + 1 : following]
        yield Block(kind, lines, _pieces(text, kind, lines, inside), level)


def _lines(text: TextLines, token: Token) -> Lines | None:
    """The token's lines without blank ones at the end; None where nothing is left."""
    if token.map is None:
        return None
    start, end = token.map[0] + 1, min(token.map[1], len(text))
    while end >= start and text.is_blank(end):
        end -= 1
    return Lines(start, end) if end >= start else None


def _pieces(
    text: TextLines, kind: BlockKind, lines: Lines, inside: Sequence[Token]
) -> tuple[Lines, ...]:
    if kind == "list":
        items = (t for t in inside if t.type == "list_item_open" and t.level == 1)
        return tuple(found for item in items if (found := _lines(text, item)))
    holds_code = any(token.type in ("fence", "code_block") for token in inside)
    if kind == "prose" and not holds_code:
        numbers = range(lines.start, lines.end + 1)
        return tuple(Lines(n, n) for n in numbers if not text.is_blank(n))
    return (lines,)
