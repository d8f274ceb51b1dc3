"""A registered function doesn't declare what it returns.

Why: a `returns` validator keeps fields from leaking that were added later, and it is the only type
that callers of a component get.
Silent when: it is an HTTP action, or the configuration holds something that can't be read. Off in
apps unless switched on.

Bad:
    import { query } from "./_generated/server";

    export const count = query({
      args: {},
      handler: async (ctx) => (await ctx.db.query("visits").take(100)).length,
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const count = query({
      args: {},
      returns: v.number(),
      handler: async (ctx) => (await ctx.db.query("visits").take(100)).length,
    });

Intent:
    =returns & validator | validate | every | all | declare | field | v. & not =returns null;
    return value | return type | return & =validator | =validators & not document | sensitive;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule


def check(function: RegisteredFunction, _project: Project) -> Iterator[Report]:
    """Report a function without `returns`."""
    if function.kind is Kind.HTTP_ACTION or function.returns is not None:
        return
    if not function.config_is_complete:
        return
    yield RULE.at(
        function.file,
        function.name_node,
        f"the {function.kind} `{function.name}` doesn't declare what it returns",
        hint="declare `returns: …`, `returns: v.null()` where it returns nothing",
        anchor=function.call,
    )


RULE = Rule(
    id="missing-returns-validator",
    severity=Severity.OFF,
    category="validation",
    in_components=Severity.WARNING,
    check_function=check,
)
