"""Answers by a chat model, held to the passages, and questions that follow up on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from assistant.generate.answering import respond
    from assistant.generate.followup import Followed, follow

__all__ = ["Followed", "follow", "respond"]

__getattr__ = late_names(
    __name__,
    {
        "respond": "assistant.generate.answering",
        "Followed": "assistant.generate.followup",
        "follow": "assistant.generate.followup",
    },
)
