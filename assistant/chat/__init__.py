"""Conversations: what was asked and answered, kept so that it survives a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from assistant.chat.conversation import Conversation
    from assistant.chat.session import Session, SessionTurn
    from assistant.chat.store import SessionStore

__all__ = ["Conversation", "Session", "SessionStore", "SessionTurn"]

__getattr__ = late_names(
    __name__,
    {
        "Conversation": "assistant.chat.conversation",
        "Session": "assistant.chat.session",
        "SessionTurn": "assistant.chat.session",
        "SessionStore": "assistant.chat.store",
    },
)
