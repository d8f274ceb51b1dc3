"""A file that the schema imports uses the schema's value while the modules are still loading.

Why: the schema waits for this file and this file for the schema; whichever is loaded first finds
the other one's exports undefined, and the deployment fails or changes with the import order.
Silent when: the use stands in a function, or only the schema's type is used.

Bad:
    // convex/schema.ts
    import { defineSchema } from "convex/server";
    import { tables } from "./tables";

    export default defineSchema(tables);

    // convex/tables.ts
    import { defineTable } from "convex/server";
    import { v } from "convex/values";
    import schema from "./schema";

    export const tables = { notes: defineTable({ text: v.string() }) };
    export const tableNames = Object.keys(schema.tables);
Good:
    // convex/schema.ts
    import { defineSchema } from "convex/server";
    import { tables } from "./tables";

    export default defineSchema(tables);

    // convex/tables.ts
    import { defineTable } from "convex/server";
    import { v } from "convex/values";
    import schema from "./schema";

    export const tables = { notes: defineTable({ text: v.string() }) };
    export const tableNames = () => Object.keys(schema.tables);

Intent:
    circular | cycle | cyclic & import | schema & not reference table;
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._module_imports import is_in_type, is_type_only, loaded_files

if TYPE_CHECKING:
    from tree_sitter import Node


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report uses of an imported schema that run when the file is loaded."""
    if b"schema" not in file.raw or _is_schema(file):
        return
    for binding in list(file.names.module.bindings.values()):
        imported = binding.imported
        if imported is None or imported.type_only:
            continue
        schema = project.imported_file(file, imported.specifier)
        if schema is None or not _is_schema(schema):
            continue
        uses = [use for use in file.names.uses(binding) if _runs_at_load(use)]
        if uses and file in loaded_files(project, schema):
            for use in uses:
                yield RULE.at(
                    file,
                    use,
                    f"`{binding.name}` is used while `{schema.path}`, which imports this file, "
                    "is still loading",
                    hint="use the schema inside a function only, or move what it needs elsewhere",
                )


def _is_schema(file: CodeFile) -> bool:
    return posixpath.splitext(posixpath.basename(file.path))[0] == "schema"


def _runs_at_load(use: Node) -> bool:
    if is_in_type(use):
        return False
    inner = use
    for outer in syntax.ancestors(use):
        if outer.type in syntax.FUNCTION_KINDS:
            return False
        if outer.type == "public_field_definition" and syntax.field(outer, "value") == inner:
            return any(child.type == "static" for child in outer.children)
        if outer.type == "export_statement" and is_type_only(outer):
            return False
        inner = outer
    return True


RULE = Rule(
    id="no-schema-import-cycle",
    severity=Severity.ERROR,
    category="layout",
    peer=True,
    files=frozenset({Category.DEPLOYED, Category.CONFIG, Category.TEST}),
    check_file=check_file,
)
