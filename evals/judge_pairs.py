"""Two outputs for one question before a judge, in both orders.

Judges favour a place. So each pair is asked twice, the second time with the outputs swapped, and
one of them is preferred only where both answers name it; else it is a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agents.errors import UsageError
from agents.workspace import Workspace
from evals.comparison import (
    CaseComparison,
    Comparison,
    Fate,
    GateResult,
    JudgedPair,
    Preferences,
    SuiteComparison,
)
from evals.judge import JUDGED, NoVerdict, Rubric, both
from evals.judge_agreement import PAIRWISE, why_not_gating
from evals.judge_kept import KeptJudge
from evals.outcome import Outcome, Usage
from evals.paired import SIGNIFICANT, mcnemar
from evals.record import Run, SuiteRun

Progress = Callable[[str, int, int], None]

_UNPAIRED = (Fate.ADDED, Fate.REMOVED, Fate.CHANGED)


@dataclass(frozen=True, slots=True)
class Preferred:
    """What a judge said about two outputs."""

    winner: str | None
    """`first`, `second` or `tie`; None where an answer did not count."""
    agreed: bool
    """Whether both orders gave the same."""
    reasons: tuple[str, ...]
    """The judge's, of both orders."""
    usage: Usage
    lasting: bool = True
    """Whether the same question would end so again: not where the judge could not be reached."""


def preferred(
    judge: KeptJudge, id_: str, rubric: Rubric, *, question: str, first: str, second: str
) -> Preferred:
    """Which of two outputs a judge prefers, whichever comes first; `id_` as `KeptJudge` has it."""
    one = judge.prefer_output(id_, rubric, question=question, first=first, second=second)
    other = judge.prefer_output(id_, rubric, question=question, first=second, second=first)
    usage = both(one.usage, other.usage)
    reasons = (one.verdict.reason, other.verdict.reason)
    lasting = one.lasting and other.lasting
    if isinstance(one.verdict, NoVerdict) or isinstance(other.verdict, NoVerdict):
        return Preferred(None, False, reasons, usage, lasting)
    swapped = {"first": "second", "second": "first", "tie": "tie"}[other.verdict.verdict]
    agreed = one.verdict.verdict == swapped
    return Preferred(swapped if agreed else "tie", agreed, reasons, usage)


def with_preferences(
    comparison: Comparison,
    head: Run,
    judge: KeptJudge,
    *,
    workspace: Workspace,
    progress: Progress | None = None,
) -> Comparison:
    """The comparison with what a judge prefers, suite by suite, and its gate where it may.

    Raises UsageError where no case of both runs has a rubric.
    """
    wanted = {suite.name: list(_pairs(suite)) for suite in comparison.suites}
    total = sum(map(len, wanted.values()))
    if not total:
        raise UsageError("no case of both runs has a rubric", hint="leave out --judge")
    runs = {suite.name: suite for suite in head.suites}
    done = 0
    suites = []
    for suite in comparison.suites:
        found = []
        for case in wanted[suite.name]:
            if progress is not None:
                progress("Judging", done, total)
            found.append(_judged(case, judge))
            done += 1
        suites.append(_with(suite, runs[suite.name], judge, found, workspace) if found else suite)
    if progress is not None:
        progress("Judging", done, total)
    return replace(comparison, suites=tuple(suites))


def _pairs(suite: SuiteComparison) -> Iterator[CaseComparison]:
    for case in suite.cases:
        if case.fate not in _UNPAIRED and _rubric(case) and _text(case.base) and _text(case.head):
            yield case


def _rubric(case: CaseComparison) -> str | None:
    told = case.head.result.output.get("rubric") if isinstance(case.head, Outcome) else None
    return told if isinstance(told, str) else None


def _text(outcome: object) -> str:
    """What a case returned, as a judge sees it."""
    if not isinstance(outcome, Outcome):
        return ""
    output = outcome.result.output
    files = output.get("files")
    if isinstance(files, Mapping):
        from evals.kinds.generate import shown_code

        return shown_code({path: str(text) for path, text in files.items()})
    return str(output.get("answer") or "")


def _judged(case: CaseComparison, judge: KeptJudge) -> tuple[JudgedPair, str, Usage]:
    assert isinstance(case.head, Outcome)
    rubric = Rubric(_rubric(case) or "")
    base, head = _text(case.base), _text(case.head)
    if base == head:
        same = JudgedPair(case.case, "tie", True, ("both outputs are the same",))
        return same, rubric.digest, Usage(0, 0, 0, 0.0)
    question = str(case.head.result.output.get("question") or "")
    found = preferred(judge, case.case, rubric, question=question, first=base, second=head)
    winner = {"first": "base", "second": "head", "tie": "tie", None: None}[found.winner]
    pair = JudgedPair(case.case, winner, found.agreed, found.reasons)
    return pair, rubric.digest, found.usage


def _with(
    suite: SuiteComparison,
    run: SuiteRun,
    judge: KeptJudge,
    found: Sequence[tuple[JudgedPair, str, Usage]],
    workspace: Workspace,
) -> SuiteComparison:
    pairs = tuple(pair for pair, _, _ in found)
    usage: Usage | None = None
    for _, _, used in found:
        usage = both(usage, used)
    informal = why_not_gating(
        workspace,
        judge=judge.name,
        rubrics=[digest for _, digest, _ in found],
        asked=PAIRWISE,
        bound=run.gates.kappa,
    )
    lost = sum(pair.winner == "base" for pair in pairs)
    gained = sum(pair.winner == "head" for pair in pairs)
    told = Preferences(judge.name, pairs, mcnemar(lost, gained), informal, usage or Usage(0, 0, 0))
    if informal is not None or not run.gates.guards(JUDGED.name):
        return replace(suite, preferences=told)
    worse = lost > gained and told.p <= SIGNIFICANT
    count = f"{judge.name} prefers the base in {lost} cases, the head in {gained}"
    gate = GateResult(
        "judge", not worse, count, tuple(one.case for one in pairs if one.winner == "base")
    )
    return replace(suite, preferences=told, gates=(*suite.gates, gate))
