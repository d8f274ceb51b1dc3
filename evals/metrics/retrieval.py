"""Rank metrics of retrieval with graded relevance.

A case names relevant passages with grades (1 helps, 3 answers). A hit finds a passage when it
shows a line of it; each passage counts at the first rank that shows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evals.metrics.base import Measured, Measurement, Metric, NotMeasured, share

MAX_GRADE = 3
NOTHING = "the case names no relevant passage"


@dataclass(frozen=True, slots=True)
class Found:
    """A relevant passage and where it was found."""

    grade: int
    """1 to 3."""
    rank: int | None
    """The 1-based rank of the first hit that shows it; None where no hit does."""


def recall_metric(k: int) -> Metric:
    """The metric `recall@k`."""
    return Metric(f"recall@{k}", f"relevant passages that the first {k} hits show")


def mrr_metric(k: int) -> Metric:
    """The metric `mrr@k`."""
    return Metric(f"mrr@{k}", f"1 over the rank of the first relevant hit, 0 beyond {k}")


def ndcg_metric(k: int) -> Metric:
    """The metric `ndcg@k`."""
    return Metric(f"ndcg@{k}", f"gain of the first {k} hits, as a share of the best order's gain")


def recall(found: Sequence[Found], k: int) -> Measurement:
    """The share of relevant passages among the first `k` hits.

    One observation a case, so that the mean over cases is the macro average (Manning, Raghavan and
    Schütze, *Introduction to Information Retrieval*, 2008, chapter 8).
    """
    hits = sum(1 for passage in found if _within(passage, k))
    return _per_case(share(hits, len(found), nothing=NOTHING))


def reciprocal_rank(found: Sequence[Found], k: int) -> Measurement:
    """1 / rank of the first relevant hit, 0 where none of the first `k` is.

    Its mean over cases is MRR (Voorhees, *The TREC-8 Question Answering Track Report*, 1999).
    """
    if not found:
        return NotMeasured(NOTHING)
    ranks = [passage.rank for passage in found if passage.rank is not None and passage.rank <= k]
    return Measured(1 / min(ranks) if ranks else 0.0, 1)


def ndcg(found: Sequence[Found], k: int) -> Measurement:
    """Normalised discounted cumulative gain, with gain 2^grade − 1 and discount log2(rank + 1).

    Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, 2002; the gain in
    the form of Burges et al., *Learning to rank using gradient descent*, 2005.

    Passages that the same hit shows first count as one, with the highest of their grades, in the
    ideal order too: otherwise one hit that shows two passages would beat the ideal order.
    """
    if not found:
        return NotMeasured(NOTHING)
    grade_at: dict[int, int] = {}
    missed: list[int] = []
    for passage in found:
        rank = passage.rank
        if rank is None or rank > k:
            missed.append(passage.grade)
        else:
            grade_at[rank] = max(passage.grade, grade_at.get(rank, 0))
    ideal = sorted([*grade_at.values(), *missed], reverse=True)[:k]
    best = sum(_gain(grade, rank) for rank, grade in enumerate(ideal, 1))
    return Measured(sum(_gain(grade, rank) for rank, grade in sorted(grade_at.items())) / best, 1)


def _gain(grade: int, rank: int) -> float:
    return float(2**grade - 1) / math.log2(rank + 1)


def _within(passage: Found, k: int) -> bool:
    return passage.rank is not None and passage.rank <= k


def _per_case(measurement: Measurement) -> Measurement:
    return Measured(measurement.value, 1) if isinstance(measurement, Measured) else measurement
