"""Keys that ended up inside a description: `Reviews schemas. tools: Read, Grep model: opus`.

That happens where a line break was lost, where the following keys are indented like the text, and
below a quote that nothing closes. Only what can be nothing else is taken out: known keys at the
very end of the text, with values that fit them.
"""

from __future__ import annotations

import re

_ENTRY = re.compile(r"(?:[A-Z][A-Za-z]{1,40}(?:\([^()]{0,200}\))?|mcp__[\w.:*-]{1,100}|\*)\Z")
_MODEL = re.compile(r"(?:sonnet|opus|haiku|fable|inherit|claude-[a-z0-9.-]{1,60})\Z", re.IGNORECASE)
_COLOURS = frozenset(["red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"])
_KEYS = ("tools", "disallowedTools", "allowed-tools", "model", "color", "alwaysApply", "globs")
_MAX_VALUE = 1000


def take_out_keys(text: str) -> tuple[str, dict[str, str]]:
    """The text without the keys that it swallowed, and those keys with their values."""
    found: dict[str, str] = {}
    while True:
        place, key = max((_last(text, key), key) for key in _KEYS)
        if place < 0 or key in found:
            return text, found
        value = text[place + len(key) + 1 :].strip().strip("\"'")
        if len(value) > _MAX_VALUE or not _fits(key, value):
            return text, found
        found = {key: value, **found}
        text = text[:place].rstrip()


def _last(text: str, key: str) -> int:
    """Where `key: ` stands last, as a word of its own; -1 where it doesn't."""
    place = text.rfind(f"{key}: ")
    if place <= 0 or not text[place - 1].isspace():
        return -1
    return place


def _fits(key: str, value: str) -> bool:
    if key == "model":
        return bool(_MODEL.match(value))
    if key == "color":
        return value in _COLOURS
    if key == "alwaysApply":
        return value in ("true", "false")
    if key == "globs":
        return (
            bool(value) and " " not in value.replace(", ", ",") and set("*/.") & set(value) != set()
        )
    entries = [entry.strip() for entry in re.split(r",(?![^(]*\))", value)]
    return all(_ENTRY.match(entry) for entry in entries)
