"""A database query narrows its rows by `.filter(…)`.

Why: a filter of a query reads every row that the index range lets through and throws most of them
away again. The reads count against the transaction's limits, and any change to a row that was only
thrown away makes the query run again.
Silent when: an array is filtered. It says less before `.paginate(…)`, which reads page by page,
and behind an index range for a predicate that no index can express.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const byOwner = query({
      args: { owner: v.id("users") },
      handler: async (ctx, { owner }) =>
        await ctx.db
          .query("boards")
          .filter((q) => q.eq(q.field("owner"), owner))
          .take(20),
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const byOwner = query({
      args: { owner: v.id("users") },
      handler: async (ctx, { owner }) =>
        await ctx.db
          .query("boards")
          .withIndex("by_owner", (q) => q.eq("owner", owner))
          .take(20),
    });

Intent:
    against .filter | filter() & not in javascript | in memory | client side;
    against filter & @db & not in javascript | in memory | client side | vector | search;
    .filter | filter() | filter & scan | full scan | unindexed & not javascript | array;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.project import Project
from assistant.code.queries import DbQuery, Step
from assistant.code.rule import PEER_FILES, Report, Rule

_INEXPRESSIBLE = frozenset({"neq", "or", "not", "add", "sub", "mul", "div", "mod", "neg"})


def check(query: DbQuery, _project: Project) -> Iterator[Report]:
    """Report each `.filter` of a query."""
    for step in query.filters:
        table = f"`{query.table}`" if query.table else "the table"
        mild = query.reads == "paginate" or (query.restricted and _is_inexpressible(step))
        if query.restricted:
            message = f"`.filter` reads every row of {table} that the index range lets through"
        else:
            message = f"`.filter` reads every row of {table}"
        yield RULE.at(
            step.file,
            step.name_node,
            message,
            hint="use `.withIndex` with an index on the compared fields, "
            "or filter the rows in TypeScript where the range is small",
            severity=Severity.INFO if mild else None,
        )


def _is_inexpressible(step: Step) -> bool:
    predicate = step.argument(0)
    if predicate is None:
        return False
    return any(
        syntax.callee_name(call) in _INEXPRESSIBLE
        for call in syntax.descendants(predicate, "call_expression")
    )


RULE = Rule(
    id="no-filter-in-query",
    severity=Severity.WARNING,
    category="reading",
    peer=True,
    files=PEER_FILES,
    check_query=check,
)
