"""The two runs that a comparison is about: stored ones, files of runs, or made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agents.errors import SuiteError, UsageError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.history import load_run, looks_like_run, read_run, store_run
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.subject import Progress
from evals.suite import Suite, builtin_suites, find_suites, load_suite


def compared_runs(
    base: str,
    head: str,
    options: RunOptions,
    *,
    suites: Sequence[str] = (),
    workspace: Workspace,
    settings: Settings,
    progress: Progress | None = None,
) -> tuple[Run, Run]:
    """The runs that two names mean; what names documents is run first, and that run is stored.

    A run's id (or its beginning with the day), `latest`, `latest~1` and a file that holds a run
    mean that run. Anything else is what `--agents` takes: it is run over the suites that are named,
    over those of the other side's run where that is one, else over the built-in ones. `agents` of
    `options` is not looked at.

    Raises UsageError for a name that is nothing of the kind, and what `run_suites` raises.
    """
    known = [_known(name, workspace) for name in (base, head)]
    missing = [name for name, run in zip((base, head), known, strict=True) if run is None]
    chosen: Sequence[Suite] = ()
    if missing:
        other = next((run for run in known if run is not None), None)
        chosen = find_suites(suites) if suites or other is None else _suites_of(other)
    runs = []
    for name, run in zip((base, head), known, strict=True):
        made = run or run_suites(
            chosen,
            replace(options, agents=(name,)),
            workspace=workspace,
            settings=settings,
            progress=progress,
        )
        if run is None:
            store_run(workspace, made)
        runs.append(made)
    return runs[0], runs[1]


def _known(name: str, workspace: Workspace) -> Run | None:
    path = Path(name)
    if name.endswith(".json") and path.is_file():
        return read_run(path)
    return load_run(workspace, name) if looks_like_run(name) else None


def _suites_of(run: Run) -> list[Suite]:
    """The suites of a run as they are now. Raises UsageError where one is not there any more."""
    builtin = {path.stem: path for path in builtin_suites()}
    found = []
    for suite in run.suites:
        path = Path(suite.path) if suite.path else builtin.get(suite.name)
        try:
            if path is None:
                raise SuiteError(f"no built-in suite {suite.name!r}")
            found.append(load_suite(path))
        except SuiteError as error:
            raise UsageError(
                f"the suite {suite.name} of run {run.id} can't be run: {error}",
                hint="name the suites with --suite",
            ) from error
    return found
