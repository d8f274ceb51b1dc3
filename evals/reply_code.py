"""The files of code in a model's reply: fenced blocks and the paths that they are said to have.

A path stands in the info string (```` ```ts convex/tasks.ts ````, `title="convex/tasks.ts"`), in
the block's first line as a comment, or on the line before the fence. A block of TypeScript without
one gets the path that its content asks for, else a numbered one. A file that is given twice counts
as it is given last. Whatever the reply holds, the paths are relative, plain, and no longer than a
few folders; nothing here runs or writes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_FILES = 30
MAX_REPLY = 100_000
"""Characters of a reply that are looked at."""

_FENCE = re.compile(r"([ \t]{0,12})(?:[-*>][ \t]{1,3})?(`{3,20}|~{3,20})([^\n]{0,400})")
_PATH = re.compile(
    r"(?<![\w@./()\[\]-])(?:\./|/)?((?:[\w@()\[\]-][\w@.()\[\]-]{0,79}/){0,8}"
    r"[\w@()\[\]-][\w@.()\[\]-]{0,79}\.(?:tsx?|jsx?|mts|mjs))(?![\w/])"
)
_COMMENT = re.compile(r"\s{0,20}(?://+|/\*+|#)\s{0,9}(.{1,200})")
_LANGUAGES = frozenset(
    {"ts", "tsx", "typescript", "js", "jsx", "javascript", "mts", "mjs", "typescriptreact"}
)
_TSX = frozenset({"tsx", "jsx", "typescriptreact"})
_LOOKS_LIKE_CODE = re.compile(r"^(?:import|export)\b", re.MULTILINE)
_TYPICAL = (
    ("defineSchema(", "convex/schema.ts"),
    ("cronJobs(", "convex/crons.ts"),
    ("httpRouter(", "convex/http.ts"),
    ("defineApp(", "convex/convex.config.ts"),
)
"""What only one file of a project holds, and that file."""
_GENERATED = "_generated"


@dataclass(frozen=True, slots=True)
class _Block:
    info: str
    lead: str
    """The last line with text before the fence."""
    text: str


def code_files(reply: str) -> dict[str, str]:
    """Contents by path, in the order in which they come; empty where the reply has no code."""
    found: dict[str, str] = {}
    for block in _blocks(reply[:MAX_REPLY]):
        if not block.text.strip():
            continue
        path = _named(block)
        if path is None:
            if not _is_code(block):
                continue
            path = _unnamed(block, found)
        if _GENERATED in path.split("/"):
            continue  # the project's own, made by its tools
        if len(found) >= MAX_FILES and path not in found:
            break
        if _clashes(path, found):
            path = _unnamed(block, found)
        found[path] = block.text
    return found


def _blocks(reply: str) -> Iterator[_Block]:
    """The fenced blocks, one after the other; the last one may have no end."""
    lead, info, fence, indent = "", "", "", 0
    inside: list[str] | None = None
    for line in reply.splitlines():
        if inside is None:
            opened = _FENCE.fullmatch(line)
            # An info string of backticks has none inside, or it is a span of code in a sentence.
            if opened is not None and "`" not in opened[3]:
                indent, fence, info = len(opened[1]), opened[2], opened[3].strip()
                inside = []
            elif line.strip():
                lead = line
            continue
        bare = line.strip()
        if bare and not bare.strip(fence[0]) and len(bare) >= len(fence):
            yield _Block(info, lead, "\n".join(inside) + "\n")
            inside, lead = None, ""
            continue
        inside.append(line[indent:] if not line[:indent].strip() else line)
    if inside:
        yield _Block(info, lead, "\n".join(inside) + "\n")


def _named(block: _Block) -> str | None:
    """The path that a block is said to have."""
    spoken = block.info.partition(" ")[0]
    spoken = spoken.casefold().strip("{}").partition(":")[0]
    if spoken in ("diff", "bash", "sh", "shell", "json", "text", "html", "md", "markdown"):
        return None
    in_info = _path_in(block.info)
    if in_info is not None:
        return in_info
    first = next((line for line in block.text.splitlines() if line.strip()), "")
    comment = _COMMENT.fullmatch(first)
    if comment is not None and (path := _path_in(comment[1])) is not None:
        # A sentence may mention another file; a name stands alone or after a short word.
        words = comment[1].replace("*/", " ").split()
        if len(words) <= 3:
            return path
    return _path_in(block.lead) if len(block.lead) <= 200 and _names_one(block.lead) else None


def _path_in(text: str) -> str | None:
    found = _PATH.search(text)
    if found is None:
        return None
    parts = found[1].split("/")
    if any(set(part) == {"."} for part in parts) or found[1].endswith(".d.ts"):
        return None
    return found[1]


def _names_one(line: str) -> bool:
    """Whether a line before a fence is about one file: a heading, or words that end in a colon."""
    if len(_PATH.findall(line)) != 1:
        return False
    bare = line.strip()
    alone = _PATH.sub("", bare).strip("#*`:_ ().-0123456789")
    return not alone or bare.startswith("#") or bare.rstrip("*`_").endswith(":")


def _is_code(block: _Block) -> bool:
    language = block.info.split(" ")[0].casefold().strip("{}") if block.info else ""
    if language:
        return language.partition(":")[0] in _LANGUAGES
    return bool(_LOOKS_LIKE_CODE.search(block.text))


def _unnamed(block: _Block, taken: dict[str, str]) -> str:
    language = block.info.split(" ")[0].casefold() if block.info else ""
    ending = "tsx" if language in _TSX else "ts"
    for sign, path in _TYPICAL:
        if sign in block.text and path not in taken:
            return path
    names = (f"convex/reply{number or ''}.{ending}" for number in range(MAX_FILES + 2))
    return next(name for name in names if name not in taken)


def _clashes(path: str, taken: Sequence[str] | dict[str, str]) -> bool:
    """Whether one of two paths would have to be a file and a folder."""
    return any(path.startswith(f"{one}/") or one.startswith(f"{path}/") for one in taken)
