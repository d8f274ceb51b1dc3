"""An argument that is used as a document's id is declared as a string.

Why: `v.id("table")` refuses ids of other tables and texts that are no ids before the function runs,
and gives the right type. With `v.string()` anything gets through, and a cast hides it.
Silent when: `ctx.db.normalizeId` checks it.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";
    import type { Id } from "./_generated/dataModel";

    export const load = query({
      args: { songId: v.string() },
      handler: async (ctx, { songId }) => await ctx.db.get(songId as Id<"songs">),
    });
Good:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const load = query({
      args: { songId: v.id("songs") },
      handler: async (ctx, { songId }) => await ctx.db.get(songId),
    });

Intent:
    v.id & not index | against v.id & string | reference | table | instead | typed | argument |
    against v.string;
    id reference | typed id | document id & relationship | relate | type | validator | v.id |
    string;
    against v.string | string & id;
    typescript strictly;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._arguments import Origin, origins, validator_of
from assistant.code.validators import Validator

if TYPE_CHECKING:
    from tree_sitter import Node

_ID_TYPE = re.compile(
    r"^<?\s*(?:Generic)?Id<\s*[\"'](\w+)[\"']\s*>(?:\s*\|\s*(?:undefined|null)){0,2}\s*>?$"
)
_TAKES_ID: dict[str, int] = {"get": 1, "delete": 1, "patch": 2, "replace": 2}
"""Methods of the database that take an id, with the number of arguments without a table."""


def check(project: Project) -> Iterator[Report]:
    """Report the validators of string arguments that are used as ids."""
    checked = {
        origin.key
        for file in project.server_files
        for call in project.contexts.calls(file)
        if call.path[-1] == "normalizeId" and call.path[0] == "db"
        for origin in origins(project, file, syntax.argument(call.node, 1))
    }
    for file, node, table in _ids(project):
        for origin in origins(project, file, node):
            if origin.key in checked or not origin.path:
                continue
            validator = validator_of(project, origin)
            text = _string_in(validator) if validator is not None else None
            if text is not None:
                yield _report(origin, text, table)


def _ids(project: Project) -> Iterator[tuple[CodeFile, Node, str | None]]:
    """The expressions that are used as ids, with the table where the code names one."""
    for file in project.server_files:
        if not file.checked:
            continue
        for cast in file.nodes("as_expression", "type_assertion"):
            children = [child for child in cast.named_children if child.type != "comment"]
            if len(children) != 2:
                continue
            value, type_ = children if cast.type == "as_expression" else children[::-1]
            found = _ID_TYPE.match(syntax.text_of(type_))
            if found is not None:
                yield file, value, found[1]
        for call in project.contexts.calls(file):
            alone = _TAKES_ID.get(call.path[-1]) if call.path[0] == "db" else None
            if alone is None or len(call.path) != 2 or call.context.confidence is Confidence.LOW:
                continue
            given = call.arguments
            named = len(given) > alone
            if len(given) >= alone:
                table = syntax.string_value(given[0]) if named else None
                yield file, given[1 if named else 0], table


def _string_in(validator: Validator) -> Validator | None:
    """The `v.string()` that a validator is, if it accepts nothing else (but nothing)."""
    inner = validator.inner
    if inner.kind == "string":
        return inner
    if inner.kind in ("union", "nullable"):
        members = [member.inner for member in inner.members if member.inner.kind != "null"]
        return members[0] if len(members) == 1 and members[0].kind == "string" else None
    return None


def _report(origin: Origin, validator: Validator, table: str | None) -> Report:
    name = origin.path[0]
    wanted = f'v.id("{table}")' if table is not None else 'v.id("…")'
    return RULE.at(
        validator.file,
        validator.node,
        f"`{name}` of `{origin.function.name}` is used as a document's id, but declared as a "
        "string",
        hint=f"declare it as `{wanted}`, or check it by `ctx.db.normalizeId`",
        confidence=Confidence.MEDIUM if origin.helped else Confidence.HIGH,
    )


RULE = Rule(
    id="string-id-argument",
    severity=Severity.INFO,
    category="validation",
    check_project=check,
)
