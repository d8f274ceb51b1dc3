"""Changing one entry of a list of tools where it is written."""

from __future__ import annotations

import re

from agents.finding import Edit
from agents.lint.subject import Subject
from agents.location import Lines


def entry_edits(
    subject: Subject, key: str, name: str, replacement: str | None, *, last: bool = False
) -> tuple[Edit, ...]:
    """Write another name for an entry, or take the entry out where that is None.

    Works on one line with commas (`tools: Read, Task` and `[Read, Task]`) and on entries of their
    own lines; elsewhere there is no edit. `last`: the entry's last place instead of its first.
    """
    lines = subject.key_lines(key)
    if lines is None:
        return ()
    pattern = re.compile(rf"(?<![\w(:-]){re.escape(name)}(?![\w(:-])")
    places = [
        (number, found)
        for number in range(lines.start, lines.end + 1)
        for found in pattern.finditer(
            subject.line(number), len(key) + 1 if number == lines.start else 0
        )
    ]
    if not places:
        return ()
    number, found = places[-1 if last else 0]
    text = subject.line(number)
    if replacement is not None:
        return (subject.edit(number, found.start(), found.end(), replacement),)
    if number > lines.start:
        alone = re.fullmatch(rf"\s*-\s+([\"']?){re.escape(name)}\1\s*", text)
        return (subject.without_lines(Lines(number, number)),) if alone else ()
    if text[found.start() - 1 : found.start()] in ("'", '"'):
        return ()
    before = re.search(r",[ \t]*\Z", text[: found.start()])
    after = re.match(r"[ \t]*,[ \t]*", text[found.end() :])
    if before:
        return (subject.edit(number, before.start(), found.end(), ""),)
    if after:
        return (subject.edit(number, found.start(), found.end() + after.end(), ""),)
    return ()
