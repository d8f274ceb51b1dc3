"""An app writes tables and has no schema.

Why: without `schema.ts` nothing checks what is written, no index can be defined, and the types of
documents are unknown to the code that reads them.
Silent when: the app writes nothing, or there is a schema file. A component needs its own one.

Bad:
    // convex/notes.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const add = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => await ctx.db.insert("notes", { text }),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ notes: defineTable({ text: v.string() }) });
    // convex/notes.ts
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const add = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => await ctx.db.insert("notes", { text }),
    });

Intent:
    schema.ts & define | check | review | keep | have | exist | need | declare | every | read &
    not typing | define index | withIndex;
    defineSchema | define schema | schema file | schema validation | schemaless;
    schema & always | must & exist | have | table;
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_WRITES = {("db", name) for name in ("insert", "patch", "replace", "delete")}


def check(project: Project) -> Iterator[Report]:
    """Report the first file of the app (or of a component) that writes without a schema."""
    if project.is_snippet:
        return
    seen: set[str | None] = set()
    for file in project.server_files:
        owner = project.component_of(file)
        if owner in seen or not _writes(project, file):
            continue
        seen.add(owner)
        folder = project.functions_folder if owner is None else owner
        if project.schema_for(file) is None and not _has_schema_file(project, folder):
            what = "the app" if owner is None else f"the component in `{owner or '.'}`"
            yield RULE.at(
                file,
                file.tree.root,
                f"{what} writes tables and has no `schema.ts`",
                hint=f"define its tables in `{posixpath.join(folder, 'schema.ts')}`",
                end=_first_leaf(file),
            )


def _first_leaf(file: CodeFile) -> Node:
    """What the file begins with, so that the finding covers its first line at most."""
    node = file.tree.root
    while node.children:
        node = node.children[0]
    return node


def _writes(project: Project, file: CodeFile) -> bool:
    return any(
        call.path in _WRITES and call.context.confidence is not Confidence.LOW
        for call in project.contexts.calls(file)
    )


def _has_schema_file(project: Project, folder: str) -> bool:
    return any(
        posixpath.dirname(file.path) == folder
        and posixpath.basename(file.path).startswith("schema.")
        for file in project.files
    )


RULE = Rule(
    id="missing-schema",
    severity=Severity.INFO,
    category="reading",
    check_project=check,
)
