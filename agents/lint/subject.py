"""A document as rules look at it: its lines, what of them is code, and where bytes stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from agents.document import Document, DocumentKind, YamlValue
from agents.finding import Edit
from agents.location import LineIndex, Lines, Span, split_lines

_INLINE_CODE = re.compile(r"(`+)(?!`).{1,300}?(?<!`)\1(?!`)")
_COMMENT_START, _COMMENT_END = "<!--", "-->"
_BOM = "\ufeff"
_OTHER_TOOLS = (".agent.md", ".chatmode.md", ".prompt.md", ".instructions.md")
"""Endings of the agents of other tools."""
_OTHER_FOLDERS = frozenset(
    {
        *(".github", ".opencode", ".gemini", ".codex", ".cursor", ".factory", ".kiro", ".roo"),
        # Collections for several tools keep one folder for each.
        *("opencode", "gemini", "codex", "copilot", "kiro", "roo", "windsurf", "antigravity"),
    }
)
_OPENCODE_MODES = frozenset({"subagent", "primary", "all"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Bytes of the file, from `start` up to but not including `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment outside code."""

    line: int
    """The 1-based line and the 0-based character at which `<!--` stands."""
    column: int
    text: str
    """What stands between the marks."""
    alone: bool
    """Whether nothing else stands on its lines."""
    last_line: int
    """0 where it is never closed."""


class Subject:
    """One document with its name for the user.

    Lines are 1-based, columns are 0-based characters; a byte order mark is no character.
    """

    def __init__(
        self,
        document: Document,
        file: str,
        *,
        path: Path | None = None,
        where: str = "",
        handle: str | None = None,
        group: str = "",
    ) -> None:
        self.document = document
        self.file = file
        """As in `Finding.file`."""
        self.path = path
        """Where it lies on disk; None for a version of the registry."""
        self.where = PurePosixPath((where or file).replace("\\", "/"))
        """The path that tells the document's kind."""
        self.handle = handle
        self.group = group
        """Documents of one group are loaded together: the folder, or the collection."""
        self.index = LineIndex(document.raw)
        self.lines: tuple[str, ...] = tuple(split_lines(document.text))
        """Without their breaks."""

    # --- what it is -----------------------------------------------------------------------------

    @property
    def kind(self) -> DocumentKind:
        """The document's kind."""
        return self.document.kind

    @cached_property
    def for_claude(self) -> bool:
        """Whether Claude Code reads it, going by its name, folder and head."""
        name = self.where
        if name.name.lower().endswith(_OTHER_TOOLS):
            return False
        if not _OTHER_FOLDERS.isdisjoint(name.parts[:-1]):
            return False
        values = self.document.frontmatter.values
        return "mode" not in values or str(values["mode"]) not in _OPENCODE_MODES

    @property
    def is_version(self) -> bool:
        """Whether it comes from the registry."""
        return self.handle is not None

    # --- the head -------------------------------------------------------------------------------

    def value(self, key: str) -> YamlValue:
        """A key's value; None where it isn't there."""
        return self.document.frontmatter.values.get(key)

    def key_lines(self, key: str) -> Lines | None:
        """The lines of a key of the head with its value."""
        return self.document.frontmatter.keys.get(key)

    def in_key(self, key: str, words: str) -> tuple[int, int, int]:
        """Line, start and end of `words` in a key's value; its first line where it isn't found."""
        lines = self.key_lines(key)
        if lines is None:
            return self.head_line, 0, len(self.line(self.head_line))
        pattern = re.compile(rf"(?<![\w-]){re.escape(words)}(?![\w-])") if words else None
        for number in range(lines.start, lines.end + 1):
            begin = len(key) + 1 if number == lines.start else 0
            found = pattern.search(self.line(number), begin) if pattern else None
            if found:
                return number, found.start(), found.end()
        return lines.start, 0, len(self.line(lines.start))

    @property
    def head_line(self) -> int:
        """The line on which the head begins; 1 where there is none."""
        lines = self.document.frontmatter.lines
        return lines.start if lines else 1

    @cached_property
    def body_start(self) -> int:
        """The first line after the head."""
        lines = self.document.frontmatter.lines
        return lines.end + 1 if lines else 1

    # --- the body -------------------------------------------------------------------------------

    def line(self, number: int) -> str:
        """A 1-based line's text; empty past the end."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    @cached_property
    def first_text_line(self) -> int:
        """The first line of the body that isn't blank."""
        numbers = range(self.body_start, len(self.lines) + 1)
        return next((number for number in numbers if self.line(number).strip()), 1)

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """The lines of code blocks, fences included."""
        return frozenset(
            number
            for block in self.document.code
            for number in range(block.lines.start, block.lines.end + 1)
        )

    @cached_property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """The body's lines outside code blocks, with code in backticks and comments blanked.

        What is blanked is spaces, so that columns stay.
        """
        hidden: dict[int, list[tuple[int, int]]] = {}
        for comment in self.comments:
            for number in range(comment.line, comment.last_line + 1):
                start = comment.column if number == comment.line else 0
                text = self.line(number)
                stop = text.find(_COMMENT_END, start if number == comment.line else 0)
                end = stop + 3 if number == comment.last_line and stop >= 0 else len(text)
                hidden.setdefault(number, []).append((start, end))
        return tuple(
            (number, _blanked(text, hidden.get(number, ()))) for number, text in self._body()
        )

    @cached_property
    def written(self) -> tuple[tuple[int, str], ...]:
        """The body's lines outside code blocks, as they are."""
        return tuple(self._body())

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The HTML comments of the body outside code."""
        return tuple(comment for comment in self._all_comments if comment.last_line)

    @property
    def open_comment(self) -> tuple[int, int] | None:
        """Line and column of a comment that is never closed."""
        last = self._all_comments[-1] if self._all_comments else None
        return (last.line, last.column) if last and not last.last_line else None

    @cached_property
    def _all_comments(self) -> tuple[Comment, ...]:
        return tuple(self._read_comments())

    def _body(self) -> Iterator[tuple[int, str]]:
        for number in range(self.body_start, len(self.lines) + 1):
            if number not in self.code_lines:
                yield number, self.lines[number - 1]

    def _read_comments(self) -> Iterator[Comment]:
        if _COMMENT_START not in self.document.text:
            return
        opened: tuple[int, int] | None = None
        parts: list[str] = []
        before = ""
        for number, text in self.written:
            shown = _INLINE_CODE.sub(lambda found: " " * len(found[0]), text)
            position = 0
            while True:
                if opened is None:
                    start = shown.find(_COMMENT_START, position)
                    if start < 0:
                        break
                    opened, parts = (number, start), []
                    before = shown[:start]
                    position = start + len(_COMMENT_START)
                end = text.find(_COMMENT_END, position)
                if end < 0:
                    parts.append(text[position:])
                    break
                parts.append(text[position:end])
                position = end + len(_COMMENT_END)
                alone = not before.strip() and not text[position:].strip()
                yield Comment(opened[0], opened[1], "\n".join(parts), alone, number)
                opened = None
        if opened is not None:
            yield Comment(opened[0], opened[1], "\n".join(parts), False, 0)

    # --- places and edits -----------------------------------------------------------------------

    def place(self, line: int, start: int = 0, end: int | None = None) -> Place:
        """The bytes of a line from character `start` up to `end`; by default its whole text."""
        line = max(1, min(line, max(1, len(self.lines))))
        text = self.line(line)
        if end is None:
            start = max(start, len(text) - len(text.lstrip()))
            end = len(text.rstrip())
        start = min(start, len(text))
        return Place(self.offset(line, start), self.offset(line, max(start, end)))

    def offset(self, line: int, column: int) -> int:
        """The byte before which the character at a 0-based column stands."""
        if line > self.index.line_count:
            return len(self.document.raw)
        start = self.index.line_start(line)
        if line == 1 and self.document.raw.startswith(_BOM.encode()):
            start += len(_BOM.encode())
        return start + len(self.line(line)[:column].encode())

    def span(self, place: Place) -> Span:
        """Where bytes stand for the user."""
        return self.index.span(place.start, place.end)

    def edit(self, line: int, start: int, end: int, text: str) -> Edit:
        """Replace the characters from `start` up to `end` of a line."""
        return Edit(self.offset(line, start), self.offset(line, end), text)

    def without_lines(self, lines: Lines) -> Edit:
        """Take whole lines out, with their breaks."""
        last = self.index.line_count
        end = len(self.document.raw) if lines.end >= last else self.index.line_start(lines.end + 1)
        return Edit(self.offset(lines.start, 0), end, "")


def _blanked(text: str, hidden: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> str:
    for start, end in hidden:
        text = text[:start] + " " * (end - start) + text[end:]
    if "`" in text:
        text = _INLINE_CODE.sub(lambda found: " " * len(found[0]), text)
    return text
