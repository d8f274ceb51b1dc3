"""Running suites: each case once or several times; a failure of one does not stop the others.

Outcomes are kept as they come, by all that they depend on. So a run that was killed goes on where
it was, and after an edit only what the edit can have changed is run again.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from agents.errors import SuiteError, UsageError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.case_store import find_outcome, keep_outcome
from evals.digests import code_digest
from evals.execute import Attempt, execute
from evals.history import keep_documents, run_id
from evals.judge import JUDGED
from evals.judge_agreement import SINGLE, why_not_gating
from evals.kept_values import FILE, KeptValues
from evals.named_agents import BUILTIN, Usual
from evals.outcome import CaseOutcome, Json, together
from evals.plan import OTHERS, Planned, needs_of, outcome_key, planned
from evals.record import Run, RunSpec, SuiteRun
from evals.scores import score
from evals.subject import MOST_CODE_TOKENS, Progress, Subject, open_subject
from evals.suite import Suite, metric_named

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
    repeat: int = 1
    """How often each case is run."""
    fresh: bool = False
    """Whether cases are run that were run before with the same inputs."""
    model: str | None = None
    """`provider:name` of the chat model that cases ask; None for answers without one, whatever the
    settings say, but for `eval_model`."""
    judge: str | None = None
    """`provider:name` of the chat model that judges outputs; None for the setting `judge_model`."""
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
        if self.judge is not None:
            given["judge"] = self.judge
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
    options = _with_models(suites, options, settings)
    started, begin = now(), stopwatch()
    done: dict[str, SuiteRun] = {}
    model = types = None
    workspace.create()
    with KeptValues(workspace.root / FILE) as kept:
        for group in _by_subject(suites):
            with _subject(group[0], options, workspace, settings, progress) as subject:
                keep_documents(workspace, subject.versions)
                # What is missing for these is said before anything is run.
                _ = subject.chat_model, subject.judge
                if subject.model is not None and _any_needs(group, "types"):
                    checker = subject.type_checker
                    types = None if isinstance(checker, str) else checker.id
                if _any_needs(group, "index"):
                    model = subject.embedding_model
                found = _run_group(group, subject, options, kept, workspace, progress, stopwatch)
                done.update({suite.name: suite for suite in found})
    results = tuple(done[suite.name] for suite in suites)
    _require_cases(results, options)
    spec = RunSpec(
        version("convexpert"),
        model,
        options.seed,
        options.given(),
        code=code_digest(),
        model=options.model,
        repeat=options.repeat,
        judge=options.judge,
        types=types,
        parameters=model_parameters() if options.model or options.judge else {},
    )
    return Run(
        id=run_id(started, _made_from(spec, results)),
        started_at=started.astimezone(UTC).isoformat(timespec="milliseconds"),
        elapsed_ms=round((stopwatch() - begin) * 1000, 3),
        spec=spec,
        suites=results,
    )


def _require_cases(suites: Sequence[SuiteRun], options: RunOptions) -> None:
    """Raise UsageError where documents were named that no case is about."""
    if not any(suite.cases for suite in suites) and any(
        one.reason == OTHERS for suite in suites for one in suite.skipped
    ):
        raise UsageError(
            f"no case of these suites is about {', '.join(options.agents)}",
            hint="name the documents as the suites do, or a folder that holds them",
        )


def model_parameters() -> dict[str, Json]:
    """What every model is asked with."""
    from assistant.model.opening import MOST_TOKENS, TEMPERATURE

    return {
        "temperature": TEMPERATURE,
        "answer_tokens": MOST_TOKENS,
        "code_tokens": MOST_CODE_TOKENS,
    }


def _with_models(suites: Sequence[Suite], options: RunOptions, settings: Settings) -> RunOptions:
    """The options with the models that will be asked.

    Raises UsageError where one was named that no case would ask; a setting may name one for other
    suites.
    """
    asks, judges = _any_needs(suites, "model"), _any_needs(suites, "judge")
    if options.model is not None and not asks:
        raise UsageError("no case of these suites asks a model", hint="leave out --model")
    if options.judge is not None and not judges:
        raise UsageError("no case of these suites has a rubric", hint="leave out --judge")
    return replace(
        options,
        model=options.model or (settings.eval_model if asks else None),
        judge=options.judge or (settings.judge_model if judges else None),
    )


def _any_needs(suites: Sequence[Suite], what: str) -> bool:
    return any(getattr(needs_of(case), what) for suite in suites for case in suite.cases)


@contextmanager
def _subject(
    suite: Suite,
    options: RunOptions,
    workspace: Workspace,
    settings: Settings,
    progress: Progress | None,
) -> Iterator[Subject]:
    opening = open_subject(
        options.agents or suite.agents,
        workspace=workspace,
        settings=settings,
        base=None if options.agents else suite.folder,
        usual=Usual(suite.agents or (BUILTIN,), suite.folder),
        model=options.model,
        judge=options.judge,
        progress=progress,
    )
    with ExitStack() as closing:
        try:
            subject = closing.enter_context(opening)
        except UsageError as error:
            if options.agents or error.path is not None:
                raise
            told = f"`agents`, relative to this file: {error.message}"
            raise SuiteError(told, hint=error.hint, path=suite.path) from error
        yield subject


def _run_group(
    suites: Sequence[Suite],
    subject: Subject,
    options: RunOptions,
    values: KeptValues,
    workspace: Workspace,
    progress: Progress | None,
    stopwatch: Stopwatch,
) -> Iterator[SuiteRun]:
    """Run the suites that are about the same documents."""
    chosen = bool(options.agents) and subject.is_chosen
    plans = [planned(suite, subject, chosen=chosen) for suite in suites]
    cases = [(plan.suite.name, case) for plan in plans for case in plan.cases]
    attempts = [
        Attempt(number, case, outcome_key(case, subject, number % options.repeat))
        for number, (_, case) in enumerate(each for each in cases for _ in range(options.repeat))
    ]
    outcomes: dict[int, CaseOutcome] = {}
    waiting = []
    for attempt in attempts:
        kept = None
        if attempt.key is not None and not options.fresh:
            kept = find_outcome(values, attempt.key)
        if kept is None:
            waiting.append(attempt)
        else:
            outcomes[attempt.number] = kept
    if progress is not None:
        progress("Cases", len(outcomes), len(attempts))
    if any(needs_of(attempt.case).index for attempt in waiting):
        # Opened before the first case, so that no case is charged with building it.
        _ = subject.knowledge_base
    for attempt, outcome in execute(waiting, subject, jobs=options.jobs, stopwatch=stopwatch):
        outcomes[attempt.number] = outcome
        if attempt.key is not None:
            keep_outcome(values, attempt.key, outcome)
        if progress is not None:
            progress("Cases", len(outcomes), len(attempts))
    found: dict[str, list[CaseOutcome]] = defaultdict(list)
    for at, (name, _) in enumerate(cases):
        first = at * options.repeat
        found[name].append(together([outcomes[first + n] for n in range(options.repeat)]))
    for plan in plans:
        suite, informal = plan.suite, _informal(plan, options, workspace)
        yield SuiteRun(
            name=suite.name,
            digest=suite.digest,
            agents=subject.agents,
            scores=score(found[suite.name], _thresholds(plan, informal), seed=options.seed),
            cases=tuple(found[suite.name]),
            gates=suite.gates,
            path="" if suite.is_builtin else suite.path,
            skipped=plan.skipped,
            informal=informal,
        )


def _informal(plan: Planned, options: RunOptions, workspace: Workspace) -> dict[str, str]:
    """The metrics that gate nothing in this run, each with the reason."""
    is_gated = JUDGED.name in plan.suite.thresholds
    if not plan.rubrics or (options.judge is None and not is_gated):
        return {}
    reason = why_not_gating(
        workspace,
        judge=options.judge,
        rubrics=plan.rubrics,
        asked=SINGLE,
        bound=plan.suite.gates.kappa,
    )
    return {} if reason is None else {JUDGED.name: reason}


def _thresholds(plan: Planned, informal: Mapping[str, str]) -> dict[str, float]:
    """The thresholds that can be asked for: not those that only skipped cases would measure."""
    return {
        name: threshold
        for name, threshold in plan.suite.thresholds.items()
        if plan.cases and name not in informal and metric_named(name, plan.kinds) is not None
    }


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
