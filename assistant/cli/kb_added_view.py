"""How `kb add`, `kb remove` and `kb list` print what they did and found."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.cli.console import counted, one_line, stdout, write
from assistant.cli.kb_view import NOTHING_THERE, build_json

if TYPE_CHECKING:
    from agents.registry.pages import AddedSource
    from kb.adding import AddReport
    from kb.build import BuildReport
    from kb.index import IndexedDocument

_MOST_NAMED = 12
"""Pages of one kind of change that are named; of more only the number."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of `kb list`: an agent, or documentation with all its pages."""

    source: str
    kind: Literal["agent", "document"]
    origin: str
    path: str | None
    """Of an agent's file."""
    version: int | None
    digest: str | None
    pages: int
    chunks: int
    updated_at: str | None
    """When pages of documentation last changed: ISO 8601, UTC."""


def listing(documents: Sequence[IndexedDocument], added: Sequence[AddedSource]) -> list[Listed]:
    """What is indexed, by name; the pages of one source together."""
    listed = [
        Listed(
            source.name,
            "agent",
            source.origin,
            source.path,
            source.version,
            source.digest,
            1,
            found.chunks,
            None,
        )
        for found in documents
        if (source := found.source).kind == "agent"
    ]
    chunks: Counter[str] = Counter()
    for found in documents:
        chunks[found.source.name] += found.chunks
    listed += [
        Listed(
            source.name,
            "document",
            source.location,
            None,
            None,
            None,
            source.pages,
            chunks[source.name],
            source.updated_at,
        )
        for source in added
    ]
    return sorted(listed, key=lambda one: (one.source, one.origin))


def listed_json(listed: Listed) -> dict[str, Any]:
    """A line of the list as JSON."""
    return asdict(listed)


def show_listing(listed: Sequence[Listed]) -> None:
    """A table of the sources; in a pipe one line for each, cells apart by tabs."""
    if not listed:
        sys.stderr.write(f"{NOTHING_THERE}\n")
        return
    console = stdout()
    rows = [
        (
            one_line(one.source),
            str(one.version) if one.version is not None else counted(one.pages, "page"),
            str(one.chunks),
            one_line(one.origin),
        )
        for one in listed
    ]
    if not console.is_terminal:
        for row in rows:
            write("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Source", overflow="fold")
    table.add_column("Version", justify="right")
    table.add_column("Passages", justify="right")
    table.add_column("Origin", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def added_json(report: AddReport, built: BuildReport | None) -> dict[str, Any]:
    """What was added, as JSON."""
    change = report.change
    return {
        "source": change.name,
        "kind": report.kind,
        "location": report.location,
        "added": list(change.added),
        "changed": list(change.changed),
        "removed": list(change.removed),
        "unchanged": change.unchanged,
        "left_out": [asdict(left) for left in report.left_out],
        "index": None if built is None else build_json(built),
    }


def show_added(report: AddReport, built: BuildReport | None) -> None:
    """What changed, what could not be taken, and what indexing it took."""
    change = report.change
    for verb, paths in (
        ("added", change.added),
        ("changed", change.changed),
        ("removed", change.removed),
    ):
        if len(paths) > _MOST_NAMED:
            write(f"{verb} {counted(len(paths), 'page')}")
        for path in paths if len(paths) <= _MOST_NAMED else ():
            write(f"{verb} {one_line(path)}")
    for left in report.left_out:
        hint = f" ({one_line(left.hint)})" if left.hint else ""
        write(f"left out {one_line(left.path)}: {one_line(left.reason)}{hint}")
    write(
        f"{one_line(change.name)}: {len(change.added)} added, {len(change.changed)} changed,"
        f" {len(change.removed)} removed, {change.unchanged} unchanged"
        f"{f', {len(report.left_out)} left out' if report.left_out else ''}"
    )
    if built is not None:
        write(
            f"{counted(built.embedded, 'vector')} made, {counted(built.chunks, 'passage')} in all"
        )
        for skipped in built.skipped:
            write(f"not indexed: {one_line(skipped.source)}: {one_line(skipped.reason)}")


def show_removed(name: str, pages: int) -> None:
    """What is gone."""
    write(f"removed {one_line(name)}, {counted(pages, 'page')}")
