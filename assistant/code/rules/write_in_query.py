"""A query writes: to the database, to the scheduler, or through `ctx.runMutation`.

Why: a query only reads. Its database has no `insert`, `patch`, `replace` and `delete`, and its
context no scheduler and no `runMutation`, so the call fails when it is reached.
Silent when: only mutations and actions reach the code, or the code asks first what its context can
do, as in `if ("scheduler" in ctx)`.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const open = query({
      args: { id: v.id("pages") },
      handler: async (ctx, { id }) => {
        const page = await ctx.db.get(id);
        await ctx.db.patch(id, { seen: true });
        return page;
      },
    });
Good:
    import { mutation, query } from "./_generated/server";
    import { v } from "convex/values";

    export const open = query({
      args: { id: v.id("pages") },
      handler: async (ctx, { id }) => await ctx.db.get(id),
    });

    export const markSeen = mutation({
      args: { id: v.id("pages") },
      handler: async (ctx, { id }) => {
        await ctx.db.patch(id, { seen: true });
      },
    });

Intent:
    query & read only | readonly | side effect free | against write | against insert |
        against patch | against modify | against side effect | pure & not filter | use node;
    query & write | insert | patch | modify & against write | against insert | against patch |
        against modify & not use node;
    mutation & pure & action;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._narrowing import Unasked

_WRITES = frozenset(
    {
        ("db", "delete"),
        ("db", "insert"),
        ("db", "patch"),
        ("db", "replace"),
        ("runMutation",),
        ("scheduler", "cancel"),
        ("scheduler", "runAfter"),
        ("scheduler", "runAt"),
    }
)


def check(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report a write that a query runs."""
    if call.path not in _WRITES:
        return
    reached = project.once(Unasked).runs_at(call.file, call.node, Kind.QUERY)
    if reached is None:
        return
    sure = Confidence.MEDIUM if reached.via else Confidence.HIGH
    yield RULE.at(
        call.file,
        call.name_node,
        f"`ctx.{'.'.join(call.path)}` is called in {reached.described}, which can only read",
        hint="write in a mutation, which the client calls",
        confidence=min_confidence(sure, call.context.confidence),
    )


RULE = Rule(
    id="write-in-query",
    severity=Severity.ERROR,
    category="writing",
    check_call=check,
)
