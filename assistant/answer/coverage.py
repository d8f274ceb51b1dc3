"""Whether the documents answer a question, decided by more than similarity.

A likely answer shares the question's rare words, is near to it in meaning, and is found by words
and by meaning alike. Look-alikes (prices, other products, dashboard matters) ask for something that
no document names, or for a number that no statement has.

The weights were fitted once, by a logistic regression with a little ridge over the questions of
`tests/fixtures/answers/questions.yaml` and of the suite `answers`, and rounded to one decimal;
`unmeasured` came out as -4.4 and was lowered by hand, for an answer without the number is none.
Nothing fits them again: who changes a feature fits anew, or says here that it was done by hand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from assistant.answer.evidence import Evidence, Findings
from assistant.answer.form import tells_quantity
from assistant.answer.question import CLICKS
from assistant.answer.select import Point

THRESHOLD = 0.5
_BIAS = -3.5


@dataclass(frozen=True, slots=True)
class Features:
    """What the decision rests on; all from 0 to 1."""

    meaning: float
    """Cosine between the question and the nearer of the first two points."""
    named: float
    """Weighted share of the key terms that the leading statement names, headings included."""
    together: float
    """The same for all chosen statements together."""
    unknown: float
    """Weighted share of the key terms that no document uses."""
    agreement: float
    """How far up the leading statement's chunk is in both rankings."""
    foreign: float
    """1 where the question names something, a product or a language, that no document does."""
    unmeasured: float
    """1 where only a quantity can answer and the leading statement has none of the matter."""
    elsewhere: float
    """1 where something is looked for in the dashboard and the leading statement is not of that."""


WEIGHTS = Features(
    meaning=3.1,
    named=2.9,
    together=2.6,
    unknown=-4.1,
    agreement=1.6,
    foreign=-3.0,
    unmeasured=-6.0,
    elsewhere=-2.2,
)


def features_of(findings: Findings, points: Sequence[Point]) -> Features:
    """The features of a question with what was found and chosen for it."""
    if not points:
        return Features(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    lead = points[0].lead
    together = {text for point in points for voice in point.voices for text in voice.covered}
    ranks = (lead.hit.dense_rank, lead.hit.lexical_rank)
    agreement = math.prod(1.0 / (1.0 + 0.1 * (rank - 1)) if rank else 0.2 for rank in ranks)
    question = findings.question
    named = {term.text for term in question.key_terms if term.is_name}
    # A single word is soon found somewhere: it tells half of what two words do.
    telling = min(1.0, len(findings.weights) / 2)
    return Features(
        meaning=max(point.lead.cosine for point in points[:2]),
        named=telling * findings.share(lead.covered),
        together=telling * findings.share(together),
        unknown=findings.share(findings.unknown),
        agreement=agreement,
        foreign=float(not named.isdisjoint(findings.unknown)),
        unmeasured=float(not tells_quantity(question, lead.statement)),
        elsewhere=float(question.clicks and not _shows_where(findings, lead)),
    )


def _shows_where(findings: Findings, lead: Evidence) -> bool:
    """Whether a statement is about the dashboard, and about what is looked for there."""
    if not CLICKS.search(lead.statement.text):
        return False
    pages = {term.text for term in findings.question.key_terms if CLICKS.fullmatch(term.text)}
    matter = findings.share(set(findings.weights) - pages)
    return findings.share(lead.own - pages) >= matter / 2


def confidence(features: Features) -> float:
    """From 0 (the documents don't answer) to 1 (they do)."""
    logit = _BIAS + sum(
        getattr(WEIGHTS, field.name) * getattr(features, field.name) for field in fields(Features)
    )
    return 1.0 / (1.0 + math.exp(-logit))
