"""`convexpert eval`: run suites and look at what runs said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.context import command_context
from assistant.cli.options import AsJson
from evals.compare_command import compare_command
from evals.init_command import init_command, schema_command
from evals.judge_command import judge_command
from evals.options import Fresh, HtmlFile, Jobs, Seed

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run eval suites over documents, answers and code check.",
    epilog="Example: convexpert eval run --agents .claude/agents",
)

Repeat = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=1,
        max=100,
        help="Run each case so many times; the share of its runs that pass and those that pass "
        "each time are shown.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="PROVIDER:NAME",
        help="Let this chat model answer and write code; without it, or CONVEXPERT_EVAL_MODEL, "
        "none is asked, and cases that need one are skipped.",
        show_default=False,
    ),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        "--judge-model",
        metavar="PROVIDER:NAME",
        help="Let this chat model judge the outputs of cases with a rubric.",
        show_default=False,
    ),
]


@app.command("run", epilog="Example: convexpert eval run retrieval --agents .claude/agents")
def run_command(
    context: typer.Context,
    suites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SUITE",
            help="Names of built-in suites, suite files, or folders of them; all built-in ones "
            "without any.",
            show_default=False,
        ),
    ] = None,
    agents: Annotated[
        list[str] | None,
        typer.Option(
            "--agents",
            metavar="PATH-or-GIT-REV-or-REF",
            help="Documents to evaluate: a file or folder, a REF such as convex-expert@2, a label, "
            "a git revision such as main or HEAD~1:agents, or builtin; may be given several times. "
            "Without it, those that each suite names.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    model: Model = None,
    judge: Judge = None,
    repeat: Repeat = 1,
    fresh: Fresh = False,
    jobs: Jobs = None,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the run as JUnit XML here.", show_default=False),
    ] = None,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Run suites, store the run, and exit with 1 where a threshold is missed or a case failed."""
    from assistant.cli.console import progress_bar, stdout, write_json
    from evals.history import store_run
    from evals.report.json import run_to_json
    from evals.report.text import show_run
    from evals.run import RunOptions, run_suites
    from evals.suite import find_suites

    found = command_context(context)
    with progress_bar() as progress:
        run = run_suites(
            find_suites(suites or ()),
            RunOptions(tuple(agents or ()), seed, repeat, fresh, model, judge, jobs),
            workspace=found.workspace,
            settings=found.settings,
            progress=progress,
        )
    store_run(found.workspace, run)
    if junit is not None:
        from evals.report.files import write_report
        from evals.report.junit import run_junit

        write_report(junit, run_junit(run))
    if html is not None:
        from evals.metric_history import metric_histories, recent_runs
        from evals.report.files import write_report
        from evals.report.html_run import run_html

        write_report(html, run_html(run, metric_histories(recent_runs(found.workspace), run)))
    if as_json:
        write_json(run_to_json(run))
    else:
        show_run(stdout(), run)
    if not run.passed:
        raise typer.Exit(1)


app.command("compare", epilog="Example: convexpert eval compare main .claude/agents")(
    compare_command
)
app.command("judge", epilog="Example: convexpert eval judge labels.yaml --model openai:gpt-5")(
    judge_command
)
app.command("init", epilog="Example: convexpert eval init evals --agents .claude/agents")(
    init_command
)
app.command("schema", epilog="Example: convexpert eval schema > suite.schema.json")(schema_command)


@app.command("list", epilog="Example: convexpert eval list evals/")
def list_command(
    suites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SUITE", help="Suite files or folders instead.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the built-in suites, or those of the files and folders given."""
    from assistant.cli.console import stdout, write_json
    from evals.report.json import suite_to_json
    from evals.report.text import show_suites
    from evals.suite import find_suites

    found = find_suites(suites or ())
    if as_json:
        write_json([suite_to_json(suite) for suite in found])
    else:
        show_suites(stdout(), found)


@app.command("history", epilog="Example: convexpert eval history --json")
def history_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the stored runs, newest first, with the change of each suite's pass rate.

    The change is over the cases that both runs have, as `eval compare` pairs them.
    """
    from assistant.cli.console import stderr, stdout, write_json
    from evals.history import stored_runs
    from evals.report.history_json import history_to_json
    from evals.report.text import show_history
    from evals.run_changes import listed_suites

    listed = listed_suites(stored_runs(command_context(context).workspace))
    if as_json:
        write_json(history_to_json(listed))
    elif listed:
        show_history(stdout(), listed)
    else:
        stderr().print("no runs yet; `convexpert eval run` makes one")


@app.command("show", epilog="Example: convexpert eval show latest")
def show_command(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, the beginning of one, or latest.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show a stored run as it was shown when it was made."""
    from assistant.cli.console import stdout, write_json
    from evals.history import load_run
    from evals.report.json import run_to_json
    from evals.report.text import show_run

    found = load_run(command_context(context).workspace, run)
    if as_json:
        write_json(run_to_json(found))
    else:
        show_run(stdout(), found)
