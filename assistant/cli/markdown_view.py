"""Markdown from outside on the terminal: laid out by Rich, with nothing that steers the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment

from assistant.cli.console import printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType


def safe_markdown(text: str) -> RenderableType:
    """A renderable of a Markdown text; addresses are shown and never made into links."""
    from rich.markdown import Markdown

    return _Safe(Markdown(printable(text), code_theme="ansi_dark", hyperlinks=False))


@dataclass(frozen=True)
class _Safe:
    """Makes control characters visible that Markdown's own escapes (`&#8238;`) bring in."""

    inner: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self.inner, options):
            yield Segment(printable(segment.text), segment.style, segment.control)
