"""Answers to design questions: found, chosen, put together and cited from the documents."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer.answering import answer_question
    from assistant.answer.result import Answer, Citation, Status

__all__ = ["Answer", "Citation", "Status", "answer_question"]

_HOMES = {
    "answer_question": "assistant.answer.answering",
    "Answer": "assistant.answer.result",
    "Citation": "assistant.answer.result",
    "Status": "assistant.answer.result",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
