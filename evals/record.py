"""What a run was made from and what came of it, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.gates import Gates
from evals.metrics.base import Measured, Measurement, Metric
from evals.outcome import CaseFailed, CaseOutcome, Json, Outcome, Skipped
from evals.statistics import Interval
from evals.subject import AgentUnderTest


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What made a run. Two runs can be compared where these agree."""

    convexpert: str
    """The package's version."""
    embedding_model: str | None
    """Name and digest; None where no case needed it."""
    seed: int
    given: Mapping[str, Json] = field(default_factory=dict)
    """The parameters that were given; what is absent had its default."""
    code: str = ""
    """A digest of the package's code and of the versions of what it uses."""
    model: str | None = None
    """`provider:name` of the model that was asked; None where none was."""
    repeat: int = 1
    """How often each case was run."""
    judge: str | None = None
    """`provider:name` of the model that judged; None where none did."""
    types: str | None = None
    """What checked the types of generated code; None where nothing did."""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """What models were asked with: `temperature`, and the most tokens of an answer and of code;
    empty where none was asked."""


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over all cases of a suite, beside its threshold."""

    metric: Metric
    result: Measurement
    interval: Interval | None = None
    threshold: float | None = None

    @property
    def passed(self) -> bool | None:
        """Whether the threshold is met; None without one. What was not measured meets none."""
        if self.threshold is None:
            return None
        if not isinstance(self.result, Measured):
            return False
        return self.metric.reaches(self.result.value, self.threshold)

    @property
    def meaning(self) -> str:
        """What it says; of what was not measured, why."""
        if isinstance(self.result, Measured):
            return self.metric.meaning
        return f"not measured: {self.result.reason}"


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One suite of a run."""

    name: str
    digest: str
    """SHA-256 of the suite's file."""
    agents: tuple[AgentUnderTest, ...]
    scores: tuple[Score, ...]
    cases: tuple[CaseOutcome, ...]
    """In the order of the suite's file."""
    gates: Gates = field(default_factory=Gates)
    path: str = ""
    """The suite's file as it was named; empty for a built-in suite."""
    skipped: tuple[Skipped, ...] = ()
    """The cases that were not run. They are none of `cases`, and gate nothing."""
    informal: Mapping[str, str] = field(default_factory=dict)
    """Metrics that are shown and gate nothing, each with the reason."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not run, and what gates nothing, one line each."""
        counts = Counter(one.reason for one in self.skipped)
        return (
            *(f"skipped {n} {'case' if n == 1 else 'cases'}: {why}" for why, n in counts.items()),
            *(f"{name} is information: {why}" for name, why in self.informal.items()),
        )

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """The cases that ran and did not meet all expectations."""
        return tuple(c for c in self.cases if isinstance(c, Outcome) and not c.passed)

    @property
    def failed(self) -> tuple[CaseFailed, ...]:
        """The cases that could not be scored."""
        return tuple(c for c in self.cases if isinstance(c, CaseFailed))

    @property
    def broken(self) -> tuple[CaseOutcome, ...]:
        """The cases that must pass and did not."""
        return tuple(c for c in self.cases if not c.passed and self.gates.must(c.case, c.tags))

    @property
    def passed(self) -> bool:
        """Whether every case could be scored, and every threshold and `must_pass` is met."""
        met = all(score.passed is not False for score in self.scores)
        return met and not self.failed and not self.broken


@dataclass(frozen=True, slots=True)
class Run:
    """One call of `eval run`."""

    id: str
    """Sorts by the time at which runs began."""
    started_at: str
    """ISO 8601, UTC."""
    elapsed_ms: float
    spec: RunSpec
    suites: tuple[SuiteRun, ...]

    @property
    def passed(self) -> bool:
        """Whether all suites passed."""
        return all(suite.passed for suite in self.suites)
