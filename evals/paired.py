"""Differences between two runs of the same cases: how large, how sure, and how small ones show.

Cases are paired, so what is hard in both runs adds no noise. Everything that draws lots is seeded.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from evals.metrics.base import Measured
from evals.statistics import LEVEL, RESAMPLES, Interval, quantile

SIGNIFICANT = 1 - LEVEL
DRAWS = 4_999
_EXACT = 12
"""Changed pairs up to which all ways to swap them are tried."""
_POWER = 0.8
"""How often a difference has to be found to count as one that shows."""
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Pair:
    """One case's measurements in both runs."""

    base: Measured
    head: Measured

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.base != self.head


@dataclass(frozen=True, slots=True)
class _Sums:
    """What pooled values are made of, on both sides."""

    base: float
    base_n: int
    head: float
    head_n: int

    @property
    def difference(self) -> float:
        return self.head / self.head_n - self.base / self.base_n


def difference(pairs: Sequence[Pair]) -> float:
    """The pooled value of the head minus that of the base; of at least one pair."""
    return _sums(pairs).difference


def paired_interval(
    pairs: Sequence[Pair], *, seed: int, resamples: int = RESAMPLES
) -> Interval | None:
    """The 95 % percentile bootstrap interval of the difference; None for fewer than two pairs.

    Pairs are drawn (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13).
    Where no pair changed there is nothing to draw, and the interval is 0 to 0.
    """
    if len(pairs) < 2:
        return None
    if not any(pair.changed for pair in pairs):
        return Interval(0.0, 0.0)
    chance = random.Random(seed)
    parts = [(p.base.value * p.base.n, p.base.n, p.head.value * p.head.n, p.head.n) for p in pairs]
    found = sorted(
        _Sums(*map(sum, zip(*chance.choices(parts, k=len(parts)), strict=True))).difference
        for _ in range(resamples)
    )
    tail = (1 - LEVEL) / 2
    return Interval(quantile(found, tail), quantile(found, 1 - tail))


def mcnemar(lost: int, gained: int) -> float:
    """The exact two-sided p of as uneven a split of the cases that changed, if chance split them.

    McNemar, *Note on the sampling error of the difference between correlated proportions*, 1947,
    with the binomial distribution itself.
    """
    changed = lost + gained
    if not changed:
        return 1.0
    tail = sum(math.comb(changed, k) for k in range(min(lost, gained) + 1))
    return min(1.0, float(2 * tail / 2**changed))


def sign_flip(pairs: Sequence[Pair], *, seed: int, draws: int = DRAWS) -> float:
    """The two-sided p of as large a difference, if base and head of each pair could be swapped.

    A permutation test (Fisher, *The Design of Experiments*, 1935, chapter 3): of all ways to swap
    the changed pairs where they are few, of `draws` random ones where they are many.
    """
    changed = [pair for pair in pairs if pair.changed]
    if not changed:
        return 1.0
    still = [pair for pair in pairs if not pair.changed]
    fixed = _sums(still) if still else _Sums(0.0, 0, 0.0, 0)
    observed = abs(difference(pairs)) - _SAME
    exact = len(changed) <= _EXACT
    ways = _all_ways(len(changed)) if exact else _some_ways(len(changed), seed, draws)
    found = total = 0
    for swaps in ways:
        total += 1
        found += abs(_swapped(fixed, changed, swaps).difference) >= observed
    return found / total if exact else (found + 1) / (total + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """The p values, adjusted for there being several (Holm, 1979), in their order."""
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - rank)))
        adjusted[at] = highest
    return adjusted


def fewest_flips(level: float = SIGNIFICANT) -> int:
    """How many cases must be lost, and none gained, before McNemar's test calls it significant."""
    return next(lost for lost in itertools.count(1) if mcnemar(lost, 0) <= level)


def smallest_share(cases: int, level: float = SIGNIFICANT) -> float | None:
    """The smallest fall of a pass rate that could be significant; None where none could."""
    fewest = fewest_flips(level)
    return fewest / cases if cases >= fewest else None


def smallest_difference(pairs: Sequence[Pair], level: float = SIGNIFICANT) -> float | None:
    """About the smallest difference that would be found four times of five; None where none would.

    From the spread of this comparison's differences, or, where hardly a case changed, from as many
    changes of the usual size as a test needs at least.
    """
    count, fewest = len(pairs), fewest_flips(level)
    if count < fewest:
        return None
    gaps = [pair.head.value - pair.base.value for pair in pairs]
    mean = sum(gaps) / count
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / (count - 1))
    sizes = [abs(gap) for gap in gaps if abs(gap) > _SAME]
    usual = sum(sizes) / len(sizes) if sizes else _spread([pair.base.value for pair in pairs])
    normal = NormalDist()
    errors = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(_POWER)
    return max(errors * spread / math.sqrt(count), fewest / count * usual) or None


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _sums(pairs: Sequence[Pair]) -> _Sums:
    return _Sums(
        sum(p.base.value * p.base.n for p in pairs),
        sum(p.base.n for p in pairs),
        sum(p.head.value * p.head.n for p in pairs),
        sum(p.head.n for p in pairs),
    )


def _swapped(fixed: _Sums, pairs: Sequence[Pair], swaps: Sequence[bool]) -> _Sums:
    base, base_n, head, head_n = fixed.base, fixed.base_n, fixed.head, fixed.head_n
    for pair, swap in zip(pairs, swaps, strict=True):
        left, right = (pair.head, pair.base) if swap else (pair.base, pair.head)
        base += left.value * left.n
        base_n += left.n
        head += right.value * right.n
        head_n += right.n
    return _Sums(base, base_n, head, head_n)


def _all_ways(count: int) -> Iterator[tuple[bool, ...]]:
    return itertools.product((False, True), repeat=count)


def _some_ways(count: int, seed: int, draws: int) -> Iterator[list[bool]]:
    chance = random.Random(seed)
    for _ in range(draws):
        bits = chance.getrandbits(count)
        yield [bool(bits >> at & 1) for at in range(count)]
