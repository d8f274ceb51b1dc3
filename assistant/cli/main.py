"""The root of the command line: knows each command by name and loads it when it is called."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from agents.errors import ConvexpertError, UsageError, WorkspaceError
from assistant.cli.console import prepare_streams, report_error
from assistant.cli.context import CommandContext, given_path

# name -> (module:attribute, what it does). The attribute is a typer.Typer. Names and one-line
# helps stand here so that `convexpert --help` imports none of the commands.
COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("assistant.cli.ask:app", "Answer a Convex design question from the documents."),
    "chat": ("assistant.cli.chat:app", "Ask one question after the other, in context."),
    "check": ("assistant.cli.check:app", "Check Convex code against the documents' checklists."),
    "rules": ("assistant.cli.rules:app", "List the code rules, or explain one."),
    "agents": ("assistant.cli.agents:app", "Import, compare, label and export agent documents."),
    "kb": ("assistant.cli.kb:app", "Build and search the knowledge base."),
    "eval": ("evals.commands:app", "Run eval suites over documents, answers and code check."),
    "mcp": ("assistant.cli.mcp:app", "Offer all this to other programs: an MCP server."),
    "lsp": ("assistant.cli.lsp:app", "Check code in an editor: a language server."),
    "doctor": ("assistant.cli.doctor:app", "See whether the workspace is whole, and mend it."),
    "init": ("assistant.cli.init:app", "Make a workspace here."),
}

# part -> module:function, what `doctor` asks; here since only the root may know all packages.
EXAMINATIONS: dict[str, str] = {
    "registry": "agents.registry.verify:verify_registry",
    "index": "kb.verify:verify_knowledge_base",
    "runs": "evals.verify:verify_runs",
    "sessions": "assistant.chat.verify:verify_sessions",
}

UNEXPECTED = "please report this; CONVEXPERT_DEBUG=1 shows where it happened"


class DeferredCommand(TyperCommand):
    """Stands for a command in listings; its module is imported when it is called."""

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._target = target

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The context of the real command, so that its help, options and callback apply."""
        module_name, attribute = self._target.split(":")
        app: typer.Typer = getattr(import_module(module_name), attribute)
        command = _with_flowing_help(typer.main.get_command(app))
        command.name = self.name
        if parent is not None and isinstance(parent.obj, CommandContext):
            args = parent.obj.take_workspace_option(args)
        return command.make_context(info_name, args, parent=parent, **extra)


def _with_flowing_help(command: Any) -> Any:
    """The command and those below it; lines that the source breaks are broken by the terminal."""
    if command.help:
        paragraphs = command.help.split("\n\n")
        command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for inner in getattr(command, "commands", {}).values():
        _with_flowing_help(inner)
    return command


class RootGroup(TyperGroup):
    """The root command: lists deferred commands and turns every error into one line."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All command names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The deferred command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        return DeferredCommand(cmd_name, *COMMANDS[cmd_name])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line. In standalone mode ends the process with the exit status."""
        given = list(sys.argv[1:] if args is None else args)
        run = partial(
            super().main, given, prog_name, complete_var, False, windows_expand_args, **extra
        )
        if not standalone_mode:
            return run()
        sys.exit(_status(run, as_json=_wants_json(given)))


def _status(run: Callable[[], Any], *, as_json: bool) -> int:
    try:
        result = run()
        # What is still buffered can fail too, and would do so after the last chance to say it.
        sys.stdout.flush()
    except ConvexpertError as error:
        _show_traceback_when_debugging()
        report_error(error, as_json=as_json)
        return 2
    except typer.TyperException as error:
        report_error(_usage_error(error), as_json=as_json)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except SystemExit as stop:
        # Typer and Rich end the process with 1 there, which would mean findings.
        if isinstance(stop.__context__, BrokenPipeError):
            return _reader_gone()
        raise
    except OSError as error:
        _show_traceback_when_debugging()
        report_error(_system_error(error), as_json=as_json)
        return 2
    except Exception as error:
        _show_traceback_when_debugging()
        unexpected = ConvexpertError(f"{type(error).__name__}: {error}", hint=UNEXPECTED)
        report_error(unexpected, as_json=as_json)
        return 2
    return result if isinstance(result, int) else 0


def _reader_gone() -> int:
    """The status after `| head`: as if ended by SIGPIPE, as `cat` does. Silences the exit too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


def _system_error(error: OSError) -> ConvexpertError:
    """What the operating system refused, where no command expected it."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return UsageError("the current folder is gone", hint="change to one that exists")
    if error.errno is None:
        return ConvexpertError(f"{type(error).__name__}: {error}", hint=UNEXPECTED)
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    hint = "see whether there is room, and whether the place can be read and written"
    return WorkspaceError(error.strerror or str(error), hint=hint, path=path)


def _show_traceback_when_debugging() -> None:
    if os.environ.get("CONVEXPERT_DEBUG"):
        import traceback

        traceback.print_exc()


def _wants_json(args: Sequence[str]) -> bool:
    before_end = args[: args.index("--")] if "--" in args else args
    return (
        "--json" in before_end
        or "--format=json" in before_end
        or ("--format", "json") in pairwise(before_end)
    )


def _usage_error(error: typer.TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "convexpert"
    # `Value error, ` is how the library that reads values begins what it refuses.
    message = error.format_message().replace("\n", " ").replace("Value error, ", "").rstrip(".")
    if not message:
        # Typer's way to say that it has shown the help, for want of a command.
        message = "a command is missing"
    return UsageError(message, hint=f"see `{command} --help`")


app = typer.Typer(
    cls=RootGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="Example: convexpert ask 'Where should I call the Stripe API from?'",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"convexpert {version('convexpert')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=given_path,
            help="Use the workspace DIR instead of the nearest .convexpert/; "
            "may stand after the command too.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Knowledge-base assistant and prompt manager for Convex agent documents."""
    context.obj = CommandContext(chosen_workspace=workspace)


def main() -> None:
    """The `convexpert` command."""
    # Imports make objects that stay: looking through them every 700 takes a tenth of the time.
    gc.set_threshold(50_000)
    prepare_streams()
    app(prog_name="convexpert")
