"""Tokens, and what they cost."""

from __future__ import annotations

from agents.settings import ModelPrice
from assistant.model import Usage
from assistant.model.cost import usage_shown


def test_the_cost_is_that_of_a_million_tokens_in_proportion() -> None:
    prices = {"openai:m": ModelPrice(input=2.0, output=8.0)}
    shown = usage_shown(Usage(1000, 500), "openai:m", prices)
    assert shown == {
        "input_tokens": 1000,
        "output_tokens": 500,
        "total_tokens": 1500,
        "cost_usd": 0.006,
    }


def test_an_unknown_price_costs_nothing_that_could_be_told() -> None:
    assert "cost_usd" not in usage_shown(Usage(10, 5), "openai:m", {})


def test_a_provider_that_tells_no_tokens_has_no_usage() -> None:
    assert usage_shown(Usage(), "openai:m", {"openai:m": ModelPrice(1, 1)}) == {}
