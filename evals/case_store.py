"""Outcomes of cases by what they depend on; see `evals.kept_values`."""

from __future__ import annotations

from dataclasses import replace

from evals.kept_values import KeptValues
from evals.outcome import CaseOutcome, Outcome
from evals.report.json import case_from_json, case_to_json


def find_outcome(values: KeptValues, key: str) -> Outcome | None:
    """The outcome that was kept under `key`."""
    told = values.find(key)
    try:
        kept = case_from_json(told) if told is not None else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return replace(kept, cached=True) if isinstance(kept, Outcome) else None


def keep_outcome(values: KeptValues, key: str, outcome: CaseOutcome) -> None:
    """Keep an outcome that the same inputs would give again.

    A failure is not kept, since its reason may be gone the next time.
    """
    if isinstance(outcome, Outcome) and outcome.result.lasting:
        values.keep(key, case_to_json(outcome))
