"""Chroma's client for a server, with an end to its patience: its own waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import httpx  # noqa: TID253 - chromadb's own client is built on it
from chromadb.api import ClientAPI, fastapi  # noqa: TID253 - imported where a server is named
from chromadb.config import Settings, System  # noqa: TID253

CONNECT_SECONDS = 10.0
"""How long a server has to take a connection, at most."""

_connecting = Lock()


def connect(
    host: str, port: int, *, secure: bool, settings: Settings, timeout: float
) -> tuple[ClientAPI, Callable[[], None]]:
    """A client that gives up with an httpx.TimeoutException after `timeout` seconds of silence.

    With the function that closes its connections, which Chroma's own `close` leaves open.
    """
    import chromadb

    made: list[httpx.Client] = []

    def close() -> None:
        for connections in made:
            connections.close()

    patience = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))
    with _connecting, _bounded(patience, made):
        try:
            client = chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings)
        except BaseException:
            close()
            raise
    return client, close


@contextmanager
def _bounded(patience: httpx.Timeout, made: list[httpx.Client]) -> Iterator[None]:
    """Let Chroma make its client of a class of ours: it looks the class up by a name that is fixed.

    It asks the server several things before it hands out the client, over several connections.
    """
    own: Any = fastapi.FastAPI

    class FastAPI(own):  # type: ignore[misc]
        def __init__(self, system: System) -> None:
            super().__init__(system)
            self._session.timeout = patience
            made.append(self._session)

    fastapi.FastAPI = FastAPI  # type: ignore[misc]
    try:
        yield
    finally:
        fastapi.FastAPI = own  # type: ignore[misc]
