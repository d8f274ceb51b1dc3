"""How far a pooled value can be trusted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.metrics.base import Measured, Measurement

RESAMPLES = 1_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval."""

    low: float
    high: float
    level: float = LEVEL


def bootstrap_interval(
    measurements: Iterable[Measurement], *, seed: int, resamples: int = RESAMPLES
) -> Interval | None:
    """The percentile bootstrap interval of the pooled value; None for fewer than two cases.

    Cases are drawn, not observations: facts of one answer stand and fall together (Efron and
    Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13).
    """
    measured = [m for m in measurements if isinstance(m, Measured)]
    if len(measured) < 2:
        return None
    wholes = [m.n for m in measured]
    parts = [m.value * m.n for m in measured]
    if len({m.value for m in measured}) == 1:
        return Interval(measured[0].value, measured[0].value)
    chance = random.Random(seed)
    cases = range(len(measured))
    values = []
    for _ in range(resamples):
        drawn = chance.choices(cases, k=len(measured))
        values.append(sum(parts[i] for i in drawn) / sum(wholes[i] for i in drawn))
    values.sort()
    tail = (1 - LEVEL) / 2
    return Interval(quantile(values, tail), quantile(values, 1 - tail))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of sorted values, at least one, interpolated between the nearest two."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
