"""A bound on the bytes of an answer, for servers that the user named.

Clients read an event to its end before they hand it on. One without an end would fill the memory
for as long as a model may be silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from assistant.model.failure import too_much
from assistant.model.name import ModelName

MOST_BYTES = 32 * 1024 * 1024
"""Of an answer as it is sent; its text has 20,000 characters at most, each in an event."""

Hooks = dict[str, list[Callable[[Any], None]]]


def bounding_hooks(model: ModelName) -> Hooks:
    """What a client of httpx does with each response: its body ends with ModelError there."""

    def bound(response: Any) -> None:
        inner = response.stream
        # That of the httpx at hand: there are two, and a body has to be one of its own.
        kind = next(one for one in type(inner).__mro__ if one.__name__ == "SyncByteStream")

        class Bounded(kind):  # type: ignore[misc, valid-type]
            def __iter__(self) -> Iterator[bytes]:
                left = MOST_BYTES
                for piece in inner:
                    left -= len(piece)
                    if left < 0:
                        raise too_much(model)
                    yield piece

            def close(self) -> None:
                inner.close()

        response.stream = Bounded()

    return {"response": [bound]}


def openai_client(model: ModelName) -> Any:
    """A client for OpenAI's protocol with that bound, else as the library makes its own."""
    from openai import DefaultHttpxClient

    class Client(DefaultHttpxClient):
        def __del__(self) -> None:
            with suppress(Exception):  # as at the interpreter's end, when half is gone
                self.close()

    return Client(event_hooks=bounding_hooks(model))
