"""`convexpert agents lint`: documents held to the rules for documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from agents.errors import UsageError
from agents.finding import Severity
from assistant.cli.console import stdout, write, write_json
from assistant.cli.context import CommandContext, command_context
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

if TYPE_CHECKING:
    from agents.lint.linting import LintOptions
    from agents.lint.targets import Wanted
    from agents.reporters import FindingsReport

LONGEST_LINE = 160
"""Columns of a source line that are shown; a paragraph of a document is one line."""


def lint(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH-or-REF",
            help="Files, folders with their .md/.mdc files, or versions; by default all agents.",
        ),
    ] = None,
    format_: FindingsFormat = Format.TEXT,
    as_json: JsonFormat = False,
    select: SelectedRules = None,
    ignore: IgnoredRules = None,
    severity: LeastSeverity = Severity.INFO,
    fail_on: FailOn = None,
    fix: Fix = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the rules; with --select, explain those.")
    ] = False,
) -> None:
    """Find what is wrong with agent documents: heads, descriptions, references, text, safety.

    The exit status is 0 without findings at or above --fail-on, 1 with some, 2 after an error.
    --rules lists the rules; `<!-- convexpert-ignore RULE -- reason -->` silences the next line.
    """
    obj = command_context(context)
    settings = obj.settings.lint
    if rules:
        _show_rules(listed_ids(select or []), as_json=as_json or format_ is Format.JSON)
        return
    from agents.lint.catalogue import require_known_in

    require_known_in(settings, obj.settings.source)
    wanted, options = _wanted(obj, targets or [])
    options = replace(
        options,
        select=settings.select if select is None else listed_ids(select),
        ignore=settings.ignore if ignore is None else listed_ids(ignore),
        severity=settings.severity,
        minimum=severity,
    )
    report = _run(wanted, options, fix=fix)
    format_ = Format.JSON if as_json else format_
    if format_ is Format.SARIF:
        from agents.lint.catalogue import about_rules

        report = replace(report, rules=about_rules(finding.rule for finding in report.findings))
    show_report(report, format_, longest=LONGEST_LINE)
    if report.reaches(fail_on if fail_on is not None else settings.fail_on):
        raise typer.Exit(1)


def _wanted(obj: CommandContext, arguments: list[str]) -> tuple[Wanted, LintOptions]:
    """The documents, and what the registry and the folders know beside them."""
    from agents.document import DocumentKind
    from agents.kinds import kind_of
    from agents.lint.linting import LintOptions
    from agents.lint.targets import wanted_of
    from assistant.code.examples import check_examples

    if "" in arguments:
        raise typer.BadParameter("the path is empty")
    registry = obj.registry()
    wanted = wanted_of(registry, arguments)
    agents: set[str] = set(wanted.agents_beside())
    skills: set[str] = set()
    for version in registry.agents():
        is_skill = kind_of(version.path, ("name",)) is DocumentKind.SKILL
        (skills if is_skill else agents).update({version.handle, version.name})
    options = LintOptions(
        agents=frozenset(agents), skills=frozenset(skills), check_code=check_examples
    )
    return wanted, options


def _run(wanted: Wanted, options: LintOptions, *, fix: bool) -> FindingsReport:
    from agents.lint.linting import lint as lint_documents

    def look() -> FindingsReport:
        return lint_documents(wanted.targets(), options)

    if not fix:
        return look()
    if wanted.versions:
        raise UsageError(
            "--fix can't change versions in the registry, they are never altered",
            hint="name the files, and import them again",
        )
    from agents.lint.fix import fix_files

    return fix_files(look)


def _show_rules(ids: tuple[str, ...], *, as_json: bool) -> None:
    from agents.lint.catalogue import ENGINE_RULES, about_rules, rule_ids

    about = about_rules(ids or [*rule_ids(), *sorted(ENGINE_RULES)]).values()
    if as_json:
        write_json(
            [
                {
                    "id": one.id,
                    "severity": one.severity.value,
                    "category": one.category,
                    "summary": one.text.summary,
                    "why": one.text.why,
                    "silent_when": one.text.silent_when,
                    "bad": one.text.bad,
                    "good": one.text.good,
                }
                for one in about
            ]
        )
        return
    from rich.text import Text

    console = stdout()
    for one in about:
        if not ids:
            write(f"{one.id}\t{one.severity}\t{one.category}\t{one.text.summary}")
            continue
        named = f" ({one.category}, default severity {one.severity})"
        console.print(Text.assemble((one.id, "bold"), named))
        console.print(Text(one.text.summary))
        for heading, body in (("Why", one.text.why), ("Silent when", one.text.silent_when)):
            if body:
                console.print(Text.assemble((f"{heading}: ", "bold"), body))
        for heading, code in (("Bad", one.text.bad), ("Good", one.text.good)):
            if code:
                console.print(Text(f"{heading}:", "bold"))
                write("\n".join(f"  {line}" if line else "" for line in code.splitlines()))
        write("")
