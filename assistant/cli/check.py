"""`convexpert check`: code and documents' examples, held to the rules that documents ask for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.errors import UsageError
from agents.finding import Severity
from assistant.cli.console import printable
from assistant.cli.context import CommandContext, command_context, given_path
from assistant.cli.findings import (
    FailOn,
    FindingsFormat,
    Fix,
    Format,
    IgnoredRules,
    JsonFormat,
    LeastSeverity,
    SelectedRules,
    listed_ids,
    show_report,
)
from assistant.review import MOST_UNITS

if TYPE_CHECKING:
    from agents.settings import Settings
    from assistant.code.check import CheckOptions, CheckReport
    from assistant.code.folder_options import FolderOptions
    from assistant.code.store import Store

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

LARGEST_INPUT = 10_000_000
"""Bytes that are read from standard input at most."""
STDIN_NAME = "stdin.ts"
_STDIN = Path("-")


@app.command(epilog="Example: convexpert check . --agent convex-expert --fail-on error")
def check(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            parser=given_path,
            help="Files (.ts .tsx .js .jsx .mts .mjs .md) or folders; - reads standard input.",
        ),
    ],
    format_: FindingsFormat = Format.TEXT,
    as_json: JsonFormat = False,
    select: SelectedRules = None,
    ignore: IgnoredRules = None,
    severity: LeastSeverity = Severity.INFO,
    fail_on: FailOn = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(metavar="REF", help="Run only the rules that this agent asks for."),
    ] = None,
    fix: Fix = False,
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
    min_score: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, max=100, help="Exit status 1 also where the score is below N."
        ),
    ] = None,
    badge: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=given_path,
            help="Write the score as a badge: .svg, or .json for shields.io's endpoint.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=given_path,
            help="Leave out the findings that this file lists, as known since before.",
        ),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write today's findings into --baseline.")
    ] = False,
    review: Annotated[
        bool,
        typer.Option(
            "--review",
            help="Have a chat model judge the items that no rule decides, function by function.",
        ),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(metavar="PROVIDER:NAME", help="The chat model for --review."),
    ] = None,
    review_limit: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Functions that --review looks at, at most."),
    ] = MOST_UNITS,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Work everything out anew, and keep nothing.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            max=64,
            help="Processes for large checks. Default: one for each processor.",
        ),
    ] = None,
) -> None:
    """Check Convex code, and the TypeScript examples in Markdown files.

    The exit status is 0 without findings at or above --fail-on, 1 with some, 2 after an error.
    """
    obj = command_context(context)
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline without a baseline", hint="name it with --baseline")
    _require_readable(paths, stdin_filename, fix=fix, revision=diff)
    reviewer = None
    if review:
        from assistant.cli.check_review import Reviewer

        reviewer = Reviewer.opened(obj, model, paths, limit=review_limit, revision=diff)
    with _kept_in(obj, no_cache=no_cache) as store:
        run = _Run(
            paths,
            options=replace(_documentation(obj, agent or [], store), minimum=severity),
            settings=obj.settings,
            select=None if select is None else listed_ids(select),
            ignore=None if ignore is None else listed_ids(ignore),
            store=store,
            jobs=jobs,
            revision=diff,
            baseline=baseline,
            update=update_baseline,
        )
        report = run.on_standard_input(stdin_filename) if _STDIN in paths else run.on_files(fix=fix)
        if reviewer is not None:
            report = reviewer.reviewed(report, minimum=severity, store=store)
    if badge is not None:
        _write_badge(badge, report)  # before anything is printed: it may end with an error
    _show(report, Format.JSON if as_json else format_)
    if report.reaches(fail_on if fail_on is not None else obj.settings.check.fail_on):
        raise typer.Exit(1)
    if min_score is not None and report.score is not None and report.score.total < min_score:
        sys.stderr.write(f"the score {report.score.total} is below --min-score {min_score}\n")
        raise typer.Exit(1)


def _require_readable(
    paths: list[Path], stdin_filename: str | None, *, fix: bool, revision: str | None
) -> None:
    """Raise UsageError for what can't be asked of standard input, or only of that."""
    if _STDIN not in paths:
        if stdin_filename is not None:
            raise UsageError(
                "--stdin-filename without standard input", hint="give - as the path to read it"
            )
        return
    if len(paths) > 1:
        raise UsageError("- can't be checked together with other paths")
    if fix:
        raise UsageError("--fix can't change standard input", hint="name files or folders")
    if revision is not None:
        raise UsageError("git doesn't know standard input", hint="name files or folders for --diff")


@contextmanager
def _kept_in(obj: CommandContext, *, no_cache: bool) -> Iterator[Store | None]:
    """What earlier checks have found; None where that isn't to count."""
    if no_cache:
        yield None
        return
    from assistant.code.store import STORE_NAME, Store

    with closing(Store(obj.workspace.root / STORE_NAME)) as store:
        yield store


def _documentation(obj: CommandContext, references: list[str], store: Store | None) -> CheckOptions:
    """What the registered documents ask for; only those of `references` where some are given."""
    from assistant.code.kept_documentation import asked_by_documents

    own_file = obj.workspace.registry if obj.settings.registry_url is None else None
    asked = asked_by_documents(references, obj.registry, file=own_file, store=store)
    for line in asked.unreadable:
        sys.stderr.write(f"warning: {printable(line)}\n")
    return asked.options


@dataclass(frozen=True)
class _Run:
    """One check as the command line asks for it."""

    paths: list[Path]
    options: CheckOptions
    settings: Settings
    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    store: Store | None
    jobs: int | None
    revision: str | None
    baseline: Path | None
    update: bool

    def on_standard_input(self, filename: str | None) -> CheckReport:
        from assistant.code.check import check_standard_input

        source = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        if len(source) > LARGEST_INPUT:
            raise UsageError(f"standard input is larger than {LARGEST_INPUT:,} bytes")
        name = filename or STDIN_NAME
        options = self._options_for()(Path(name).absolute())
        return self._kept(check_standard_input(source, filename=name, options=options))

    def on_files(self, *, fix: bool) -> CheckReport:
        if not fix:
            return self._kept(self._check(self.paths))
        from assistant.code.fix import fix_paths

        return fix_paths(self.paths, self.options, keep=self._kept, check=self._check)

    def _check(self, paths: Sequence[Path], _options: CheckOptions | None = None) -> CheckReport:
        from agents.processes import processors
        from assistant.code.check import check_paths

        options_for = self._options_for()
        return check_paths(
            paths,
            options_for.default,
            options_for=options_for,
            store=self.store,
            processes=self.jobs or processors(),
        )

    def _options_for(self) -> FolderOptions:
        from assistant.code.folder_options import FolderOptions

        return FolderOptions(self.options, self.settings, select=self.select, ignore=self.ignore)

    def _kept(self, report: CheckReport) -> CheckReport:
        """The report with its score, and without what isn't asked for."""
        from assistant.code.score import score

        report = replace(report, score=score(report))
        if self.baseline is not None:
            from assistant.code.baseline import Baseline

            if self.update:
                Baseline.of(report, self.baseline).write()
            report = Baseline.read(self.baseline).applied_to(report)
        if self.revision is not None:
            from assistant.code.changed import changed_lines

            report = changed_lines(self.paths, self.revision).only(report)
        return report


def _write_badge(path: Path, report: CheckReport) -> None:
    from assistant.code.badge import write_badge

    assert report.score is not None
    write_badge(path, report.score.total)


def _show(report: CheckReport, format_: Format) -> None:
    if format_ is Format.SARIF:
        from assistant.code.manual import about_rules

        report = replace(report, rules=about_rules(finding.rule for finding in report.findings))
    show_report(report, format_)
