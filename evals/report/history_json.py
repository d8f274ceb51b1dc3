"""The list of runs as a JSON document: what `eval history --json` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evals.metrics.base import Measured
from evals.report.json import counts_of
from evals.run_changes import ListedSuite


def history_to_json(listed: Iterable[ListedSuite]) -> list[dict[str, Any]]:
    """The list of runs, each with its suites."""
    told: dict[str, dict[str, Any]] = {}
    for one in listed:
        run, change = one.run, one.change
        summary = told.setdefault(
            run.id,
            {
                "id": run.id,
                "started_at": run.started_at,
                "elapsed_ms": run.elapsed_ms,
                "passed": run.passed,
                "suites": [],
            },
        )
        summary["suites"].append(
            {
                "name": one.suite.name,
                "passed": one.suite.passed,
                "counts": counts_of(one.suite),
                "pass_rate": one.pass_rate.value if isinstance(one.pass_rate, Measured) else None,
                "change": None
                if change is None
                else {
                    "since": change.since,
                    "cases": change.cases,
                    "pass_rate": change.difference,
                },
            }
        )
    return list(told.values())
