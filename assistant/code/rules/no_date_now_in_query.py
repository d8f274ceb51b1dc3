"""A query asks for the time: `Date.now()` or `new Date()`.

Why: a query's result is cached and sent again only when the data it read changes. The time isn't
data: the result grows stale without a subscriber noticing, and reading the clock keeps Convex from
serving the cached result for long.
Silent when: only mutations and actions reach the code; a date is made from a given value, as in
`new Date(row._creationTime)`; the time is a parameter's default and every call gives the parameter.
`Math.random` is seeded in queries.

Bad:
    import { query } from "./_generated/server";

    export const open = query({
      args: {},
      handler: async (ctx) =>
        await ctx.db
          .query("polls")
          .withIndex("by_end", (q) => q.gt("end", Date.now()))
          .take(20),
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const open = query({
      args: { minute: v.number() },
      handler: async (ctx, { minute }) =>
        await ctx.db
          .query("polls")
          .withIndex("by_end", (q) => q.gt("end", minute))
          .take(20),
    });

Intent:
    Date.now | date now | new date | current time | wall clock | system time & query | cache |
        reactivity | against date | time | clock & not store timestamps;
    query & deterministic | nondeterministic | non deterministic & not workflow | step | wrapper;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_GLOBAL_OBJECTS = ("globalThis", "self", "window")


def check(call: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report a call that reads the clock where a query runs it."""
    named = _clock(call, file)
    if named is None:
        return
    reached = project.reach.runs_at(file, call, Kind.QUERY)
    if reached is None or _is_never_needed(call, file, project):
        return
    name_node, text = named
    yield RULE.at(
        file,
        name_node,
        f"`{text}` is read in {reached.described}, whose result is cached",
        hint="let the client pass the time as a rounded argument, "
        "or have a scheduled function keep a field such as `isOpen` up to date",
        confidence=Confidence.MEDIUM if reached.via else Confidence.HIGH,
    )


def _clock(call: Node, file: CodeFile) -> tuple[Node, str] | None:
    """The identifier and the text of a call that gives the time."""
    callee = syntax.callee(call)
    chain = syntax.name_chain(callee)
    if chain[:1] and chain[0] in _GLOBAL_OBJECTS:
        chain = chain[1:]
    name_node = syntax.callee_name_node(call)
    if name_node is None or callee is None or syntax.arguments(call):
        return None
    root = syntax.chain_root(callee)
    if root is None or file.resolve(root) is not None:
        return None
    if call.type == "new_expression":
        return (name_node, "new Date()") if chain == ("Date",) else None
    return (name_node, "Date.now()") if chain == ("Date", "now") else None


def _is_never_needed(call: Node, file: CodeFile, project: Project) -> bool:
    """Whether it is the default of a parameter that all calls out of queries give."""
    unit = project.reach.unit_of(file, call)
    position = next(
        (
            place
            for place, parameter in enumerate(syntax.parameters(unit.node))
            if syntax.is_inside(call, parameter)
        ),
        None,
    )
    if position is None or unit.function is not None:
        return False
    calls = 0
    for reached in project.reach.reached_from(unit):
        if reached.function.kind is not Kind.QUERY:
            continue
        for caller in project.reach.reached_by(reached.function):
            for site in project.reach.calls_of(caller):
                if site.target is not unit:
                    continue
                calls += 1
                if site.handed_on or len(syntax.arguments(site.node)) <= position:
                    return False
    return calls > 0


RULE = Rule(
    id="no-date-now-in-query",
    severity=Severity.WARNING,
    category="reading",
    kinds=frozenset({"call_expression", "new_expression"}),
    names=frozenset({"Date", "now"}),
    check=check,
)
