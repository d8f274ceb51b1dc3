"""`convexpert mcp`: a Model Context Protocol server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.errors import UsageError
from assistant.cli.context import CommandContext, command_context, given_path

if TYPE_CHECKING:
    from assistant.mcp.desk import Desk
    from assistant.toolbox.box import Toolbox
    from assistant.toolbox.folders import Folders
    from kb.build import Progress

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

INTERRUPTED = 130
"""The status after Ctrl-C, as for every command."""


@app.command(epilog="Example: convexpert mcp --http 127.0.0.1:8000")
def mcp(
    context: typer.Context,
    http: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Serve over streamable HTTP at /mcp, instead of standard input and output. With"
            " CONVEXPERT_MCP_TOKEN set, clients need it as a bearer token.",
        ),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            parser=given_path,
            help="A folder whose code clients may have checked, besides the workspace's project"
            " and the roots that they grant; may be given several times.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="With --http: a further host name by which clients reach the server, such as that"
            " of a proxy.",
        ),
    ] = None,
) -> None:
    """Offer search, answers, code check and agents to MCP clients.

    Serves one client over standard input and output, until that closes.
    """
    obj = command_context(context)
    folders = _folders(obj, root or [])
    if http is None:
        if allow_host:
            raise UsageError("--allow-host without --http", hint="add --http HOST:PORT")
        _serve_stdio(obj, folders)
    else:
        _serve_http(obj, folders, http, allow_host or [])


def _folders(obj: CommandContext, given: list[Path]) -> Folders:
    from assistant.toolbox.folders import folders, project_folder

    for path in given:
        if not path.expanduser().is_dir():
            raise UsageError("no such folder", hint="--root DIR", path=str(path))
    return project_folder(obj.workspace) + folders(given)


@contextmanager
def _desk(obj: CommandContext, folders: Folders) -> Iterator[Desk]:
    """Who does the work. What doesn't end soon, such as a first build, ends with the process.

    Everything that is written survives that: a build goes on where it was.
    """
    from assistant.mcp.desk import Desk
    from assistant.toolbox.box import Toolbox

    workspace, settings = obj.workspace, obj.settings

    def make(progress: Progress) -> Toolbox:
        return Toolbox(workspace, settings, folders=folders, progress=progress)

    desk = Desk(make)
    status = 1
    try:
        yield desk
        status = 0
    except KeyboardInterrupt:
        status = INTERRUPTED
        raise
    finally:
        if not desk.close() and status in (0, INTERRUPTED):
            sys.stderr.flush()
            os._exit(status)


def _serve_stdio(obj: CommandContext, folders: Folders) -> None:
    from assistant.mcp.stdio import serve
    from assistant.wire import wire

    if sys.stdin.isatty():
        sys.stderr.write("convexpert mcp: waiting for an MCP client on standard input\n")
    with wire() as ends:
        import anyio

        from assistant.mcp.server import build_server

        with _desk(obj, folders) as desk:
            anyio.run(serve, build_server(desk), ends)


def _serve_http(obj: CommandContext, folders: Folders, http: str, names: list[str]) -> None:
    from assistant.mcp.http import parse_address, serve
    from assistant.mcp.server import build_server

    address = parse_address(http)
    with _desk(obj, folders) as desk:
        server = build_server(desk, trust_roots=address.is_loopback)
        serve(server, address, names=frozenset(name.lower() for name in names))
