"""Which model is meant."""

from __future__ import annotations

import pytest

from agents.errors import UsageError
from agents.settings import Settings
from assistant.model import ModelName, chosen_model, parse_model_name


def test_a_name_is_provider_and_name_which_may_hold_colons_and_slashes() -> None:
    assert parse_model_name("ollama:llama3.2:3b") == ModelName("ollama", "llama3.2:3b")
    assert str(parse_model_name("Azure-OpenAI:team/gpt")) == "azure_openai:team/gpt"


@pytest.mark.parametrize(
    "text", ["", "gpt", ":gpt", "openai:", "open ai:x", "openai:a b", "a:\x1b"]
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageError, match=r"names no model.*PROVIDER:NAME"):
        parse_model_name(text)


def test_no_model_wins_then_the_option_then_the_settings() -> None:
    settings = Settings(model="ollama:set")
    assert chosen_model(settings) == ModelName("ollama", "set")
    assert chosen_model(settings, option="openai:given") == ModelName("openai", "given")
    assert chosen_model(settings, option="openai:given", no_model=True) is None
    assert chosen_model(Settings()) is None
