"""A model's words on the terminal while they come, before they are held to the passages.

The draft is shown dimmed and disappears: what stays on the screen is the answer that was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.cli.console import printable, stdout

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

ROOM = 4
"""Rows of the screen that the draft leaves free."""
_REFRESHES = 8
"""A second."""


@contextmanager
def shown_draft(console: Console | None = None) -> Iterator[Callable[[str], None]]:
    """What takes the pieces of an answer; shows nothing where standard output is no terminal."""
    screen = console or stdout()
    if not screen.is_terminal:
        yield lambda _: None
        return
    from rich.live import Live

    said: list[str] = []
    with Live(
        console=screen, transient=True, refresh_per_second=_REFRESHES, auto_refresh=True
    ) as live:

        def take(piece: str) -> None:
            said.append(piece)
            live.update(_draft("".join(said), screen))

        yield take


def _draft(text: str, console: Console) -> RenderableType:
    """The last lines of a draft that fit on the screen, as Markdown."""
    from rich.console import Group
    from rich.text import Text

    from assistant.cli.markdown_view import safe_markdown

    width = min(console.width, 100)
    lines = console.render_lines(
        safe_markdown(printable(text)), console.options.update_width(width)
    )
    rows = lines[-max(console.height - ROOM, 1) :]
    shown = [Text("".join(part.text for part in row).rstrip(), style="dim") for row in rows]
    return Group(*shown)
