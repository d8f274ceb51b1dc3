"""Options that many commands have, said once."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AskedAgent = Annotated[
    str | None,
    typer.Option("--agent", metavar="REF", help="Ask this agent alone: HANDLE, HANDLE@3, …"),
]
AnsweringModel = Annotated[
    str | None,
    typer.Option("--model", metavar="PROVIDER:NAME", help="Answer with this chat model."),
]
NoModel = Annotated[
    bool, typer.Option("--no-model", help="Put answers together from the documents alone.")
]
