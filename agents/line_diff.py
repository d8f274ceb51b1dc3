"""Two texts line by line, as `diff -u` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from agents.document import Document
from agents.section_text import text_lines

_MOST = 4_000
"""Lines between the first and the last difference that are compared; more are shown as replaced,
since comparing them can take quadratic time."""


def unified_lines(before: Document, after: Document, names: tuple[str, str]) -> Iterator[str]:
    """The lines of a unified diff without their breaks; none where the lines are the same.

    Line breaks themselves and a byte order mark are not lines.
    """
    old, new = text_lines(before), text_lines(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    if max(len(old), len(new)) - start - end <= _MOST:
        yield from unified_diff(old, new, *names, lineterm="")
        return
    removed, added = old[start : len(old) - end], new[start : len(new) - end]
    yield from (f"--- {names[0]}", f"+++ {names[1]}")
    # An empty side stands behind the line before it, as in `diff -u`.
    places = [start + bool(some) for some in (removed, added)]
    yield f"@@ -{places[0]},{len(removed)} +{places[1]},{len(added)} @@"
    yield from (f"-{line}" for line in removed)
    yield from (f"+{line}" for line in added)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    return next(
        (n for n, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new))
    )
