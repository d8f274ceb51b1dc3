"""The code names a table that the schema doesn't define.

Why: a read of such a table finds nothing, a write is refused, and an id validator for it can never
accept anything. Mostly it is a typo or the name from before a rename.
Silent when: there is no schema, it holds a spread that can't be read, it is not strict about table
names, or it is an example and names further tables by id only. System tables are read through
`ctx.db.system` and named by `v.id`.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ invoices: defineTable({ total: v.number() }) });
    // convex/invoices.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const add = mutation({
      args: { total: v.number() },
      handler: async (ctx, { total }) => await ctx.db.insert("invoice", { total }),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ invoices: defineTable({ total: v.number() }) });
    // convex/invoices.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const add = mutation({
      args: { total: v.number() },
      handler: async (ctx, { total }) => await ctx.db.insert("invoices", { total }),
    });

Intent:
    schema & match | agree | mirror | in sync | drift & data | table | code | document;
    table & exist | defined in schema | declared | listed in schema | known & not test;
    table & read | write | query | insert & schema & define | declare | know | list & not index;
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
from assistant.code.rule import Report, Rule
from assistant.code.rules._tables import schema_at_hand
from assistant.code.validators import read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

_TAKES_TABLE: dict[tuple[str, ...], int] = {
    ("db", "query"): 1,
    ("db", "insert"): 1,
    ("db", "normalizeId"): 1,
    ("db", "get"): 2,
    ("db", "delete"): 2,
    ("db", "patch"): 3,
    ("db", "replace"): 3,
}
"""Methods whose first argument is a table, where they have at least so many arguments."""
_SYSTEM_TABLES = frozenset({"_storage", "_scheduled_functions"})


def check_call(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report the table that a method of the database names."""
    needed = _TAKES_TABLE.get(call.path)
    given = call.arguments
    if needed is None or len(given) < needed or call.context.confidence is Confidence.LOW:
        return
    yield from _report(project, call.file, given[0], call.context.confidence, is_id=False)


def check_validator(call: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the table that a `v.id(…)` names."""
    if syntax.callee_name(call) != "id" or read_validator(project, file, call).kind != "id":
        return
    given = syntax.arguments(call)
    if given:
        yield from _report(project, file, given[0], Confidence.HIGH, is_id=True)


def _report(
    project: Project, file: CodeFile, node: Node, confidence: Confidence, *, is_id: bool
) -> Iterator[Report]:
    name = project.text(file, node)
    schema = schema_at_hand(project, file)
    if name is None or schema is None or name in schema.tables:
        return
    if name in _SYSTEM_TABLES:
        if not is_id:
            yield RULE.at(
                file,
                node,
                f"`{name}` is a system table, which `ctx.db` itself doesn't read",
                hint=f'read it by `ctx.db.system.query("{name}")` or `ctx.db.system.get(id)`',
                confidence=confidence,
            )
        return
    if not schema.complete or not schema.strict:
        return
    if project.is_snippet and is_id:
        # An example leaves out the tables that it isn't about.
        return
    near = get_close_matches(name, schema.tables, 1)
    yield RULE.at(
        file,
        node,
        f"the schema has no table `{name}`",
        hint=f"did you mean `{near[0]}`?" if near else "define it in the schema",
        confidence=confidence,
    )


RULE = Rule(
    id="unknown-table",
    severity=Severity.ERROR,
    category="reading",
    kinds=frozenset({"call_expression"}),
    names=frozenset({"id"}),
    check=check_validator,
    check_call=check_call,
)
