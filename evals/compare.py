"""Two runs to a comparison: cases paired, differences measured, gates asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.comparability import notes
from evals.comparison import (
    AgentChange,
    CaseComparison,
    Comparison,
    Fate,
    MetricComparison,
    Reason,
    ScoreChange,
    Side,
    SuiteComparison,
    Verdict,
)
from evals.gate_results import gate_results
from evals.judge import JUDGED
from evals.metrics.base import Measured, Metric, NotMeasured, pool, score_named
from evals.outcome import CaseFailed, CaseOutcome, Outcome
from evals.paired import (
    SIGNIFICANT,
    Pair,
    difference,
    fewest_flips,
    holm,
    mcnemar,
    paired_interval,
    sign_flip,
    smallest_difference,
    smallest_share,
)
from evals.record import Run, SuiteRun
from evals.scores import pass_all
from evals.suite import PASS_RATE

Explain = Callable[[CaseComparison, Sequence[AgentChange]], tuple[Reason, ...]]
"""Says why a case came out otherwise; see `evals.why`."""

SLIP = 0.25
"""Of a margin: a passage that was the eighth of ten hits and is the tenth or eleventh slipped."""
EDGE = 0.1
"""A margin that a word elsewhere takes away: a passage that was the ninth or tenth of ten hits
slipped wherever it now is, as long as it is found at all."""
_EVEN = 1e-9
_GONE = -1.0
"""The margin of what is not found at all."""


def compare_runs(
    base: Run, head: Run, *, seed: int = 0, explain: Explain | None = None
) -> Comparison:
    """How `head` differs from `base`, and whether the gates of the head's suites hold.

    Only suites of both runs are compared; what is missing on one side is noted.
    """
    before = {suite.name: suite for suite in base.suites}
    shared = [(before[suite.name], suite) for suite in head.suites if suite.name in before]
    paired = [_paired(old, new) for old, new in shared]
    family = sum(one.is_whole and bool(one.pairs) for some in paired for one in some)
    level = SIGNIFICANT / max(1, family)
    measured = [[_compared(one, seed, level) for one in some] for some in paired]
    whole = [m.p for some in measured for m in some if _is_whole(m.metric) and m.p is not None]
    adjusted = iter(holm(whole))
    suites = []
    for (old, new), some in zip(shared, measured, strict=True):
        judged = tuple(
            _judged(m, next(adjusted) if _is_whole(m.metric) and m.p is not None else None)
            for m in some
        )
        cases, agents = _cases(old, new), _agents(old, new)
        if explain is not None:
            cases = tuple(replace(case, why=explain(case, agents)) for case in cases)
        gates = gate_results(old, new, cases, judged)
        suites.append(SuiteComparison(new.name, agents, judged, cases, gates, fewest_flips(level)))
    return Comparison(Side.of(base), Side.of(head), tuple(suites), notes(base, head))


def _agents(base: SuiteRun, head: SuiteRun) -> tuple[AgentChange, ...]:
    """Paired by path, which stays when a document is renamed, else by handle."""
    old = {agent.origin: agent for agent in base.agents}
    new = {agent.origin: agent for agent in head.agents}
    lone = {agent.handle: agent for agent in base.agents if agent.origin not in new}
    found = []
    for agent in head.agents:
        before = old.get(agent.origin) or lone.pop(agent.handle, None)
        found.append(AgentChange(agent.handle, before, agent))
    gone = [AgentChange(agent.handle, agent, None) for agent in lone.values()]
    return tuple(sorted((*found, *gone), key=lambda change: change.handle))


def _cases(base: SuiteRun, head: SuiteRun) -> tuple[CaseComparison, ...]:
    metrics = {score.metric.name: score.metric for run in (base, head) for score in run.scores}
    skipped = {case.case for run in (base, head) for case in run.skipped}
    old = {case.case: case for case in base.cases if case.case not in skipped}
    new = {case.case: case for case in head.cases if case.case not in skipped}
    return tuple(
        _case(old.get(id_), new.get(id_), metrics, head) for id_ in dict.fromkeys([*new, *old])
    )


def _case(
    base: CaseOutcome | None,
    head: CaseOutcome | None,
    metrics: Mapping[str, Metric],
    suite: SuiteRun,
) -> CaseComparison:
    shown = head or base
    assert shown is not None
    scores = _score_changes(base, head, metrics)
    return CaseComparison(
        case=shown.case,
        kind=shown.kind,
        tags=shown.tags,
        base=base,
        head=head,
        fate=_fate(base, head, scores),
        certain=not any(one.sampled for one in (base, head) if one is not None),
        must_pass=suite.gates.must(shown.case, shown.tags),
        scores=scores,
        same_output=_output(base) == _output(head),
    )


def _output(outcome: CaseOutcome | None) -> object:
    if isinstance(outcome, Outcome):
        # What a judge says about an output is not part of it.
        return {name: told for name, told in outcome.result.output.items() if name != "judged"}
    return outcome.reason if outcome is not None else None


def _fate(
    base: CaseOutcome | None, head: CaseOutcome | None, scores: Sequence[ScoreChange]
) -> Fate:
    if base is None or head is None:
        return Fate.ADDED if base is None else Fate.REMOVED
    if base.digest and head.digest and base.digest != head.digest:
        return Fate.CHANGED
    if base.passed != head.passed:
        if _is_slip(base, head):
            return Fate.WORSE if base.passed else Fate.BETTER
        return Fate.LOST if base.passed else Fate.GAINED
    rates = head.passes / head.tries - base.passes / base.tries
    if abs(rates) > _EVEN:
        return Fate.BETTER if rates > 0 else Fate.WORSE
    if isinstance(base, CaseFailed) != isinstance(head, CaseFailed):
        return Fate.WORSE if isinstance(head, CaseFailed) else Fate.BETTER
    gains = [one.gain for one in scores if _decides(one.metric)]
    fell, rose = any(gain < 0 for gain in gains), any(gain > 0 for gain in gains)
    if fell and rose:
        return Fate.MIXED
    if fell or rose:
        return Fate.WORSE if fell else Fate.BETTER
    return Fate.SAME


def _decides(metric: Metric) -> bool:
    """Whether a case is better or worse by it: not by a cost, nor by the word of a judge."""
    return not metric.is_cost and metric.name != JUDGED.name


def _is_slip(base: CaseOutcome, head: CaseOutcome) -> bool:
    """Whether a case that passed by next to nothing on one side missed by little on the other."""
    if not isinstance(base, Outcome) or not isinstance(head, Outcome):
        return False
    before, after = base.result.margin, head.result.margin
    if before is None or after is None:
        return False
    passed, missed = max(before, after), min(before, after)
    return passed - missed <= SLIP or (passed <= EDGE + _EVEN and missed > _GONE)


def _score_changes(
    base: CaseOutcome | None, head: CaseOutcome | None, metrics: Mapping[str, Metric]
) -> tuple[ScoreChange, ...]:
    """The scores that both have and that differ; single rules' only where no others do."""
    if not isinstance(base, Outcome) or not isinstance(head, Outcome):
        return ()
    found = []
    for name, before in base.result.scores.items():
        after, metric = head.result.scores.get(name), metrics.get(name)
        if metric is None or not isinstance(before, Measured) or not isinstance(after, Measured):
            continue
        gain = (after.value - before.value) * (1 if metric.higher_is_better else -1)
        if abs(gain) > _EVEN:
            found.append(ScoreChange(metric, before, after, gain))
    whole = tuple(change for change in found if ":" not in change.metric.name)
    return whole or tuple(found)


@dataclass(frozen=True, slots=True)
class _Paired:
    """A metric and the cases that both runs measured."""

    metric: Metric
    pairs: tuple[Pair, ...]
    passing: bool = False
    """Whether the values say whether cases passed."""

    @property
    def is_whole(self) -> bool:
        return _is_whole(self.metric)


def _is_whole(metric: Metric) -> bool:
    """Whether it is about the whole suite, not about a single rule."""
    return ":" not in metric.name


def _paired(base: SuiteRun, head: SuiteRun) -> list[_Paired]:
    """The metrics of whole suites, then those of single rules that changed."""
    both = unedited_pairs(base, head)
    tries = max((case.tries for pair in both for case in pair), default=1)
    # A case that could not be scored did not pass.
    found = [_passing(PASS_RATE, [(a.passes / a.tries, b.passes / b.tries) for a, b in both])]
    if tries > 1:
        every_time = [(float(a.passed), float(b.passed)) for a, b in both]
        found.append(_passing(pass_all(tries), every_time))
    done = {one.metric.name for one in found}
    known = {score.metric.name: score.metric for run in (head, base) for score in run.scores}
    for name, metric in sorted(known.items(), key=lambda item: ":" in item[0]):
        if name not in done and not name.startswith("pass^"):
            one = _Paired(metric, tuple(_scored(metric, both)))
            if one.is_whole or any(pair.changed for pair in one.pairs):
                found.append(one)
    return found


def unedited_pairs(base: SuiteRun, head: SuiteRun) -> list[tuple[CaseOutcome, CaseOutcome]]:
    """The cases that both runs have and that ask and expect the same in both."""
    old = {case.case: case for case in base.cases}
    return [
        (old[case.case], case)
        for case in head.cases
        if case.case in old
        and not (case.digest and old[case.case].digest and case.digest != old[case.case].digest)
    ]


def _passing(metric: Metric, shares: Sequence[tuple[float, float]]) -> _Paired:
    pairs = (Pair(Measured(before, 1), Measured(after, 1)) for before, after in shares)
    return _Paired(metric, tuple(pairs), passing=True)


def _scored(metric: Metric, both: Sequence[tuple[CaseOutcome, CaseOutcome]]) -> Iterator[Pair]:
    for before, after in both:
        if isinstance(before, Outcome) and isinstance(after, Outcome):
            old = score_named(metric, before.result.scores)
            new = score_named(metric, after.result.scores)
            if isinstance(old, Measured) and isinstance(new, Measured):
                yield Pair(old, new)


def _compared(paired: _Paired, seed: int, level: float) -> MetricComparison:
    pairs = paired.pairs
    if not pairs:
        nothing = NotMeasured("no case measures it in both runs")
        none = (None, None, None, None, None)
        return MetricComparison(paired.metric, nothing, nothing, 0, 0, *none, Verdict.NOT_MEASURED)
    return MetricComparison(
        metric=paired.metric,
        base=pool(pair.base for pair in pairs),
        head=pool(pair.head for pair in pairs),
        pairs=len(pairs),
        changed=sum(abs(pair.head.value - pair.base.value) > _EVEN for pair in pairs),
        difference=difference(pairs),
        interval=paired_interval(pairs, seed=seed),
        p=_p(paired, seed),
        adjusted=None,
        smallest=smallest_share(len(pairs), level)
        if paired.passing
        else smallest_difference(pairs, level),
        verdict=Verdict.UNCLEAR,
    )


def _p(paired: _Paired, seed: int) -> float:
    values = [(pair.base.value, pair.head.value) for pair in paired.pairs]
    if paired.passing and all(value in (0.0, 1.0) for both in values for value in both):
        lost = sum(before > after for before, after in values)
        return mcnemar(lost, sum(before < after for before, after in values))
    return sign_flip(paired.pairs, seed=seed)


def _judged(compared: MetricComparison, adjusted: float | None) -> MetricComparison:
    if compared.difference is None or compared.p is None:
        return compared
    # A single rule's metrics are no part of the family, and are shown as they are.
    p = compared.p if adjusted is None else adjusted
    if not compared.changed and abs(compared.difference) < _EVEN:
        verdict = Verdict.SAME
    elif p > SIGNIFICANT or abs(compared.difference) < _EVEN:
        verdict = Verdict.UNCLEAR
    else:
        rose = (compared.difference > 0) == compared.metric.higher_is_better
        verdict = Verdict.BETTER if rose else Verdict.WORSE
    return replace(compared, adjusted=adjusted, verdict=verdict)
