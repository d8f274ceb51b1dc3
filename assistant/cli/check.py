"""`convexpert check`: code and documents' examples, held to the rules that documents ask for."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.errors import CodeCheckError, UsageError
from agents.finding import Severity
from assistant.cli.context import CommandContext, command_context, given_path
from assistant.cli.findings import Format, listed_ids, show_report

if TYPE_CHECKING:
    from agents.settings import CheckSettings
    from assistant.code.check import CheckOptions, CheckReport

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

LARGEST_INPUT = 10_000_000
"""Bytes that are read from standard input at most."""
STDIN_NAME = "stdin.ts"


@app.command(epilog="Example: convexpert check . --agent convex-expert --fail-on error")
def check(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…",
            parser=given_path,
            help="Files (.ts .tsx .js .jsx .mts .mjs .md) or folders; - reads standard input.",
        ),
    ],
    format_: Annotated[
        Format, typer.Option("--format", help="How findings are printed.")
    ] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Run only these rules; ids with commas between."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Leave these rules out; ids with commas between."),
    ] = None,
    severity: Annotated[
        Severity, typer.Option(help="Leave out findings below this; off leaves out all.")
    ] = Severity.INFO,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            help="From which severity on the exit status is 1; off never is. Default: warning."
        ),
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(metavar="REF", help="Run only the rules that this agent asks for."),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend in the files what can be mended; what remains is shown."),
    ] = False,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="GIT-REV",
            help="Only what stands on lines that the work tree has and this revision hasn't.",
        ),
    ] = None,
    stdin_filename: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Where the code from standard input would lie."),
    ] = None,
) -> None:
    """Check Convex code, and the TypeScript examples in Markdown files.

    The exit status is 0 without findings at or above --fail-on, 1 with some, 2 after an error.
    """
    obj = command_context(context)
    settings = obj.settings.check
    _require_known(settings, obj.settings.source)
    options = replace(
        _documentation(obj, agent or []),
        select=settings.select if select is None else listed_ids(select),
        ignore=settings.ignore if ignore is None else listed_ids(ignore),
        severity=settings.severity,
        minimum=severity,
        small_tables=frozenset(settings.small_tables),
    )
    report = _run(paths, stdin_filename, options, fix=fix, revision=diff)
    _show(report, Format.JSON if as_json else format_)
    if report.reaches(fail_on if fail_on is not None else settings.fail_on):
        raise typer.Exit(1)


def _require_known(settings: CheckSettings, source: Path | None) -> None:
    """Raise CodeCheckError with the settings' file where that names a rule that isn't there."""
    from assistant.code.catalogue import require_known

    try:
        require_known([*settings.select, *settings.ignore, *settings.severity])
    except CodeCheckError as error:
        where = None if source is None else str(source)
        raise CodeCheckError(error.message, hint=error.hint, path=where) from error


def _documentation(obj: CommandContext, references: list[str]) -> CheckOptions:
    """What the registered documents ask for; only those of `references` where some are given."""
    from assistant.code.check import CheckOptions
    from assistant.code.documented import documentation

    registry = obj.registry()
    versions = [registry.resolve(one) for one in references] if references else registry.agents()
    asked = documentation(versions)
    return CheckOptions(
        documentation=asked.rules,
        only_documented=bool(references),
        review=asked.review,
        handles={version.digest: version.handle for version in versions},
    )


def _run(
    paths: list[Path],
    stdin_filename: str | None,
    options: CheckOptions,
    *,
    fix: bool,
    revision: str | None,
) -> CheckReport:
    from assistant.code.check import check_standard_input

    if Path("-") not in paths:
        if stdin_filename is not None:
            raise UsageError(
                "--stdin-filename without standard input", hint="give - as the path to read it"
            )
        return _run_on_files(paths, options, fix=fix, revision=revision)
    if len(paths) > 1:
        raise UsageError("- can't be checked together with other paths")
    if fix:
        raise UsageError("--fix can't change standard input", hint="name files or folders")
    if revision is not None:
        raise UsageError("git doesn't know standard input", hint="name files or folders for --diff")
    source = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(source) > LARGEST_INPUT:
        raise UsageError(f"standard input is larger than {LARGEST_INPUT:,} bytes")
    return check_standard_input(source, filename=stdin_filename or STDIN_NAME, options=options)


def _run_on_files(
    paths: list[Path], options: CheckOptions, *, fix: bool, revision: str | None
) -> CheckReport:
    from assistant.code.check import check_paths

    def changed(report: CheckReport) -> CheckReport:
        if revision is None:
            return report
        from assistant.code.changed import changed_lines

        return changed_lines(paths, revision).only(report)

    if not fix:
        return changed(check_paths(paths, options))
    from assistant.code.fix import fix_paths

    return fix_paths(paths, options, keep=changed)


def _show(report: CheckReport, format_: Format) -> None:
    if format_ is Format.SARIF:
        from assistant.code.manual import about_rules

        report = replace(report, rules=about_rules(finding.rule for finding in report.findings))
    show_report(report, format_)
