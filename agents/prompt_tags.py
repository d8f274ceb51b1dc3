"""Tags such as `<rules>` that part a prompt: where they stand, and its lines without them.

To Markdown a tag alone on its line begins HTML, in which nothing is a list, a heading or code until
the next blank line. Authors of prompts mean the text in it like any other, often indented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]{0,60})(?:\s[^<>]{0,300})?(/?)>\Z")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}(?=[^`]*\Z)|~{3,})")
_HTML_NAMES = """
    address article aside base basefont blockquote body caption center col colgroup dd details
    dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6
    head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p
    param pre script search section source style summary table tbody td textarea tfoot th thead
    title tr track ul

    a abbr audio b bdi bdo br button canvas cite code del dfn em i img input ins kbd label map mark
    meter picture progress q s samp select small span strong sub sup svg u var video wbr
"""
"""What begins HTML in Markdown, and what stands in its text."""
_HTML = frozenset(_HTML_NAMES.split())
BREAK = "<!---->"
"""In place of a tag: it ends the list above it, and is neither text nor begins any."""
_DEEP = 4
"""From so many spaces on a line is code, unless it stands in a tag."""
_MOST_OPEN = 50
"""Tags in tags; deeper ones make no part of their own, so that the work stays in bounds."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A part of a text between two tags; lines count from 0."""

    name: str
    """In lower case, its words parted by spaces."""
    start: int
    end: int
    """The line of the closing tag, or after the last line where nothing closes it."""


@dataclass(slots=True)
class _Open:
    name: str
    start: int
    indent: int
    outer: int | None
    """The number of the tag around it."""
    end: int
    inner: int | None = None
    """The least indent of the lines that stand directly in it."""


def without_tags(lines: Sequence[str]) -> tuple[list[str], tuple[Tag, ...]]:
    """The lines without the tags, what they hold moved left, and the parts they make.

    Tags in code, in comments and of HTML stay as they are; no line is added or taken away.
    """
    if not any(line.lstrip().startswith("<") for line in lines):
        return list(lines), ()
    plain = list(lines)
    found: list[_Open] = []
    owners: list[int | None] = [None] * len(lines)
    _find(plain, found, owners)
    _move_left(plain, found, owners)
    tags = (Tag(re.sub(r"[\W_]+", " ", one.name.lower()), one.start, one.end) for one in found)
    return plain, tuple(tags)


def _find(plain: list[str], found: list[_Open], owners: list[int | None]) -> None:
    """Replace the tags, note the parts they make, and which of these each line stands in."""
    stack: list[int] = []
    fence, in_comment = "", False
    for number, line in enumerate(plain):
        owners[number] = owner = stack[-1] if stack else None
        text = line.strip()
        opens = _FENCE.match(line)
        tag = _TAG.match(text) if text.startswith("<") else None
        if fence:
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
            continue
        indent = len(line) - len(line.lstrip())
        if in_comment or text.startswith("<!--"):
            in_comment = "-->" not in text
        elif opens:
            fence = opens[1]
        elif tag and tag[2].lower() not in _HTML and (stack or indent < _DEEP):
            plain[number] = line[:indent] + BREAK
            if tag[1]:
                _close(tag[2], number, found, stack)
                owners[number] = stack[-1] if stack else None
            elif not tag[3] and len(stack) < _MOST_OPEN:
                found.append(_Open(tag[2], number, indent, owner, len(plain)))
                stack.append(len(found) - 1)
        if text and owner is not None and owners[number] == owner:
            inner = found[owner].inner
            found[owner].inner = indent if inner is None else min(inner, indent)


def _close(name: str, number: int, found: Sequence[_Open], stack: list[int]) -> None:
    for place in range(len(stack) - 1, -1, -1):
        if found[stack[place]].name == name:
            for one in stack[place:]:
                found[one].end = number
            del stack[place:]
            return


def _move_left(plain: list[str], found: Sequence[_Open], owners: Sequence[int | None]) -> None:
    amounts: list[int] = []
    for one in found:
        around = amounts[one.outer] if one.outer is not None else 0
        inner = around if one.inner is None else one.inner - (one.indent - around)
        amounts.append(max(around, inner))
    for number, owner in enumerate(owners):
        amount = amounts[owner] if owner is not None else 0
        if amount:
            line = plain[number]
            indent = len(line) - len(line.lstrip())
            plain[number] = line[min(amount, indent) :]
