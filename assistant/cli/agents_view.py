"""How the `agents` commands print what the registry says."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.cli.console import shortened, stdout, write, write_json

if TYPE_CHECKING:
    from agents.document import ChecklistItem, Document
    from agents.exporters.write import ExportPlan, PlannedFile
    from agents.registry.importer import ImportedFile, ImportReport
    from agents.registry.moved import Moved
    from agents.registry.store import LabelMove
    from agents.registry.version import AgentVersion

RulesOfItem = Callable[["ChecklistItem"], Sequence[str]]

_SHORT_DIGEST = 12


def import_json(report: ImportReport) -> dict[str, Any]:
    """An import's report as JSON."""
    from agents.registry.describe import diagnostic_of
    from agents.registry.submission import Outcome

    return {
        "dry_run": report.dry_run,
        "agents": [
            {
                "file": file.file,
                "outcome": file.outcome.value,
                "handle": file.added.handle,
                "origin": file.origin,
                "version": file.added.number,
                "digest": file.added.digest,
                "removed": file.added.removed,
                **_history_json(file),
                **_changes_of_place(file),
                "diagnostics": [diagnostic_of(diagnostic) for diagnostic in file.diagnostics],
            }
            for file in report.files
            if file.added is not None
        ],
        "rejected": [
            {"file": file.file, "line": file.line, "reason": file.reason, "hint": file.hint}
            for file in report.rejected
        ],
        "vanished": [{"handle": one.handle, "origin": one.origin} for one in report.vanished],
        "summary": {outcome.value: report.count(outcome) for outcome in Outcome},
    }


def _history_json(file: ImportedFile) -> dict[str, Any]:
    if file.versions is None:
        return {}
    return {"versions_added": file.versions, "notes": list(file.notes)}


def _changes_of_place(file: ImportedFile) -> dict[str, Any]:
    places = {"moved_from": file.moved_from, "restored_from": file.restored_from}
    return {key: value for key, value in places.items() if value is not None}


def show_import(report: ImportReport) -> None:
    """One line for each file, rejected ones on standard error, and a line that sums up."""
    from agents.registry.submission import Outcome

    for file in report.files:
        if file.outcome is Outcome.REJECTED:
            sys.stderr.write(f"rejected: {shortened(_rejection(file))}\n")
        elif file.outcome is not Outcome.UNCHANGED or file.notes or file.moved_from:
            write(_import_line(file))
    for one in report.vanished:
        hint = f"`convexpert agents remove {one.handle}` hides it"
        write(shortened(f"vanished {one.origin}; {one.handle} is kept ({hint})"))
    counts = [f"{report.count(outcome)} {outcome.value}" for outcome in Outcome]
    write(f"{', '.join(counts)}{' (nothing was written)' if report.dry_run else ''}")


def _import_line(file: ImportedFile) -> str:
    added = file.added
    assert added is not None
    notes = list(file.notes)
    if file.versions:
        notes.insert(0, f"{file.versions} version{'' if file.versions == 1 else 's'}")
    if file.moved_from is not None:
        notes.insert(0, f"moved from {shortened(file.moved_from)}")
    if file.restored_from is not None:
        notes.append(f"as it was before its export to {file.restored_from}")
    if file.diagnostics:
        one = len(file.diagnostics) == 1
        notes.append(f"{len(file.diagnostics)} diagnostic{'' if one else 's'}")
    if any(diagnostic.code == "claude-drops" for diagnostic in file.diagnostics):
        notes.append("Claude Code drops it")
    if added.removed:
        notes.append(f"removed; `convexpert agents restore {added.handle}` brings it back")
    suffix = f" ({', '.join(notes)})" if notes else ""
    what = f"{file.outcome.value} {added.handle}@{added.number}"
    return f"{what} from {shortened(file.file)}{suffix}"


def _rejection(file: ImportedFile) -> str:
    where = file.file if file.line is None else f"{file.file}:{file.line}"
    return f"{where}: {file.reason}" + (f" ({file.hint})" if file.hint else "")


def show_list(versions: Sequence[AgentVersion], label: str | None) -> None:
    """A table of agents, or what to do where there are none."""
    if not versions and label is not None:
        write(f"no agent has the label {shortened(label)}; `convexpert agents label` gives one")
    elif not versions:
        write("no agents yet; `convexpert agents import PATH` registers some")
    else:
        _table(
            ("handle", "version", "labels", "collection", "description"),
            [
                (
                    version.handle + (" (removed)" if version.removed else ""),
                    str(version.number),
                    ", ".join(version.labels),
                    version.collection,
                    version.description,
                )
                for version in versions
            ],
        )


def show_log(versions: Sequence[AgentVersion]) -> None:
    """A table of an agent's versions, as they come."""
    _table(
        ("version", "created", "labels", "author", "digest", "message"),
        [
            (
                str(version.number),
                version.created_at,
                ", ".join(version.labels),
                version.author or "",
                version.digest[:_SHORT_DIGEST],
                version.message or "",
            )
            for version in versions
        ],
    )


def show_label_moves(handle: str, moves: Sequence[LabelMove]) -> None:
    """A table of an agent's label moves, as they come."""
    if not moves:
        write(
            f"{handle} never had a label; `convexpert agents label {handle} production` gives one"
        )
        return
    _table(
        ("moved", "label", "from", "to", "author"),
        [
            (
                move.moved_at,
                move.label,
                "-" if move.from_number is None else str(move.from_number),
                "-" if move.to_number is None else str(move.to_number),
                move.author or "",
            )
            for move in moves
        ],
    )


def show_file_moves(handle: str, moves: Sequence[Moved]) -> None:
    """A table of where an agent's file was, as they come."""
    if not moves:
        write(f"the file of {handle} never moved")
        return
    _table(("moved", "from", "to"), [(move.moved_at, move.old, move.new) for move in moves])


def show_version(version: AgentVersion, rules_of_item: RulesOfItem) -> None:
    """What a version is, its outline, checklist and diagnostics, each with its lines."""
    document = version.document
    facts = {
        "name": version.name,
        "kind": document.kind.value,
        "origin": version.origin,
        "digest": version.digest,
        "labels": ", ".join(version.labels),
        "created": version.created_at + (f" by {version.author}" if version.author else ""),
        "message": version.message or "",
        "status": "removed" if version.removed else "",
        "Claude Code": _claude_code(version),
        "description": version.description,
    }
    _heading(f"{version.handle} version {version.number}")
    for name, value in facts.items():
        if value:
            write(f"{name + ':':<13} {shortened(value)}")
    _show_outline(document)
    _show_checklist(document, rules_of_item)
    languages = Counter(block.language or "text" for block in document.code)
    if languages:
        counted = ", ".join(f"{count} {shortened(lang)}" for lang, count in languages.most_common())
        _heading(f"Code examples: {counted}")
    if document.diagnostics:
        _heading("Diagnostics")
        for found in document.diagnostics:
            hint = f" ({found.hint})" if found.hint else ""
            write(f"{found.line:>5}  {found.severity}: {shortened(found.message + hint)}")


def _claude_code(version: AgentVersion) -> str:
    """What becomes of the file in an agents folder, a plugin or a skill's folder."""
    from agents.claude_diagnostics import claude_loadings

    places = claude_loadings(version.document, version.path)
    told = [
        f"{place} {found.loading}" + (f", {found.reason}" if found.reason else "")
        for place, found in places.items()
    ]
    return "; ".join(told)


def _show_outline(document: Document) -> None:
    headed = [section for section in document.sections if section.heading]
    if headed:
        _heading("Sections")
    for section in headed:
        indent = "  " * (len(section.heading) - 1)
        write(f"{section.lines.start:>5}  {indent}{shortened(section.heading[-1])}")


def _show_checklist(document: Document, rules_of_item: RulesOfItem) -> None:
    if document.checklist:
        _heading(f"Checklist: {len(document.checklist)} items, with the rules that enforce them")
    for item in document.checklist:
        rules = ", ".join(rules_of_item(item)) or "needs review"
        write(f"{item.line:>5}  {shortened(item.text)}  [{rules}]")


def show_targets(*, as_json: bool) -> None:
    """The targets that `--to` takes, with the folders that they look in."""
    from agents.exporters.base import Scope
    from agents.exporters.catalogue import TARGETS

    targets = [TARGETS[name] for name in sorted(TARGETS)]
    if as_json:
        write_json(
            [
                {
                    "name": target.name,
                    "summary": target.summary,
                    "folder": {scope.value: target.folder(scope) for scope in Scope},
                }
                for target in targets
            ]
        )
        return
    _table(
        ("target", "project folder", "user folder", "writes"),
        [
            (
                target.name,
                target.folder(Scope.PROJECT) or "-",
                f"~/{found}" if (found := target.folder(Scope.USER)) else "-",
                target.summary,
            )
            for target in targets
        ],
    )


def export_json(plan: ExportPlan, target: str, *, written: bool) -> dict[str, Any]:
    """An export as JSON; `up_to_date` says how the folder was before."""
    return {
        "target": target,
        "out": str(plan.folder),
        "written": written,
        "up_to_date": plan.up_to_date,
        "files": [
            {
                "file": planned.path,
                "change": planned.change.value,
                "handle": planned.handle or None,
                "version": planned.file.version if planned.file else None,
                "digest": planned.file.digest if planned.file else None,
                "notes": list(planned.file.notes) if planned.file else [],
            }
            for planned in plan.files
        ],
        "skipped": [
            {"handle": one.handle, "version": one.version, "reason": one.reason}
            for one in plan.skipped
        ],
    }


def show_export(plan: ExportPlan, *, written: bool) -> None:
    """A line for each file that changes, and one that sums up."""
    from agents.exporters.lock import LOCK_NAME
    from agents.exporters.write import Change

    for planned in plan.files:
        if planned.change is not Change.UNCHANGED:
            write(_export_line(planned, written=written))
    for one in plan.skipped:
        write(shortened(f"skipped {one.handle}@{one.version}: {one.reason}"))
    folder = shortened(str(plan.folder))
    if plan.up_to_date:
        write(f"{folder} is up to date, {len(plan.files)} files")
        return
    if plan.lock_changes and not written:
        write(f"changed {LOCK_NAME}")
    counts = Counter(_verb(planned, written=written) for planned in plan.files)
    summary = ", ".join(f"{count} {verb}" for verb, count in counts.items())
    write(f"{folder}: {summary}" if written else f"{folder} is out of date: {summary}")


def _export_line(planned: PlannedFile, *, written: bool) -> str:
    line = f"{_verb(planned, written=written)} {planned.path}"
    if planned.is_block and planned.file is None:
        line += f", the block of {planned.handle}"
    if planned.file is not None:
        if planned.handle:
            line += f" from {planned.handle}@{planned.file.version}"
        if planned.file.notes:
            line += f" ({'; '.join(planned.file.notes)})"
    return shortened(line)


def _verb(planned: PlannedFile, *, written: bool) -> str:
    from agents.exporters.write import FORCED

    if written and planned.change in FORCED:
        return "overwritten" if planned.file is not None else "deleted"
    return planned.change.value


def _heading(text: str) -> None:
    from rich.text import Text

    stdout().print(Text(f"\n{text}" if text[0].isupper() else text, style="bold"))


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """A Rich table on a terminal; in a pipe one line for each row, cells apart by tabs."""
    if not sys.stdout.isatty():
        rows = ["\t".join(map(shortened, line)) for line in lines]
        if rows:
            write("\n".join(rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    # The last column takes what the others leave, so that names stay whole.
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for column in columns[:-1]:
        table.add_column(column, overflow="fold", style="bold" if column == columns[0] else "")
    table.add_column(columns[-1], overflow="ellipsis", no_wrap=True, ratio=1, min_width=12)
    for line in lines:
        table.add_row(*(Text(shortened(cell)) for cell in line))
    stdout().print(table)
