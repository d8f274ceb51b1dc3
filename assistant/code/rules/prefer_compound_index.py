"""What an index range lets through is narrowed once more by a field that the index doesn't have.

Why: every row in the range is read and most are thrown away. An index with both fields, one after
the other, reads only the rows that are wanted.
Silent when: the index used has the field, fields are compared with each other or only tested for
truth, the rows were limited by `.take(n)` before, the other rows are needed as well, or there is no
schema at hand.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      tickets: defineTable({ event: v.string(), seat: v.string() }).index("by_event", ["event"]),
    });
    // convex/tickets.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const atSeat = query({
      args: { event: v.string(), seat: v.string() },
      handler: async (ctx, { event, seat }) =>
        await ctx.db
          .query("tickets")
          .withIndex("by_event", (q) => q.eq("event", event))
          .filter((q) => q.eq(q.field("seat"), seat))
          .first(),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      tickets: defineTable({ event: v.string(), seat: v.string() })
        .index("by_event_seat", ["event", "seat"]),
    });
    // convex/tickets.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const atSeat = query({
      args: { event: v.string(), seat: v.string() },
      handler: async (ctx, { event, seat }) =>
        await ctx.db
          .query("tickets")
          .withIndex("by_event_seat", (q) => q.eq("event", event).eq("seat", seat))
          .first(),
    });

Intent:
    @multi & index | withIndex & not redundant | duplicate | prefix;
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery, IndexUse, Step
from assistant.code.rule import Report, Rule
from assistant.code.rules._endings import leaves
from assistant.code.rules._equalities import (
    Equality,
    array_filters,
    is_field_of,
    of_callback,
    of_filter,
)
from assistant.code.rules._rows import rows_of
from assistant.code.rules._tables import known_table, plain_index
from assistant.code.schema import Table

if TYPE_CHECKING:
    from tree_sitter import Node


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report each filter that narrows an index range by a further field."""
    use = query.index
    if use is None or use.is_search or not use.range.ops or not use.range.exact or query.is_system:
        return
    table = known_table(project, query.file, query.table)
    index = plain_index(table, use.name) if table is not None else None
    if table is None or index is None or index.fields is None:
        return
    for file, node, equalities in _narrowings(project, query):
        fields = [
            one.field
            for one in equalities
            if one.field not in index.fields and is_field_of(table, one.field)
        ]
        if fields:
            yield RULE.at(
                file,
                node,
                f"the rows of `{table.name}` in the range of `{use.name}` are narrowed by "
                f"{_listed(fields)}, which the index doesn't have",
                hint=_hint(table, use, fields),
                confidence=query.context.confidence,
            )


def _narrowings(
    project: Project, query: DbQuery
) -> Iterator[tuple[CodeFile, Node, Iterable[Equality]]]:
    """Where rows are thrown away: the identifier of `filter`, and what it compares."""
    for step in query.steps:
        if step.name == "filter":
            yield step.file, step.name_node, of_filter(project, step.file, step.argument(0))
        elif step.name == "helpers.filter":
            yield step.file, step.name_node, of_callback(project, step.file, step.argument(1))
    last = query.terminal
    if last is not None and last.name == "collect":
        yield from _array_narrowings(project, last)


def _array_narrowings(
    project: Project, last: Step
) -> Iterator[tuple[CodeFile, Node, Iterable[Equality]]]:
    """As above of collected rows, if nothing needs the rows that are thrown away."""
    file = last.file
    uses = rows_of(file, last.node).uses
    filters = list(array_filters(uses))
    filtered = {_rows_filtered(name) for name, _ in filters}
    others = [use for use in uses if syntax.wrapped(use) not in filtered and not _is_assigned(use)]
    found = [(name, of_callback(project, file, callback)) for name, callback in filters]
    values: dict[str, set[str]] = {}
    for _, equalities in found:
        for one in equalities:
            values.setdefault(one.field, set()).add(syntax.text_of(one.value))
    for name, equalities in found:
        if not all(_is_apart(project, file, name, use) for use in others):
            continue
        # Sorted by several values of a field, or searched again and again: all rows are needed.
        if _runs_with(file, name, last.node):
            yield file, name, [one for one in equalities if len(values[one.field]) == 1]


def _is_assigned(use: Node) -> bool:
    parent = use.parent
    return (
        parent is not None
        and parent.type == "assignment_expression"
        and (syntax.field(parent, "left") == use)
    )


def _rows_filtered(name: Node) -> Node | None:
    return syntax.field(name.parent, "object")


def _is_apart(project: Project, file: CodeFile, name: Node, use: Node) -> bool:
    """Whether where the rows are filtered no other use sees those that are thrown away."""
    call = name.parent.parent if name.parent is not None else None
    if call is None:
        return False
    kept = syntax.wrapped(call).parent
    if kept is not None and kept.type == "assignment_expression":
        left = syntax.field(kept, "left")
        # `rows = rows.filter(…)`: from then on the name stands for what is left.
        if syntax.text_of(left) == syntax.text_of(use) and use.start_byte > kept.end_byte:
            return True
    child = call
    for outer in syntax.ancestors(call):
        if outer.type in syntax.FUNCTION_KINDS:
            return False
        if outer.type in ("if_statement", "ternary_expression"):
            branches = [syntax.field(outer, part) for part in ("consequence", "alternative")]
            if child in branches:
                other = branches[1 - branches.index(child)]
                if other is not None and syntax.is_inside(use, other):
                    return True
                if use.start_byte >= outer.end_byte and leaves(project, file, child):
                    return True
        child = outer
    return False


def _runs_with(file: CodeFile, node: Node, read: Node) -> bool:
    """Whether two nodes run equally often."""
    return file.tree.function_around(node) == file.tree.function_around(
        read
    ) and syntax.loop_around(node) == syntax.loop_around(read)


def _hint(table: Table, use: IndexUse, fields: list[str]) -> str:
    equal = {*use.range.equalities, *fields}
    bounds = [op.field for op in use.range.ops if op.method != "eq" and op.field]
    for index in table.indexes:
        if index.kind != "index" or index.staged or index.fields is None:
            continue
        if set(index.fields[: len(equal)]) == equal and (
            not bounds or index.fields[len(equal) : len(equal) + 1] == (bounds[0],)
        ):
            return f"the index `{index.name}` has all of them"
    wanted = [*use.range.equalities, *fields, *dict.fromkeys(bounds)]
    return f"no index covers this: one on {_listed(wanted)} would"


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


RULE = Rule(
    id="prefer-compound-index",
    severity=Severity.INFO,
    category="reading",
    check_query=check,
)
