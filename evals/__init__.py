"""Evals: suites, metrics, runs and their comparison. The highest package.

The names below are loaded when first asked for, so that importing the package imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from evals.history import load_run, store_run
    from evals.record import Run
    from evals.run import RunOptions, run_suites
    from evals.suite import Suite, find_suites, load_suite

__all__ = [
    "Run",
    "RunOptions",
    "Suite",
    "find_suites",
    "load_run",
    "load_suite",
    "run_suites",
    "store_run",
]

__getattr__ = late_names(
    __name__,
    {
        "Run": "evals.record",
        "RunOptions": "evals.run",
        "Suite": "evals.suite",
        "find_suites": "evals.suite",
        "load_run": "evals.history",
        "load_suite": "evals.suite",
        "run_suites": "evals.run",
        "store_run": "evals.history",
    },
)
