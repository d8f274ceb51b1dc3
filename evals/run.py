"""Running suites: each case once, in order; a failure of one does not stop the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from agents.errors import ConvexpertError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.history import run_id
from evals.kinds import KINDS
from evals.metrics.base import Measured, Measurement, pool
from evals.named_agents import BUILTIN, Usual
from evals.outcome import CaseFailed, CaseOutcome, Json, Outcome, PassageGone
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.statistics import bootstrap_interval
from evals.subject import Progress, Subject, open_subject
from evals.suite import PASS_RATE, Case, Suite, metric_named

Clock = Callable[[], datetime]
Stopwatch = Callable[[], float]

DEFAULT_SEED = 0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The parameters of a run, apart from its suites."""

    agents: tuple[str, ...] = ()
    """What to evaluate in place of what the suites name; see `evals.subject.open_subject`."""
    seed: int = DEFAULT_SEED
    """For the intervals' resampling."""

    def given(self) -> dict[str, Json]:
        """The parameters that differ from their defaults."""
        given: dict[str, Json] = {}
        if self.agents:
            given["agents"] = list(self.agents)
        if self.seed != DEFAULT_SEED:
            given["seed"] = self.seed
        return given


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def run_suites(
    suites: Sequence[Suite],
    options: RunOptions,
    *,
    workspace: Workspace,
    settings: Settings,
    progress: Progress | None = None,
    now: Clock = utc_now,
    stopwatch: Stopwatch = time.perf_counter,
) -> Run:
    """Run all suites. The user's registry and index are left alone; nothing is stored.

    Raises UsageError for agents that can't be found, KnowledgeBaseError where no index can be
    built. Whatever goes wrong in a single case is that case's `CaseFailed`.
    """
    started, begin = now(), stopwatch()
    done: dict[str, SuiteRun] = {}
    model: str | None = None
    for group in _by_subject(suites):
        first = group[0]
        with open_subject(
            options.agents or first.agents,
            workspace=workspace,
            settings=settings,
            base=None if options.agents else first.folder,
            usual=Usual(first.agents or (BUILTIN,), first.folder),
            progress=progress,
        ) as subject:
            if any(case.kind != "check" for suite in group for case in suite.cases):
                # Opened before the first case, so that no case is charged with building it.
                _ = subject.knowledge_base
                model = subject.embedding_model
            for suite in group:
                done[suite.name] = run_suite(
                    suite, subject, seed=options.seed, progress=progress, stopwatch=stopwatch
                )
    results = tuple(done[suite.name] for suite in suites)
    spec = RunSpec(version("convexpert"), model, options.seed, options.given())
    return Run(
        id=run_id(started, _made_from(spec, results)),
        started_at=started.astimezone(UTC).isoformat(timespec="milliseconds"),
        elapsed_ms=_since(begin, stopwatch),
        spec=spec,
        suites=results,
    )


def run_suite(
    suite: Suite,
    subject: Subject,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    stopwatch: Stopwatch = time.perf_counter,
) -> SuiteRun:
    """Run one suite on documents that are open already."""
    outcomes: list[CaseOutcome] = []
    for number, case in enumerate(suite.cases, 1):
        outcomes.append(_run_case(case, subject, stopwatch))
        if progress is not None:
            progress(suite.name, number, len(suite.cases))
    return SuiteRun(
        name=suite.name,
        digest=suite.digest,
        agents=subject.agents,
        scores=score(outcomes, suite.thresholds, seed=seed),
        cases=tuple(outcomes),
    )


def score(
    outcomes: Iterable[CaseOutcome], thresholds: Mapping[str, float], *, seed: int = 0
) -> tuple[Score, ...]:
    """Every metric of the cases that ran, pooled: those over everything before single rules'."""
    ran = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    values: dict[str, list[Measurement]] = {
        PASS_RATE.name: [Measured(1.0 if outcome.passed else 0.0, 1) for outcome in ran]
    }
    for outcome in ran:
        for name, measurement in outcome.result.scores.items():
            values.setdefault(name, []).append(measurement)
    for name in thresholds:
        values.setdefault(name, [])
    kinds = sorted({outcome.kind for outcome in ran}) or list(KINDS)
    return tuple(
        Score(
            metric=metric,
            result=pool(measured),
            interval=bootstrap_interval(measured, seed=seed),
            threshold=thresholds.get(name),
        )
        for name, measured in sorted(values.items(), key=lambda item: ":" in item[0])
        if (metric := metric_named(name, kinds) or metric_named(name, KINDS)) is not None
    )


def _run_case(case: Case, subject: Subject, stopwatch: Stopwatch) -> CaseOutcome:
    begin = stopwatch()
    try:
        result = KINDS[case.kind].run(case.task, subject)
    except PassageGone as gone:
        code, reason = "passage-gone", str(gone)
    except ConvexpertError as error:
        code, reason = error.code, str(error)
    except Exception as error:
        # One case must not take the others down; the run fails all the same.
        code, reason = "crash", f"{type(error).__name__}: {error}"
    else:
        return Outcome(case.id, case.kind, case.tags, result, _since(begin, stopwatch))
    return CaseFailed(case.id, case.kind, case.tags, code, reason, _since(begin, stopwatch))


def _by_subject(suites: Sequence[Suite]) -> list[list[Suite]]:
    """The suites that are about the same documents, so that those are opened once."""
    groups: dict[object, list[Suite]] = {}
    for suite in suites:
        # A git revision alone means the suite's own documents: with `agents` given they count too.
        usual = set(suite.agents) <= {BUILTIN}
        own = None if usual else (suite.folder, suite.agents)
        groups.setdefault(own, []).append(suite)
    return list(groups.values())


def _made_from(spec: RunSpec, suites: Iterable[SuiteRun]) -> str:
    parts = [(s.name, s.digest, [(a.origin, a.digest) for a in s.agents]) for s in suites]
    return json.dumps([spec.convexpert, spec.embedding_model, spec.seed, parts])


def _since(begin: float, stopwatch: Stopwatch) -> float:
    return round((stopwatch() - begin) * 1000, 3)
