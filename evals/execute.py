"""Running cases: one after the other, or in several processes where that is worth their start."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context, parent_process

from agents.errors import ConvexpertError, KnowledgeBaseError, ModelError
from agents.settings import ModelPrice, Settings
from agents.workspace import Workspace
from evals.kinds import KINDS
from evals.outcome import CaseFailed, CaseOutcome, Outcome, PassageGone
from evals.subject import Subject, reopen_subject
from evals.suite import Case

Stopwatch = Callable[[], float]

WORTH_A_PROCESS = 12
"""Cases that search, for each process: its start takes as long as some ten of them."""
MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one case."""

    number: int
    """Of the attempt, in the order of suites, cases and repeats."""
    case: Case
    key: str | None
    """What its outcome depends on; None where that can't be told."""


def run_case(case: Case, subject: Subject, stopwatch: Stopwatch = time.perf_counter) -> CaseOutcome:
    """Run one case; whatever goes wrong in it is its own failure."""
    begin = stopwatch()
    digest = case.digest
    sampled = subject.model is not None and KINDS[case.kind].needs(case.task).model
    try:
        result = KINDS[case.kind].run(case.task, subject)
    except PassageGone as gone:
        code, reason = "passage-gone", str(gone)
    except ModelError as error:
        code = error.code if error.cause == "other" else f"{error.code}-{error.cause}"
        reason = str(error)
    except ConvexpertError as error:
        code, reason = error.code, str(error)
    except Exception as error:
        # One case must not take the others down; the run fails all the same.
        code, reason = "crash", f"{type(error).__name__}: {error}"
    else:
        elapsed = _since(begin, stopwatch)
        return Outcome(case.id, case.kind, case.tags, result, elapsed, digest, sampled)
    elapsed = _since(begin, stopwatch)
    return CaseFailed(case.id, case.kind, case.tags, code, reason, elapsed, digest, sampled)


def execute(
    attempts: Sequence[Attempt],
    subject: Subject,
    *,
    jobs: int | None = None,
    stopwatch: Stopwatch = time.perf_counter,
) -> Iterator[tuple[Attempt, CaseOutcome]]:
    """Run all attempts and give each outcome as soon as it is there, in any order.

    `jobs` is the number of processes, as many as are worth their start without it; other processes
    measure time by their own clock.
    """
    processes = jobs if jobs is not None else _worth(attempts)
    if processes > 1 and len(attempts) > 1:
        yield from _in_processes(attempts, subject, min(processes, len(attempts)))
        return
    for attempt in attempts:
        yield attempt, run_case(attempt.case, subject, stopwatch)


def _worth(attempts: Sequence[Attempt]) -> int:
    heavy = sum(1 for one in attempts if KINDS[one.case.kind].needs(one.case.task).index)
    return max(1, min(_cores(), MOST_PROCESSES, heavy // WORTH_A_PROCESS))


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _in_processes(
    attempts: Sequence[Attempt], subject: Subject, processes: int
) -> Iterator[tuple[Attempt, CaseOutcome]]:
    # Started afresh, not forked: the model's and the vector store's threads don't survive a fork.
    pool = ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(subject.workspace, _Given.of(subject)),
    )
    try:
        waiting = {pool.submit(_run, one.case): one for one in attempts}
        for done in as_completed(waiting):
            error = done.exception()
            if error is not None:
                raise KnowledgeBaseError(
                    f"a process that ran cases ended: {error}",
                    hint="call it again; what was done is kept. `--jobs 1` uses one process",
                )
            yield waiting[done], done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Given:
    """The settings that cases depend on, in a form that another process can be given."""

    embedding_model: str | None
    model: str | None
    model_url: str | None
    model_timeout: float | None
    prices: dict[str, ModelPrice]
    judge: str | None
    node_modules: str | None

    @classmethod
    def of(cls, subject: Subject) -> _Given:
        told = subject.settings
        return cls(
            told.embedding_model,
            subject.model,
            told.model_url,
            told.model_timeout,
            dict(told.prices),
            subject.judge_model,
            told.node_modules,
        )

    def settings(self) -> Settings:
        return Settings(
            embedding_model=self.embedding_model,
            model_url=self.model_url,
            model_timeout=self.model_timeout,
            prices=self.prices,
            node_modules=self.node_modules,
        )


_HERE: list[Subject] = []
"""In a process that runs cases: the documents under test."""
_OPEN = ExitStack()


def _begin(place: Workspace, given: _Given) -> None:
    import signal

    # The terminal sends it to the whole group; the first process decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    opened = reopen_subject(place, given.settings(), model=given.model, judge=given.judge)
    _HERE.append(_OPEN.enter_context(opened))


def _end_with_parent() -> None:
    """A process that waits for work would outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(case: Case) -> CaseOutcome:
    return run_case(case, _HERE[0])


def _since(begin: float, stopwatch: Stopwatch) -> float:
    return round((stopwatch() - begin) * 1000, 3)
