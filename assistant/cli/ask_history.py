"""Reading the earlier turns of a conversation from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import UsageError

if TYPE_CHECKING:
    from assistant.answer.question import Turn

LARGEST = 1_000_000
"""Bytes of a history file."""
MOST_TURNS = 1_000


def read_history(path: Path) -> list[Turn]:
    """The turns in a file, oldest first. Raises UsageError where it is no array of turns."""
    import json

    def refused(message: str) -> UsageError:
        hint = 'an array such as [{"role": "user", "content": "…"}]'
        return UsageError(message, hint=hint, path=str(path))

    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise refused(f"can't read the history: {error.strerror or error}") from error
    if len(raw) > LARGEST:
        raise refused("the history is larger than 1 MB")
    try:
        turns = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise refused(f"the history is not JSON: {error}") from error
    if not isinstance(turns, list) or not all(map(_is_turn, turns)):
        raise refused("the history is not an array of turns with role and content")
    if len(turns) > MOST_TURNS:
        raise refused(f"the history is longer than {MOST_TURNS:,} turns")
    return turns


def _is_turn(turn: Any) -> bool:
    return (
        isinstance(turn, dict)
        and turn.get("role") in ("user", "assistant", "system")
        and isinstance(turn.get("content"), str)
    )
