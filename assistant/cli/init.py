"""`convexpert init`: make a workspace on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agents.errors import UsageError
from assistant.cli.console import printable, progress_bar, write
from assistant.cli.context import command_context, given_path

app = typer.Typer()


@app.command(epilog="Example: convexpert init --empty")
def init(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", parser=given_path, help="Where; by default the current folder."
        ),
    ] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="Without the built-in agents, now and later.")
    ] = False,
) -> None:
    """Make a workspace (.convexpert/) with the built-in agents and its index.

    No command needs this: the first one that needs a workspace makes it. It is for a workspace of
    a project's own, beside the project.
    """
    from agents.registry import open_registry
    from kb.knowledge_base import KnowledgeBase

    obj = command_context(context)
    workspace = obj.workspace_to_make(folder)
    has_own = obj.settings.registry_url is None
    is_new = not (workspace.registry if has_own else workspace.root).exists()
    if empty and not is_new:
        raise UsageError(
            "there is a workspace already, and it is kept",
            hint="delete it first, or choose another folder",
            path=str(workspace.root),
        )
    with (
        open_registry(workspace, obj.settings, builtin=not empty) as registry,
        progress_bar() as progress,
        KnowledgeBase.open(workspace, registry, obj.settings, progress=progress),
    ):
        count = len(registry.agents())
    what = "is made" if is_new else "is a workspace already"
    write(f"{printable(str(workspace.root))} {what}, with {count} agent{'' if count == 1 else 's'}")
