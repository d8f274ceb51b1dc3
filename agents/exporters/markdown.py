"""Heads and bodies of exported Markdown: what a document says, for tools with other heads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from agents.document import Document, Section
from agents.exporters.head import key_line
from agents.location import LineIndex

HeadValue = str | bool | Sequence[str] | Mapping[str, "HeadValue"]

_BOM = b"\xef\xbb\xbf"
_MAX_DESCRIPTION = 200
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def body_of(document: Document) -> str:
    """The text below the head, line breaks as in the file."""
    raw = document.raw
    head = document.frontmatter.lines
    if head is None:
        return raw.removeprefix(_BOM).decode()
    index = LineIndex(raw)
    start = index.line_start(head.end + 1) if head.end < index.line_count else len(raw)
    return raw[start:].decode()


def with_head(fields: Mapping[str, HeadValue], body: str) -> bytes:
    """A Markdown file with these fields as its frontmatter, in this order."""
    lines = ["---", *_head_lines(fields, ""), "---", ""]
    separator = "" if body.startswith(("\n", "\r")) else "\n"
    return ("\n".join(lines) + separator + body).encode()


def _head_lines(fields: Mapping[str, HeadValue], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in fields.items():
        name = key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)
        if isinstance(value, bool):
            lines.append(f"{indent}{name}: {str(value).lower()}")
        elif isinstance(value, str):
            lines.append(indent + key_line(name, value))
        elif isinstance(value, Mapping):
            lines.append(f"{indent}{name}:")
            lines.extend(_head_lines(value, indent + "  "))
        else:
            entries = ", ".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            lines.append(f"{indent}{name}: [{entries}]")
    return lines


def one_line(text: str) -> str:
    """A description on one line, without what can't be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def description_of(document: Document, handle: str) -> tuple[str, bool]:
    """What a document is for, on one line, and whether it says so itself.

    Where it doesn't, the first words of its body stand in.
    """
    text = one_line(document.description)
    if text:
        return text, True
    lines = (line.strip().lstrip("#>*- ").strip() for line in body_of(document).splitlines())
    found = next((line for line in lines if any(map(str.isalnum, line))), f"Agent {handle}")
    text = one_line(found)
    if len(text) > _MAX_DESCRIPTION:
        text = f"{text[: _MAX_DESCRIPTION - 1].rstrip()}…"
    return text, False


def split_body(document: Document, limit: int) -> list[str]:
    """The body in parts of at most `limit` characters, cut before headings where possible.

    A part that has no heading to cut at is cut at the last line that fits, a line that is longer
    than the limit in its middle. The parts joined are the body.
    """
    body = body_of(document)
    if len(body) <= limit:
        return [body]
    head = document.frontmatter.lines
    offset = head.end if head else 0
    starts = {section.lines.start - offset - 1 for section in document.sections if _cuts(section)}
    parts: list[str] = []
    current: list[str] = []
    best = 0
    for number, line in enumerate(_LINE.findall(body)):
        if number in starts and current:
            best = len(current)
        for piece in _pieces(line, limit):
            while sum(map(len, current)) + len(piece) > limit:
                cut = best or len(current)
                parts.append("".join(current[:cut]))
                current, best = current[cut:], 0
            current.append(piece)
    parts.append("".join(current))
    return [part for part in parts if part]


def _cuts(section: Section) -> bool:
    return 1 <= section.level <= 3


def _pieces(line: str, limit: int) -> list[str]:
    return [line[start : start + limit] for start in range(0, len(line), limit)] or [line]
