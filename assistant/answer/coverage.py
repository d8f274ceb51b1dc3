"""Whether the documents answer a question, decided by more than similarity.

A likely answer shares the question's rare words, is near to it in meaning, and is found by words
and by meaning alike. Look-alikes (prices, other products, dashboard matters) ask for something that
no document names, or for a number that no statement has. The weights are those of a logistic
regression over the development set, `tests/fixtures/answers/questions.yaml`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from assistant.answer.evidence import Findings
from assistant.answer.select import Point

THRESHOLD = 0.5
_BIAS = -5.2
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Features:
    """What the decision rests on; all from 0 to 1."""

    meaning: float
    """Cosine between the question and the nearer of the first two points."""
    similarity: float
    """Cosine between the question and the nearest chunk."""
    named: float
    """Weighted share of the key terms that the leading statement names, headings included."""
    together: float
    """The same for all chosen statements together."""
    unknown: float
    """Weighted share of the key terms that no document uses."""
    agreement: float
    """How far up the leading statement's chunk is in both rankings."""
    no_number: float
    """1 where the question wants a number and the leading statement has none."""


WEIGHTS = Features(
    meaning=6.0,
    similarity=2.0,
    named=1.5,
    together=2.5,
    unknown=-4.5,
    agreement=1.0,
    no_number=-2.0,
)


def features_of(findings: Findings, points: Sequence[Point]) -> Features:
    """The features of a question with what was found and chosen for it."""
    if not points:
        return Features(0.0, findings.similarity, 0.0, 0.0, 1.0, 0.0, 0.0)
    lead = points[0].lead
    together = {text for point in points for voice in point.voices for text in voice.covered}
    ranks = (lead.hit.dense_rank, lead.hit.lexical_rank)
    agreement = math.prod(1.0 / (1.0 + 0.1 * (rank - 1)) if rank else 0.2 for rank in ranks)
    lacks = findings.question.asks_quantity and not _DIGIT.search(lead.statement.text)
    return Features(
        meaning=max(point.lead.cosine for point in points[:2]),
        similarity=findings.similarity,
        named=findings.share(lead.covered),
        together=findings.share(together),
        unknown=findings.share(findings.unknown),
        agreement=agreement,
        no_number=1.0 if lacks else 0.0,
    )


def confidence(features: Features) -> float:
    """From 0 (the documents don't answer) to 1 (they do)."""
    logit = _BIAS + sum(
        getattr(WEIGHTS, field.name) * getattr(features, field.name) for field in fields(Features)
    )
    return 1.0 / (1.0 + math.exp(-logit))
