"""Full checks in a process of their own, one at a time; what comes meanwhile waits as one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from assistant.lsp.frames import HEAD, packed, unpacked
from assistant.lsp.session import Outcome

MOST_STARTS = 3
"""How often in a row the process is started anew before a check is given up."""


class FullCheckError(Exception):
    """A full check that didn't come to an end."""


class FullChecks:
    """The worker process: started with the first check, and again after it has died."""

    def __init__(self, root: Path, chosen: Path | None = None) -> None:
        self._arguments = [str(root), *([] if chosen is None else [str(chosen)])]
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._is_over = False

    async def check(self, opened: Mapping[Path, bytes]) -> Outcome:
        """Check all open files. Raises FullCheckError."""
        async with self._turn:
            for _ in range(MOST_STARTS):
                if self._is_over:
                    raise FullCheckError("the server is shutting down")
                try:
                    return _outcome(await self._ask(opened))
                except (asyncio.IncompleteReadError, ConnectionError):
                    await self._end()
        raise FullCheckError("the process that checks has ended unexpectedly, several times")

    async def _ask(self, opened: Mapping[Path, bytes]) -> object:
        process = self._process or await self._start()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(packed(dict(opened)))
        await process.stdin.drain()
        head = await process.stdout.readexactly(HEAD.size)
        return unpacked(await process.stdout.readexactly(HEAD.unpack(head)[0]))

    async def _start(self) -> asyncio.subprocess.Process:
        # -P: a folder called `assistant` in the user's project is none of ours.
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "assistant.lsp.worker", *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()

    def close(self) -> None:
        """End the process at once, whatever it does; no further check is run."""
        self._is_over = True
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()


def _outcome(answer: object) -> Outcome:
    if isinstance(answer, Outcome):
        return answer
    raise FullCheckError(str(answer))
