"""Server code calls or schedules a public function: `api.…` where `internal.…` is meant.

Why: what the server runs by itself has to be public then, so anybody on the internet can call it
with any arguments, past the checks that the caller made.
Silent when: the reference is `internal.…` or `components.…`; another deployment's client is given
`api.…`; a client uses it.

Bad:
    import { api } from "./_generated/api";
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const publish = mutation({
      args: { id: v.id("posts") },
      handler: async (ctx, { id }) => {
        await ctx.db.patch(id, { published: true });
        await ctx.scheduler.runAfter(0, api.mails.announce, { id });
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const publish = mutation({
      args: { id: v.id("posts") },
      handler: async (ctx, { id }) => {
        await ctx.db.patch(id, { published: true });
        await ctx.scheduler.runAfter(0, internal.mails.announce, { id });
      },
    });

Intent:
    internal. | internal & @schedule | scheduling | cron | @run & not secret;
    against api. & @schedule | scheduling | cron | server | @run | internal;
    api. & @schedule | scheduling | cron;
    against public function | public & @schedule | scheduling | cron | @run & not rate;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Edit, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.references import Reference, reference_of, referenced_function
from assistant.code.rule import Report, Rule
from assistant.code.rules._handed_functions import handed_functions
from assistant.code.rules._imports import need

if TYPE_CHECKING:
    from tree_sitter import Node


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each public reference that is run, scheduled or given to a cron."""
    for handed in handed_functions(project, file):
        for node in _branches(handed.node):
            reference = reference_of(project, file, node)
            if reference is None or reference.root != "api" or _is_untyped(file, reference):
                continue
            target = referenced_function(project, reference, near=file)
            internal = target is not None and target.internal
            yield RULE.at(
                file,
                reference.root_node or node,
                f"{handed.described} is given the public `{reference.text}`",
                hint="refer to it by `internal.…`"
                if internal
                else f"make it an internal {target.kind if target else 'function'} and refer to it "
                "by `internal.…`; share the code with the public one where clients need that too",
                edits=_to_internal(file, reference) if internal else (),
            )


def _branches(node: Node) -> Iterator[Node]:
    """The expressions whose value a conditional expression may have."""
    inner = syntax.unwrap(node)
    if inner is not None and inner.type == "ternary_expression":
        for name in ("consequence", "alternative"):
            branch = syntax.field(inner, name)
            if branch is not None:
                yield from _branches(branch)
    elif inner is not None:
        yield inner


def _is_untyped(file: CodeFile, reference: Reference) -> bool:
    """Whether the root is `anyApi`, by which internal functions are reached as well."""
    binding = file.resolve(reference.root_node) if reference.root_node is not None else None
    return (
        binding is not None and binding.imported is not None and (binding.imported.name == "anyApi")
    )


def _to_internal(file: CodeFile, reference: Reference) -> tuple[Edit, ...]:
    root = reference.root_node
    binding = file.resolve(root) if root is not None else None
    if root is None or binding is None or binding.imported is None:
        return ()
    if binding.imported.name != "api":
        return ()
    needed = need(file, root, "internal", binding.imported.specifier)
    if needed is None:
        return ()
    return (*needed.edits, Edit(root.start_byte, root.end_byte, needed.local))


RULE = Rule(
    id="public-function-reference",
    severity=Severity.WARNING,
    category="writing",
    check_file=check_file,
)
