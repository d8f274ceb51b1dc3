"""`convexpert ask`: a question to an answer with citations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import printable, progress_bar, write, write_json
from assistant.cli.context import command_context

if TYPE_CHECKING:
    from assistant.answer.question import Turn

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

LONGEST_HISTORY = 1_000_000
"""Bytes of a history file."""


@app.command(epilog="Example: convexpert ask 'Where should I call the Stripe API from?'")
def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(help="The question; quotes are not needed.")],
    agent: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Answer from this agent alone: HANDLE, HANDLE@3, …"),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages to cite at most.")] = 8,
    no_model: Annotated[
        bool,
        typer.Option("--no-model", help="Put the answer together from the documents alone."),
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Earlier turns: a JSON array of role and content."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Answer a Convex design question from the documents.

    Every statement carries the number of the passage that it comes from.

    Where the documents don't answer, it says so and shows the closest passages.
    """
    turns = _read_history(history) if history is not None else ()
    obj = command_context(context)
    with progress_bar() as progress:
        knowledge_base = obj.knowledge_base(progress)
    from assistant.answer.answering import answer_question

    answer = answer_question(
        " ".join(question),
        knowledge_base=knowledge_base,
        registry=obj.registry(),
        agent=agent,
        k=k,
        history=turns,
    )
    if as_json:
        write_json(answer.to_json())
    elif sys.stdout.isatty():
        from assistant.cli.ask_view import show_answer

        show_answer(answer)
    else:
        write(printable(answer.answer))


def _read_history(path: Path) -> list[Turn]:
    """The earlier turns in a file. Raises UsageError where it is no such array."""
    import json

    from agents.errors import UsageError

    def refused(message: str) -> UsageError:
        hint = 'an array such as [{"role": "user", "content": "…"}]'
        return UsageError(message, hint=hint, path=str(path))

    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_HISTORY + 1)
    except OSError as error:
        raise refused(f"can't read the history: {error.strerror or error}") from error
    if len(raw) > LONGEST_HISTORY:
        raise refused("the history is larger than 1 MB")
    try:
        turns = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise refused(f"the history is not JSON: {error}") from error
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict)
        and turn.get("role") in ("user", "assistant", "system")
        and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise refused("the history is not an array of turns with role and content")
    return turns
