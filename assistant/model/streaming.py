"""A LangChain chat model, asked piece by piece, with bounds on time and length."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.errors import ModelError
from assistant.model.conversation import Finish, Message, OnText, Reply, Usage
from assistant.model.failure import broke_off, empty, refused, silent, translated
from assistant.model.name import ModelName

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

MOST_CHARACTERS = 20_000
"""Of an answer; a model that goes on and on is stopped there."""
PATIENCE = 5
"""An answer may take this many times the seconds that a model may be silent."""

_REFUSALS = frozenset({"content_filter", "refusal", "safety", "blocklist", "prohibited_content"})
_CUT = frozenset({"length", "max_tokens", "model_length"})
_SAY_WHY = frozenset({"openai", "azure_openai", "anthropic", "ollama", "deepseek", "groq", "xai"})
"""Providers that always say why an answer ended: without that it broke off."""
_OPTIONAL = ("temperature", "stream_usage")
"""Options that a server may not know; it is asked again without the one that it names."""
_NAMED_BY = {"stream_usage": "stream_options"}


@dataclass
class _Heard:
    """What has come of an answer."""

    text: str = ""
    reason: str = ""
    refusal: bool = False
    tokens_in: int = 0
    tokens_out: int = 0

    def take(self, chunk: BaseMessageChunk) -> str:
        """Note a piece and return its text."""
        meta: Mapping[str, Any] = chunk.response_metadata
        reason = meta.get("finish_reason") or meta.get("stop_reason") or meta.get("done_reason")
        self.reason = str(reason).lower() if reason else self.reason
        self.refusal |= bool(chunk.additional_kwargs.get("refusal"))
        used = getattr(chunk, "usage_metadata", None) or {}
        # Some providers tell the sum with each piece, some only parts of it: the largest holds.
        self.tokens_in = max(self.tokens_in, int(used.get("input_tokens") or 0))
        self.tokens_out = max(self.tokens_out, int(used.get("output_tokens") or 0))
        piece = str(chunk.text)
        self.text += piece
        return piece


@dataclass
class StreamedModel:
    """Implements `ChatModel` with any chat model of LangChain."""

    model: ModelName
    open: Callable[[Mapping[str, Any]], BaseChatModel]
    options: Mapping[str, Any]
    timeout: float
    """Seconds without a word after which the model is given up."""
    clock: Callable[[], float] = time.monotonic
    _opened: BaseChatModel | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """`provider:name`."""
        return str(self.model)

    def prepare(self) -> None:
        """Make the model, which shows whether its package and key are there. Raises ModelError."""
        if self._opened is None:
            self._opened = self.open(self.options)

    def reply(self, messages: Sequence[Message], *, on_text: OnText) -> Reply:
        """The answer, piece by piece to `on_text` and then whole. Raises ModelError."""
        heard = _Heard()
        finish = Finish.COMPLETE
        deadline = self.clock() + PATIENCE * self.timeout
        for chunk in self._pieces(messages):
            piece = heard.take(chunk)
            if piece:
                on_text(piece)
            if len(heard.text) > MOST_CHARACTERS or self.clock() > deadline:
                finish = Finish.CUT_OFF
                break
        if heard.refusal or heard.reason in _REFUSALS:
            raise refused(self.model)
        if finish is Finish.COMPLETE and not heard.reason and self.model.provider in _SAY_WHY:
            raise broke_off(self.model)
        if not heard.text.strip():
            raise empty(self.model)
        if heard.reason in _CUT:
            finish = Finish.CUT_OFF
        return Reply(heard.text, finish, Usage(heard.tokens_in, heard.tokens_out))

    def _pieces(self, messages: Sequence[Message]) -> Iterator[BaseMessageChunk]:
        """The answer's pieces; asks again without an option that the server doesn't know."""
        while True:
            self.prepare()
            assert self._opened is not None
            started = False
            try:
                for chunk in _in_time(self._opened, messages, self.timeout, self.model):
                    started = True
                    yield chunk
                return
            except ModelError:
                raise
            except Exception as error:  # each provider has exceptions of its own
                unknown = None if started else self._unknown_option(error)
                if unknown is None:
                    raise translated(error, self.model, started=started) from error
                self.options = {k: v for k, v in self.options.items() if k != unknown}
                self._opened = None

    def _unknown_option(self, error: Exception) -> str | None:
        """The option that a server refuses a request for, if it names one that may be left out."""
        if getattr(error, "status_code", None) not in (400, 422):
            return None
        said = str(error)
        named = (o for o in _OPTIONAL if o in self.options and _NAMED_BY.get(o, o) in said)
        return next(named, None)


def _in_time(
    model: BaseChatModel, messages: Sequence[Message], timeout: float, name: ModelName
) -> Iterator[BaseMessageChunk]:
    """The pieces of an answer, read in a thread, so that silence and Ctrl-C end the wait.

    A client's own time-out starts anew with every byte, signs of life without content included.
    """
    pieces: queue.Queue[BaseMessageChunk | BaseException | None] = queue.Queue()
    stop = threading.Event()

    def read() -> None:
        last: BaseException | None = None
        try:
            for chunk in model.stream(_spoken(messages)):
                if stop.is_set():
                    return
                if chunk.text or chunk.response_metadata or _counts(chunk):
                    pieces.put(chunk)
        except BaseException as error:  # handed to the one who waits
            last = error
        pieces.put(last)

    threading.Thread(target=read, daemon=True, name="model").start()
    try:
        while True:
            try:
                piece = pieces.get(timeout=timeout)
            except queue.Empty:
                raise silent(name, timeout) from None
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        stop.set()


def _counts(chunk: BaseMessageChunk) -> bool:
    return bool(getattr(chunk, "usage_metadata", None) or chunk.additional_kwargs)


def _spoken(messages: Sequence[Message]) -> list[tuple[str, str]]:
    roles = {"system": "system", "user": "human"}
    return [(roles[message.role], message.content) for message in messages]
