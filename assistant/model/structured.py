"""JSON out of what a model wrote: models put it into fences, and words before and after it."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 200_000
"""Characters that are looked at."""
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MOST_TRIES = 50


def read_object(text: str, key: str) -> dict[str, Any] | None:
    """The first JSON object in a text that has the member `key`; None where there is none."""
    text = _THOUGHT.sub("", text[:LONGEST])
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return None
        try:
            found, _end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and key in found:
            return found
        at = text.find("{", at + 1)
    return None
