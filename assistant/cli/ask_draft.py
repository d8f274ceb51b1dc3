"""A model's words on the terminal while they come, before they are held to the passages.

The draft is shown dimmed and disappears: what stays on the screen is the answer that was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from assistant.cli.console import stdout
from assistant.cli.markdown_view import safe_markdown

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

ROOM = 4
"""Rows of the screen that the draft leaves free."""
WIDEST = 100
"""Columns beyond which lines are hard to read."""
WAITING = "reading …"
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

    draft = _Draft()
    with Live(draft, console=screen, transient=True, refresh_per_second=_REFRESHES):
        yield draft.said.append


@dataclass
class _Draft:
    """The last lines of a draft that fit on the screen; laid out when the screen is refreshed."""

    said: list[str] = field(default_factory=list)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        text = "".join(self.said)
        if not text.strip():
            yield Text(WAITING, style="dim")
            return
        narrow = options.update(width=min(options.max_width, WIDEST), height=None)
        rows = console.render_lines(safe_markdown(text), narrow)
        for row in rows[-max(console.height - ROOM, 1) :]:
            yield Text("".join(part.text for part in row).rstrip(), style="dim")
