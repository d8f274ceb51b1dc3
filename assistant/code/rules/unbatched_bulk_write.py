"""A mutation reads any number of rows and writes to each of them in one transaction.

Why: a transaction may read and write only so much. The loop works while the table is small and
fails as a whole once it has grown. Batches that schedule the next one always get through.
Silent when: the rows come page by page, or the rest is left to the scheduler. It says less where
`take(n)` or an equality on an index bounds the rows.

Bad:
    import { internalMutation } from "./_generated/server";

    export const clear = internalMutation({
      args: {},
      handler: async (ctx) => {
        for (const row of await ctx.db.query("traces").collect()) {
          await ctx.db.delete(row._id);
        }
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { internalMutation } from "./_generated/server";

    export const clear = internalMutation({
      args: {},
      handler: async (ctx) => {
        const rows = await ctx.db.query("traces").take(500);
        for (const row of rows) await ctx.db.delete(row._id);
        if (rows.length === 500) await ctx.scheduler.runAfter(0, internal.traces.clear, {});
      },
    });

Intent:
    batch | chunk | bulk | batching & process | operation | write | delete | deletion | update |
        insert | migration | large | backfill | job | mutation | table &
        not runQuery | runMutation | embedding | read | ctx.run | api | single mutation |
        one mutation;
    migration | backfill & batch | paginate | chunk | self schedule | cursor;
    large & delete | update | migration | write & page | continuation | schedule | chunk;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.contexts import min_confidence
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._reads import Reads
from assistant.code.rules._row_loops import RowLoop, row_loops

if TYPE_CHECKING:
    from tree_sitter import Node

_TELLS_MORE = re.compile(r"\.length\b|more|done|remaining|cursor", re.IGNORECASE)
_MANY = frozenset({"collect", "take", "for await"})
_WRITES = frozenset({("db", name) for name in ("delete", "insert", "patch", "replace")})


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report the write in each loop over the rows of a query."""
    step = query.terminal
    if step is None or step.name not in _MANY or query.table in project.small_tables:
        return
    if project.reach.runs_at(query.file, query.root, Kind.MUTATION) is None:
        return
    for loop in row_loops(project, query):
        reached = project.reach.runs_at(loop.file, loop.body, Kind.MUTATION)
        if reached is None:
            continue
        write = _first_write(project, loop)
        if write is None or _goes_on_later(project, query, loop):
            continue
        bounded = step.name == "take" or query.bounded_by_equality or loop.cut
        table = f"`{query.table}`" if query.table else "the table"
        which = "the rows that match in" if bounded else "every row of"
        yield RULE.at(
            loop.file,
            write,
            f"{reached.described} writes for {which} {table} in one transaction",
            hint="take a batch, write it, and let `ctx.scheduler.runAfter(0, …)` do the rest",
            severity=Severity.INFO if bounded else None,
            confidence=min_confidence(
                Confidence.MEDIUM if reached.via else Confidence.HIGH, query.context.confidence
            ),
        )


def _first_write(project: Project, loop: RowLoop) -> Node | None:
    """The identifier of the first write in a loop: by itself, or a helper that writes."""
    own = [
        call
        for call in project.contexts.calls(loop.file)
        if call.path in _WRITES and syntax.is_inside(call.node, loop.body)
    ]
    if own:
        # A loop inside has rows of its own; what is written for these rows stands outside of it.
        outside = (call for call in own if syntax.loop_around(call.node) in (None, loop.whole))
        return next(outside, own[0]).name_node
    reads, reach = project.once(Reads), project.reach
    return next(
        (
            syntax.callee_name_node(site.node) or site.node
            for site in reach.calls_of(reach.unit_of(loop.file, loop.body))
            if syntax.is_inside(site.node, loop.body)
            and site.target.function is None
            and reads.writes(site.target.file, site.target.node)
        ),
        None,
    )


def _goes_on_later(project: Project, query: DbQuery, loop: RowLoop) -> bool:
    """Whether the same code schedules the next batch, or tells its caller that there is more."""
    if query.reads == "take" and any(
        _TELLS_MORE.search(syntax.text_of(returned))
        for returned in syntax.returned_expressions(query.unit.node)
    ):
        return True
    return any(
        call.path[0] == "scheduler"
        and not syntax.is_inside(call.node, loop.body)
        and project.reach.unit_of(query.file, call.node) is query.unit
        for call in project.contexts.calls(query.file)
    )


RULE = Rule(
    id="unbatched-bulk-write",
    severity=Severity.WARNING,
    category="writing",
    check_query=check,
)
