"""Pages of documentation: their exact text beside what it says, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.errors import DocumentError
from agents.location import Lines, split_lines

MAX_BYTES = 2 * 1024 * 1024
"""The largest page."""
MAX_LINES = 50_000
"""More than any text of that size has."""
ENDINGS = (".md", ".mdx", ".markdown")
"""Of the files that are taken from a folder; a file that is named itself may end in anything."""

_TITLE_LINE = re.compile(r" {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*\Z")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*\Z")
_COMPONENT = re.compile(r"[ \t]*</?[A-Z][A-Za-z]*[\s>/]|[ \t]*(?:import|export)\s.+\sfrom\s+[\"']")
_WORDS = re.compile(r"[-_\s]+")
_SHOWN = 300
"""Characters of a title or a description's beginning that lead what is embedded."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as it is and as it reads."""

    text: str
    """The exact text, without a byte order mark."""
    reading: str
    """What it says: as many lines, broken by LF, components and head taken out of them."""
    head: int
    """How many lines stand before the body."""
    title: str
    """As its head says, its first heading, or its file's name."""
    description: str
    described: Lines | None
    """The lines of the head's description; None where there is none."""


def read_page(raw: bytes, path: str) -> PageText:
    """Read a page of Markdown or MDX.

    Raises DocumentError for what is no text: NUL bytes, bytes that aren't UTF-8, or more than
    `MAX_BYTES` or `MAX_LINES`.
    """
    from agents.frontmatter import read_frontmatter
    from kb.mdx import read_mdx

    text = decode_page(raw, path)
    lines = split_lines(text)
    if len(lines) > MAX_LINES:
        raise DocumentError(f"more than {MAX_LINES} lines", hint="split the page", path=path)
    head = read_frontmatter(lines)
    values, keys = head.frontmatter.values, head.frontmatter.keys
    body = lines[head.body :]
    reading = [""] * head.body + read_mdx(body, mdx=_is_mdx(path, body))
    description = _one_line(values.get("description"))
    described = keys.get("description") if description else None
    if described is not None:
        reading[described.start - 1] = description
    title = _one_line(values.get("title")) or _first_heading(reading) or title_of_path(path)
    return PageText(
        text, "\n".join(reading), head.body, title[:_SHOWN], description[:_SHOWN], described
    )


def decode_page(raw: bytes, path: str) -> str:
    """The text of a page. Raises DocumentError where the bytes are none or too many."""
    if len(raw) > MAX_BYTES:
        raise DocumentError(
            f"larger than {MAX_BYTES // 1024} KiB ({len(raw) // 1024} KiB)",
            hint="split the page",
            path=path,
        )
    if b"\0" in raw:
        raise DocumentError("the page is binary: it holds a NUL byte", path=path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"the page is not UTF-8: byte 0x{raw[error.start]:02x} stands for no character",
            hint="save it as UTF-8",
            path=path,
            line=line,
        ) from None


def title_of_path(path: str) -> str:
    """A title made of a page's path: `file-storage/upload-files.mdx` is `Upload files`."""
    place = PurePosixPath(path)
    name = place.stem if place.stem not in ("index", "README", "readme", "") else place.parent.name
    words = _WORDS.sub(" ", name or place.stem).strip()
    return words[:1].upper() + words[1:] if words else "Page"


def _is_mdx(path: str, body: Sequence[str]) -> bool:
    if path.lower().endswith(".mdx"):
        return True
    # Documentation tools read `.md` as MDX too: what imports components means it so.
    return any(line.startswith("import ") and _COMPONENT.match(line) for line in body[:40])


def _first_heading(reading: Sequence[str]) -> str:
    from agents.prescriptive import plain

    for number, line in enumerate(reading):
        found = _TITLE_LINE.match(line)
        if found:
            return plain(found[1]).strip()
        if line.strip():
            following = reading[number + 1] if number + 1 < len(reading) else ""
            return line.strip() if _UNDERLINE.match(following) else ""
    return ""


def _one_line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
