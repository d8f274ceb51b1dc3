"""An index range names fields that don't follow the order of the index.

Why: an index is sorted by its fields from the first to the last. A range says `eq` on the first of
them, in order, and may end with one bound; everything else throws when the function runs.
Silent when: the range, the index or the table can't be read, or the index is a search index, whose
filter fields have no order. The creation time is the last field of every index.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      visits: defineTable({ site: v.string(), page: v.string(), at: v.number() })
        .index("by_site_page_at", ["site", "page", "at"]),
    });
    // convex/visits.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const since = query({
      args: { site: v.string(), at: v.number() },
      handler: async (ctx, { site, at }) =>
        await ctx.db
          .query("visits")
          .withIndex("by_site_page_at", (q) => q.eq("site", site).gt("at", at))
          .take(50),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      visits: defineTable({ site: v.string(), page: v.string(), at: v.number() })
        .index("by_site_at", ["site", "at"]),
    });
    // convex/visits.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const since = query({
      args: { site: v.string(), at: v.number() },
      handler: async (ctx, { site, at }) =>
        await ctx.db
          .query("visits")
          .withIndex("by_site_at", (q) => q.eq("site", site).gt("at", at))
          .take(50),
    });

Intent:
    index & field order | order of field | fields in order | field & order | prefix |
    left to right | leftmost | equality first | before range & not redundant | duplicate;
    @multi & index & not redundant | duplicate;
    withIndex & same order | in order | defined order | field order;
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.finding import Severity
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.ranges import RangeOp
from assistant.code.rule import Report, Rule
from assistant.code.rules._tables import BUILT_IN_FIELDS, known_table, plain_index

_LOWER, _UPPER = frozenset({"gt", "gte"}), frozenset({"lt", "lte"})


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report the first operation of a range that its index can't serve."""
    use = query.index
    if use is None or use.is_search or use.name is None or not use.range.exact or query.is_system:
        return
    fields = BUILT_IN_FIELDS.get(use.name)
    if fields is None:
        table = known_table(project, query.file, query.table)
        index = plain_index(table, use.name) if table is not None else None
        if index is None or index.fields is None:
            return
        fields = (*index.fields, "_creationTime")
    found = _first_out_of_order(use.range.ops, fields)
    if found is None:
        return
    op, why = found
    listed = ", ".join(f"`{name}`" for name in fields)
    yield RULE.at(
        use.range.file,
        op.field_node or op.name_node,
        f"`.{op.method}` on `{op.field}` is out of order for the index `{use.name}`: {why}",
        hint=f"its fields in order: {listed}; add an index that begins with the compared fields",
        confidence=query.context.confidence,
    )


def _first_out_of_order(
    ops: Sequence[RangeOp], fields: tuple[str, ...]
) -> tuple[RangeOp, str] | None:
    place, bound, sides = 0, None, set()
    for op in ops:
        if op.field is None:
            return None
        side = "lower" if op.method in _LOWER else "upper" if op.method in _UPPER else "equal"
        if bound is not None:
            if op.field != bound or side == "equal" or side in sides:
                return op, f"nothing can follow the bound on `{bound}`"
        elif place == len(fields) or op.field != fields[place]:
            return op, _expected(op.field, fields, place)
        if side == "equal":
            place += 1
        else:
            bound = op.field
            sides.add(side)
    return None


def _expected(field: str, fields: tuple[str, ...], place: int) -> str:
    if field not in fields:
        return "it doesn't have that field"
    if place == len(fields):
        return "all its fields are compared already"
    if place == 0:
        return f"it begins with `{fields[0]}`"
    return f"after `{fields[place - 1]}` comes `{fields[place]}`"


RULE = Rule(
    id="index-fields-out-of-order",
    severity=Severity.ERROR,
    category="reading",
    check_query=check,
)
