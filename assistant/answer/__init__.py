"""Answers to design questions: found, chosen, put together and cited from the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from assistant.answer.answering import answer_question
    from assistant.answer.result import Answer, Citation, Status

__all__ = ["Answer", "Citation", "Status", "answer_question"]

__getattr__ = late_names(
    __name__,
    {
        "answer_question": "assistant.answer.answering",
        "Answer": "assistant.answer.result",
        "Citation": "assistant.answer.result",
        "Status": "assistant.answer.result",
    },
)
