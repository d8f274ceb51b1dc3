"""A query reads a whole table, or a whole index, because no index range bounds it.

Why: without a range a query walks through every document until it has found what it looks for. That
is fast with ten rows and fails at the transaction's limits with a hundred thousand.
Silent when: the first rows are read in order without a filter (`.first()`, `.take(n)`,
`.paginate(…)`, `.unique()`), a range or a search index bounds the read, the settings call the table
small, or it is a system table. Where `no-collect-in-query` is sure about the same read, only that
is shown. It says less where a loop may stop early.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const bySlug = query({
      args: { slug: v.string() },
      handler: async (ctx, { slug }) =>
        await ctx.db
          .query("articles")
          .filter((q) => q.eq(q.field("slug"), slug))
          .unique(),
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const bySlug = query({
      args: { slug: v.string() },
      handler: async (ctx, { slug }) =>
        await ctx.db
          .query("articles")
          .withIndex("by_slug", (q) => q.eq("slug", slug))
          .unique(),
    });

Intent:
    index | withIndex & query | read | use | need | performance | lookup | look up | coverage |
    hit | effective | access | every | back | schema | filter | slow | strategic | withIndex &
    not staged | _creationTime | limit | table or index | or changed | @multi | exist | vector |
    search | duplicate | redundant | overlapping | unused | prefix | foreign | reference |
    relationship | frequently | name | naming | essential | against .filter | filter() | occ |
    file | order & not against filter;
    against full table scan | table scan | full scan | scan & not vector;
    full table scan | table scan;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import min_confidence
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_FILTERS = ("filter", "helpers.filter")
_READS_ALL = ("collect", "for await")


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report a read that nothing but its filters narrows."""
    step = query.terminal
    if step is None or query.restricted or query.is_system or query.table in project.small_tables:
        return
    filtered = any(one.name in _FILTERS for one in query.steps)
    if step.name not in _READS_ALL and not filtered:
        return
    stops_early = step.name == "for await" and _may_stop(step.node)
    yield RULE.at(
        step.file,
        step.name_node,
        _message(query, filtered=filtered),
        hint="read it by `.withIndex(…)` with a range on an index of the compared fields"
        if filtered
        else "bound it by an index range, or read a limited number with `.take(n)`",
        severity=Severity.INFO if stops_early else None,
        confidence=min_confidence(
            query.context.confidence,
            Confidence.HIGH if query.table is not None and not stops_early else Confidence.MEDIUM,
        ),
    )


def _message(query: DbQuery, *, filtered: bool) -> str:
    rows = f"of `{query.table}`" if query.table else "of the table"
    if query.index is not None and query.index.name is not None:
        return f"the index `{query.index.name}` is read without a range: all rows {rows}"
    if filtered:
        return f"without an index the rows {rows} are read one by one until the filter matches"
    return f"all rows {rows} are read, no index bounds them"


def _may_stop(loop: Node) -> bool:
    """Whether a `break` or `return` of its own may end a loop before its last row."""
    body = syntax.field(loop, "body")
    stack = [body] if body is not None else []
    while stack:
        node = stack.pop()
        if node.type in ("return_statement", "break_statement"):
            return True
        if node.type not in syntax.FUNCTION_KINDS and node.type not in syntax.LOOP_KINDS:
            stack.extend(node.named_children)
    return False


RULE = Rule(
    id="unindexed-query",
    severity=Severity.WARNING,
    category="reading",
    yields_to=frozenset({"no-collect-in-query"}),
    check_query=check,
)
