"""The chat model that a command answers with, and what its use is told as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agents.errors import ModelError

if TYPE_CHECKING:
    from assistant.answer.result import Answer
    from assistant.cli.context import CommandContext
    from assistant.model.conversation import ChatModel


def opened_model(
    obj: CommandContext,
    option: str | None,
    *,
    no_model: bool = False,
    most_tokens: int | None = None,
) -> ChatModel | None:
    """The chosen model, opened; None for answers from the documents alone.

    `most_tokens` bounds a reply where it is another kind of text than an answer.

    Raises UsageError for a name that is none, ModelError where its package or key is missing.
    """
    from assistant.model.name import chosen_model

    chosen = chosen_model(obj.settings, option=option, no_model=no_model)
    if chosen is None:
        return None
    from assistant.model.opening import MOST_TOKENS, open_model

    return open_model(chosen, obj.settings, most_tokens=most_tokens or MOST_TOKENS)


@contextmanager
def told_how_to_do_without(how: str) -> Iterator[None]:
    """Where a model fails inside, the error also says `how` the documents alone answer."""
    try:
        yield
    except ModelError as error:
        alone = f"{how} answers from the documents alone"
        error.hint = f"{error.hint}; {alone}" if error.hint else alone
        raise


def usage_parts(usage: Mapping[str, int | float]) -> list[str]:
    """The tokens and their cost, as far as they are known."""
    parts = []
    if usage:
        told = f"{usage['input_tokens']:,} in, {usage['output_tokens']:,} out"
        parts.append(f"{usage['total_tokens']:,} tokens ({told})")
    if "cost_usd" in usage:
        parts.append(f"${usage['cost_usd']:.4f}")
    return parts


def usage_line(answer: Answer) -> str:
    """The model, its tokens and their cost on one line; empty for an answer without a model."""
    if answer.model is None:
        return ""
    parts = [answer.model, *usage_parts(answer.usage)]
    if answer.unsupported:
        count = len(answer.unsupported)
        parts.append(f"{count} unsupported {'sentence' if count == 1 else 'sentences'}")
    return " · ".join(parts)
