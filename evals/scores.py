"""What the outcomes of cases amount to: every metric pooled, with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evals.kinds import KINDS
from evals.metrics.base import Measured, Measurement, Metric, pool, score_named
from evals.outcome import CaseOutcome, Outcome
from evals.record import Score
from evals.statistics import bootstrap_interval
from evals.suite import PASS_RATE, metric_named


def score(
    outcomes: Iterable[CaseOutcome], thresholds: Mapping[str, float], *, seed: int = 0
) -> tuple[Score, ...]:
    """Every metric of the cases, pooled: those over everything before single rules'.

    What could not be scored did not pass, and lowers no other metric.
    """
    every = list(outcomes)
    ran = [outcome for outcome in every if isinstance(outcome, Outcome)]
    tries = max((outcome.tries for outcome in every), default=1)
    repeated = pass_all(tries)
    rates = {PASS_RATE.name: pass_rates(every)}
    if tries > 1:
        rates[repeated.name] = [Measured(1.0 if one.passed else 0.0, 1) for one in every]
    names = dict.fromkeys(name for one in ran for name in one.result.scores)
    kinds = sorted({outcome.kind for outcome in ran}) or list(KINDS)
    found = []
    for name in sorted({**rates, **names, **thresholds}, key=lambda name: ":" in name):
        metric = _metric(name, kinds, repeated)
        if metric is None:
            continue
        measured: Sequence[Measurement] = rates.get(name) or [
            one for case in ran if (one := score_named(metric, case.result.scores)) is not None
        ]
        found.append(
            Score(
                metric=metric,
                result=pool(measured),
                interval=bootstrap_interval(measured, seed=seed),
                threshold=thresholds.get(name),
            )
        )
    return tuple(found)


def pass_rates(outcomes: Iterable[CaseOutcome]) -> list[Measured]:
    """Of each case the share of its runs that passed, as `pass_rate` pools it everywhere."""
    return [Measured(outcome.passes / outcome.tries, 1) for outcome in outcomes]


def pass_all(tries: int) -> Metric:
    """The metric pass^N (Yao et al., *τ-bench*, 2024): cases that passed each of N times."""
    return Metric(f"pass^{tries}", f"cases that met all their expectations each of {tries} times")


def _metric(name: str, kinds: Sequence[str], repeated: Metric) -> Metric | None:
    if name == repeated.name:
        return repeated
    return metric_named(name, kinds) or metric_named(name, KINDS)
