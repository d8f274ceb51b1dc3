"""Code blocks cut into pieces that can be cited: short declarations, paragraphs of long ones.

A piece tells by its comment and the line that it begins with; the words of its code count for it
when statements are looked for, but are not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import dedent

from agents.location import Lines, split_lines
from assistant.answer.in_code import SHELLS, comment_at
from assistant.answer.statement import Statement, cut_lines

MOST_LINES = 32
"""Of a declaration that is one piece."""
LEAST_LINES = 3
"""Of a paragraph that is a piece by itself."""
LONGEST_LINE = 90
"""Characters of the line that is said."""
MOST_WORDS = 40
"""Words of the code that its meaning is compared by."""

_OPENING = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*(\S*)")
_STARTS = re.compile(r"[A-Za-z_$@/#]")
_IMPORT = re.compile(r"import\b|\} from\b")
_COMMENT = re.compile(r"\s*(?://|/\*|\*|#)")
_DECORATION = re.compile(r"[=*~_-]{4,}")
_OPEN_END = re.compile(r"[\s({\[=>]+$")
_WORD = re.compile(r"[A-Za-z_$][\w$.]*[\w$]|\d+")
_HOLLOW = frozenset(
    [
        "const",
        "let",
        "var",
        "await",
        "async",
        "return",
        "export",
        "default",
        "function",
        "new",
        "if",
        "else",
        "try",
        "catch",
        "ctx",
        "args",
        "the",
        "for",
        "of",
        "in",
        "import",
        "from",
        "this",
        "true",
        "false",
        "null",
        "undefined",
        "string",
        "number",
        "boolean",
        "handler",
    ]
)


def pieces_in(code: Statement) -> Iterator[Statement]:
    """The pieces of a code block, in the order of its lines; none of a shell's or of plain text."""
    lines = split_lines(dedent(code.quote))  # in a list or a component, the margin is further in
    opening = _OPENING.match(lines[0]) if lines else None
    if opening is None or not opening[1] or opening[1].lower() in SHELLS:
        return
    last = len(lines) - 1 if _OPENING.match(lines[-1]) else len(lines)
    for start, end in _declarations(lines, 1, last):
        if end - start <= MOST_LINES:
            yield _piece(code, lines, start, end, "")
            continue
        whole = _said(lines, start, end)
        for first, after in _paragraphs(lines, start, end):
            yield _piece(code, lines, first, after, whole)


def _declarations(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of lines that begin at the margin, comments above included; no imports."""
    if end - start <= MOST_LINES:
        yield from _trimmed(lines, start, end)
        return
    starts = [
        n
        for n in range(start, end)
        if _STARTS.match(lines[n])
        and not (n > start and _COMMENT.match(lines[n - 1]) and lines[n - 1].strip())
    ]
    for first, after in pairwise([*starts, end]):
        yield from _trimmed(lines, first, after)


def _trimmed(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The run without blank lines at its end, where it is more than imports and headlines."""
    while end > start and not lines[end - 1].strip():
        end -= 1
    telling = [
        line
        for line in lines[start:end]
        if _OPEN_END.sub("", line.strip()) and not _COMMENT.match(line) and not _IMPORT.match(line)
    ]
    if telling:
        yield start, end


def _paragraphs(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs between blank lines; what is shorter than LEAST_LINES goes with what follows."""
    first = start
    for n in range(start, end + 1):
        if n == end or not lines[n].strip():
            if n - first >= LEAST_LINES or (n == end and n > first):
                yield first, n
            elif n > first and n < end:
                continue  # too short: goes on
            first = n + 1


def _piece(code: Statement, lines: Sequence[str], start: int, end: int, whole: str) -> Statement:
    return Statement(
        code.chunk,
        "piece",
        _said(lines, start, end) or whole,
        Lines(code.lines.start + start, code.lines.start + end - 1),
        cut_lines(code.quote, start, end),
        whole or code.context,
        inside=" ".join(_words("\n".join(lines[start:end]))),
    )


def _said(lines: Sequence[str], start: int, end: int) -> str:
    """A piece in a line: its comment, and the line that it begins with."""
    words: list[str] = []
    at = start
    while at < end:
        said = comment_at(lines, at)
        if said is None and lines[at].strip() and not _IMPORT.match(lines[at]):
            break
        words += [said[0]] if said and not _DECORATION.search(said[0]) else []
        at = said[1] if said else at + 1
    # An object or an array begins with a bracket, which says nothing.
    telling = (_OPEN_END.sub("", line.strip()) for line in lines[at:end])
    below = next(filter(None, telling), "").replace("`", "'")
    if len(below) > LONGEST_LINE:
        below = f"{below[:LONGEST_LINE]}…"
    comment = " ".join(" ".join(words).split()).rstrip(".:")
    return f"{comment}: `{below}`" if comment and below else comment or (f"`{below}`" * bool(below))


def _words(code: str) -> list[str]:
    """The telling words of code, each once."""
    found = dict.fromkeys(word for word in _WORD.findall(code) if word not in _HOLLOW)
    return list(found)
