"""What came of a case: an outcome with its scores, or a failure that has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.base import Measurement

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


class PassageGone(Exception):
    """A passage that a case names is no longer in its document; the message says which."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a kind says about one case that it could run."""

    scores: Mapping[str, Measurement]
    """By metric name."""
    missed: tuple[str, ...]
    """One line for each expectation that was not met; empty means passed."""
    output: Mapping[str, Json]
    """What the product returned, as far as a reader needs it to understand the scores."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case that ran."""

    case: str
    kind: str
    tags: tuple[str, ...]
    result: Result
    elapsed_ms: float

    @property
    def passed(self) -> bool:
        """Whether all expectations were met."""
        return not self.result.missed


@dataclass(frozen=True, slots=True)
class CaseFailed:
    """A case that could not be scored. It counts as a failure of its own, never as a score."""

    case: str
    kind: str
    tags: tuple[str, ...]
    code: str
    """`passage-gone`, the code of one of our errors, or `crash`."""
    reason: str
    elapsed_ms: float


CaseOutcome = Outcome | CaseFailed
