"""Running suites: each case once or several times; a failure of one does not stop the others.

Outcomes are kept as they come, by all that they depend on. So a run that was killed goes on where
it was, and after an edit only what the edit can have changed is run again.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from agents.errors import UsageError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.case_store import FILE, CaseStore
from evals.digests import code_digest, digest_of_value
from evals.execute import Attempt, execute
from evals.history import keep_documents, run_id
from evals.kinds import KINDS
from evals.kinds.base import Needs
from evals.metrics.base import Measured, Measurement, Metric, pool
from evals.named_agents import BUILTIN, Usual
from evals.outcome import CaseOutcome, Json, Outcome, PassageGone, together
from evals.passages import version_named
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.statistics import bootstrap_interval
from evals.subject import Progress, Subject, open_subject
from evals.suite import PASS_RATE, Case, Suite, metric_named

Clock = Callable[[], datetime]
Stopwatch = Callable[[], float]

DEFAULT_SEED = 0
MAX_REPEAT = 100


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The parameters of a run, apart from its suites."""

    agents: tuple[str, ...] = ()
    """What to evaluate in place of what the suites name; see `evals.subject.open_subject`."""
    seed: int = DEFAULT_SEED
    """For the intervals' resampling."""
    repeat: int = 1
    """How often each case is run."""
    fresh: bool = False
    """Whether cases are run that were run before with the same inputs."""
    model: str | None = None
    """`provider:name` of the chat model that cases ask; None for answers without one, whatever the
    settings say."""
    jobs: int | None = None
    """Processes; as many as are worth their start without it. Changes no outcome."""

    def given(self) -> dict[str, Json]:
        """The parameters that differ from their defaults and can change an outcome."""
        given: dict[str, Json] = {}
        if self.agents:
            given["agents"] = list(self.agents)
        if self.seed != DEFAULT_SEED:
            given["seed"] = self.seed
        if self.repeat != 1:
            given["repeat"] = self.repeat
        if self.model is not None:
            given["model"] = self.model
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
    """Run all suites. The user's registry and index are left alone, and the run is not stored.

    Raises UsageError for agents that can't be found, or a model that no case would ask, ModelError
    where the model can't be opened, KnowledgeBaseError where no index can be built. Whatever goes
    wrong in a single case is that case's `CaseFailed`.
    """
    if options.model is not None and not any(_needs(c).model for s in suites for c in s.cases):
        raise UsageError("no case of these suites asks a model", hint="leave out --model")
    started, begin = now(), stopwatch()
    done: dict[str, SuiteRun] = {}
    model: str | None = None
    workspace.create()
    with CaseStore(workspace.root / FILE) as store:
        for group in _by_subject(suites):
            with _subject(group[0], options, workspace, settings, progress) as subject:
                keep_documents(workspace, subject.versions)
                _ = subject.chat_model  # what is missing for it is said before anything is run
                if any(_needs_index(case) for suite in group for case in suite.cases):
                    model = subject.embedding_model
                found = _run_group(group, subject, options, store, progress, stopwatch)
                done.update({suite.name: suite for suite in found})
    results = tuple(done[suite.name] for suite in suites)
    spec = RunSpec(
        version("convexpert"),
        model,
        options.seed,
        options.given(),
        code=code_digest(),
        model=options.model,
        repeat=options.repeat,
    )
    return Run(
        id=run_id(started, _made_from(spec, results)),
        started_at=started.astimezone(UTC).isoformat(timespec="milliseconds"),
        elapsed_ms=round((stopwatch() - begin) * 1000, 3),
        spec=spec,
        suites=results,
    )


@contextmanager
def _subject(
    suite: Suite,
    options: RunOptions,
    workspace: Workspace,
    settings: Settings,
    progress: Progress | None,
) -> Iterator[Subject]:
    with open_subject(
        options.agents or suite.agents,
        workspace=workspace,
        settings=settings,
        base=None if options.agents else suite.folder,
        usual=Usual(suite.agents or (BUILTIN,), suite.folder),
        model=options.model,
        progress=progress,
    ) as subject:
        yield subject


def _run_group(
    suites: Sequence[Suite],
    subject: Subject,
    options: RunOptions,
    store: CaseStore,
    progress: Progress | None,
    stopwatch: Stopwatch,
) -> Iterator[SuiteRun]:
    """Run the suites that are about the same documents."""
    cases = [(suite.name, case) for suite in suites for case in suite.cases]
    plan = [
        Attempt(number, case, _key(case, subject, number % options.repeat))
        for number, (_, case) in enumerate(each for each in cases for _ in range(options.repeat))
    ]
    outcomes: dict[int, CaseOutcome] = {}
    waiting = []
    for attempt in plan:
        kept = store.find(attempt.key) if attempt.key is not None and not options.fresh else None
        if kept is None:
            waiting.append(attempt)
        else:
            outcomes[attempt.number] = kept
    if progress is not None:
        progress("Cases", len(outcomes), len(plan))
    if any(_needs_index(attempt.case) for attempt in waiting):
        # Opened before the first case, so that no case is charged with building it.
        _ = subject.knowledge_base
    for attempt, outcome in execute(waiting, subject, jobs=options.jobs, stopwatch=stopwatch):
        outcomes[attempt.number] = outcome
        if attempt.key is not None:
            store.keep(attempt.key, outcome)
        if progress is not None:
            progress("Cases", len(outcomes), len(plan))
    found: dict[str, list[CaseOutcome]] = defaultdict(list)
    for at, (name, _) in enumerate(cases):
        first = at * options.repeat
        attempts = [outcomes[number] for number in range(first, first + options.repeat)]
        found[name].append(together(attempts))
    for suite in suites:
        yield SuiteRun(
            name=suite.name,
            digest=suite.digest,
            agents=subject.agents,
            scores=score(found[suite.name], suite.thresholds, seed=options.seed),
            cases=tuple(found[suite.name]),
            gates=suite.gates,
            path="" if suite.is_builtin else suite.path,
        )


def score(
    outcomes: Iterable[CaseOutcome], thresholds: Mapping[str, float], *, seed: int = 0
) -> tuple[Score, ...]:
    """Every metric of the cases that ran, pooled: those over everything before single rules'."""
    ran = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    values: dict[str, list[Measurement]] = {
        PASS_RATE.name: [Measured(outcome.passes / outcome.tries, 1) for outcome in ran]
    }
    tries = max((outcome.tries for outcome in ran), default=1)
    repeated = pass_all(tries)
    if tries > 1:
        values[repeated.name] = [Measured(1.0 if one.passed else 0.0, 1) for one in ran]
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
        if (metric := _metric(name, kinds, repeated)) is not None
    )


def pass_all(tries: int) -> Metric:
    """The metric pass^N (Yao et al., *τ-bench*, 2024): cases that passed each of N times."""
    return Metric(f"pass^{tries}", f"cases that met all their expectations each of {tries} times")


def _metric(name: str, kinds: Sequence[str], repeated: Metric) -> Metric | None:
    if name == repeated.name:
        return repeated
    return metric_named(name, kinds) or metric_named(name, KINDS)


def _key(case: Case, subject: Subject, repeat: int) -> str | None:
    """A digest of all that the outcome of this attempt depends on; None where that is not there."""
    needs = _needs(case)
    try:
        versions = (
            subject.versions
            if needs.documents is None
            else [version_named(name, subject.versions) for name in needs.documents]
        )
    except PassageGone:
        return None
    return digest_of_value(
        {
            "code": code_digest(),
            "case": [case.kind, case.digest, case.id, case.tags],
            "documents": sorted((v.handle, v.path, v.digest) for v in versions),
            "names": sorted((v.handle, v.name) for v in subject.versions) if needs.names else None,
            "embedding": subject.embedding_model if needs.index else None,
            "model": [subject.model, subject.settings.model_url] if needs.model else None,
            "repeat": repeat,
        }
    )


def _needs(case: Case) -> Needs:
    return KINDS[case.kind].needs(case.task)


def _needs_index(case: Case) -> bool:
    return _needs(case).index


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
    return json.dumps(
        [spec.convexpert, spec.embedding_model, spec.model, spec.seed, spec.repeat, parts]
    )
