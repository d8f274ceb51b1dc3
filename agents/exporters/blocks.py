"""Blocks of an export inside files that people write to as well: `AGENTS.md`, `.roomodes`.

Each agent has a block between two marks of its own; everything outside stays as it is, byte by
byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.errors import ExportError
from agents.exporters.base import ExportFile, Sharing

_MARK = re.compile(
    rb"[ \t]*(?:<!-- |# )convexpert:(begin|end) ([a-z0-9][a-z0-9._-]{0,119})"
    rb"(?:@(\d{1,9}))?(?: -->)?[ \t]*\r?\n?"
)
_SPELLED = re.compile(rb"convexpert:(?=begin |end )")
_LISTED = re.compile(rb"^( *)- ", re.MULTILINE)
_TOP_KEY = re.compile(rb"^[^\s#-]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it stands in a file."""

    handle: str
    start: int
    """Bytes before its first mark."""
    end: int
    """Bytes up to the end of its last mark's line."""
    text: bytes
    """Both marks included."""


def rendered(file: ExportFile) -> bytes:
    """A block with its marks. What looks like a mark inside is spelled otherwise."""
    before, after = (b"<!-- ", b" -->") if file.sharing is Sharing.MARKDOWN else (b"# ", b"")
    handle = file.handle.encode()
    inner = _SPELLED.sub(b"convexpert :", file.content).strip(b"\r\n")
    gap = b"\n" if file.sharing is Sharing.MARKDOWN else b""
    begin = b"%sconvexpert:begin %s@%d%s\n" % (before, handle, file.version, after)
    end = b"%sconvexpert:end %s%s\n" % (before, handle, after)
    return begin + gap + inner + b"\n" + gap + end


def blocks_of(raw: bytes, path: str) -> dict[str, Block]:
    """The blocks of a file by their handles.

    Raises ExportError where a mark has no partner, or an agent has two blocks.
    """
    found: dict[str, Block] = {}
    opened: tuple[str, int] | None = None
    position = 0
    for number, line in enumerate(raw.splitlines(keepends=True), 1):
        mark = _MARK.fullmatch(line)
        if mark is not None:
            handle = mark[2].decode()
            if mark[1] == b"begin":
                if opened is not None or handle in found:
                    raise _broken(path, number, handle)
                opened = (handle, position)
            else:
                if opened is None or opened[0] != handle:
                    raise _broken(path, number, handle)
                start, end = opened[1], position + len(line)
                found[handle] = Block(handle, start, end, raw[start:end])
                opened = None
        position += len(line)
    if opened is not None:
        raise _broken(path, raw.count(b"\n", 0, opened[1]) + 1, opened[0])
    return found


def _broken(path: str, line: int, handle: str) -> ExportError:
    return ExportError(
        f"the marks of {handle!r} don't belong together",
        hint="restore both lines, or delete the block with both of them",
        path=path,
        line=line,
    )


def merged(
    existing: bytes | None, wanted: Mapping[str, bytes | None], opening: str, path: str
) -> bytes | None:
    """A file with these blocks set, or taken out where None; None where nothing is left of it."""
    raw = existing or b""
    known = blocks_of(raw, path)
    for block in sorted(known.values(), key=lambda block: -block.start):
        if block.handle in wanted:
            text = wanted[block.handle]
            end = block.end
            if text is None and raw[end : end + 1] == b"\n":
                end += 1
            raw = raw[: block.start] + (text or b"") + raw[end:]
    new = [wanted[handle] for handle in sorted(wanted) if handle not in known]
    added = [text for text in new if text is not None]
    if added:
        if opening:
            raw = _below_opening(raw, opening.encode(), path)
            raw += b"".join(added)
        else:
            raw = raw.rstrip(b"\n") + b"\n\n" if raw.strip() else b""
            raw += b"\n".join(added)
    left = raw.strip()
    return None if not left or left == opening.strip().encode() else raw


def _below_opening(raw: bytes, opening: bytes, path: str) -> bytes:
    """The file up to where entries of its list can be appended."""
    line = opening.strip()
    if not raw.strip():
        return line + b"\n"
    place = re.search(rb"^" + re.escape(line) + rb"[ \t]*\r?$", raw, re.MULTILINE)
    if place is None:
        raise ExportError(
            f"the file has no line `{line.decode()}` to add to",
            hint="add it at the end of the file, or move the file away",
            path=path,
        )
    below = raw[place.end() :]
    entry = _LISTED.search(below)
    if _TOP_KEY.search(below) or (entry is not None and entry[1] != b"  "):
        raise ExportError(
            f"the entries below `{line.decode()}` can't be added to",
            hint="let it be the last key of the file, with entries indented by two spaces",
            path=path,
        )
    return raw if raw.endswith(b"\n") else raw + b"\n"
