"""What a comparison of two runs says, as values; `evals.compare` makes them.

Two notions of worse are kept apart. What was decided without a model comes out the same each time:
one case that passed and no longer does is a *certain* loss, however many others stand. What a model
decided comes out otherwise by chance: there only a *significant* fall of a metric counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agents.location import Lines
from evals.metrics.base import Measurement, Metric
from evals.outcome import CaseOutcome, Usage
from evals.record import Run, RunSpec
from evals.statistics import Interval
from evals.subject import AgentUnderTest


class Fate(StrEnum):
    """What became of a case from base to head."""

    LOST = "lost"
    """It passed, and no longer does (each time)."""
    WORSE = "worse"
    """It passes less often, can no longer be scored, its scores fell, or it slipped from a pass by
    next to nothing to as near a miss."""
    MIXED = "mixed"
    """Some of its scores fell and others rose."""
    SAME = "same"
    BETTER = "better"
    GAINED = "gained"
    """It did not pass, and now does."""
    CHANGED = "changed"
    """What the case asks or expects was edited: its outcomes can't be compared."""
    ADDED = "added"
    REMOVED = "removed"


class Verdict(StrEnum):
    """What can be said about a metric."""

    WORSE = "worse"
    """Significantly, after the correction for many metrics."""
    BETTER = "better"
    UNCLEAR = "no clear difference"
    SAME = "same"
    """No case changed."""
    NOT_MEASURED = "not measured"
    """In no case on both sides."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case came out otherwise, as far as that can be told."""

    code: str
    """See `evals.why`: `passage-edited`, `item-gone`, `code-changed` and others."""
    told: str
    """One line."""
    document: str | None = None
    """The handle of the document that was edited."""
    before: Lines | None = None
    """Where the edited text stood in the base's document."""
    after: Lines | None = None
    hunk: str | None = None
    """The edit as a unified diff, without the two lines that name files."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One metric of one case."""

    metric: Metric
    base: Measurement
    head: Measurement
    gain: float
    """How much better the head is: negative where it is worse, whatever the metric's direction."""


@dataclass(frozen=True, slots=True)
class CaseComparison:
    """A case in both runs."""

    case: str
    kind: str
    tags: tuple[str, ...]
    base: CaseOutcome | None
    head: CaseOutcome | None
    fate: Fate
    certain: bool
    """Whether no model took part, so that the change is not chance."""
    must_pass: bool = False
    scores: tuple[ScoreChange, ...] = ()
    """Those that differ."""
    same_output: bool = True
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """A metric over all cases that both runs measured."""

    metric: Metric
    base: Measurement
    """Over the paired cases, which need not be all of its run."""
    head: Measurement
    pairs: int
    changed: int
    """Pairs that differ."""
    difference: float | None
    """Head minus base."""
    interval: Interval | None
    p: float | None
    """Of the exact McNemar test for shares of cases that pass, of a permutation test otherwise."""
    adjusted: float | None
    """`p` after Holm's correction over all metrics of the comparison; None for single rules'."""
    smallest: float | None
    """About the smallest difference that these cases can show as significant among as many metrics;
    None where they are too few."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Which of a case's two outputs a judge prefers, asked in both orders."""

    case: str
    winner: str | None
    """`base`, `head` or `tie`; None where the judge gave no verdict that counts."""
    agreed: bool
    """Whether both orders gave the same."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a judge prefers in a suite."""

    judge: str
    """`provider:name`."""
    pairs: tuple[JudgedPair, ...]
    p: float
    """Of the exact test over the pairs that have a winner."""
    informal: str | None
    """Why it gates nothing; None where it may gate."""
    usage: Usage

    def count(self, winner: str | None) -> int:
        """How many pairs ended so."""
        return sum(pair.winner == winner for pair in self.pairs)

    def __str__(self) -> str:
        """One line."""
        told = (
            f"judge {self.judge}: prefers the head in {self.count('head')}, the base in "
            f"{self.count('base')}, neither in {self.count('tie')}, p {self.p:.3f}"
        )
        unsaid = self.count(None)
        told += f", no verdict in {unsaid}" if unsaid else ""
        return f"{told}; information: {self.informal}" if self.informal else told


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate and whether it holds."""

    name: str
    """Such as `lost`, `must_pass`, `regression mrr@10`, `threshold recall@10`."""
    passed: bool
    told: str
    """One line."""
    cases: tuple[str, ...] = ()
    """The cases at which it failed."""


@dataclass(frozen=True, slots=True)
class AgentChange:
    """A document of both runs, or of one."""

    handle: str
    base: AgentUnderTest | None
    head: AgentUnderTest | None

    @property
    def word(self) -> str:
        """`same`, `edited`, `added` or `removed`."""
        if self.base is None:
            return "added"
        if self.head is None:
            return "removed"
        return "same" if self.base.digest == self.head.digest else "edited"


@dataclass(frozen=True, slots=True)
class SuiteComparison:
    """One suite in both runs."""

    name: str
    agents: tuple[AgentChange, ...]
    metrics: tuple[MetricComparison, ...]
    """Those of whole suites first, then those of single rules that changed."""
    cases: tuple[CaseComparison, ...]
    """In the order of the head, then those that only the base has."""
    gates: tuple[GateResult, ...]
    fewest_lost: int
    """How many cases must be lost, and none gained, before the fall of the pass rate counts as
    significant among all metrics of the comparison."""
    preferences: Preferences | None = None
    """What a judge prefers, where one was asked."""

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(gate.passed for gate in self.gates)

    def of(self, *fates: Fate) -> tuple[CaseComparison, ...]:
        """The cases with one of these fates, in order."""
        return tuple(case for case in self.cases if case.fate in fates)

    @property
    def edited(self) -> tuple[str, ...]:
        """The agents that are not the same on both sides, each with what became of it."""
        return tuple(f"{one.handle} {one.word}" for one in self.agents if one.word != "same")

    @property
    def compared(self) -> int:
        """How many cases both runs have, unedited."""
        return sum(case.fate not in (Fate.ADDED, Fate.REMOVED, Fate.CHANGED) for case in self.cases)


@dataclass(frozen=True, slots=True)
class Side:
    """What made one of the two runs."""

    id: str
    started_at: str
    spec: RunSpec
    elapsed_ms: float

    @classmethod
    def of(cls, run: Run) -> Side:
        """The side that a run makes."""
        return cls(run.id, run.started_at, run.spec, run.elapsed_ms)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other."""

    base: Side
    head: Side
    suites: tuple[SuiteComparison, ...]
    notes: tuple[str, ...]
    """What makes the two less comparable, one line each."""

    @property
    def passed(self) -> bool:
        """Whether every gate of every suite holds."""
        return all(suite.passed for suite in self.suites)

    @property
    def failed_gates(self) -> Iterable[tuple[SuiteComparison, GateResult]]:
        """The gates that do not hold, with their suites."""
        return [(s, gate) for s in self.suites for gate in s.gates if not gate.passed]
