"""Opening a chat model by LangChain's `init_chat_model`: its package, its server, its bounds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agents.errors import UsageError, did_you_mean
from agents.settings import Settings
from assistant.model.bounded import bounding_hooks, openai_client
from assistant.model.failure import missing_package, translated
from assistant.model.name import ModelName
from assistant.model.streaming import StreamedModel

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.model.conversation import ChatModel

TIMEOUT = 120.0
"""Seconds without a word after which a model is given up."""
TEMPERATURE = 0
MOST_TOKENS = 1200
"""Of an answer."""
RETRIES = 2
"""How often a provider's client tries again after a rate limit or a failure of the server."""
NO_KEY = "none"
"""Sent to a server of one's own that needs no key, since the clients insist on one."""

_PACKAGE = re.compile(r"pip install ([\w.-]+)")
_PROVIDERS = re.compile(r"Supported model providers are: ([\w, -]+)")
_OPENAI_LIKE = frozenset({"openai", "azure_openai", "deepseek", "xai", "openrouter", "together"})


def open_model(
    model: ModelName,
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    *,
    most_tokens: int = MOST_TOKENS,
) -> ChatModel:
    """A chat model, ready to be asked; an answer ends after `most_tokens`. Nothing is sent yet.

    Raises ModelError where its package or key is missing, UsageError for a provider or an address
    that is none.
    """
    timeout = settings.model_timeout or TIMEOUT
    options = _options(model, settings.model_url, timeout, environ, most_tokens)
    if _is_own_server(model, settings.model_url, environ):
        options |= _bounded(model, environ)
    opened = StreamedModel(model, _opener(model), options, timeout=timeout)
    opened.prepare()
    return opened


def _options(
    model: ModelName,
    url: str | None,
    timeout: float,
    environ: Mapping[str, str],
    most_tokens: int,
) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": TEMPERATURE}
    if model.provider == "ollama":
        options |= {"num_predict": most_tokens, "client_kwargs": {"timeout": timeout}}
    else:
        options |= {"max_tokens": most_tokens, "timeout": timeout, "max_retries": RETRIES}
    if model.provider in _OPENAI_LIKE:
        options["stream_usage"] = True
    if url is not None:
        options["base_url"] = _checked(url)
    own_server = model.provider == "openai" and _is_own_server(model, url, environ)
    if own_server and not environ.get("OPENAI_API_KEY"):
        options["api_key"] = NO_KEY
    return options


def _is_own_server(model: ModelName, url: str | None, environ: Mapping[str, str]) -> bool:
    """Whether it is not the provider's own server that is asked."""
    named = model.provider == "openai" and bool(environ.get("OPENAI_BASE_URL"))
    return url is not None or named or model.provider == "ollama"


def _bounded(model: ModelName, environ: Mapping[str, str]) -> dict[str, Any]:
    """Options by which a client bounds what it reads, where it takes such."""
    if model.provider == "ollama":
        return {"sync_client_kwargs": {"event_hooks": bounding_hooks(model)}}
    # With a proxy of its own the library takes no client.
    if model.provider == "openai" and not environ.get("OPENAI_PROXY") and find_spec("openai"):
        return {"http_client": openai_client(model)}
    return {}


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise UsageError("the model's address is none", hint="for example http://localhost:8080/v1")
    return url


def _opener(model: ModelName) -> Callable[[Mapping[str, Any]], BaseChatModel]:
    """What makes the model from options."""
    from langchain.chat_models import init_chat_model

    def opened(options: Mapping[str, Any]) -> BaseChatModel:
        try:
            made: BaseChatModel = init_chat_model(
                model.name, model_provider=model.provider, **options
            )
        except ImportError as error:
            package = _PACKAGE.search(str(error))
            raise missing_package(model, package[1] if package else model.provider) from error
        except Exception as error:  # each provider has exceptions of its own
            if providers := _PROVIDERS.search(str(error)):
                known = providers[1].split(", ")
                hint = did_you_mean(model.provider, known, "openai, anthropic, ollama, …")
                raise UsageError(
                    f"no provider of models is called {model.provider!r}", hint=hint
                ) from error
            raise translated(error, model, started=False) from error
        return made

    return opened
