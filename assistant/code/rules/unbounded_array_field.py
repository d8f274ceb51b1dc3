"""A document's array field only ever grows.

Why: a document holds at most a megabyte and an array a few thousand elements, and every change of
one element reads and writes them all, against everybody else's change. Rows of a table of their
own, with an index on the owner, grow without end.
Silent when: a mutation also removes elements, cuts them off, checks the length, or sets the field
as a whole; the elements are a few literals.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ rides: defineTable({ points: v.array(v.number()) }) });
    // convex/rides.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const track = mutation({
      args: { id: v.id("rides"), point: v.number() },
      handler: async (ctx, { id, point }) => {
        const ride = await ctx.db.get(id);
        if (ride !== null) await ctx.db.patch(id, { points: [...ride.points, point] });
      },
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      rides: defineTable({ name: v.string() }),
      points: defineTable({ ride: v.id("rides"), at: v.number() }).index("by_ride", ["ride"]),
    });
    // convex/rides.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const track = mutation({
      args: { ride: v.id("rides"), at: v.number() },
      handler: async (ctx, { ride, at }) => {
        await ctx.db.insert("points", { ride, at });
      },
    });

Intent:
    array & unbounded | grow | large | nested | embed | inside document | document | thousand |
        limit | unlimited | bounded & not argument | validator | promise;
    document & 1mb | size limit | grow without;
    growth & schema | relationship | document;
    scale & million;
    against embed | nest & list | array | document | children;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._array_writes import ArrayWrite, ArrayWrites
from assistant.code.schema import Schema, Table
from assistant.code.validators import Validator


def check(table: Table, project: Project) -> Iterator[Report]:
    """Report each array field of a table that mutations only add to."""
    schema = project.schema_for(table.file)
    if schema is None or schema.tables.get(table.name) is not table:
        return
    for field, validator in table.fields.items():
        if validator.inner.kind != "array" or _is_choice(validator.inner):
            continue
        writes = [
            write
            for write in project.once(ArrayWrites).all
            if write.field == field and _may_mean(write, table, schema)
        ]
        if not writes or not all(write.grows for write in writes):
            continue
        yield RULE.at(
            validator.file,
            validator.node,
            f"the array `{table.name}.{field}` only ever grows, inside one document",
            hint="give the elements a table of their own, with an index on the document's id",
            confidence=Confidence.HIGH
            if all(write.table == table.name for write in writes)
            else Confidence.MEDIUM,
        )


def _is_choice(array: Validator) -> bool:
    """Whether the elements are some of a few literals."""
    kinds = {one.kind for member in array.members for one in member.walk()}
    return bool(kinds) and kinds <= {"literal", "union", "boolean", "null"}


def _may_mean(write: ArrayWrite, table: Table, schema: Schema) -> bool:
    """Whether a write is to this table; one to an unknown table counts where only this fits."""
    if write.table is not None:
        return write.table == table.name
    owners = [
        other.name
        for other in schema
        if write.field in other.fields and other.fields[write.field].inner.kind == "array"
    ]
    return not write.grows or owners == [table.name]


RULE = Rule(
    id="unbounded-array-field",
    severity=Severity.INFO,
    category="writing",
    check_table=check,
)
