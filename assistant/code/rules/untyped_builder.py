"""A function is registered by an untyped builder of `convex/server` in an app with generated ones.

Why: `queryGeneric` and its kin know nothing of the app's schema: tables, indexes, documents and
`ctx` are all `any`. The builders of `_generated/server` do the same with types. `query` itself is
no export of `convex/server`, though it is often imported from there.
Silent when: it is in a component or a library, there is no `_generated` folder, or the app's own
module builds on `_generated/server`.

Bad:
    // convex/shops.ts
    import { query } from "./_generated/server";
    import { queryGeneric } from "convex/server";

    export const count = query({ args: {}, handler: async () => 0 });
    export const list = queryGeneric({
      args: {},
      handler: async (ctx) => await ctx.db.query("shops").take(10),
    });
Good:
    // convex/shops.ts
    import { query } from "./_generated/server";

    export const list = query({
      args: {},
      handler: async (ctx) => await ctx.db.query("shops").take(10),
    });

Intent:
    _generated & import | server | builder | from | query | mutation & not edit | against edit |
        commit | schema | cron | touch | untouched;
    generated & type | server | api & import | use | codegen & not edit | against commit |
        untouched;
    queryGeneric | mutationGeneric | actionGeneric;
    query() | mutation() | action() & wrapper | public | builder & not @external;
    typescript & type safety & better | always;
    builder & typed | untyped | generated | convex/server;
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Edit, Severity
from assistant.code import syntax
from assistant.code.builders import Provenance
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.names import Import

TYPED = frozenset(
    {
        "action",
        "httpAction",
        "internalAction",
        "internalMutation",
        "internalQuery",
        "mutation",
        "query",
    }
)
BUILDERS = TYPED | {f"{name}Generic" for name in TYPED}
"""`convex/server` has those with `Generic` only; the others are looked for there by mistake."""


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the calls of untyped builders."""
    from_server = b"convex/server" in file.raw and any(
        map(_brings_one, file.nodes("import_statement"))
    )
    aliased = [
        function
        for function in project.functions.in_file(file)
        if function.builder.provenance is Provenance.GENERIC
    ]
    if not from_server and not aliased:
        return
    if project.component_of(file) is not None or not _has_generated(project):
        return
    if from_server:
        yield from _imported_builders(file, project)
    for function in aliased:
        callee = syntax.callee(function.call)
        if callee is not None and _builder(file, callee) is None:
            # `export const mutation = mutationGeneric;` in a module of the project.
            name = project.follow(file, callee).name
            yield _report(file, callee, name)


def _imported_builders(file: CodeFile, project: Project) -> Iterator[Report]:
    for call in file.nodes("call_expression"):
        callee = syntax.callee(call)
        if callee is None or callee.type not in ("identifier", "member_expression"):
            continue
        for used in (callee, syntax.argument(call, 0)):
            name = _builder(file, used)
            if used is None or name is None or (used == callee and not syntax.arguments(call)):
                continue
            imported = _imported(file, used)
            edits = () if imported is None else _edits(project, file, used, imported)
            yield _report(file, used, name, edits)


def _report(file: CodeFile, used: Node, name: str, edits: tuple[Edit, ...] = ()) -> Report:
    return RULE.at(
        file,
        used,
        f"`{name}` of `convex/server` knows nothing of the schema"
        if name not in TYPED
        else f"`convex/server` has no `{name}`",
        hint=f"use `{name.removesuffix('Generic')}` of `_generated/server`",
        edits=edits,
    )


def _brings_one(statement: Node) -> bool:
    """Whether an import can bring a builder of `convex/server`."""
    if syntax.string_value(syntax.field(statement, "source")) != "convex/server":
        return False
    named = syntax.descendants(statement, "import_specifier", "namespace_import")
    return any(
        one.type == "namespace_import" or syntax.text_of(syntax.field(one, "name")) in BUILDERS
        for one in named
    )


def _has_generated(project: Project) -> bool:
    return any(
        file.category is Category.GENERATED or b"/_generated/" in file.raw
        for file in project.files
        if file.category in (Category.GENERATED, Category.DEPLOYED)
        and project.component_of(file) is None
    )


def _builder(file: CodeFile, used: Node | None) -> str | None:
    """The untyped builder that is called, or given to a maker of builders."""
    imported = _imported(file, used) if used is not None else None
    if imported is not None:
        return imported.name
    if used is None or used.type != "member_expression":
        return None
    name, owner = syntax.member_name(used), syntax.field(used, "object")
    binding = file.resolve(owner) if owner is not None and owner.type == "identifier" else None
    whole = binding.imported if binding is not None else None
    if whole is None or whole.specifier != "convex/server" or whole.name != "*":
        return None
    return name if name in BUILDERS else None


def _imported(file: CodeFile, callee: Node) -> Import | None:
    if callee.type != "identifier":
        return None
    binding = file.resolve(callee)
    imported = binding.imported if binding is not None else None
    if imported is None or imported.specifier != "convex/server" or imported.name not in BUILDERS:
        return None
    return imported


def _edits(project: Project, file: CodeFile, callee: Node, imported: Import) -> tuple[Edit, ...]:
    """Import the typed builder under the name that is in use, where the import names it alone."""
    local = syntax.text_of(callee)
    statement = imported.statement
    clause = next((c for c in statement.named_children if c.type == "import_clause"), None)
    names = list(syntax.descendants(statement, "import_specifier"))
    if clause is None or len(names) != 1 or len(clause.named_children) != 1 or imported.type_only:
        return ()
    if any(not _is_called(use) for use in _uses(file, callee)):
        return ()
    typed = imported.name.removesuffix("Generic")
    named = f"{typed} as {local}" if typed != local else typed
    here = posixpath.dirname(file.path)
    path = posixpath.relpath(posixpath.join(project.functions_folder, "_generated/server"), here)
    specifier = path if path.startswith(".") else f"./{path}"
    source = syntax.field(statement, "source")
    if source is None:
        return ()
    quote = syntax.text_of(source)[:1]
    return (
        Edit(names[0].start_byte, names[0].end_byte, named),
        Edit(source.start_byte, source.end_byte, f"{quote}{specifier}{quote}"),
    )


def _is_called(use: Node) -> bool:
    parent = use.parent
    if parent is None or parent.type != "call_expression":
        return False
    first = syntax.argument(parent, 0)
    return first is not None and first.type in ("object", *syntax.FUNCTION_KINDS)


def _uses(file: CodeFile, callee: Node) -> list[Node]:
    binding = file.resolve(callee)
    uses = file.names.uses(binding) if binding is not None else []
    return [use for use in uses if use.type == "identifier"]


RULE = Rule(
    id="untyped-builder",
    severity=Severity.WARNING,
    category="validation",
    check_file=check_file,
)
