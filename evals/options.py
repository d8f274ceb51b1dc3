"""Options that the commands of `convexpert eval` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Seed = Annotated[
    int, typer.Option(metavar="N", min=0, help="Seed of the resampling behind the intervals.")
]
Fresh = Annotated[
    bool,
    typer.Option("--fresh", help="Run cases again whose documents, code and inputs are the same."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=64,
        help="Processes; as many as are worth it without.",
        show_default=False,
    ),
]
HtmlFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write one HTML file to look at.", show_default=False),
]
