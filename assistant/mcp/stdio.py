"""Standard input and output as the transport: bounded lines in, nothing but the protocol out.

The SDK's own transport reads in a thread that can't be left, so that Ctrl-C waits for a line, and
takes lines of any length. What it does with the messages is used as it is.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, cast

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp.server.lowlevel import Server  # noqa: TID253
from mcp.server.stdio import stdio_server  # noqa: TID253

from assistant.wire import Wire

LONGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes of one message; a longer one is answered with an error and passed over."""
_PIECE = 64 * 1024
_WAITING = 32
"""Messages that are read ahead."""
_PARSE_ERROR, _INVALID_REQUEST = -32700, -32600


async def serve(server: Server[Any], ends: Wire) -> None:
    """Serve one client until its end of the input closes, or it no longer reads."""
    writer = _Writer(ends.writing)
    reader = _Reader(ends.reading, writer)
    try:
        async with (
            reader,
            stdio_server(cast(Any, reader), cast(Any, writer)) as (incoming, outgoing),
        ):
            await server.run(incoming, outgoing, server.create_initialization_options())
    except* (BrokenPipeError, ConnectionError):
        pass  # the client has gone, which is how a session may end


class _Writer:
    """What the SDK writes to; a message at a time."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._turn = anyio.Lock()

    async def write(self, text: str) -> None:
        async with self._turn:
            # A client that doesn't read must not keep the server from ending.
            await anyio.to_thread.run_sync(
                self._write, text.encode("utf-8"), abandon_on_cancel=True
            )

    async def flush(self) -> None:
        """Nothing is held back."""

    def _write(self, message: bytes) -> None:
        rest = memoryview(message)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


class _Reader:
    """What the SDK reads: lines that hold a JSON object each; others are answered here."""

    def __init__(self, descriptor: int, writer: _Writer) -> None:
        self._descriptor = descriptor
        self._writer = writer
        self._lines: ObjectReceiveStream[bytes | None] | None = None

    async def __aenter__(self) -> _Reader:
        sending, self._lines = anyio.create_memory_object_stream[bytes | None](_WAITING)
        loop = asyncio.get_running_loop()
        # A daemon: a read that nobody answers can't be interrupted.
        threading.Thread(
            target=self._read, args=(loop, sending), name="convexpert-stdin", daemon=True
        ).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._lines is not None:
            await self._lines.aclose()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._messages()

    async def _messages(self) -> AsyncIterator[str]:
        assert self._lines is not None
        async for line in self._lines:
            if line is None:
                much = f"a message is longer than {LONGEST_MESSAGE:,} bytes"
                await self._refuse(_INVALID_REQUEST, much)
                continue
            text = line.decode("utf-8", "replace").strip()
            if not text:
                continue
            complaint = _complaint(text)
            if complaint is None:
                yield text
            else:
                await self._refuse(*complaint)

    async def _refuse(self, code: int, message: str) -> None:
        answer = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
        await self._writer.write(json.dumps(answer) + "\n")

    def _read(self, loop: asyncio.AbstractEventLoop, lines: ObjectSendStream[bytes | None]) -> None:
        def hand_on(line: bytes | None) -> None:
            asyncio.run_coroutine_threadsafe(lines.send(line), loop).result()

        # Whatever is raised here: the loop has ended, or the other end is closed.
        with suppress(Exception):
            try:
                for line in _lines(self._descriptor):
                    hand_on(line)
            finally:
                loop.call_soon_threadsafe(lines.close)  # type: ignore[attr-defined]


def _lines(descriptor: int) -> Iterator[bytes | None]:
    """The lines of a descriptor; None in place of one that is too long."""
    begun = bytearray()
    too_long = False
    while piece := os.read(descriptor, _PIECE):
        *ended, rest = piece.split(b"\n")
        for part in ended:
            begun += part
            yield None if too_long or len(begun) > LONGEST_MESSAGE else bytes(begun)
            begun.clear()
            too_long = False
        begun += rest
        if len(begun) > LONGEST_MESSAGE:
            too_long = True
            begun.clear()
    if begun or too_long:
        yield None if too_long else bytes(begun)


def _complaint(text: str) -> tuple[int, str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _PARSE_ERROR, "a message is a JSON object on one line"
    if not isinstance(value, dict):
        return _INVALID_REQUEST, "a message is a JSON object; batches are not taken"
    return None
