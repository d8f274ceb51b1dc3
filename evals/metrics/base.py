"""A metric, what it measured, and why it did not.

An empty set has no score: it is `NotMeasured`, with the reason, and never 0 or 1. A case that
crashed is no value at all (`evals.outcome.CaseFailed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FINDINGS = "findings"
"""The unit of counts: a mean over cases, of which fewer are better."""
TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Metric:
    """What a number means."""

    name: str
    meaning: str
    """One line for people: what a value of 1 (or the best one) would say."""
    unit: str = "share"
    """`share` is a number from 0 to 1."""
    lowest: float = 0.0
    highest: float | None = 1.0
    """None where there is no upper end."""
    higher_is_better: bool = True

    @property
    def is_cost(self) -> bool:
        """Whether more of it is no fault by itself: a case says by its budget how much is."""
        return self.unit == TOKENS

    def reaches(self, value: float, threshold: float) -> bool:
        """Whether `value` is at least as good as `threshold`."""
        # Pooled values carry rounding errors of the last bits; a threshold that was written
        # down from a printed value must hold for that value.
        slack = 1e-9
        if self.higher_is_better:
            return value >= threshold - slack
        return value <= threshold + slack


@dataclass(frozen=True, slots=True)
class Measured:
    """A value and what it rests on."""

    value: float
    n: int
    """How many observations: cases, facts, findings, as the metric counts. At least 1."""

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("a value that rests on nothing is NotMeasured")


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """There was nothing to measure."""

    reason: str


Measurement = Measured | NotMeasured


def share(part: int, whole: int, *, nothing: str) -> Measurement:
    """`part` of `whole`; `nothing` is the reason where `whole` is 0."""
    return Measured(part / whole, whole) if whole else NotMeasured(nothing)


def score_named(metric: Metric, scores: Mapping[str, Measurement]) -> Measurement | None:
    """The score of that metric among those of one case; None where it has none.

    Of single rules, counts name only those that found something: where all findings were counted
    and none is of the rule, there are 0.
    """
    family, colon, _ = metric.name.partition(":")
    found = scores.get(metric.name)
    if found is None and colon and metric.unit == FINDINGS:
        whole = scores.get(family)
        return Measured(0.0, 1) if isinstance(whole, Measured) else whole
    return found


def pool(measurements: Iterable[Measurement]) -> Measurement:
    """The mean over all observations: each value counts as often as what it rests on.

    For values per case that rest on one observation each it is the plain mean; for shares (facts
    found of facts expected) it is the micro average, all parts over all wholes.
    """
    measured = [m for m in measurements if isinstance(m, Measured)]
    if not measured:
        return NotMeasured("no case measures it")
    n = sum(m.n for m in measured)
    return Measured(sum(m.value * m.n for m in measured) / n, n)
