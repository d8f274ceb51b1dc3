"""A model's Markdown taken apart: blocks of claims, each with the passages that it names.

Models spell citations in many ways, put them before or after the full stop, add lists of sources
and repeat parts of the prompt; what comes out here has one form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from assistant.model.structured import without_thoughts

BlockKind = Literal["text", "heading", "lead", "code", "rule"]

LONGEST_LINE = 4_000
"""Characters of a line; what stands beyond is cut off."""
MOST_CITED = 12
"""Passages that one claim can name."""

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]{0,20})")
_SOURCES = re.compile(
    r"[\s#*_]*(?:sources|references|citations|passages(?: cited| used)?)[\s*_]*:?[\s*_]*",
    re.IGNORECASE,
)
_FENCE_TAG = re.compile(
    r"</?(?:passage|passages|question|conversation)-[0-9a-f]{8,64}[^>\n]{0,40}>"
)
_PREFIX = re.compile(r"(\s*)([-*+•]|\d{1,3}[.)])[ \t]+|(\s*)(#{1,6})[ \t]+|(\s*)((?:>[ \t]?)+)")
_ROW = re.compile(r"\s*\|.*\|\s*")
_RULE = re.compile(r"[\s|:_*=-]{3,}")
_CITED = re.compile(
    r"[\[【](?:\s*(?:passages?|sources?|n)\s*[:=]?)?\s*(\^?\d{1,4}(?:\s*[,;–-]\s*\^?\d{1,4}){0,11})\s*"
    r"(?:†[^\]】\n]{0,40})?[\]】](?!\()"
)
_CODE_SPAN = re.compile(r"(`+)[^`\n]{1,300}\1")
_IMAGE = re.compile(r"!\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,200})\]\(([^)\s]{1,500})[^)\n]{0,100}\)")
_BOUNDARY = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)[\"')*_]{0,3}"
    r"(?:\s{0,2}[\[【][^\]】\n]{1,40}[\]】]){0,6}\s+(?=[\"'(*_]{0,3}[A-Z\x01])"
)
_SPACE_BEFORE = re.compile(r"\s+([.,;:!?])")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, or a row of a table."""

    text: str
    """Without its citations."""
    cited: tuple[int, ...]
    """The passages that it names, in order, each once; they need not exist."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a heading, a row or a code block."""

    kind: BlockKind
    prefix: str
    """What makes it an item, a heading or a quotation: `- `, `2. `, `## `."""
    claims: tuple[Claim, ...]
    """Of `code` there is one: the code, without fences."""
    language: str = ""


def read_draft(text: str) -> list[Block]:
    """The blocks of a model's answer, without its list of sources and its thoughts."""
    plain = _FENCE_TAG.sub("", without_thoughts(text.replace("\r\n", "\n")))
    return list(_blocks([line[:LONGEST_LINE] for line in plain.split("\n")]))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    paragraph: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        fence = _FENCE.match(line)
        starts = fence or not line.strip() or _PREFIX.match(line) or _ROW.fullmatch(line)
        if paragraph and (starts or _SOURCES.fullmatch(line)):
            yield _of_text("", " ".join(paragraph))
            paragraph = []
        if fence:
            end = next((n for n in range(at, len(lines)) if _closes(lines[n], fence[1])), None)
            code = "\n".join(lines[at:end])
            at = len(lines) if end is None else end + 1
            if code.strip():
                yield Block("code", "", (Claim(code, ()),), fence[2].lower())
        elif _SOURCES.fullmatch(line) and not any(map(_FENCE.match, lines[at:])):
            return
        elif _RULE.fullmatch(line) and line.strip():
            yield Block("rule", "", (Claim(line.strip(), ()),))
        elif _ROW.fullmatch(line):
            yield Block("text", "", (_claim(line.strip()),))
        elif found := _PREFIX.match(line):
            yield _of_text(line[: found.end()], line[found.end() :])
        elif line.strip():
            paragraph.append(line.strip())
    if paragraph:
        yield _of_text("", " ".join(paragraph))


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return stripped.startswith(fence) and not stripped.strip(fence[0])


def _of_text(prefix: str, text: str) -> Block:
    claims = tuple(claim for part in sentences(text) if (claim := _claim(part)).text)
    kind: BlockKind = "text"
    if "#" in prefix:
        kind = "heading"
    elif len(claims) == 1 and claims[0].text.endswith(":") and not prefix.strip():
        kind = "lead"
    return Block(kind, prefix, claims)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph; a citation after the full stop belongs to what it closes."""
    # Code is hidden meanwhile: its full stops and brackets are none of the text's.
    hidden = _CODE_SPAN.sub(lambda found: "\x01" * len(found[0]), text)
    cuts = [0, *(found.end() for found in _BOUNDARY.finditer(hidden)), len(text)]
    parts = (text[a:b].strip() for a, b in pairwise(cuts))
    return [part for part in parts if part]


def _claim(text: str) -> Claim:
    spans = [found.span() for found in _CODE_SPAN.finditer(text)]
    cited: list[int] = []

    def taken(found: re.Match[str]) -> str:
        if any(start <= found.start() < end for start, end in spans):
            return found[0]
        cited.extend(_numbers(found[1]))
        return ""

    bare = _IMAGE.sub(r"\1", _LINK.sub(_told_link, _CITED.sub(taken, text)))
    bare = _SPACE_BEFORE.sub(r"\1", " ".join(bare.split())) if cited else " ".join(bare.split())
    return Claim(bare, tuple(dict.fromkeys(cited))[:MOST_CITED])


def _told_link(found: re.Match[str]) -> str:
    """A link as text that shows where it leads, so that it is held to the passages as well."""
    return found[1] if found[2] in found[1] else f"{found[1]} ({found[2]})"


def _numbers(text: str) -> Iterator[int]:
    for part in re.split(r"[,;]", text.replace("^", "")):
        first, _, last = (piece.strip() for piece in re.sub("–", "-", part).partition("-"))
        if last and int(first) < int(last) <= int(first) + MOST_CITED:
            yield from range(int(first), int(last) + 1)
        else:
            yield from (int(piece) for piece in (first, last) if piece)
