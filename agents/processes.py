"""Jobs in several processes, for work on many files.

The results come in the order of the jobs, whoever was first. A job whose process dies is done
here. Workers are ended at once when the work is: a key press reaches them as well, and they leave
the word to this process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from agents.errors import ConvexpertError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Job = TypeVar("Job")
Result = TypeVar("Result")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    sizes: Sequence[int],
    processes: int,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """The result of each job. `sizes` says which take long: these begin first.

    `work`, jobs and results must pickle. `progress` is told how many are done. The first error in
    the order of the jobs is raised.
    """
    if processes < 2 or len(jobs) < 2:
        results = []
        for done, job in enumerate(jobs, 1):
            results.append(work(job))
            progress(done)
        return results
    order = sorted(range(len(jobs)), key=lambda place: -sizes[place])
    return _Crew(work, jobs, order, min(processes, len(jobs)), progress).done()


class _Crew:
    """Workers, each with a pipe: a job's place goes out, its result comes back."""

    def __init__(
        self,
        work: Callable[[Job], Result],
        jobs: Sequence[Job],
        order: list[int],
        size: int,
        progress: Callable[[int], None],
    ) -> None:
        self._work = work
        self._jobs = jobs
        self._waiting = order[::-1]
        self._size = size
        self._progress = progress
        self._results: dict[int, Any] = {}
        self._workers: dict[Connection, BaseProcess] = {}
        self._busy: dict[Connection, int] = {}

    def done(self) -> list[Any]:
        """Run all jobs; the results in the order in which the jobs were given."""
        from multiprocessing.connection import Connection, wait

        try:
            for _ in range(self._size):
                self._start()
            while self._busy:
                for ready in wait(list(self._busy)):
                    assert isinstance(ready, Connection)
                    self._take(ready)
        finally:
            for pipe, worker in self._workers.items():
                worker.terminate()
                pipe.close()
            for worker in self._workers.values():
                worker.join()
        for place in range(len(self._jobs)):
            if place not in self._results:
                self._results[place] = self._work(self._jobs[place])
            if isinstance(self._results[place], Exception):
                raise self._results[place]
        return [self._results[place] for place in range(len(self._jobs))]

    def _start(self) -> None:
        context = _context()
        ours, theirs = context.Pipe()
        # A forked worker has copies of these, which would keep it and others from seeing the end.
        is_fork = context.get_start_method() == "fork"
        copies = [*self._workers, ours] if is_fork else []
        args = (self._work, self._jobs, theirs, copies)
        worker = context.Process(target=_serve, args=args, daemon=True)
        worker.start()
        theirs.close()
        self._workers[ours] = worker
        self._hand_out(ours)

    def _hand_out(self, pipe: Connection) -> None:
        if not self._waiting:
            return
        place = self._waiting.pop()
        try:
            pipe.send(place)
        except OSError:  # the worker is gone: the job is done here at the end
            return
        self._busy[pipe] = place

    def _take(self, pipe: Connection) -> None:
        place = self._busy.pop(pipe)
        try:
            self._results[place] = pipe.recv()
        except (EOFError, OSError):
            return
        self._progress(len(self._results))
        self._hand_out(pipe)


def _context() -> Any:
    """Workers that begin with what is loaded already, where that is safe."""
    import multiprocessing

    is_forking = sys.platform == "linux" and _is_single_threaded()
    return multiprocessing.get_context("fork" if is_forking else "spawn")


def _is_single_threaded() -> bool:
    import threading

    return threading.active_count() == 1


def _serve(
    work: Callable[[Any], Any], jobs: Sequence[Any], pipe: Connection, copies: Sequence[Connection]
) -> None:
    """What a worker does until its pipe is closed."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for copy in copies:
        copy.close()
    while True:
        try:
            place = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            result = work(jobs[place])
        except ConvexpertError as error:
            result = error
        except Exception:
            return  # the job is done again where somebody can be told
        pipe.send(result)
