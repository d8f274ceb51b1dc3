"""A database query reads all its rows at once by `.collect()`.

Why: what `.collect()` reads grows with the table until the transaction's limits stop the function,
and every change to any of the rows makes a subscribed query run again.
Silent when: something other than a database query is collected. Confidence is low where an equality
on an index bounds the result, and high where a whole table is read.

Bad:
    import { query } from "./_generated/server";

    export const everybody = query({
      args: {},
      handler: async (ctx) => await ctx.db.query("players").collect(),
    });
Good:
    import { query } from "./_generated/server";
    import { paginationOptsValidator } from "convex/server";

    export const somebody = query({
      args: { paginationOpts: paginationOptsValidator },
      handler: async (ctx, args) =>
        await ctx.db.query("players").order("desc").paginate(args.paginationOpts),
    });

Intent:
    against .collect | collect() | collect & not count | length;
    .collect | collect() & @many | bounded | small | take;
    paginate | pagination | usePaginatedQuery & not paginationOptsValidator | validator |
      against paginate | component;
    .take | take() | cap | bound | limit & @read | query | @rows & not rate | api call | count |
      size | quota | depth | array;
    against @many | all & @rows & load | read | fetch | return | collect | query | subscribe &
      not count | array | delete | write;
    million | thousand & scale | work | record | row | document | user & not count;
    unbounded & read | query | result | fetch & not array;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import PEER_FILES, Report, Rule


def check(query: DbQuery, _project: Project) -> Iterator[Report]:
    """Report the `.collect()` of a query."""
    step = query.terminal
    if step is None or step.name != "collect":
        return
    table = f"`{query.table}`" if query.table else "the table"
    if query.bounded_by_equality:
        confidence = Confidence.LOW
        message = f"`.collect()` reads every row of {table} that matches, however many there are"
    elif query.restricted:
        confidence = Confidence.MEDIUM
        message = f"`.collect()` reads every row of {table} in the range, however many there are"
    else:
        confidence = Confidence.HIGH
        message = f"`.collect()` reads the whole of {table}"
    yield RULE.at(
        step.file,
        step.name_node,
        message,
        hint="read a bounded number with `.take(n)`, or pages with `.paginate(…)`",
        confidence=confidence,
        anchor=query.root if query.root.start_byte <= step.node.start_byte else step.node,
    )


RULE = Rule(
    id="no-collect-in-query",
    severity=Severity.WARNING,
    category="reading",
    peer=True,
    files=PEER_FILES,
    check_query=check,
)
