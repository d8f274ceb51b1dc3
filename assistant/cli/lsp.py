"""`convexpert lsp`: a language server."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assistant.cli.context import command_context

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(epilog="Example: convexpert lsp")
def lsp(
    context: typer.Context,
    stdio: Annotated[
        bool,
        typer.Option("--stdio", help="Serve over standard input and output, as it always does."),
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Check code in an editor while it is typed: a language server over standard input and output.

    Finds what `check` finds, shows the documents' items, and offers mends. docs/editors.md says how
    editors are set up.
    """
    obj = command_context(context)
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"convexpert {version_of('convexpert')}")
        return
    if sys.stdin.isatty():
        sys.stderr.write("convexpert lsp: waiting for an editor on standard input\n")
    from assistant.wire import wire

    with wire() as ends:
        from assistant.lsp.server import serve

        serve(ends, obj.chosen_workspace)
