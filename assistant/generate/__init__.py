"""Answers by a chat model, held to the passages, and questions that follow up on others."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.generate.answering import respond
    from assistant.generate.followup import Followed, follow

__all__ = ["Followed", "follow", "respond"]

_HOMES = {
    "respond": "assistant.generate.answering",
    "Followed": "assistant.generate.followup",
    "follow": "assistant.generate.followup",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
