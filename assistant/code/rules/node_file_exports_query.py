"""A `"use node"` file exports a query, a mutation or an HTTP action, or is one of Convex's own.

Why: only actions run in Node.js; a deployment refuses anything else in such a file, and `http`,
`crons`, `schema` and `auth.config` always belong to the default runtime.
Silent when: the file exports only actions and plain helpers.

Bad:
    "use node";
    import { action, query } from "./_generated/server";

    export const list = query({
      args: {},
      handler: async (ctx) => await ctx.db.query("invoices").take(20),
    });
    export const print = action({ args: {}, handler: async () => process.version });
Good:
    // convex/invoices.ts
    import { query } from "./_generated/server";

    export const list = query({
      args: {},
      handler: async (ctx) => await ctx.db.query("invoices").take(20),
    });

    // convex/printing.ts
    "use node";
    import { action } from "./_generated/server";

    export const print = action({ args: {}, handler: async () => process.version });

Intent:
    use node & query | mutation | queries | only action | separate file | own file & not import;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind, Provenance
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_ALWAYS_DEFAULT = frozenset({"auth.config", "crons", "http", "schema"})
_HINT = 'keep `"use node"` files to actions, and move the rest to a file without the directive'


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report what may not stand in a Node.js file."""
    if not file.uses_node:
        return
    if file.module in _ALWAYS_DEFAULT:
        yield RULE.at(
            file,
            _directive(file),
            f"`{file.path}` can't run in Node.js: Convex loads it in the default runtime",
            hint='remove `"use node"`, and move what needs Node.js to a file of actions',
        )
    own = project.functions.in_file(file)
    for function in own:
        if function.kind is not Kind.ACTION and function.registered:
            by_name = function.builder.provenance is Provenance.BY_NAME
            yield RULE.at(
                file,
                function.name_node,
                _message(function),
                hint=_HINT,
                confidence=Confidence.MEDIUM if by_name else Confidence.HIGH,
            )
    for export in file.exports.named.values():
        target = project.exported(file, export.name)
        if target.file is None or target.node is None or target.file is file:
            continue
        for function in project.functions.in_file(target.file):
            if function.call == target.node and function.kind is not Kind.ACTION:
                yield RULE.at(file, export.node, _message(function), hint=_HINT)


def _message(function: RegisteredFunction) -> str:
    return f"the {function.kind} `{function.name}` can't run in Node.js, only actions can"


def _directive(file: CodeFile) -> Node:
    return next(n for n in file.nodes("string") if n.text is not None and b"use node" in n.text)


RULE = Rule(
    id="node-file-exports-query",
    severity=Severity.ERROR,
    category="layout",
    files=frozenset({Category.DEPLOYED, Category.CONFIG}),
    check_file=check_file,
)
