"""`convexpert agents overlap`: what several agents say alike, and where they contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.console import printable, progress_bar, write, write_json
from assistant.cli.context import command_context
from assistant.cli.options import AsJson

if TYPE_CHECKING:
    from assistant.overlap import Overlap, Side

_SHOWN = 12
"""Groups of shared statements in text, which is about a screen."""
_LONGEST = 110


def overlap(
    context: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(metavar="REF", help="Versions; by default the latest of each agent."),
    ] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help=f"Show all shared statements, not the first {_SHOWN}.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what agents say alike, and where they contradict each other.

    Contradictions come first: one asks for what the other forbids, or they name another number or
    another thing for the same purpose. What most agents share comes next.
    """
    from assistant.overlap import find_overlap

    obj = command_context(context)
    registry = obj.registry()
    versions = (
        list({version.handle: version for version in map(registry.resolve, references)}.values())
        if references
        else registry.agents()
    )
    with progress_bar() as progress:
        base = obj.knowledge_base(progress, update=False)
        found = find_overlap(versions, base.embed)
    if as_json:
        write_json(overlap_json(found))
    else:
        _show(found, most=None if show_all else _SHOWN)


def overlap_json(found: Overlap) -> dict[str, Any]:
    """The contract's document: each side with agent, version, lines (1-based) and text."""
    return {
        "agents": list(found.agents),
        "statements": found.statements,
        "shared": [
            {
                "score": shared.score,
                "agents": list(shared.agents),
                "statements": [_side_json(side) for side in shared.sides],
            }
            for shared in found.shared
        ],
        "contradictions": [
            {
                "kind": one.kind,
                "about": one.about,
                "statements": [_side_json(side) for side in one.sides],
            }
            for one in found.contradictions
        ],
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {
        "agent": side.agent,
        "version": side.version,
        "lines": [side.lines.start, side.lines.end],
        "heading": list(side.heading),
        "text": side.text,
    }


def _show(found: Overlap, *, most: int | None) -> None:
    for one in found.contradictions:
        write(f"! {one.kind}: {printable(one.about)}")
        for side in one.sides:
            write(_line(side))
    if found.contradictions:
        write("")
    for shared in found.shared[:most]:
        write(f"{len(shared.agents)} agents say:")
        for side in shared.sides:
            write(_line(side))
    left = len(found.shared) - len(found.shared[:most])
    write(
        f"{len(found.contradictions)} contradictions, {len(found.shared)} shared statements in"
        f" {len(found.agents)} agents" + (f"; {left} not shown, --all shows them" if left else "")
    )


def _line(side: Side) -> str:
    text = side.text if len(side.text) <= _LONGEST else f"{side.text[: _LONGEST - 1]}…"
    return f"  {side.agent}@{side.version}:{side.lines.start}  {printable(text)}"
