"""Several rankings made into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

RANK_CONSTANT = 60
"""The constant of the published formula: the larger, the less the first places stand out."""


def reciprocal_rank_fusion(
    rankings: Mapping[str, Sequence[str]],
    *,
    weights: Mapping[str, float],
    constant: int = RANK_CONSTANT,
) -> list[tuple[str, float]]:
    """Ids with their scores, best first; ties are broken by id.

    Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), each ranking with a weight.
    A score is between 0 and 1: it is divided by that of an id which leads every ranking. Scores are
    comparable within one query only.
    """
    scores: dict[str, float] = {}
    for name, ranking in rankings.items():
        for rank, found in enumerate(ranking, start=1):
            scores[found] = scores.get(found, 0.0) + weights[name] / (constant + rank)
    most = sum(weights[name] for name in rankings) / (constant + 1)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(found, round(score / most, 6)) for found, score in ranked]
