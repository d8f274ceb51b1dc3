"""What came of a case: an outcome with its scores, or a failure that has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from evals.metrics.base import Measured, Measurement, NotMeasured

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


class PassageGone(Exception):
    """A passage that a case names is no longer in its document; the message says which."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of a model."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None = None
    """US dollars; None where the price is not known."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a kind says about one case that it could run."""

    scores: Mapping[str, Measurement]
    """By metric name."""
    missed: tuple[str, ...]
    """One line for each expectation that was not met; empty means passed."""
    output: Mapping[str, Json]
    """What the product returned, as far as a reader needs it to understand the scores."""
    usage: Usage | None = None
    """None where no model took part."""
    margin: float | None = None
    """How far the deciding value is from where a pass becomes a miss: 1 is far within, 0 there, -1
    far beyond; None where there is no more or less. Two runs a little apart may lie on both sides
    of that place by chance, which is no loss worth the name."""
    lasting: bool = field(default=True, compare=False)
    """Whether the same inputs are taken to give it again; not so where a judge could not answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case that ran. Of a case that ran several times: the first one that missed something."""

    case: str
    kind: str
    tags: tuple[str, ...]
    result: Result
    """Of several runs the scores are the means."""
    elapsed_ms: float
    """Of several runs the sum."""
    digest: str = ""
    """Of what the case asks and expects; empty in runs of older versions."""
    sampled: bool = False
    """Whether a model took part, so that another run may come out otherwise."""
    attempts: tuple[CaseOutcome, ...] = ()
    """Each of the runs, where there were several."""
    cached: bool = field(default=False, compare=False)
    """Whether the outcome was kept from an earlier run with the same inputs."""

    @property
    def passed(self) -> bool:
        """Whether all expectations were met, each time."""
        return not self.result.missed

    @property
    def passes(self) -> int:
        """How often all expectations were met."""
        return _passes(self)

    @property
    def tries(self) -> int:
        """How often the case was run."""
        return len(self.attempts) or 1


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
    digest: str = ""
    sampled: bool = False
    attempts: tuple[CaseOutcome, ...] = ()
    cached: bool = field(default=False, compare=False)

    @property
    def passed(self) -> bool:
        """What could not be scored did not pass."""
        return False

    @property
    def passes(self) -> int:
        """How often all expectations were met."""
        return _passes(self)

    @property
    def tries(self) -> int:
        """How often the case was run."""
        return len(self.attempts) or 1


CaseOutcome = Outcome | CaseFailed


@dataclass(frozen=True, slots=True)
class Skipped:
    """A case that was not run, since what it needs was not given. It counts nowhere."""

    case: str
    kind: str
    tags: tuple[str, ...]
    reason: str
    """One line: what it needs, and how that is given."""


def _passes(outcome: CaseOutcome) -> int:
    if outcome.attempts:
        return sum(attempt.passed for attempt in outcome.attempts)
    return int(outcome.passed)


def together(attempts: Sequence[CaseOutcome]) -> CaseOutcome:
    """Several runs of one case as one outcome: failed if one failed, missed if one missed."""
    if len(attempts) == 1:
        return attempts[0]
    elapsed = round(sum(attempt.elapsed_ms for attempt in attempts), 3)
    cached = all(attempt.cached for attempt in attempts)
    failed = next((one for one in attempts if isinstance(one, CaseFailed)), None)
    if failed is not None:
        return replace(failed, elapsed_ms=elapsed, attempts=tuple(attempts), cached=cached)
    ran = [one for one in attempts if isinstance(one, Outcome)]
    shown = next((one for one in ran if not one.passed), ran[0])
    names = dict.fromkeys(name for one in ran for name in one.result.scores)
    scores = {name: _mean([one.result.scores.get(name) for one in ran]) for name in names}
    usage = _sum([one.result.usage for one in ran])
    result = replace(shown.result, scores=scores, usage=usage)
    return replace(
        shown, result=result, elapsed_ms=elapsed, attempts=tuple(attempts), cached=cached
    )


def _mean(measurements: Sequence[Measurement | None]) -> Measurement:
    """Of one case's runs: its value does not rest on more because it was run more often."""
    measured = [m for m in measurements if isinstance(m, Measured)]
    if not measured:
        return next((m for m in measurements if m is not None), NotMeasured("never measured"))
    weight = sum(m.n for m in measured)
    value = sum(m.value * m.n for m in measured) / weight
    return Measured(value, max(1, round(weight / len(measured))))


def _sum(usages: Sequence[Usage | None]) -> Usage | None:
    known = [usage for usage in usages if usage is not None]
    if not known:
        return None
    costs = [usage.cost for usage in known if usage.cost is not None]
    return Usage(
        sum(usage.calls for usage in known),
        sum(usage.input_tokens for usage in known),
        sum(usage.output_tokens for usage in known),
        sum(costs) if len(costs) == len(known) else None,
    )
