"""What a command works on: the workspace and the settings that apply where it was called."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import UsageError
from agents.settings import Settings, load_settings
from agents.workspace import FOLDER, Workspace, find_workspace

if TYPE_CHECKING:
    import typer

    from agents.registry import Registry
    from assistant.cli.console import Progress
    from kb.knowledge_base import KnowledgeBase


@dataclass
class CommandContext:
    """Made by the root command, found by each command as its `context.obj`."""

    chosen_workspace: Path | None = None
    _open: ExitStack = field(default_factory=ExitStack, repr=False)
    _registry: Registry | None = field(default=None, repr=False)
    _knowledge_base: KnowledgeBase | None = field(default=None, repr=False)

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
        settings = load_settings(Path.cwd())
        if settings.items:
            from assistant.code.documented import give_rules

            give_rules(settings.items)
        return settings

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace that applies in the current folder; it need not exist yet."""
        return find_workspace(Path.cwd(), chosen=self.chosen_workspace)

    def workspace_to_make(self, folder: Path | None) -> Workspace:
        """What `init` makes: a workspace in `folder`, the chosen one, or one right here."""
        if folder is not None:
            return Workspace(folder.expanduser().absolute() / FOLDER)
        if self.chosen_workspace is not None or os.environ.get("CONVEXPERT_WORKSPACE"):
            return self.workspace
        return Workspace(Path.cwd() / FOLDER)

    def registry(self) -> Registry:
        """The registry, opened when first asked for and closed when the command ends."""
        if self._registry is None:
            from agents.registry import open_registry

            self._registry = self._open.enter_context(open_registry(self.workspace, self.settings))
        return self._registry

    def knowledge_base(
        self, progress: Progress | None = None, *, update: bool = True
    ) -> KnowledgeBase:
        """The knowledge base, opened when first asked for and closed when the command ends.

        It is brought up to date then, which `progress` shows, unless `update` is False.
        """
        if self._knowledge_base is None:
            from kb.knowledge_base import KnowledgeBase

            opened = KnowledgeBase.open(
                self.workspace, self.registry(), self.settings, progress=progress, update=update
            )
            self._knowledge_base = self._open.enter_context(opened)
        return self._knowledge_base

    @property
    def author(self) -> str | None:
        """Who does this, for the history: `CONVEXPERT_AUTHOR`, as git says, or the login name."""
        from agents.registry.naming import storable

        for variable in ("CONVEXPERT_AUTHOR", "GIT_AUTHOR_NAME"):
            if os.environ.get(variable):
                return storable(os.environ[variable])
        from getpass import getuser

        try:
            return getuser()
        except (OSError, KeyError, ImportError):
            return None

    def close(self) -> None:
        """Close what was opened."""
        self._registry = None
        self._knowledge_base = None
        self._open.close()


def given_path(text: str) -> Path:
    """A path on the command line. Raises BadParameter for an empty one.

    `Path` takes that for the current folder, but it is an unset variable of a script.
    """
    if not text:
        import typer

        raise typer.BadParameter("the path is empty")
    return Path(text)


def given_text(text: str) -> str:
    """An argument as text that can be stored and printed.

    Bytes that are no UTF-8 arrive as surrogates, which can't.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def command_context(context: typer.Context) -> CommandContext:
    """The CommandContext that the root command made; what it opens is closed at the end."""
    found = context.find_object(CommandContext)
    if found is None:
        found = context.obj = CommandContext()
    context.call_on_close(found.close)
    return found
