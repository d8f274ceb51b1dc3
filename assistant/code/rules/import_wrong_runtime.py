"""A file of the default runtime imports a file that runs in Node.js.

Why: a file without `"use node"` is bundled for Convex's own runtime, and with it everything that
it imports; the Node.js modules for which the other file has its directive are missing there.
Silent when: the importing file has the directive itself, or only types are imported.

Bad:
    // convex/thumbnails.ts
    "use node";
    import sharp from "sharp";

    export const shrink = async (image: ArrayBuffer) => await sharp(image).resize(64).toBuffer();

    // convex/profiles.ts
    import { shrink } from "./thumbnails";
    import { internalAction } from "./_generated/server";

    export const refresh = internalAction({
      args: {},
      handler: async () => {
        await shrink(new ArrayBuffer(8));
      },
    });
Good:
    // convex/thumbnails.ts
    "use node";
    import sharp from "sharp";
    import { v } from "convex/values";
    import { internalAction } from "./_generated/server";

    export const shrink = internalAction({
      args: { image: v.bytes() },
      handler: async (_ctx, { image }) => {
        await sharp(image).resize(64).toBuffer();
      },
    });

    // convex/profiles.ts
    import { internal } from "./_generated/api";
    import { internalAction } from "./_generated/server";

    export const refresh = internalAction({
      args: {},
      handler: async (ctx) => {
        await ctx.runAction(internal.thumbnails.shrink, { image: new ArrayBuffer(8) });
      },
    });

Intent:
    use node & import | imported & not install;
    node runtime & import;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._module_imports import is_type_only

if TYPE_CHECKING:
    from tree_sitter import Node


def check(statement: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the import of a `"use node"` file."""
    if file.uses_node or file.module == "schema" or is_type_only(statement):
        return
    source = syntax.field(statement, "source")
    specifier = syntax.string_value(source)
    imported = project.imported_file(file, specifier) if specifier is not None else None
    if source is None or imported is None or imported.category is not Category.DEPLOYED:
        return
    if imported.uses_node:
        yield RULE.at(
            file,
            source,
            f"`{specifier}` runs in Node.js, but this file is bundled for the default runtime",
            hint="call its actions through `ctx.runAction`, or move what both need to a third file",
            anchor=statement,
        )


RULE = Rule(
    id="import-wrong-runtime",
    severity=Severity.INFO,
    category="layout",
    peer=True,
    kinds=frozenset({"import_statement"}),
    check=check,
)
