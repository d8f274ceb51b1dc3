"""The blocks of a Markdown text as tokens, where authors miss its letter as they meant them.

That is code that stands too far in to be code, and a sentence that the line below makes a heading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.prompt_tags import Tag, without_tags

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MAX_INDENTED_CODE = 500
"""Lines of a code block that stands too far in."""
_ENTRY = re.compile(r" *(?:(?:[-*+]|\d{1,9}[.)]) +)*")
_FENCE = re.compile(r"( *)(`{3,}|~{3,})[^`]*\Z")
_CLOSING_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\Z")
_SENTENCE = re.compile(r"[.!?;,][\"')*_`]*\Z")
_LONGEST_UNDERLINED = 80
"""Characters of a heading that is one for being underlined."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A body as Markdown reads it."""

    tokens: list[Token]
    indented: list[int]
    """The 1-based lines of fences that stood too far in to be fences."""
    tags: tuple[Tag, ...]
    """The parts that tags such as `<rules>` make."""


def read_blocks(lines: list[str]) -> Blocks:
    """The blocks of a body.

    Four columns right of the list entry that it belongs to, a fence is text by the letter of
    Markdown; nobody means that, so such code is read as if it stood below its entry's text.
    """
    lines, tags = without_tags(lines)
    tokens = _blocks(lines)
    rules = _rules_below_text(tokens, lines)
    if rules:
        # A line of asterisks parts a text from what follows and makes no heading of it.
        lines = [line.replace("---", "***") if n in rules else line for n, line in enumerate(lines)]
        tokens = _blocks(lines)
    texts = [token.map for token in tokens if token.type == "inline" and token.map]
    closings = [number for number, line in enumerate(lines) if _CLOSING_FENCE.match(line)]
    if not closings:
        return Blocks(tokens, [], tags)
    moved = lines[:]
    openings: list[int] = []
    done = 0
    for start, end in texts:
        marker = _ENTRY.match(lines[start])
        column = len(marker[0]) if marker else 0
        for number in range(max(start + 1, done), end):
            fence = _FENCE.match(lines[number])
            if fence and number >= done:
                closing = _closing_line(lines, closings, number, fence[2])
                if closing is not None:
                    _move_left(moved, number, closing, len(fence[1]) - column)
                    openings.append(number + 1)
                    done = closing + 1
    return Blocks(_blocks(moved) if openings else tokens, openings, tags)


def _rules_below_text(tokens: Sequence[Token], lines: Sequence[str]) -> frozenset[int]:
    """The lines `---` that by the letter of Markdown make a heading of the sentence above them.

    Nobody means a paragraph to be one; people part sections with such lines.
    """
    found = []
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.markup == "-" and token.map:
            text = tokens[number + 1].content
            last = token.map[1] - 1
            is_prose = len(text) > _LONGEST_UNDERLINED or "\n" in text or _SENTENCE.search(text)
            if is_prose and lines[last].strip() == "---":
                found.append(last)
    return frozenset(found)


def _closing_line(
    lines: Sequence[str], closings: Sequence[int], opening: int, fence: str
) -> int | None:
    """The line that closes a fence, if the next line of nothing but a fence does."""
    place = bisect_right(closings, opening)
    if place == len(closings) or closings[place] > opening + _MAX_INDENTED_CODE:
        return None
    return closings[place] if lines[closings[place]].strip().startswith(fence) else None


def _move_left(lines: list[str], start: int, end: int, columns: int) -> None:
    """Take up to so many spaces off the beginnings of the lines from `start` to `end`."""
    for number in range(start, end + 1):
        line = lines[number]
        indent = len(line) - len(line.lstrip(" "))
        lines[number] = line[max(0, min(columns, indent)) :]


def _blocks(lines: Sequence[str]) -> list[Token]:
    return _markdown().parse("".join(f"{line}\n" for line in lines))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """CommonMark blocks and tables. Inline marks stay as they are written: nobody asks for them.

    Link definitions stay paragraphs, since looking for them takes quadratic time.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": 40})
    parser.enable("table")
    parser.disable("reference")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
