"""Chat models: chosen by name, opened late, spoken to with every failure named."""

from __future__ import annotations

from assistant.model.conversation import ChatModel, Finish, Message, Reply, Usage
from assistant.model.name import ModelName, chosen_model, parse_model_name

__all__ = [
    "ChatModel",
    "Finish",
    "Message",
    "ModelName",
    "Reply",
    "Usage",
    "chosen_model",
    "parse_model_name",
]
