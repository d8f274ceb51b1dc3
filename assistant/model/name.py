"""Which chat model is meant: `provider:name`, from the option, the environment or the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.errors import UsageError
from agents.settings import Settings

_SHAPE = re.compile(
    r"(?P<provider>[A-Za-z][A-Za-z0-9_-]{0,40}):(?P<name>[^\s\x00-\x1f\x7f]{1,200})"
)


@dataclass(frozen=True, slots=True)
class ModelName:
    """A chat model by its provider and the provider's name for it."""

    provider: str
    """As `init_chat_model` of LangChain spells it: `openai`, `anthropic`, `ollama`."""
    name: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.name}"


def parse_model_name(text: str) -> ModelName:
    """Read `provider:name`. Raises UsageError for anything else."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} names no model", hint="PROVIDER:NAME, for example ollama:llama3.2"
        )
    return ModelName(found["provider"].lower().replace("-", "_"), found["name"])


def chosen_model(
    settings: Settings, *, option: str | None = None, no_model: bool = False
) -> ModelName | None:
    """The model to answer with; None for an answer from the documents alone.

    `no_model` wins, then the option, then what the environment and the settings' file say. Raises
    UsageError where that names no model.
    """
    if no_model:
        return None
    wanted = option if option is not None else settings.model
    return None if wanted is None else parse_model_name(wanted)
