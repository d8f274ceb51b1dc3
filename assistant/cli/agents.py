"""`convexpert agents`: import, look at, label, remove and export agent documents."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from agents.errors import UsageError
from assistant.cli.agents_checklist import checklist
from assistant.cli.agents_diff import diff
from assistant.cli.agents_lint import lint
from assistant.cli.agents_overlap import overlap
from assistant.cli.console import progress_bar, write, write_json
from assistant.cli.context import command_context, given_path
from assistant.cli.options import AsJson

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Import, label, roll back and export agent documents.\n\n"
    "REF is a HANDLE, HANDLE@3, HANDLE@production or HANDLE@sha:PREFIX; HANDLE alone means"
    " the latest version.",
    epilog="Example: convexpert agents import .claude/agents -m 'before the rewrite'",
)

Handle = Annotated[str, typer.Argument(metavar="HANDLE", help="An agent's handle.")]
OneReference = Annotated[
    str, typer.Argument(metavar="REF", help="HANDLE, HANDLE@3, HANDLE@production, HANDLE@sha:….")
]


@app.command(
    "import",
    epilog="Example: convexpert agents import .claude/agents --collection shop -m 'new schema'",
)
def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            parser=given_path,
            help="Files, or folders with all their .md/.mdc files.",
        ),
    ],
    collection: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The collection that the files belong to; by default it is called by its folder.",
        ),
    ] = None,
    message: Annotated[
        str | None,
        typer.Option(
            "-m",
            "--message",
            help="Why, for the agents' history; with --history put before the commits' messages.",
        ),
    ] = None,
    history: Annotated[
        bool,
        typer.Option(
            "--history",
            help="One version for each git commit that changed the file, through renames, with"
            " its author, date and message. What is not committed is left out.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register files as agents, and changed files as their new versions.

    Files that can't be taken are reported with the reason, the others are taken all the same; the
    exit status is 1 then.
    """
    from agents.registry.history_import import import_history
    from agents.registry.importer import import_paths
    from assistant.cli import agents_view

    obj = command_context(context)
    take = import_history if history else partial(import_paths, author=obj.author)
    with progress_bar() as progress:
        report = take(
            obj.registry(),
            paths,
            collection=collection,
            message=message,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        write_json(agents_view.import_json(report))
    else:
        agents_view.show_import(report)
    if report.rejected:
        raise typer.Exit(1)


@app.command("list", epilog="Example: convexpert agents list --label production")
def list_(
    context: typer.Context,
    label: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="The versions with this label, not the latest ones."),
    ] = None,
    removed: Annotated[bool, typer.Option("--removed", help="Removed agents too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the agents, each with its latest version."""
    from agents.registry.describe import summary_of
    from assistant.cli import agents_view

    found = command_context(context).registry().agents(label=label, removed=removed)
    if as_json:
        write_json([summary_of(version) for version in found])
    else:
        agents_view.show_list(found, label)


@app.command(epilog="Example: convexpert agents show convex-expert@production --raw > agent.md")
def show(
    context: typer.Context,
    reference: OneReference,
    raw: Annotated[bool, typer.Option("--raw", help="Print the file's exact bytes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a version: what it is, its outline, its checklist and the rules that enforce it."""
    if raw and as_json:
        raise UsageError("--raw and --json exclude each other", hint="give one of them")
    version = command_context(context).registry().resolve(reference, removed=True)
    if raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(version.raw)
        sys.stdout.buffer.flush()
        return
    from agents.registry.describe import details_of
    from assistant.cli import agents_view
    from assistant.code.documented import rules_of_item

    if as_json:
        write_json(details_of(version, rules_of_item))
    else:
        agents_view.show_version(version, rules_of_item)


@app.command(epilog="Example: convexpert agents log convex-expert --labels")
def log(
    context: typer.Context,
    handle: Handle,
    labels: Annotated[
        bool, typer.Option("--labels", help="How the labels moved, instead of the versions.")
    ] = False,
    moves: Annotated[
        bool, typer.Option("--moves", help="Where the file was before, instead of the versions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an agent's versions, newest first."""
    from dataclasses import asdict

    from agents.registry.describe import summary_of
    from assistant.cli import agents_view

    registry = command_context(context).registry()
    if labels and moves:
        raise UsageError("--labels and --moves are two lists", hint="ask for one of them")
    if labels:
        label_moves = registry.label_moves(handle)[::-1]
        if as_json:
            write_json([asdict(move) for move in label_moves])
        else:
            agents_view.show_label_moves(handle, label_moves)
        return
    if moves:
        file_moves = registry.moves(handle)[::-1]
        if as_json:
            write_json([asdict(move) for move in file_moves])
        else:
            agents_view.show_file_moves(handle, file_moves)
        return
    versions = registry.versions(handle)[::-1]
    if as_json:
        write_json([{**summary_of(version), "message": version.message} for version in versions])
    else:
        agents_view.show_log(versions)


app.command(
    "diff",
    epilog="Example: convexpert agents diff convex-expert@production ./agents/convex-expert.md",
)(diff)
app.command("lint", epilog="Example: convexpert agents lint .claude/agents --fix")(lint)
app.command("overlap", epilog="Example: convexpert agents overlap --all")(overlap)
app.command("checklist", epilog="Example: convexpert agents checklist convex-expert --json")(
    checklist
)


@app.command(epilog="Example: convexpert agents label convex-expert@3 production")
def label(
    context: typer.Context,
    reference: OneReference,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="Any word but `latest`.")],
) -> None:
    """Let a label point at a version."""
    obj = command_context(context)
    version = obj.registry().label(reference, label, author=obj.author)
    write(f"{version.handle}@{label} is version {version.number}")


@app.command(epilog="Example: convexpert agents unlabel convex-expert staging")
def unlabel(
    context: typer.Context,
    handle: Handle,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="One of the agent's labels.")],
) -> None:
    """Take a label away; the version stays."""
    obj = command_context(context)
    obj.registry().unlabel(handle, label, author=obj.author)
    write(f"{handle} has no label {label} any more")


@app.command(epilog="Example: convexpert agents rollback convex-expert 2")
def rollback(
    context: typer.Context,
    handle: Handle,
    number: Annotated[int, typer.Argument(metavar="N", help="The version's number.")],
    label: Annotated[str, typer.Option(metavar="LABEL", help="The label to move.")] = "production",
) -> None:
    """Move the label `production`, or another one, to an earlier version."""
    obj = command_context(context)
    version = obj.registry().rollback(handle, number, label=label, author=obj.author)
    write(f"{version.handle}@{label} is version {version.number}")


@app.command(epilog="Example: convexpert agents rename convex-expert-000 shop-expert")
def rename(
    context: typer.Context,
    handle: Handle,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new handle.")],
) -> None:
    """Give an agent another handle; its versions, labels and file stay as they are."""
    version = command_context(context).registry().rename(handle, new)
    write(f"{handle} is {version.handle} now")


@app.command(epilog="Example: convexpert agents remove convex-expert-000")
def remove(context: typer.Context, handle: Handle) -> None:
    """Hide an agent from listing, search and export; its versions stay."""
    version = command_context(context).registry().remove(handle)
    write(f"{version.handle} is removed; `convexpert agents restore {version.handle}` undoes it")


@app.command(epilog="Example: convexpert agents restore convex-expert-000")
def restore(context: typer.Context, handle: Handle) -> None:
    """Bring a removed agent back."""
    version = command_context(context).registry().restore(handle)
    write(f"{version.handle} is back, at version {version.number}")


@app.command(
    epilog="Example: convexpert agents export --to claude --out .claude/agents --check",
)
def export(
    context: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(metavar="REF", help="What to export; by default all agents."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="TARGET", help="The tool to write for; see --list.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", parser=given_path, help="The folder that the files are put in."
        ),
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(
            metavar="project|user",
            help="Without --out: where the tool looks, in this project or in your home.",
        ),
    ] = None,
    on_collision: Annotated[
        str,
        typer.Option(
            metavar="rename|error",
            help="Where two agents have one name for the tool: give them their handles, or stop.",
        ),
    ] = "rename",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when DIR is out of date.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that were edited by hand, too.")
    ] = False,
    list_targets: Annotated[bool, typer.Option("--list", help="List the targets.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write agents as files of another tool, and say what it can't express.

    Without REF all agents are exported, and files of agents that are gone are deleted. Files that
    were edited by hand since the last export are kept, unless --force is given.
    """
    from assistant.cli import agents_view

    if list_targets:
        agents_view.show_targets(as_json=as_json)
        return
    from agents.exporters.export import chosen_versions, export_folder, export_plan
    from agents.exporters.write import write_export

    if to is None:
        raise UsageError("export needs a target", hint="--to claude; --list names them")
    folder = export_folder(to, out=out, scope=scope, here=Path.cwd(), home=Path.home())
    registry = command_context(context).registry()
    versions = chosen_versions(registry, references or ())
    plan = export_plan(
        versions,
        to,
        folder,
        on_collision=on_collision,
        scope=scope,
        knows=None if references else registry.knows,
    )
    if not check:
        write_export(plan, force=force)
    if as_json:
        write_json(agents_view.export_json(plan, to, written=not check))
    else:
        agents_view.show_export(plan, written=not check)
    if check and not plan.up_to_date:
        raise typer.Exit(1)
