"""The commands of a chat: lines that begin with a slash."""

from __future__ import annotations

from dataclasses import dataclass

from agents.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command as `/help` shows it."""

    name: str
    argument: str
    """What it takes, as shown; empty for nothing."""
    does: str


COMMANDS = (
    SlashCommand("agent", "[REF]", "ask this agent alone; `none` asks all documents"),
    SlashCommand("model", "[PROVIDER:NAME]", "answer with this model; `none` from the documents"),
    SlashCommand("sources", "", "the passages of the last answer, word for word"),
    SlashCommand("check", "FILE", "check a file or folder of code"),
    SlashCommand("rules", "[ID]", "the code rules, or one explained"),
    SlashCommand("export", "FILE", "write this conversation to a new Markdown file"),
    SlashCommand("help", "", "this list"),
    SlashCommand("quit", "", "end; so does Ctrl-D"),
)
_NAMES = tuple(command.name for command in COMMANDS)


@dataclass(frozen=True, slots=True)
class Called:
    """A command that was typed."""

    name: str
    argument: str


def read_command(line: str) -> Called | None:
    """The command of a line, None for a question. Raises UsageError for one that is none."""
    if not line.startswith("/"):
        return None
    name, _, argument = line[1:].strip().partition(" ")
    if name == "exit":
        name = "quit"
    if name not in _NAMES:
        known = [f"/{one}" for one in _NAMES]
        raise UsageError(
            f"no command is called {'/' + name!r}",
            hint=did_you_mean(f"/{name}", known, "/help lists them"),
        )
    command = COMMANDS[_NAMES.index(name)]
    argument = argument.strip()
    if command.argument and not command.argument.startswith("[") and not argument:
        raise UsageError(f"/{name} needs {command.argument}", hint="/help lists the commands")
    if argument and not command.argument:
        raise UsageError(f"/{name} takes nothing", hint="/help lists the commands")
    return Called(name, argument)
