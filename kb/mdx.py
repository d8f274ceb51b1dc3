"""MDX and Markdown with components, read line by line to plain Markdown.

The lines stay where they are: line 12 of what is read says what line 12 of the page says, so that
places found in one are places in the other. Imports, exports, comments and tags become blank,
titles of components and admonitions become text, and what stands indented inside a component is
moved to the component's own column, since Markdown would take it for code. Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.components import MOST_OPEN, Tag, tags_in

MOST_ESM = 400
"""Lines of one import or export that are passed over."""

_FENCE = re.compile(r"(\s*(?:[-*+>] +|\d{1,9}[.)] +)*)(`{3,}|~{3,})([^`]*)\Z")
_IMPORT = re.compile(r"import\s*(?:[\"'{*]|[\w$]+(?:\s*,\s*[{*][^;]*|\s+from\b|\s*,?\s*\Z))")
_EXPORT = re.compile(r"export\s+(?:default|const|let|var|function|async|class|type|interface)\b")
_REEXPORT = re.compile(r"export\s*[{*]")
_ADMONITION = re.compile(r"(\s*):{3,}\s*([A-Za-z][\w-]*)?\s*(?:\[([^\]]*)\])?\s*([^{}:]*)")
_WARNINGS = frozenset(("caution", "danger", "important", "warning"))


def read_mdx(lines: Sequence[str], *, mdx: bool) -> list[str]:
    """What the lines of a page's body say: as many lines, each without its line break.

    `mdx`: imports, exports and expressions in braces have their meaning; in other Markdown they
    are text.
    """
    reader = _Reader(mdx=mdx)
    at = 0
    while at < len(lines):
        at = reader.take(lines, at)
    reader.flush()
    return reader.read


class _Reader:
    """Walks over the lines once; prose waits until it is complete."""

    def __init__(self, *, mdx: bool) -> None:
        self.read: list[str] = []
        self._mdx = mdx
        self._prose: list[str] = []
        self._open: list[_Element] = []

    def take(self, lines: Sequence[str], at: int) -> int:
        """Take the line at `at` and what belongs to it; the place of the next one."""
        line = lines[at]
        fence = _FENCE.match(line)
        if fence:
            self.flush()
            return self._take_fence(lines, at, fence[2])
        if self._mdx and self._begins_esm(lines, at):
            self.flush()
            end = _end_of_esm(lines, at)
            self.read.extend([""] * (end - at))
            return end
        self._prose.append(line)
        return at + 1

    def flush(self) -> None:
        """Read the prose that waits."""
        if self._prose:
            run = "\n".join(self._prose)
            self._prose.clear()
            self._read_prose(run)

    def _begins_esm(self, lines: Sequence[str], at: int) -> bool:
        line = lines[at]
        if not line.startswith(("import", "export")) or self._open:
            return False
        # Inside a paragraph these are words; statements follow a blank line or each other.
        if self._prose and self._prose[-1].strip():
            return False
        return bool(_IMPORT.match(line) or _EXPORT.match(line) or _REEXPORT.match(line))

    def _take_fence(self, lines: Sequence[str], at: int, marks: str) -> int:
        end = at + 1
        while end < len(lines):
            closing = lines[end].strip()
            end += 1
            if closing.startswith(marks) and not closing.strip(marks[0]):
                break
        for number in range(at, end):
            self.read.append(self._moved(lines[number], decides=number == at))
        return end

    def _read_prose(self, run: str) -> None:
        tags = list(tags_in(run, expressions=self._mdx))
        number = 0
        place = 0
        for line in run.split("\n"):
            end = place + len(line)
            parts: list[str] = []
            at = place
            here: list[Tag] = []
            while number < len(tags) and tags[number].start <= end:
                tag = tags[number]
                if tag.start >= place:
                    parts += [run[at : tag.start], tag.text]
                    here.append(tag)
                at = min(tag.end, end)
                if tag.end > end:
                    break  # it goes on below
                number += 1
            parts.append(run[at:end])
            said = "".join(parts)
            self._finish(line, said, here)
            place = end + 1

    def _finish(self, line: str, said: str, tags: Sequence[Tag]) -> None:
        closes_first = bool(tags) and tags[0].closes and line.lstrip().startswith("</")
        said = self._admonished(said) if ":::" in said else said
        moved = self._moved(said if said.strip() or not tags else "", decides=not closes_first)
        self.read.append(moved.rstrip() if tags else moved)
        first = line[: len(line) - len(line.lstrip())]
        for tag in tags:
            if tag.opens and len(self._open) < MOST_OPEN:
                self._open.append(_Element(tag.name, len(first.expandtabs(4))))
            elif tag.closes:
                self._close(tag.name)

    def _close(self, name: str) -> None:
        for number in range(len(self._open) - 1, -1, -1):
            if self._open[number].name == name:
                del self._open[number:]
                return

    def _admonished(self, line: str) -> str:
        found = _ADMONITION.match(line)
        if found is None:
            return line
        kind, title = found[2] or "", (found[3] or found[4] or "").strip()
        if not title and kind.lower() in _WARNINGS:
            title = kind.capitalize()
        return f"{found[1]}**{title}**" if title else ""

    def _moved(self, line: str, *, decides: bool = True) -> str:
        """The line at the column where it would stand without the components around it."""
        if not self._open or not line.strip():
            return line
        text = line.lstrip()
        column = len(line[: len(line) - len(text)].expandtabs(4))
        inner = self._open[-1]
        if inner.base is None and decides:
            inner.base = column
        base = next((e.base for e in reversed(self._open) if e.base is not None), 0)
        return " " * max(0, self._open[0].column + column - max(base, self._open[0].column)) + text


class _Element:
    """An element that is open."""

    def __init__(self, name: str, column: int) -> None:
        self.name = name
        self.column = column
        """Where the line of its opening tag begins."""
        self.base: int | None = None
        """The column at which its content stands, once there is some."""


def _end_of_esm(lines: Sequence[str], at: int) -> int:
    """The line after a statement: where brackets are closed and a blank line or another follows."""
    depth = 0
    end = at
    while end < len(lines) and end - at < MOST_ESM:
        line = lines[end]
        if depth <= 0 and not line.strip():
            return end
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        end += 1
    return end if end - at < MOST_ESM else at + 1
