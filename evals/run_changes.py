"""What the list of runs says about each: its pass rate, and what changed since the one before.

The numbers are those of `eval compare`: a case that could not be scored did not pass, and a change
is that of the cases that both runs have, unedited. A difference of two pass rates over different
cases would say nothing about the documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evals.compare import unedited_pairs
from evals.metrics.base import Measurement, pool
from evals.record import Run, SuiteRun
from evals.scores import pass_rates


@dataclass(frozen=True, slots=True)
class PassChange:
    """The change of the pass rate since an earlier run of the same suite."""

    since: str
    """The id of that run."""
    cases: int
    """How many both have, unedited; at least one."""
    difference: float
    """This run's pass rate over them minus the earlier one's."""


@dataclass(frozen=True, slots=True)
class ListedSuite:
    """One suite of one run."""

    run: Run
    suite: SuiteRun
    pass_rate: Measurement
    """Over all its cases but those that were skipped."""
    change: PassChange | None
    """None where no earlier run has a case in common with it."""


def listed_suites(runs: Iterable[Run]) -> list[ListedSuite]:
    """Each suite of each run, in the order of `runs`, which begins with the newest."""
    every = [(run, suite) for run in runs for suite in run.suites]
    return [
        ListedSuite(run, suite, pool(pass_rates(suite.cases)), _change(suite, every[at + 1 :]))
        for at, (run, suite) in enumerate(every)
    ]


def _change(suite: SuiteRun, older: Iterable[tuple[Run, SuiteRun]]) -> PassChange | None:
    """Against the newest of the older runs that has cases in common with it."""
    for run, before in older:
        if before.name != suite.name:
            continue
        pairs = unedited_pairs(before, suite)
        if pairs:
            gaps = [b.passes / b.tries - a.passes / a.tries for a, b in pairs]
            return PassChange(run.id, len(pairs), sum(gaps) / len(gaps))
    return None
