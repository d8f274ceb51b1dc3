"""`convexpert agents checklist`: what the code check enforces of each document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agents.document import Polarity
from assistant.cli.console import progress_bar, shortened, stdout, write, write_json
from assistant.cli.context import command_context
from assistant.cli.options import AsJson

if TYPE_CHECKING:
    from agents.registry import Registry
    from agents.registry.compare import Side
    from assistant.code.enforced import CheckedItem, Coverage


def checklist(
    context: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REF", help="Versions or files; by default the latest of each agent."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show each document's items: the rules that enforce them, or that they need review.

    Items that name code and that no rule covers stand apart from those that people have to judge.
    `[tool.convexpert.items]` in the settings says which rules enforce an item, where the matching
    errs. The coverage is the share of items that at least one rule enforces. docs/agents.md
    describes what --json prints.
    """
    from assistant.code.enforced import coverage_of

    sides = _sides(command_context(context).registry(), references or ())
    found: list[tuple[Side, Coverage]] = []
    with progress_bar() as progress:
        for done, side in enumerate(sides, 1):
            found.append((side, coverage_of(side.document)))
            progress("Reading", done, len(sides))
    if as_json:
        write_json(checklist_json(found))
    else:
        _show(found)


def _sides(registry: Registry, references: Sequence[str]) -> list[Side]:
    from agents.registry.compare import all_sides, side_of

    if not references:
        return all_sides(registry)
    sides = [side_of(registry, reference) for reference in references]
    return list({side.name: side for side in sides}.values())


def checklist_json(found: Sequence[tuple[Side, Coverage]]) -> dict[str, Any]:
    """The coverage of each document and of all together; lines are 1-based."""
    from assistant.code.enforced import taken_together

    total = taken_together(coverage for _, coverage in found)
    return {
        "documents": [
            {
                "name": side.name,
                "handle": side.version.handle if side.version else None,
                "version": side.version.number if side.version else None,
                "origin": side.version.origin if side.version else None,
                "digest": side.digest,
                **_figures(coverage),
                "rules": list(coverage.rules),
                "items": [_item_json(item) for item in coverage.items],
            }
            for side, coverage in found
        ],
        "total": {"documents": len(found), **_figures(total), "rules": list(total.rules)},
    }


def _figures(coverage: Coverage) -> dict[str, Any]:
    share = coverage.share
    return {
        "coverage": None if share is None else round(share, 4),
        "enforced": coverage.enforced,
        "needs_review": coverage.needs_review,
    }


def _item_json(checked: CheckedItem) -> dict[str, Any]:
    item = checked.item
    return {
        "text": item.text,
        "line": item.line,
        "lines": item.lines.as_list(),
        "heading": list(item.heading),
        "kind": item.kind,
        "polarity": item.polarity.value,
        "status": "enforced" if checked.is_enforced else "needs review",
        "rules": list(checked.rules),
        "names_code": checked.names_code,
    }


def _show(found: Sequence[tuple[Side, Coverage]]) -> None:
    from assistant.code.enforced import taken_together

    if not found:
        write("no agents yet; `convexpert agents import PATH` registers some")
        return
    for side, coverage in found:
        _line(f"{shortened(side.name)}: {_told(coverage)}", "bold")
        left = [item for item in coverage.items if not item.is_enforced]
        for title, style, items in (
            ("Enforced", "green", [item for item in coverage.items if item.is_enforced]),
            ("No rule covers", "red", [item for item in left if item.names_code]),
            ("Needs review", "yellow", [item for item in left if not item.names_code]),
        ):
            if items:
                _line(f"  {title}", style)
            for line in _items(items):
                write(line)
        write("")
    if len(found) > 1:
        total = taken_together(coverage for _, coverage in found)
        _line(f"{len(found)} documents: {_told(total)}", "bold")


def _told(coverage: Coverage) -> str:
    count = len(coverage.items)
    if coverage.share is None:
        return "no checklist items"
    verb = "needs" if coverage.needs_review == 1 else "need"
    # Rounded down, so that 100% is said only where nothing is left to review.
    percent = 100 * coverage.enforced // count
    return (
        f"{coverage.enforced} of {count} item{'' if count == 1 else 's'} enforced ({percent}%),"
        f" {coverage.needs_review} {verb} review"
    )


def _items(items: Sequence[CheckedItem]) -> Iterator[str]:
    for checked in items:
        parts = [", ".join(checked.rules)] if checked.rules else []
        if checked.item.polarity is Polarity.DONT:
            parts.insert(0, "forbids")
        told = f"  [{'; '.join(parts)}]" if parts else ""
        yield f"{checked.item.line:>7}  {shortened(checked.item.text)}{told}"


def _line(text: str, style: str) -> None:
    from rich.text import Text

    stdout().print(Text(text, style=style))
