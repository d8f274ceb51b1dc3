"""`convexpert agents diff`: two versions, or a version and a working file, by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agents.errors import UsageError
from assistant.cli.console import printable, write, write_json
from assistant.cli.context import command_context
from assistant.cli.options import AsJson

if TYPE_CHECKING:
    from agents.change import DocumentDiff
    from agents.document import ChecklistItem, CodeBlock, Section
    from agents.registry.compare import Side


def diff(
    context: typer.Context,
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="REF",
            help="Versions or files, before and after. One REF: the version before it and it;"
            " one file: the agent's latest version and the file.",
        ),
    ],
    unified: Annotated[
        bool, typer.Option("--unified", "-u", help="Lines, as `diff -u` shows them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what changed, by meaning: fields, sections, checklist items, code, rules asked for.

    Moved, renamed and reworded parts are told from removals and additions, and items that forbid
    what they asked for are called out. Either side may be a file: `agents diff expert@production
    ./expert.md` answers what the file would change. `./NAME` is always a file.

    docs/agents.md describes what --json prints.
    """
    from agents.diff import compare_documents
    from agents.registry.compare import chosen_sides

    if unified and as_json:
        raise UsageError("--unified and --json exclude each other", hint="give one of them")
    before, after = chosen_sides(command_context(context).registry(), references)
    if unified:
        _show_lines(before, after)
        return
    found = compare_documents(before.document, after.document)
    if as_json:
        write_json(diff_json(before, after, found))
    else:
        from assistant.cli.agents_diff_view import show_diff

        show_diff(before, after, found)


def _show_lines(before: Side, after: Side) -> None:
    from agents.line_diff import unified_lines
    from assistant.cli.agents_diff_view import show_lines

    lines = list(unified_lines(before.document, after.document, (before.name, after.name)))
    if lines:
        show_lines(lines)
    elif before.document.raw != after.document.raw:
        write(printable(f"{before.name} and {after.name} differ in line breaks or bytes only"))


def diff_json(before: Side, after: Side, found: DocumentDiff) -> dict[str, Any]:
    """A comparison as JSON; lines are 1-based, both ends counted."""
    from agents.registry.describe import jsonable
    from assistant.code.asked import rules_changed

    rules = rules_changed(before.document, after.document)
    return {
        "before": _side_json(before),
        "after": _side_json(after),
        "same_bytes": found.same_bytes,
        "frontmatter": [
            {
                "field": change.field,
                "changes": list(change.changes),
                "before": jsonable(change.before),
                "after": jsonable(change.after),
                "before_lines": change.before_lines and change.before_lines.as_list(),
                "after_lines": change.after_lines and change.after_lines.as_list(),
                "gained": list(change.gained),
                "lost": list(change.lost),
            }
            for change in found.fields
        ],
        "sections": [
            {
                "changes": list(change.changes),
                "before": _section_json(change.before),
                "after": _section_json(change.after),
                "likeness": round(change.likeness, 3),
                "lines_added": change.lines_added,
                "lines_removed": change.lines_removed,
            }
            for change in found.sections
        ],
        "checklist": [
            {
                "changes": list(change.changes),
                "before": _item_json(change.before),
                "after": _item_json(change.after),
                "likeness": round(change.likeness, 3),
            }
            for change in found.items
        ],
        "code": [
            {
                "changes": list(change.changes),
                "before": _code_json(change.before),
                "after": _code_json(change.after),
                "lines_added": change.lines_added,
                "lines_removed": change.lines_removed,
            }
            for change in found.code
        ],
        "rules": {"gained": list(rules.gained), "lost": list(rules.lost)},
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "handle": side.version.handle if side.version else None,
        "version": side.version.number if side.version else None,
        "digest": side.digest,
    }


def _section_json(section: Section | None) -> dict[str, Any] | None:
    if section is None:
        return None
    return {"heading": list(section.heading), "lines": section.lines.as_list()}


def _item_json(item: ChecklistItem | None) -> dict[str, Any] | None:
    from assistant.code.documented import rules_of_item

    if item is None:
        return None
    return {
        "text": item.text,
        "line": item.line,
        "polarity": item.polarity.value,
        "heading": list(item.heading),
        "rules": list(rules_of_item(item)),
    }


def _code_json(block: CodeBlock | None) -> dict[str, Any] | None:
    if block is None:
        return None
    return {
        "language": block.language,
        "lines": block.lines.as_list(),
        "heading": list(block.heading),
    }
