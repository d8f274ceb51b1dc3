"""`convexpert eval init` and `eval schema`: a first suite, and what suites may hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.context import command_context, given_path

AGENTS = Path(".claude") / "agents"
"""What a suite is made for where nobody names documents."""
SUITE = "agents.yaml"
HEADER = """\
Made by `convexpert eval init` from what the documents say today. Reworded items pass; a denied,
halved or lost one does not. Add what your users ask, for instance:

  - id: filter-or-index
    kind: retrieval
    question: Should I filter or use an index?
    relevant:
      - {document: convex-expert, quote: "Use `.withIndex()` on every database query"}
  - id: filter-or-index-answer
    kind: answer
    question: Should I filter or use an index?
    facts: [["withIndex", "use an index"]]
    must_not: ["always filter"]
    cites: [convex-expert]"""


def init_command(
    context: typer.Context,
    folder: Annotated[
        str,
        typer.Argument(metavar="FOLDER", help="Where the suite is written.", show_default=True),
    ] = "evals",
    agents: Annotated[
        list[str] | None,
        typer.Option(
            "--agents",
            metavar="PATH",
            help="Files or folders of documents; may be given several times. .claude/agents "
            "without it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a first suite for your own agents: what they say today is held to tomorrow."""
    from agents.errors import UsageError
    from assistant.cli.console import stdout
    from evals.report.files import write_report
    from evals.schema import FILE, schema_text
    from evals.starter import starter_suite
    from evals.subject import open_subject

    place = given_path(folder)
    paths = [given_path(name) for name in agents or [str(AGENTS)]]
    for path in paths:
        if not path.exists():
            raise UsageError(
                "no such file or folder", hint="name your agents with --agents", path=str(path)
            )
    target = place / SUITE
    if target.exists():
        raise UsageError("is there already", hint="name another folder", path=str(target))
    found = command_context(context)
    with open_subject(
        [str(path.absolute()) for path in paths],
        workspace=found.workspace,
        settings=found.settings,
    ) as subject:
        text = starter_suite(
            subject,
            agents=[Path(os.path.relpath(path, place)).as_posix() for path in paths],
            description="Do the agents still say what they said, and do they load?",
            schema=FILE,
            header=HEADER,
        )
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"can't make the folder: {error.strerror or error}", path=str(place)
        ) from error
    write_report(target, text)
    write_report(place / FILE, schema_text())
    count = text.count("\n  - id: ")
    stdout().print(f"wrote {target} with {count} cases; `convexpert eval run {target}` runs it")


def schema_command() -> None:
    """Print the JSON Schema of suite files, for editors."""
    from assistant.cli.console import write_document
    from evals.schema import schema_text

    write_document(schema_text())
