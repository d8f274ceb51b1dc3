"""Evals: suites, metrics, runs and their comparison. The highest package.

The names below are loaded when first asked for, so that importing the package imports nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_HOMES = {
    "Run": "evals.record",
    "RunOptions": "evals.run",
    "Suite": "evals.suite",
    "find_suites": "evals.suite",
    "load_run": "evals.history",
    "load_suite": "evals.suite",
    "run_suites": "evals.run",
    "store_run": "evals.history",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
