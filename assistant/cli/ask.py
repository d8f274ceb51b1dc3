"""`convexpert ask`: a question to an answer with citations."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.console import printable, progress_bar, write, write_json
from assistant.cli.context import command_context, given_path
from assistant.cli.options import AnsweringModel, AsJson, AskedAgent, NoModel

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(epilog="Example: convexpert ask 'Where should I call the Stripe API from?'")
def ask(
    context: typer.Context,
    question: Annotated[
        list[str],
        typer.Argument(metavar="QUESTION", help="In words of your own; quotes are not needed."),
    ],
    agent: AskedAgent = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Passages to cite at most.")] = 8,
    model: AnsweringModel = None,
    no_model: NoModel = False,
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=given_path,
            help="Earlier turns: a JSON array of role and content.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a Convex design question from the documents.

    Every statement carries the number of the passage that it comes from. With a model, each of
    its sentences is held to these passages.

    Where the documents don't answer, it says so and shows the closest passages.
    """
    from assistant.cli.ask_history import read_history
    from assistant.cli.ask_model import opened_model, told_how_to_do_without, usage_line

    turns = read_history(history) if history is not None else []
    obj = command_context(context)
    with progress_bar() as progress:
        knowledge_base = obj.knowledge_base(progress)
    with told_how_to_do_without("--no-model"):
        chat_model = opened_model(obj, model, no_model=no_model)
    from assistant.generate.answering import respond

    on_terminal = sys.stdout.isatty() and not as_json and chat_model is not None
    with (
        told_how_to_do_without("--no-model"),
        _draft() if on_terminal else nullcontext(_unheard) as take,
    ):
        answer = respond(
            " ".join(question),
            knowledge_base=knowledge_base,
            registry=obj.registry(),
            model=chat_model,
            agent=agent,
            k=k,
            history=turns,
            prices=obj.settings.prices,
            on_text=take,
        )
    if as_json:
        write_json(answer.to_json())
    elif sys.stdout.isatty():
        from assistant.cli.ask_view import show_answer

        show_answer(answer)
    else:
        write(printable(answer.answer))
        if used := usage_line(answer):
            sys.stderr.write(f"{printable(used)}\n")


def _draft() -> AbstractContextManager[Callable[[str], None]]:
    from assistant.cli.ask_draft import shown_draft

    return shown_draft()


def _unheard(piece: str) -> None:
    """Take a piece of an answer that is shown when it is whole."""
