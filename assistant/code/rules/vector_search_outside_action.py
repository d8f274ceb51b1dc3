"""A query or a mutation calls `ctx.vectorSearch`, which only actions have.

Why: vector search runs outside of transactions. In a query or a mutation the call fails.
Silent when: only actions and HTTP actions reach the call.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const alike = query({
      args: { vector: v.array(v.float64()) },
      handler: async (ctx, { vector }) =>
        await ctx.vectorSearch("posters", "by_vector", { vector, limit: 8 }),
    });
Good:
    import { internal } from "./_generated/api";
    import { action } from "./_generated/server";
    import { v } from "convex/values";

    export const alike = action({
      args: { vector: v.array(v.float64()) },
      handler: async (ctx, { vector }) => {
        const hits = await ctx.vectorSearch("posters", "by_vector", { vector, limit: 8 });
        return await ctx.runQuery(internal.posters.byIds, { ids: hits.map((hit) => hit._id) });
      },
    });

Intent:
    vectorSearch | vector search & action | only in action;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._narrowing import Unasked


def check(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report a vector search that a transaction runs."""
    if call.path != ("vectorSearch",):
        return
    reached = project.once(Unasked).runs_at(call.file, call.node, Kind.QUERY, Kind.MUTATION)
    if reached is None:
        return
    sure = Confidence.MEDIUM if reached.via else Confidence.HIGH
    yield RULE.at(
        call.file,
        call.name_node,
        f"`ctx.vectorSearch` is called in {reached.described}; only actions have it",
        hint="search in an action, and load the documents by an internal query",
        confidence=min_confidence(sure, call.context.confidence),
    )


RULE = Rule(
    id="vector-search-outside-action",
    severity=Severity.ERROR,
    category="reading",
    check_call=check,
)
