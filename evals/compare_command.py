"""`convexpert eval compare`: what a change did."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.context import command_context
from assistant.cli.options import AsJson
from evals.options import Fresh, HtmlFile, Jobs, Seed


class FailOn(StrEnum):
    """When the exit status is 1."""

    REGRESSION = "regression"
    NEVER = "never"


def compare_command(
    context: typer.Context,
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="A run (its id, latest, latest~1, a file of `eval run --json`), or what --agents "
            "of `eval run` takes; that is run first.",
        ),
    ],
    head: Annotated[str, typer.Argument(metavar="HEAD", help="The same, for the other side.")],
    suites: Annotated[
        list[str] | None,
        typer.Option(
            "--suite",
            metavar="SUITE",
            help="What to run: the name of a built-in suite, a file or a folder; may be given "
            "several times. Without it, the suites of the run that is compared, or all built-in "
            "ones.",
            show_default=False,
        ),
    ] = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(help="Exit with 1 where a gate of the suites does not hold, or never."),
    ] = FailOn.REGRESSION,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER:NAME",
            help="Let this chat model answer and write code on both sides; without it, or "
            "CONVEXPERT_EVAL_MODEL, none is asked.",
            show_default=False,
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            "--judge-model",
            metavar="PROVIDER:NAME",
            help="Let this chat model say which side's output meets a case's rubric better, asked "
            "in both orders.",
            show_default=False,
        ),
    ] = None,
    repeat: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=100, help="Run each case so many times on each side."),
    ] = 1,
    seed: Seed = 0,
    fresh: Fresh = False,
    jobs: Jobs = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a summary for a pull request here.", show_default=False
        ),
    ] = None,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare two runs case by case, and exit with 1 where a gate of the suites does not hold."""
    from assistant.cli.console import progress_bar, stdout, write_json
    from evals.compare import compare_runs
    from evals.compared_runs import compared_runs
    from evals.history import kept_document
    from evals.report.comparison_json import comparison_to_json
    from evals.report.comparison_text import show_comparison
    from evals.run import RunOptions
    from evals.why import Explainer

    found = command_context(context)
    with progress_bar() as progress:
        runs = compared_runs(
            base,
            head,
            RunOptions(seed=seed, repeat=repeat, fresh=fresh, model=model, jobs=jobs),
            suites=suites or (),
            workspace=found.workspace,
            settings=found.settings,
            progress=progress,
        )
    explain = Explainer(*runs, lambda digest: kept_document(found.workspace, digest))
    comparison = compare_runs(*runs, seed=seed, explain=explain)
    if judge is not None:
        from evals.judge_kept import open_judge
        from evals.judge_pairs import with_preferences

        with (
            progress_bar() as progress,
            open_judge(judge, found.workspace, found.settings, fresh=fresh) as asked,
        ):
            comparison = with_preferences(
                comparison, runs[1], asked, workspace=found.workspace, progress=progress
            )
    if markdown is not None:
        from evals.report.comparison_markdown import comparison_markdown
        from evals.report.files import write_report

        write_report(markdown, comparison_markdown(comparison))
    if html is not None:
        from evals.metric_history import metric_histories, recent_runs
        from evals.report.files import write_report
        from evals.report.html_comparison import comparison_html

        histories = metric_histories(recent_runs(found.workspace), *runs)
        write_report(html, comparison_html(comparison, histories))
    if as_json:
        write_json(comparison_to_json(comparison))
    else:
        show_comparison(stdout(), comparison)
    if not comparison.passed and fail_on is not FailOn.NEVER:
        raise typer.Exit(1)
