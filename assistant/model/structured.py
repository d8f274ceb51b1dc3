"""What a model's reply holds besides words: its thoughts left out, JSON read out of fences."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 200_000
"""Characters that are looked at for JSON."""
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MOST_TRIES = 50


def without_thoughts(text: str) -> str:
    """A reply without what its model thought aloud; an open thought goes on to the end."""
    return _THOUGHT.sub("", text)


def first_object(text: str) -> dict[str, Any] | None:
    """The JSON object that begins at a reply's first brace; None where there is none.

    For replies about text that wants to be believed: where the model's own object is broken, one
    that it quotes inside doesn't count.
    """
    text = without_thoughts(text[:LONGEST])
    return _object_at(text, text.find("{"))


def read_object(text: str, key: str) -> dict[str, Any] | None:
    """The first JSON object in a reply that has the member `key`; None where there is none."""
    text = without_thoughts(text[:LONGEST])
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return None
        found = _object_at(text, at)
        if found is not None and key in found:
            return found
        at = text.find("{", at + 1)
    return None


def _object_at(text: str, at: int) -> dict[str, Any] | None:
    if at < 0:
        return None
    try:
        found, _end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
