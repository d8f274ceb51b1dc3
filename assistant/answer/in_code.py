"""What code blocks tell in words: commands with what they do, comments with the line below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.location import Lines, split_lines
from assistant.answer.statement import Statement, cut_lines

LEAST_WORDS = 3
"""Of a comment that says something by itself."""
LONGEST_LINE = 90
"""Characters of the code line that is shown beside its comment."""

_OPENING = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*(\S*)")
SHELLS = frozenset(["bash", "sh", "shell", "zsh", "console", "terminal", "powershell", "cmd"])
"""Languages of blocks that hold commands."""
_COMMAND = re.compile(r"(?:[$>] )?([a-z@./][\w@./-]* .+|[a-z]+)")
_TRAILING = re.compile(r"\s+#\s+(?P<says>.+)$")
_LINE_COMMENT = re.compile(r"\s*(?://+|#(?!!))\s?(.*)")
_BLOCK_COMMENT = re.compile(r"\s*/\*+(.*?)(?:\*+/\s*)?$")
_FOR_TOOLS = re.compile(
    r"eslint|prettier|@ts-|ts-ignore|todo|fixme|<reference|copyright|license|[=*~_-]{4,}",
    re.IGNORECASE,
)


def statements_in(code: Statement) -> Iterator[Statement]:
    """The commands of a shell block; of another one its comments, each with the line below."""
    lines = split_lines(code.quote)
    opening = _OPENING.match(lines[0]) if lines else None
    if opening is None:
        return
    if opening[1].lower() in SHELLS:
        yield from _commands(code, lines)
    else:
        yield from _comments(code, lines)


def _commands(code: Statement, lines: Sequence[str]) -> Iterator[Statement]:
    said, start = "", 0
    for at, line in enumerate(lines[1:], start=1):
        stripped = line.strip()
        if not stripped:
            said = ""
        elif stripped.startswith("#"):
            said, start = stripped.lstrip("# "), at
        elif typed := _COMMAND.fullmatch(stripped):
            trailing = _TRAILING.search(typed[1])
            command = typed[1][: trailing.start()] if trailing else typed[1]
            says = said or (trailing["says"] if trailing else "")
            text = f"{says}: `{command}`" if says else f"`{command}`"
            yield _part(code, "command", text, start if said else at, at)
            said = ""


def _comments(code: Statement, lines: Sequence[str]) -> Iterator[Statement]:
    at = 1
    while at < len(lines):
        start = at
        words: list[str] = []
        while at < len(lines) and (said := comment_at(lines, at)) is not None:
            words.append(said[0])
            at = said[1]
        below = lines[at].strip() if at < len(lines) else ""
        text = " ".join(" ".join(words).split())
        tells = len(text.split()) >= LEAST_WORDS and not _FOR_TOOLS.search(text)
        if tells and below and not _OPENING.match(below):
            shown = below if len(below) <= LONGEST_LINE else f"{below[:LONGEST_LINE]}…"
            shown = shown.replace("`", "'")
            yield _part(code, "comment", f"{text.rstrip('.:')}: `{shown}`", start, at)
        at = max(at, start + 1)


def comment_at(lines: Sequence[str], at: int) -> tuple[str, int] | None:
    """The words of the comment that begins on a line, and the line after it."""
    if found := _LINE_COMMENT.fullmatch(lines[at]):
        return found[1], at + 1
    if not lines[at].lstrip().startswith("/*"):
        return None
    words: list[str] = []
    while at < len(lines):
        inside = _BLOCK_COMMENT.match(lines[at])
        line = inside[1] if inside else lines[at].replace("*/", "").strip().lstrip("*")
        words.append(line.strip())
        at += 1
        if "*/" in lines[at - 1]:
            break
    return " ".join(words), at


def _part(code: Statement, kind: str, text: str, first: int, last: int) -> Statement:
    lines = Lines(code.lines.start + first, code.lines.start + last)
    quote = cut_lines(code.quote, first, last + 1)
    return Statement(code.chunk, kind, text, lines, quote, code.context)  # type: ignore[arg-type]
