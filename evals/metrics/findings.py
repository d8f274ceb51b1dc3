"""Precision, recall and F1 of findings (van Rijsbergen, *Information Retrieval*, 1979, chapter 7).

A finding is right when its file, line and rule are the marked ones; each mark can be met once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evals.metrics.base import Measurement, Metric, share

PRECISION = Metric("precision", "findings that are marked")
RECALL = Metric("recall", "marked places that were found")
F1 = Metric("f1", "harmonic mean of precision and recall")
EXACT = Metric("exact", "snippets with exactly the marked findings")

METRICS = (PRECISION, RECALL, F1, EXACT)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a rule is broken."""

    file: str
    line: int
    """1-based."""
    rule: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, noisy and missing findings."""

    right: int
    noisy: int
    missing: int


def for_rule(metric: Metric, rule: str) -> Metric:
    """`metric` for one rule alone: `recall:n-plus-one`."""
    return Metric(f"{metric.name}:{rule}", f"{metric.meaning}, {rule} alone")


def matched(expected: Iterable[Place], found: Iterable[Place]) -> tuple[list[Place], list[Place]]:
    """The places that are missing and those that are noisy, in order; the rest is right."""
    wanted, made = Counter(expected), Counter(found)
    return sorted((wanted - made).elements()), sorted((made - wanted).elements())


def precision(counts: Counts) -> Measurement:
    """Right findings of all findings."""
    return share(counts.right, counts.right + counts.noisy, nothing="nothing was found")


def recall(counts: Counts) -> Measurement:
    """Right findings of all marked places."""
    return share(counts.right, counts.right + counts.missing, nothing="nothing is marked")


def f1(counts: Counts) -> Measurement:
    """2·right / (2·right + noisy + missing), which is the harmonic mean of the two."""
    whole = 2 * counts.right + counts.noisy + counts.missing
    return share(2 * counts.right, whole, nothing="nothing is marked and nothing was found")


def scores_of(expected: Iterable[Place], found: Iterable[Place]) -> Mapping[str, Measurement]:
    """All metrics of one case, over all rules and for each rule that occurs."""
    wanted, made = list(expected), list(found)
    missing, noisy = matched(wanted, made)
    scores: dict[str, Measurement] = {
        **_scores(wanted, made),
        EXACT.name: share(0 if missing or noisy else 1, 1, nothing=""),
    }
    for rule in sorted({place.rule for place in (*wanted, *made)}):
        own = _scores([p for p in wanted if p.rule == rule], [p for p in made if p.rule == rule])
        scores.update({f"{name}:{rule}": value for name, value in own.items()})
    return scores


def _scores(expected: list[Place], found: list[Place]) -> dict[str, Measurement]:
    missing, noisy = matched(expected, found)
    counts = Counts(len(found) - len(noisy), len(noisy), len(missing))
    return {
        PRECISION.name: precision(counts),
        RECALL.name: recall(counts),
        F1.name: f1(counts),
    }
