"""How an answer looks on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from assistant.answer.fixed_words import RULES_LEAD, without_sources
from assistant.answer.result import Answer, Citation, Status
from assistant.cli.ask_model import usage_line
from assistant.cli.console import printable, stdout

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDEST = 100
"""Columns beyond which lines are hard to read."""

_FENCED = re.compile(r"^(`{3,})(\S*)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?P<code>`[^`\n]+`)|\*\*(?P<bold>[^*\n]+)\*\*|(?P<cited>\[\d+\])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>])")


def show_answer(answer: Answer) -> None:
    """Print an answer: the statement, points, an example in a panel, warnings, rules, sources."""
    console = stdout()
    width = min(console.width, WIDEST)
    text = printable(answer.answer)
    if answer.status is Status.NOT_COVERED:
        text = f"✗ {text}"
    if answer.model is not None and answer.status is Status.ANSWERED:
        from assistant.cli.markdown_view import safe_markdown

        console.print(safe_markdown(without_sources(text)), width=width)
        text = ""
    for number, part in enumerate(_parts(text)):
        if number:
            console.print()
        wide = type(part).__name__ == "Panel"
        console.print(part, width=console.width if wide else width)
    if answer.citations:
        console.print()
        for citation in answer.citations:
            console.print(_source(citation), width=console.width, soft_wrap=True)
    if used := usage_line(answer):
        console.print()
        console.print(Text(printable(used), style="dim"), soft_wrap=True)


def _parts(markdown: str) -> Iterator[RenderableType]:
    """What to print, one for each block of the answer but its sources."""
    body = without_sources(markdown)
    position = 0
    for fenced in _FENCED.finditer(body):
        yield from _blocks(body[position : fenced.start()])
        yield _panel(fenced[3], fenced[2])
        position = fenced.end()
    yield from _blocks(body[position:])


def _blocks(markdown: str) -> Iterator[RenderableType]:
    for block in markdown.split("\n\n"):
        lines = block.strip().splitlines()
        if not lines:
            continue
        if lines[0].startswith("- "):
            yield _bullets(lines)
        elif lines[0].startswith("✗"):
            yield _inline(" ".join(lines), style="yellow")
        elif lines[0].startswith("⚠"):
            yield Padding(_inline(" ".join(lines), style="yellow"), (0, 0, 0, 2))
        elif lines[0].startswith(RULES_LEAD):
            yield _inline("✓ " + " ".join(lines), style="green")
        else:
            yield _inline(" ".join(lines))


def _bullets(lines: list[str]) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(ratio=1)
    for line in lines:
        table.add_row(Text("•", style="cyan"), _inline(line.removeprefix("- ")))
    return table


def _panel(code: str, language: str) -> RenderableType:
    from rich import box
    from rich.cells import cell_len
    from rich.panel import Panel
    from rich.syntax import Syntax

    syntax = Syntax(
        code, language or "text", theme="ansi_dark", background_color="default", word_wrap=True
    )
    longest = max((cell_len(line) for line in code.splitlines()), default=0)
    return Panel(syntax, box=box.ROUNDED, border_style="dim", padding=(0, 1), width=longest + 4)


def _inline(markdown: str, *, style: str = "") -> Text:
    """Bold, code and citation numbers of one paragraph; nothing else is taken as markup."""
    text = Text(style=style)
    position = 0
    for match in _INLINE.finditer(markdown):
        text.append(_unescaped(markdown[position : match.start()]))
        if match["code"]:
            text.append(match["code"][1:-1], style="bold cyan")
        elif match["bold"]:
            text.append(_unescaped(match["bold"].replace("`", "")), style="bold")
        else:
            text.append(match["cited"], style="dim")
        position = match.end()
    text.append(_unescaped(markdown[position:]))
    return text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _source(citation: Citation) -> Text:
    start, end = citation.lines.start, citation.lines.end
    place = f"{citation.path}:{start}" if start == end else f"{citation.path}:{start}-{end}"
    heading = f"  {' › '.join(citation.heading[-2:])}" if citation.heading else ""
    text = Text(style="dim")
    text.append(f"[{citation.n}] ")
    text.append(printable(f"{citation.source}@{citation.version}"), style="bold")
    text.append(printable(f"  {place}{heading}"))
    return text
