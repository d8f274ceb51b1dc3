"""Conversations: what was asked and answered, kept so that it survives a crash."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.chat.conversation import Conversation
    from assistant.chat.session import Session, SessionTurn
    from assistant.chat.store import SessionStore

__all__ = ["Conversation", "Session", "SessionStore", "SessionTurn"]

_HOMES = {
    "Conversation": "assistant.chat.conversation",
    "Session": "assistant.chat.session",
    "SessionTurn": "assistant.chat.session",
    "SessionStore": "assistant.chat.store",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
