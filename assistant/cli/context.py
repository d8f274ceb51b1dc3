"""What a command works on: the workspace and the settings that apply where it was called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import UsageError
from agents.settings import Settings, load_settings
from agents.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import typer


@dataclass
class CommandContext:
    """Made by the root command, found by each command as its `context.obj`."""

    chosen_workspace: Path | None = None

    def take_workspace_option(self, args: list[str]) -> list[str]:
        """`args` without `--workspace DIR`, which may stand after the command's name too."""
        rest: list[str] = []
        remaining = iter(args)
        for arg in remaining:
            if arg == "--":
                return [*rest, arg, *remaining]
            name, equals, value = arg.partition("=")
            if name != "--workspace":
                rest.append(arg)
                continue
            chosen = value if equals else next(remaining, "")
            if not chosen:
                raise UsageError("--workspace needs a folder", hint="--workspace DIR")
            self.chosen_workspace = Path(chosen)
        return rest

    @cached_property
    def settings(self) -> Settings:
        """The settings that apply in the current folder."""
        return load_settings(Path.cwd())

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace that applies in the current folder; it need not exist yet."""
        return find_workspace(Path.cwd(), chosen=self.chosen_workspace)


def command_context(context: typer.Context) -> CommandContext:
    """The CommandContext that the root command made."""
    found = context.find_object(CommandContext)
    return found if found is not None else CommandContext()
