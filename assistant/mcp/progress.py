"""Telling a client how far the work is that its call waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mcp.server.session import ServerSession  # noqa: TID253

from assistant.mcp.desk import Desk

_MOST_UNSENT = 100
_LEAST = 0.01
"""Of a step's length; smaller advances aren't sent."""


@dataclass
class Meter:
    """Turns steps with their units into one number that only grows, as the protocol wants it."""

    step: str = ""
    finished: int = 0
    """Steps before this one."""
    last: float = -1.0

    def read(self, step: str, done: int, total: int) -> float | None:
        """How many steps are done, with the fraction of this one; None for no news."""
        if step != self.step:
            self.finished += bool(self.step)
            self.step = step
        value = self.finished + min(max(done, 0) / max(total, 1), 1.0)
        if value < self.last + _LEAST:
            return None
        self.last = value
        return value


@asynccontextmanager
async def reporting(session: ServerSession, desk: Desk) -> AsyncIterator[None]:
    """Send the desk's progress to this call's client, if that asked for it."""
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[tuple[str, int, int] | None] = asyncio.Queue(_MOST_UNSENT)

    def put(news: tuple[str, int, int]) -> None:
        if not steps.full():
            steps.put_nowait(news)

    def heard(step: str, done: int, total: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(put, (step, done, total))

    async def send() -> None:
        meter = Meter()
        while (news := await steps.get()) is not None:
            step, done, total = news
            value = meter.read(step, done, total)
            if value is not None:
                await session.report_progress(value, None, f"{step}: {done} of {total}")

    sending = asyncio.create_task(send())
    try:
        with desk.listening(heard):
            yield
        await steps.put(None)
        await asyncio.wait([sending])
    finally:
        sending.cancel()
        # Progress that can't be sent is no reason for the call to fail.
        await asyncio.gather(sending, return_exceptions=True)
