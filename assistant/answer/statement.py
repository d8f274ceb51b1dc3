"""Chunks taken apart into statements: what an answer is made of, each with its exact lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from agents.document import ChecklistItem, Polarity
from agents.location import Lines, split_lines
from kb.chunk import Chunk
from kb.lexical import terms

StatementKind = Literal["sentence", "item", "row", "code", "command", "comment", "piece"]

MOST_READ = 4_000
"""Characters of a statement whose terms are looked at."""
MOST_SPLIT = 1_024
"""Chunks that stay taken apart: some hundred are looked at for each question, often the same."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FENCE = re.compile(r"[ \t]*(?:[-*+>][ \t]+)*(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_ITEM = re.compile(r"([ \t]*)(?:[-*+•]|\d{1,9}[.)]|[✓✔✗✘❌✅])[ \t]+(?:\[[ xX]\][ \t]+)?")
_ROW = re.compile(r"[ \t]*\|(.*)\|[ \t]*$")
_RULE = re.compile(r"[ \t|:-]+$")
_CELL = re.compile(r"(?<!\\)\|")
_ABOUT_ITSELF = re.compile(r"(?:You(?:['’]ve|['’]re|r)?|I)\b|[^\n]{0,160}:\W*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')*]{0,3}[ \t]+(?=[\"'(*]{0,3}[`A-Z])")
_FORBIDS = re.compile(
    r"\W*(?:never|do not|don['’]t|avoid|no|must not|cannot|can['’]t)\b|.*\b(?:never|must not|"
    r"do not|don['’]t|cannot)\b",
    re.IGNORECASE,
)
_FORBIDDING_HEADING = re.compile(r"\b(?:never|don['’]?ts?|avoid|anti-?patterns?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """A sentence, a list item, a table row or a code block of a chunk.

    Of a code block, also a command with what it does, a comment with the line below it, or a piece
    of the code.
    """

    chunk: Chunk
    kind: StatementKind
    text: str
    """Markdown on one line; of code the code with its fences."""
    lines: Lines
    quote: str
    """The exact text of `lines`, without the last line's break."""
    context: str = ""
    """What introduces it: the item above, the table's head, the paragraph before a code block."""
    inside: str = ""
    """Of a piece of code, the words of its code, which its text does not say."""

    @cached_property
    def terms(self) -> frozenset[str]:
        """The index's terms of its text, of long code of its beginning."""
        return frozenset(terms(self.text[:MOST_READ]))

    @cached_property
    def terms_inside(self) -> frozenset[str]:
        """The index's terms of the code that it stands for."""
        return frozenset(terms(self.inside[:MOST_READ]))

    @cached_property
    def polarity(self) -> Polarity:
        """Whether it forbids."""
        under = self.chunk.heading[-1:] and _FORBIDDING_HEADING.search(self.chunk.heading[-1])
        return Polarity.DONT if under or _FORBIDS.match(self.text) else Polarity.DO

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The code rules that enforce it."""
        if self.kind in ("code", "command", "comment", "piece"):
            return ()
        from assistant.code.documented import rules_of_item

        kind: Literal["sentence", "table", "bullet"]
        kind = {"sentence": "sentence", "row": "table"}.get(self.kind, "bullet")  # type: ignore[assignment]
        return rules_of_item(
            ChecklistItem(self.text, self.lines, self.chunk.heading, self.polarity, kind)
        )

    @property
    def key(self) -> tuple[str, int, int, str]:
        """Identifies it, and orders statements by where they stand."""
        return (self.chunk.origin, self.lines.start, self.lines.end, self.text)


def split_chunk(chunk: Chunk) -> list[Statement]:
    """The statements of a chunk in the order of their lines; headings are none."""
    if not chunk.heading and chunk.text.startswith("description:"):
        return []  # the frontmatter says when to call the agent, not what it knows
    return list(_split(chunk))


@lru_cache(maxsize=MOST_SPLIT)
def _split(chunk: Chunk) -> tuple[Statement, ...]:
    return tuple(_Splitter(chunk).statements())


def cut_lines(text: str, start: int, end: int) -> str:
    """The exact text of lines, counted from 0 and `end` not among them, without the last break."""
    return _joined_exactly(_LINE.findall(text)[start:end])


def _joined_exactly(lines: Sequence[str]) -> str:
    return "".join(lines).removesuffix("\n").removesuffix("\r")


def telling_statements(chunk: Chunk) -> list[Statement]:
    """Its statements without introductions to lists and what an agent is told about itself.

    Each has a text: an item that nobody has written yet is none.
    """
    return [
        found for found in split_chunk(chunk) if found.text and not _ABOUT_ITSELF.match(found.text)
    ]


class _Splitter:
    """Walks over a chunk's lines once."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._breaking: list[str] = _LINE.findall(chunk.text)
        # Of a page with components, what its lines say; they are quoted as they are.
        self._lines = split_lines(chunk.says)
        self._at = 0
        self._context = ""
        self._parents: list[tuple[int, str]] = []
        self._fenced_list: int | None = None
        """The line that ends the fenced list in which the walk is."""

    def statements(self) -> Iterator[Statement]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip() or _HEADING.match(line) or _RULE.fullmatch(line):
                self._at += 1
            elif (fence := _FENCE.match(line)) and not self._fences_a_list(fence):
                yield self._code(fence[1])
            elif fence:
                self._at += 1
            elif _ROW.match(line):
                yield from self._table()
            elif item := _ITEM.match(line):
                yield self._item(item)
            else:
                yield from self._paragraph()

    def _make(
        self, kind: StatementKind, text: str, start: int, end: int, context: str
    ) -> Statement:
        first = self._chunk.lines.start
        lines = Lines(first + start, first + end - 1)
        quote = _joined_exactly(self._breaking[start:end])
        return Statement(self._chunk, kind, text, lines, quote, context)

    def _fences_a_list(self, fence: re.Match[str]) -> bool:
        """Whether the fence only sets off a list, as check-lists in agents are; also its end."""
        if self._fenced_list is not None:
            ends = self._at == self._fenced_list
            self._fenced_list = None if ends else self._fenced_list
            return ends
        if fence[2].strip():
            return False
        end = self._at + 1
        while end < len(self._lines) and not _FENCE.match(self._lines[end]):
            end += 1
        inside = [line for line in self._lines[self._at + 1 : end] if line.strip()]
        items = sum(1 for line in inside if _ITEM.match(line))
        if items < 2 or items < len(inside) - 1:
            return False
        self._fenced_list = end
        return True

    def _code(self, fence: str) -> Statement:
        start = self._at
        self._at += 1
        while self._at < len(self._lines):
            closing = _FENCE.match(self._lines[self._at])
            self._at += 1
            if closing and closing[1].startswith(fence) and not closing[2].strip():
                break
        text = "\n".join(self._lines[start : self._at])
        return self._make("code", text, start, self._at, self._context)

    def _table(self) -> Iterator[Statement]:
        head: tuple[str, ...] | None = None
        while self._at < len(self._lines) and (row := _ROW.match(self._lines[self._at])):
            start = self._at
            self._at += 1
            if _RULE.fullmatch(row[0]):
                continue
            cells = tuple(cell.strip() for cell in _CELL.split(row[1]))
            following = self._lines[self._at] if self._at < len(self._lines) else ""
            if head is None and _ROW.match(following) and _RULE.fullmatch(following):
                head = cells
                continue
            if any(cells):
                yield self._make("row", " | ".join(cells), start, self._at, " | ".join(head or ()))

    def _item(self, opening: re.Match[str]) -> Statement:
        start, indent = self._at, len(opening[1].expandtabs(4))
        self._at += 1
        parts = [self._lines[start][opening.end() :]]
        while self._at < len(self._lines) and self._goes_on(self._lines[self._at]):
            parts.append(self._lines[self._at])
            self._at += 1
        while self._parents and self._parents[-1][0] >= indent:
            self._parents.pop()
        above = " ".join(text for _, text in self._parents[-1:]) or self._context
        text = _joined(parts)
        self._parents.append((indent, text))
        return self._make("item", text, start, self._at, above)

    def _paragraph(self) -> Iterator[Statement]:
        start = self._at
        while self._at < len(self._lines) and self._goes_on(self._lines[self._at]):
            self._at += 1
        self._parents.clear()
        # Sentences are found in the joined text; `ends` tells on which line each one ends.
        parts = [line.strip() for line in self._lines[start : self._at]]
        ends: list[int] = []
        length = 0
        for part in parts:
            length += len(part) + 1
            ends.append(length)
        joined = " ".join(parts)
        position = 0
        for sentence in _SENTENCE_END.split(joined):
            at = joined.index(sentence, position)
            position = at + len(sentence)
            first = next(n for n, end in enumerate(ends) if at < end)
            last = next(n for n, end in enumerate(ends) if max(position - 1, at) < end)
            if sentence.strip():
                yield self._make("sentence", sentence.strip(), start + first, start + last + 1, "")
        self._context = joined

    def _goes_on(self, line: str) -> bool:
        """Whether the line continues a paragraph or an item."""
        return bool(
            line.strip()
            and not _HEADING.match(line)
            and not _FENCE.match(line)
            and not _ROW.match(line)
            and not _ITEM.match(line)
        )


def _joined(parts: Sequence[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


def sentences_of(text: str) -> list[str]:
    """The sentences of a statement's text."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
