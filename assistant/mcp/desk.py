"""Who does the work: one thread for each lane, so that what isn't made for many has one user.

The threads are daemons: a server whose client has gone ends, whatever they are doing.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from agents.errors import ConvexpertError
from assistant.toolbox import arguments
from assistant.toolbox.beforehand import Beforehand
from assistant.toolbox.box import Toolbox
from assistant.toolbox.tools import Lane, told

if TYPE_CHECKING:
    from kb.build import Progress

Result = TypeVar("Result")

MOST_WAITING = 200
"""Calls that wait in one lane; further ones are refused."""
PATIENCE = 1.5
"""Seconds to wait at the end for what is being done."""


class Busy(ConvexpertError):
    """Too many calls wait already."""

    code = "busy"


class _Worker:
    """A thread that does one job after the other, and between them what is of use later."""

    def __init__(self, name: str, between: Callable[[], bool] | None = None) -> None:
        """`between` does a little while no job waits; it tells whether there is more to do."""
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(MOST_WAITING)
        self._between = between
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], Result]) -> Future[Result]:
        """The future result of a call; one that is cancelled before its turn is passed over."""
        future: Future[Result] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)

        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Busy("too many calls are waiting", hint="try again in a moment") from None
        return future

    def end(self) -> None:
        """Take no further job after those that wait; those are dropped."""
        while True:
            try:
                self._jobs.get_nowait()
            except queue.Empty:
                break
        self._jobs.put_nowait(None)

    def join(self, seconds: float) -> bool:
        """Wait; whether the thread has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        more = False
        while True:
            try:
                job = self._jobs.get(block=not more)
            except queue.Empty:
                more = self._go_on()
                continue
            if job is None:
                return
            job()
            # Not kept until the next one comes: it holds what the call returned.
            del job
            more = self._between is not None

    def _go_on(self) -> bool:
        """Do a little between jobs; whether there is more to do. What fails once is given up."""
        try:
            return self._between is not None and self._between()
        except Exception as error:
            self._between = None
            _complain(error)
            return False


class Desk:
    """A toolbox and the threads that use it."""

    def __init__(self, make: Callable[[Progress], Toolbox]) -> None:
        """`make` gets what is to be told of progress."""
        self._listeners: set[Progress] = set()
        self.toolbox = make(self._heard)
        beforehand = Beforehand(self.toolbox)
        self._workers = {
            lane: _Worker(f"convexpert-{lane}", beforehand.step if lane is Lane.SEARCH else None)
            for lane in Lane
        }

    async def run(self, lane: Lane, call: Callable[[Toolbox], Result]) -> Result:
        """The call's result, when its turn has come. Raises Busy, and what the call raises."""
        future = self._workers[lane].submit(lambda: call(self.toolbox))
        return await asyncio.wrap_future(future)

    @contextmanager
    def listening(self, listener: Progress) -> Iterator[None]:
        """Tell `listener`, from any thread, of the progress of whatever is going on."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def _heard(self, step: str, done: int, total: int) -> None:
        for listener in tuple(self._listeners):
            listener(step, done, total)

    def warm_up(self) -> None:
        """Begin to load all that a first call would wait for; returns at once."""
        question = "How do I read a page of documents with an index?"
        calls: dict[Lane, Callable[[Toolbox], object]] = {
            Lane.REGISTRY: lambda box: box.registry(),
            Lane.SEARCH: lambda box: box.ask(arguments.Ask(question=question)),
            Lane.CHECK: lambda box: box.check_code(arguments.CheckCode(code="export {};")),
        }
        for lane, call in calls.items():
            future = self._workers[lane].submit(lambda call=call: call(self.toolbox))  # type: ignore[misc]
            future.add_done_callback(_complain_of)

    def close(self) -> bool:
        """End the threads and close the toolbox; False where one is still at work."""
        for worker in self._workers.values():
            worker.end()
        until = time.monotonic() + PATIENCE
        ended = [w.join(max(until - time.monotonic(), 0)) for w in self._workers.values()]
        if all(ended):
            self.toolbox.close()
        return all(ended)


def _complain_of(future: Future[object]) -> None:
    error = None if future.cancelled() else future.exception()
    if error is not None:
        _complain(error)


def _complain(error: BaseException) -> None:
    """Say on standard error what failed unasked; calls say it again, to who makes them."""
    if isinstance(error, ConvexpertError):
        sys.stderr.write(f"convexpert mcp: {' '.join(told(error).split())}\n")
    else:
        sys.stderr.write(f"convexpert mcp: {type(error).__name__}: {error}\n")
