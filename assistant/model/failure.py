"""What goes wrong with a model, in one line each: the only place that knows libraries' exceptions.

A provider's own words are shown only where they help and can't hold a key.
"""

from __future__ import annotations

from agents.errors import ModelError
from assistant.model.name import ModelName

_MOST_WORDS = 200
"""Characters of a provider's message that are shown."""

EXTRAS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "azure_openai": "openai",
    "ollama": "ollama",
}
"""Providers whose package is an extra of ours."""


def missing_package(model: ModelName, package: str) -> ModelError:
    """The provider's package isn't installed."""
    extra = EXTRAS.get(model.provider)
    wanted = f"'convexpert[{extra}]'" if extra else package
    return ModelError(
        f"the model {model} needs the Python package {package}", hint=f"pip install {wanted}"
    )


def silent(model: ModelName, seconds: float) -> ModelError:
    """Nothing came for too long."""
    return ModelError(
        f"the model {model} said nothing for {seconds:g} seconds",
        hint="CONVEXPERT_MODEL_TIMEOUT sets how long to wait",
        cause="timeout",
    )


def broke_off(model: ModelName) -> ModelError:
    """The answer has no end."""
    return ModelError(
        f"the model {model} broke off in the middle of its answer",
        hint="try again",
        cause="broke-off",
    )


def too_much(model: ModelName) -> ModelError:
    """Far more was sent than an answer can be."""
    return ModelError(
        f"the model {model} sent far more than an answer",
        hint="is its address right?",
        cause="too-much",
    )


def refused(model: ModelName) -> ModelError:
    """The model or its provider's filter won't answer."""
    return ModelError(
        f"the model {model} refused to answer", hint="ask in other words", cause="refusal"
    )


def empty(model: ModelName) -> ModelError:
    """The answer has no text."""
    return ModelError(f"the model {model} gave an empty answer", hint="try again", cause="empty")


def translated(error: BaseException, model: ModelName, *, started: bool) -> ModelError:
    """What to tell of an exception that a model's library raised.

    `started` says whether a part of the answer had come.
    """
    if started:
        return broke_off(model)
    from langchain_core import exceptions as core

    told = _known(error, model, core)
    if told is not None:
        return told
    if _is_connection(error):
        return unreachable(model)
    if "api_key" in str(error).lower() or "authentication" in str(error).lower():
        return no_key(model)
    return ModelError(f"the model {model} gave no usable answer: {_words(error)}", hint="try again")


def no_key(model: ModelName) -> ModelError:
    """No key, or one that is not accepted."""
    return ModelError(
        f"no key that {model.provider} accepts for the model {model}",
        hint=f"set {model.provider.upper()}_API_KEY",
    )


def unreachable(model: ModelName) -> ModelError:
    """No server answers."""
    return ModelError(
        f"the model {model} can't be reached",
        hint="see whether its server runs, and CONVEXPERT_MODEL_URL",
    )


def _known(error: BaseException, model: ModelName, core: object) -> ModelError | None:
    """What to tell of an exception of the classes that all providers of LangChain share."""

    def is_a(name: str) -> bool:
        return isinstance(error, getattr(core, name, ()))

    status = getattr(error, "status_code", None)
    if (
        is_a("ModelAuthenticationError")
        or is_a("ModelPermissionDeniedError")
        or status in (401, 403)
    ):
        return no_key(model)
    if is_a("ModelRateLimitError") or status == 429:
        return ModelError(
            f"{model.provider} limits how often the model {model} may be asked",
            hint="wait a little, or see your plan there",
            cause="rate-limit",
        )
    if is_a("ModelTimeoutError") or type(error).__name__.endswith("Timeout"):
        return ModelError(
            f"the model {model} did not answer in time",
            hint="CONVEXPERT_MODEL_TIMEOUT sets how long to wait",
            cause="timeout",
        )
    if is_a("ContextOverflowError"):
        return ModelError(
            f"question and passages are too long for the model {model}",
            hint="ask with a smaller -k or without --agent, or take a larger model",
            cause="too-long",
        )
    if is_a("ModelNotFoundError") or status == 404:
        return ModelError(
            f"{model.provider} has no model {model.name}",
            hint="see how the provider spells it, and CONVEXPERT_MODEL_URL",
        )
    if is_a("ModelConnectionError"):
        return unreachable(model)
    if is_a("ModelInvalidRequestError"):
        return ModelError(
            f"the model {model} takes no such request: {_words(error)}", hint="take another model"
        )
    if is_a("ModelAPIError") or (isinstance(status, int) and status >= 500):
        return ModelError(f"{model.provider} has a failure of its own", hint="try again")
    return None


def _is_connection(error: BaseException) -> bool:
    """Whether a connection failed, in the words of sockets or of httpx."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, ConnectionError) or bool(names & {"TransportError", "ConnectError"})


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:_MOST_WORDS] or type(error).__name__
