"""A document that holds a storage id is deleted, and its file stays in storage.

Why: nothing deletes a stored file with the document that points at it. Without its id nobody finds
it again, and it is stored and paid for from then on.
Silent when: the same function, its caller, or something that it calls or schedules, deletes from
storage; rows of the table are put back; the table can't be told, or holds no `v.id("_storage")`;
the app sweeps its storage.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ scans: defineTable({ pdf: v.id("_storage") }) });
    // convex/scans.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const remove = mutation({
      args: { id: v.id("scans") },
      handler: async (ctx, { id }) => {
        await ctx.db.delete(id);
      },
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ scans: defineTable({ pdf: v.id("_storage") }) });
    // convex/scans.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const remove = mutation({
      args: { id: v.id("scans") },
      handler: async (ctx, { id }) => {
        const scan = await ctx.db.get(id);
        if (scan === null) return;
        await ctx.storage.delete(scan.pdf);
        await ctx.db.delete(id);
      },
    });

Intent:
    storage.delete;
    delete | remove | clean & file | blob | storage | stored file &
        not soft delete | code | generated;
    orphan & file | storage | blob;
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.reach import Unit
from assistant.code.row_tables import RowTables
from assistant.code.rule import Report, Rule


def check(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report the deletion of a document whose file stays."""
    if call.path != ("db", "delete") or call.context.confidence is Confidence.LOW:
        return
    unit = project.reach.unit_of(call.file, call.node)
    reached = project.reach.reached_from(unit)
    if not reached or project.once(_sweeps_storage):
        return
    name = project.once(RowTables).of_written(call.file, call.node)
    fields = _storage_fields(project, call, name)
    functions = {one.function for one in reached}
    functions |= set(_callers(project, functions))
    if not fields or any(_deletes_files(project, function) for function in functions):
        return
    if _puts_back(project, call, name):
        return
    listed = ", ".join(f"`{field}`" for field in fields)
    yield RULE.at(
        call.file,
        call.name_node,
        f"a document of `{name}` is deleted, and its file ({listed}) stays in storage",
        hint="read the document first and give its storage id to `ctx.storage.delete`",
        confidence=min_confidence(
            Confidence.HIGH if unit.function is not None else Confidence.MEDIUM,
            call.context.confidence,
        ),
    )


def _storage_fields(project: Project, call: ContextCall, name: str | None) -> list[str]:
    """The fields of a table in which storage ids are kept, also inside objects and arrays."""
    schema = project.schema_for(call.file)
    table = schema.tables.get(name) if schema is not None and name is not None else None
    if table is None:
        return []
    return [
        field
        for field, validator in table.fields.items()
        if any(one.kind == "id" and one.table == "_storage" for one in validator.walk())
    ]


def _deletes_files(project: Project, function: RegisteredFunction) -> bool:
    units = project.reach.reached_by(function, runs=True)
    scheduled = (
        inner
        for unit in units
        for run in project.reach.runs_of(unit)
        if run.scheduled and run.target is not None
        for inner in project.reach.reached_by(run.target, runs=True)
    )
    return any(_calls_delete(project, unit) for unit in (*units, *scheduled))


def _callers(
    project: Project, functions: Collection[RegisteredFunction]
) -> Iterator[RegisteredFunction]:
    """The functions that run these by `ctx.run…`: an action may see to the file itself."""
    for file in project.server_files:
        for run in project.reach.runs_in(file):
            if run.target in functions:
                unit = project.reach.unit_of(file, run.call.node)
                yield from (one.function for one in project.reach.reached_from(unit))


def _puts_back(project: Project, delete: ContextCall, table: str | None) -> bool:
    """Whether the same code inserts into the table: rows are replaced, files may go on."""
    unit = project.reach.unit_of(delete.file, delete.node)
    return any(
        call.path == ("db", "insert")
        and syntax.string_value(syntax.argument(call.node, 0)) == table
        and project.reach.unit_of(delete.file, call.node) is unit
        for call in project.contexts.calls(delete.file)
    )


def _sweeps_storage(project: Project) -> bool:
    """Whether the app looks through all stored files for those that nothing needs."""
    return any(
        query.table == "_storage"
        and any(call.path == ("storage", "delete") for call in project.contexts.calls(query.file))
        for query in project.queries
    )


def _calls_delete(project: Project, unit: Unit) -> bool:
    return any(call.path == ("storage", "delete") for call in project.reach.context_calls_of(unit))


RULE = Rule(
    id="orphaned-file",
    severity=Severity.INFO,
    category="writing",
    check_call=check,
)
