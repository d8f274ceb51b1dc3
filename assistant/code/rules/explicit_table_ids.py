"""`ctx.db.get`, `patch`, `replace` or `delete` is given an id without its table.

Why: with the table's name first a wrong id is an error at the call instead of a strange document
later, and the code says what it reads; Convex means to ask for it in a future version.
Silent when: the table is named, the object is no database, or the project runs convex before 1.31,
which has no such form: the version that is installed or locked, else the lowest in package.json.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const show = query({
      args: { id: v.id("songs") },
      handler: async (ctx, { id }) => await ctx.db.get(id),
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const show = query({
      args: { id: v.id("songs") },
      handler: async (ctx, { id }) => await ctx.db.get("songs", id),
    });

Intent:
    table name & db.get | db.patch | db.replace | db.delete | .get | .patch | .replace | .delete |
        get | patch | first argument & not query();
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Edit, Severity
from assistant.code.contexts import ContextCall
from assistant.code.modules import Category
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._id_tables import table_of_id

_OLD_FORM = {"get": 1, "delete": 1, "patch": 2, "replace": 2}
"""How many arguments each takes without the table."""
_SINCE = (1, 31)


def check(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report a call in the form that names no table."""
    if len(call.path) != 2 or call.path[0] != "db":
        return
    method = call.path[1]
    if _OLD_FORM.get(method) != len(call.arguments):
        return
    version = project.convex_version
    if version is not None and version[:2] < _SINCE:
        return
    first = call.arguments[0]
    table = table_of_id(project, call.file, first)
    knows_form = version is not None or project.is_snippet
    sure = table is not None and knows_form and call.context.confidence is Confidence.HIGH
    edits = (Edit(first.start_byte, first.start_byte, f'"{table}", '),) if sure else ()
    named = f'`"{table}"`' if table is not None else "its name"
    yield RULE.at(
        call.file,
        call.name_node,
        f"`{method}` isn't told which table the id is of",
        hint=f"put {named} before the id",
        confidence=call.context.confidence,
        anchor=call.node,
        edits=edits,
    )


RULE = Rule(
    id="explicit-table-ids",
    severity=Severity.INFO,
    category="validation",
    peer=True,
    files=frozenset({Category.DEPLOYED, Category.TEST}),
    check_call=check,
)
