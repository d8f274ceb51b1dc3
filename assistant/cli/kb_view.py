"""How the `kb` commands print what the knowledge base says."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.cli.console import counted, one_line, printable, stdout, write

if TYPE_CHECKING:
    from rich.text import Text

    from agents.workspace import Workspace
    from kb.build import BuildReport
    from kb.knowledge_base import Status
    from kb.search import Hit, SearchResult

NOTHING_THERE = (
    "nothing to search yet; `convexpert agents import PATH` registers agents,"
    " `convexpert kb add PATH-or-URL` adds documentation"
)
_SNIPPET_LINES = 6
_SNIPPET_COLUMNS = 300


def build_json(report: BuildReport) -> dict[str, Any]:
    """A build's report as JSON."""
    return {**asdict(report), "skipped": [asdict(skipped) for skipped in report.skipped]}


def show_build(report: BuildReport) -> None:
    """What is there, and what the build did for it."""
    write(
        f"{counted(report.documents, 'document')}, {counted(report.chunks, 'passage')}:"
        f" {report.added} read, {report.removed} dropped,"
        f" {report.embedded} of {counted(report.vectors, 'vector')} made"
    )
    for skipped in report.skipped:
        write(f"left out: {one_line(skipped.source)}: {one_line(skipped.reason)}")


def status_json(status: Status, workspace: Workspace) -> dict[str, Any]:
    """The status as JSON."""
    return {"workspace": str(workspace.root), **asdict(status)}


def show_status(status: Status, workspace: Workspace) -> None:
    """The status, a fact on each line."""
    verdict = "yes" if status.up_to_date else "no, the next search or `kb build` brings it there"
    facts = {
        "Workspace": str(workspace.root),
        "Up to date": verdict,
        "Documents": str(status.documents),
        "Passages": str(status.chunks),
        "Vectors": str(status.vectors),
        "Model": status.model or "none yet",
    }
    for name, value in facts.items():
        write(f"{name + ':':<12} {one_line(value)}")


def show_result(result: SearchResult, *, out_of: int) -> None:
    """Each hit with its place, its heading and the beginning of its text.

    `out_of`: how many passages there are.
    """
    from rich.padding import Padding

    console = stdout()
    if not result.hits:
        write("nothing found" if out_of else NOTHING_THERE)
    for hit in result.hits:
        console.print(_title(hit))
        snippet = _snippet(hit.chunk.text)
        if console.is_terminal:
            console.print(Padding(snippet, (0, 0, 1, 4)))
        else:  # lines stay whole in a pipe
            write("".join(f"    {line}\n" for line in snippet.plain.splitlines()))


def _title(hit: Hit) -> Text:
    from rich.text import Text

    chunk = hit.chunk
    lines = chunk.lines
    span = str(lines.start) if lines.start == lines.end else f"{lines.start}-{lines.end}"
    title = Text()
    title.append(f"{hit.rank:>2}. ", style="bold")
    title.append(f"{one_line(chunk.source)}:{span}", style="bold cyan")
    if chunk.heading:
        title.append("  " + " › ".join(one_line(part) for part in chunk.heading))
    title.append(f"  {hit.score:.3f}", style="dim")
    return title


def _snippet(text: str) -> Text:
    from rich.text import Text

    lines = [line for line in printable(text).splitlines() if line.strip()]
    shown = lines[:_SNIPPET_LINES]
    cut = [
        line if len(line) <= _SNIPPET_COLUMNS else line[: _SNIPPET_COLUMNS - 1] + "…"
        for line in shown
    ]
    snippet = Text("\n".join(cut))
    if len(lines) > len(shown):
        more = len(lines) - len(shown)
        snippet.append(f"\n… {more} more line{'' if more == 1 else 's'}", style="dim")
    return snippet
