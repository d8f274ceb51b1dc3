"""What an answer used, as `ask --json` shows it: tokens, and their cost where a price is set."""

from __future__ import annotations

from collections.abc import Mapping

from agents.settings import ModelPrice
from assistant.model.conversation import Usage

_MILLION = 1_000_000


def usage_shown(
    usage: Usage, model: str, prices: Mapping[str, ModelPrice]
) -> dict[str, int | float]:
    """`input_tokens`, `output_tokens`, `total_tokens`, and `cost_usd` where the price is known.

    Empty where the provider tells no numbers: nothing told is not nothing used.
    """
    total = usage.input_tokens + usage.output_tokens
    if not total:
        return {}
    shown: dict[str, int | float] = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": total,
    }
    price = prices.get(model)
    if price is not None:
        cost = usage.input_tokens * price.input + usage.output_tokens * price.output
        shown["cost_usd"] = round(cost / _MILLION, 6)
    return shown
