"""`convexpert chat`: a conversation in the terminal, or through a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from assistant.cli.console import printable, progress_bar, stdout, write, write_json
from assistant.cli.context import CommandContext, command_context
from assistant.cli.options import AnsweringModel, AsJson, AskedAgent, NoModel

if TYPE_CHECKING:
    from assistant.chat.conversation import Conversation
    from assistant.chat.session import Session
    from assistant.chat.store import SessionStore


class ChatGroup(TyperGroup):
    """Lets `--resume` stand without an id, which then means the session that changed last."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give `--resume` its value before the options are read."""
        read: list[str] = []
        for at, arg in enumerate(args):
            following = args[at + 1] if at + 1 < len(args) else ""
            has_id = following not in ("", *self.commands) and not following.startswith("-")
            read.append("--resume=latest" if arg == "--resume" and not has_id else arg)
        return super().parse_args(ctx, read)


app = typer.Typer(
    cls=ChatGroup,
    rich_markup_mode="rich",
    add_completion=False,
    invoke_without_command=True,
    epilog="Example: convexpert chat sessions",
)


@app.callback()
def chat(
    context: typer.Context,
    agent: AskedAgent = None,
    model: AnsweringModel = None,
    no_model: NoModel = False,
    k: Annotated[
        int, typer.Option("-k", metavar="N", min=1, max=50, help="Passages to cite at most.")
    ] = 8,
    resume: Annotated[
        str | None,
        typer.Option(metavar="[ID]", help="Go on with this session, or with the last one."),
    ] = None,
) -> None:
    """Ask questions one after the other; follow-ups are understood in context.

    Each answered question is kept: `chat sessions` lists the conversations, --resume goes on with
    one. /help inside lists the commands. In a pipe, each line is a question.
    """
    if context.invoked_subcommand is not None:
        return
    obj = command_context(context)
    session, store = _session(obj, resume)
    with progress_bar() as progress:
        knowledge_base = obj.knowledge_base(progress)
    from assistant.chat.conversation import Conversation
    from assistant.cli.ask_model import opened_model, told_how_to_do_without

    with told_how_to_do_without("--no-model"):
        chat_model = opened_model(obj, model, no_model=no_model)
    conversation = Conversation(
        knowledge_base,
        obj.registry(),
        store,
        session,
        model=chat_model,
        k=k,
        prices=obj.settings.prices,
    )
    if agent is not None:
        conversation.use_agent(agent)
    else:
        _go_on_with_agent(conversation)
    _talk(context, conversation)


def _go_on_with_agent(conversation: Conversation) -> None:
    """Ask the agent that answered last in a resumed session, if it is still there."""
    from agents.errors import RegistryError

    turns = conversation.session.turns
    try:
        conversation.use_agent(turns[-1].agent if turns else None)
    except RegistryError as error:
        sys.stderr.write(f"all agents are asked: {printable(str(error))}\n")


def _talk(context: typer.Context, conversation: Conversation) -> None:
    from assistant.cli.chat_desk import ChatDesk

    desk = ChatDesk(context, conversation)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from assistant.cli.chat_prompt import terminal_lines

        desk.greet()
        desk.serve(terminal_lines(conversation))
    else:
        from assistant.cli.chat_desk import piped_lines

        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        desk.serve(piped_lines(sys.stdin))
        if desk.failures:
            raise typer.Exit(2)


def _session(obj: CommandContext, resume: str | None) -> tuple[Session, SessionStore]:
    import secrets

    from agents.registry.clock import utc_now
    from assistant.chat.store import SessionStore

    store = SessionStore(obj.workspace)
    if resume is not None:
        return store.load(resume), store
    return store.begin(utc_now, lambda: secrets.token_hex(3)), store


@app.command(epilog="Example: convexpert chat sessions --json")
def sessions(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """List the conversations of this workspace, the one that changed last first."""
    from assistant.chat.store import SessionStore

    found = SessionStore(command_context(context).workspace).sessions()
    if as_json:
        write_json([session.summary() for session in found])
        return
    if not found:
        sys.stderr.write("no conversations yet; `convexpert chat` begins one\n")
        return
    console = stdout()
    if not console.is_terminal:
        for session in found:
            told = (session.id, session.changed_at, str(len(session.turns)), session.title)
            write(printable("\t".join(told)))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Session", "Last answer", "Turns", "First question"):
        table.add_column(heading, no_wrap=heading != "First question")
    for session in found:
        table.add_row(
            session.id,
            session.changed_at,
            str(len(session.turns)),
            Text(printable(session.title)),
        )
    console.print(table)
