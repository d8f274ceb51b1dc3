"""What the commands that report findings have in common: their options, and printing."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from agents.finding import Severity
from assistant.cli.console import printable, stdout, write, write_document

if TYPE_CHECKING:
    from agents.reporters import FindingsReport, Look


_FORCING = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""With one of these set, Rich may take a pipe for a terminal."""


class Format(StrEnum):
    """The names of `agents.reporters`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"


FindingsFormat = Annotated[Format, typer.Option("--format", help="How findings are printed.")]
JsonFormat = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
SelectedRules = Annotated[
    list[str] | None,
    typer.Option(metavar="IDS", help="Run only these rules; ids with commas between."),
]
IgnoredRules = Annotated[
    list[str] | None,
    typer.Option(metavar="IDS", help="Leave these rules out; ids with commas between."),
]
LeastSeverity = Annotated[
    Severity, typer.Option(help="Leave out findings below this; off leaves out all.")
]
FailOn = Annotated[
    Severity | None,
    typer.Option(
        help="From which severity on the exit status is 1; off never is. Default: warning."
    ),
]
Fix = Annotated[
    bool,
    typer.Option("--fix", help="Mend in the files what can be mended; what remains is shown."),
]


def listed_ids(given: list[str]) -> tuple[str, ...]:
    """The ids of an option that may be repeated and may hold several with commas between."""
    return tuple(one for part in given for one in part.replace(",", " ").split())


def show_report(report: FindingsReport, format_: Format, *, longest: int | None = None) -> None:
    """Print findings; what was mended goes to standard error where the format has no place.

    `longest`: the columns after which source lines are cut where no terminal says so.
    """
    from agents.reporters import reporter

    text = reporter(format_.value)(report, _look(longest))
    if format_ in (Format.JSON, Format.SARIF):
        write_document(text)
    else:
        write(text)
    if format_ not in (Format.TEXT, Format.JSON):
        for fixed in report.fixes or ():
            sys.stderr.write(f"{printable(str(fixed))}\n")


def _look(longest: int | None) -> Look:
    from agents.reporters import Look

    if not sys.stdout.isatty() and _FORCING.isdisjoint(os.environ):
        # Nobody to colour for: Rich takes longer to load than most checks take.
        return Look(width=longest, safe=printable)
    console = stdout()
    colour = console.is_terminal and not console.no_color and console.color_system is not None
    width = max(console.width - 10, 40) if console.is_terminal else longest
    return Look(colour=colour, width=width, safe=printable)
