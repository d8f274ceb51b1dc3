"""Serves the lines of a chat: questions are answered, commands are carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer
from rich.text import Text

from agents.errors import ConvexpertError, UsageError, WorkspaceError
from assistant.chat.slash import COMMANDS, Called, read_command
from assistant.cli.console import printable, stdout, write
from assistant.cli.context import command_context

if TYPE_CHECKING:
    from assistant.answer.result import Answer
    from assistant.chat.conversation import Conversation

LONGEST_LINE = 20_000
"""Characters of a question through a pipe."""
NONE = "none"
"""As an argument: no agent, no model."""


class ChatDesk:
    """Answers one line after the other and prints what comes of it."""

    def __init__(self, context: typer.Context, conversation: Conversation) -> None:
        self._context = context
        self._conversation = conversation
        self._on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self.failures = 0
        """Lines that ended with an error."""
        self._commands: dict[str, Callable[[str], None]] = {
            "agent": self._agent,
            "model": self._model,
            "sources": self._sources,
            "check": self._check,
            "rules": self._rules,
            "export": self._export,
            "help": self._help,
        }

    def greet(self) -> None:
        """Say whom one talks to."""
        session = self._conversation.session
        console = stdout()
        console.print(Text(f"convexpert chat · {self._whom()} · /help, Ctrl-D ends", style="dim"))
        if session.turns:
            turns = f"{len(session.turns)} {'turn' if len(session.turns) == 1 else 'turns'}"
            console.print(Text(printable(f"going on with “{session.title}”, {turns}"), style="dim"))

    def serve(self, lines: Iterable[str]) -> None:
        """Serve lines until there are no more, or one ends the chat. Ctrl-C ends one line only."""
        for line in lines:
            if not line.strip():
                continue
            try:
                called = read_command(line.strip())
                if called is None:
                    self._question(line.strip())
                elif called.name == "quit":
                    return
                else:
                    self._carry_out(called)
                sys.stdout.flush()
            except KeyboardInterrupt:
                if not self._on_terminal:
                    raise
                sys.stdout.write("\r")  # over the ^C that the terminal shows
                stdout().print(Text("stopped", style="yellow"))
            except (ConvexpertError, OSError) as error:
                self._failed(error)

    def _failed(self, error: ConvexpertError | OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error
        self.failures += 1
        told = f"error: {' '.join(printable(str(error)).split())}"
        if self._on_terminal:
            stdout().print(Text(told, style="red"))
        else:
            sys.stderr.write(f"{told}\n")

    # Questions

    def _question(self, question: str) -> None:
        from assistant.cli.ask_draft import shown_draft
        from assistant.cli.ask_model import told_how_to_do_without

        streams = self._on_terminal and self._conversation.model is not None
        with (
            told_how_to_do_without(f"/model {NONE}"),
            shown_draft() if streams else nullcontext(_unheard) as take,
        ):
            answer = self._conversation.ask(question, on_text=take)
        self._show(answer)

    def _show(self, answer: Answer) -> None:
        if self._on_terminal:
            from assistant.cli.ask_view import show_answer

            show_answer(answer)
            write("")
        else:
            write(f"{printable(answer.answer)}\n")

    # Commands

    def _carry_out(self, called: Called) -> None:
        self._commands[called.name](called.argument)

    def _whom(self) -> str:
        model = self._conversation.model
        agent = self._conversation.agent
        by = f"answers by {model.name}" if model is not None else "answers from the documents"
        return f"{by} · {'all agents' if agent is None else agent}"

    def _agent(self, reference: str) -> None:
        if reference:
            self._conversation.use_agent(None if reference == NONE else reference)
        write(printable(self._whom()))

    def _model(self, name: str) -> None:
        from assistant.cli.ask_model import opened_model

        if name:
            obj = command_context(self._context)
            self._conversation.model = opened_model(obj, name, no_model=name == NONE)
        write(printable(self._whom()))

    def _sources(self, _: str) -> None:
        from assistant.chat.export import source_line

        turns = self._conversation.session.turns
        citations = turns[-1].answer.get("citations", []) if turns else []
        if not citations:
            write("there is no answer with sources yet")
        for citation in citations:
            write(printable(source_line(citation)))
            quote = str(citation.get("quote", ""))
            write(printable("\n".join(f"    {line}" for line in quote.splitlines())))

    def _check(self, path: str) -> None:
        from assistant.cli.check import check

        try:
            check(self._context, [Path(path).expanduser()])
        except typer.Exit:
            return  # with findings

    def _rules(self, rule: str) -> None:
        from assistant.cli.rules import rules

        rules(self._context, rule or None)

    def _export(self, name: str) -> None:
        from assistant.chat.export import session_markdown

        session = self._conversation.session
        if not session.turns:
            raise UsageError("there is nothing to export yet", hint="ask something first")
        path = Path(name).expanduser()
        try:
            with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(session_markdown(session))
        except FileExistsError:
            raise UsageError(
                "there is such a file already", hint="name a new one", path=str(path)
            ) from None
        except OSError as error:
            raise WorkspaceError(
                f"can't write the file: {error.strerror or error}", path=str(path)
            ) from error
        write(printable(f"wrote {path}"))

    def _help(self, _: str) -> None:
        width = max(len(f"/{c.name} {c.argument}") for c in COMMANDS)
        for command in COMMANDS:
            write(f"{f'/{command.name} {command.argument}':<{width}}  {command.does}")
        write("Alt-Enter, or a backslash at the end, starts a new line.")


def piped_lines(stream: TextIO) -> Iterator[str]:
    """The questions of a pipe: a line each; one that ends with a backslash goes on below."""
    waiting = ""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = stream.readline(LONGEST_LINE)  # what is too long is cut off
        text = waiting + line.rstrip("\r\n")
        if text.endswith("\\") and len(text) < LONGEST_LINE:
            waiting = f"{text[:-1]}\n"
            continue
        waiting = ""
        yield text
    if waiting.strip():
        yield waiting


def _unheard(piece: str) -> None:
    """Take a piece of an answer that is shown when it is whole."""
