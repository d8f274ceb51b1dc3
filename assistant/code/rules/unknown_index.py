"""A read names an index that its table doesn't have.

Why: the function throws as soon as it runs. A plain index can't be searched, a search index can't
be ranged over, and a staged one isn't there for queries yet.
Silent when: there is no schema, the table's definition or the index's name can't be read, or the
table itself is unknown. Every table has `by_id` and `by_creation_time`.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      rooms: defineTable({ slug: v.string() }).index("by_slug", ["slug"]),
    });
    // convex/rooms.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const find = query({
      args: { slug: v.string() },
      handler: async (ctx, { slug }) =>
        await ctx.db
          .query("rooms")
          .withIndex("slug", (q) => q.eq("slug", slug))
          .unique(),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      rooms: defineTable({ slug: v.string() }).index("by_slug", ["slug"]),
    });
    // convex/rooms.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const find = query({
      args: { slug: v.string() },
      handler: async (ctx, { slug }) =>
        await ctx.db
          .query("rooms")
          .withIndex("by_slug", (q) => q.eq("slug", slug))
          .unique(),
    });

Intent:
    index & exist | declared | defined in schema | matches schema | present in schema | spelled |
    typo | actually | name match & not compound | duplicate | prefix | foreign;
    vectorIndex | vector index | searchIndex | search index & define | design | create | declare |
    exist | add;
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._tables import known_table
from assistant.code.schema import BUILT_IN_INDEXES, IndexKind, Table

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS: dict[str, IndexKind] = {"withIndex": "index", "withSearchIndex": "search"}
_CALLED: dict[IndexKind, str] = {
    "index": "an index",
    "search": "a search index",
    "vector": "a vector index",
}


def check_query(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report the names that a query's `withIndex` and `withSearchIndex` use."""
    for step in query.steps:
        kind = _KINDS.get(step.name)
        if kind is not None and not query.is_system:
            table = known_table(project, query.file, query.table)
            name_node = step.argument(0)
            name = project.text(step.file, name_node)
            yield from _report(step.file, name_node, name, kind, table, query.context.confidence)


def check_call(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report the name that a `ctx.vectorSearch` uses."""
    if call.path == ("vectorSearch",):
        table_name = project.text(call.file, syntax.argument(call.node, 0))
        table = known_table(project, call.file, table_name)
        name_node = syntax.argument(call.node, 1)
        name = project.text(call.file, name_node)
        yield from _report(call.file, name_node, name, "vector", table, call.context.confidence)


def _report(
    file: CodeFile,
    name_node: Node | None,
    name: str | None,
    kind: IndexKind,
    table: Table | None,
    confidence: Confidence,
) -> Iterator[Report]:
    if table is None or name_node is None or name is None:
        return
    if kind == "index" and name in BUILT_IN_INDEXES:
        return
    named = table.indexes_named(name)
    if any(index.kind == kind and not index.staged for index in named):
        return
    if any(index.name is None for index in table.indexes):
        return
    message, hint = _complaint(table, name, kind)
    yield RULE.at(
        file,
        name_node,
        message,
        hint=hint,
        confidence=confidence,
    )


def _complaint(table: Table, name: str, kind: IndexKind) -> tuple[str, str]:
    named = table.indexes_named(name)
    other = next((index for index in named if index.kind != kind), None)
    if named and other is None:
        return (
            f"the index `{name}` of `{table.name}` is staged: queries can't use it yet",
            "take `staged: true` away once it is filled, then query it",
        )
    if other is not None:
        how = {"index": "withIndex", "search": "withSearchIndex", "vector": "ctx.vectorSearch"}
        return (
            f"`{name}` of `{table.name}` is {_CALLED[other.kind]}, not {_CALLED[kind]}",
            f"read it by `{how[other.kind]}`, or name another index",
        )
    there = [i.name for i in table.indexes if i.kind == kind and not i.staged and i.name]
    near = get_close_matches(name, there, 1) or there[:5]
    known = ", ".join(f"`{one}`" for one in near)
    return (
        f"`{table.name}` has no {_CALLED[kind].split(' ', 1)[1]} `{name}`",
        f"did you mean {known}?" if near else "define it in the schema",
    )


RULE = Rule(
    id="unknown-index",
    severity=Severity.ERROR,
    category="reading",
    check_query=check_query,
    check_call=check_call,
)
