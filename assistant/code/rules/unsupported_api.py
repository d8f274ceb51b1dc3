"""The code calls a method that Convex doesn't have, or one that it has deprecated.

Why: such a call throws at run time (with `any` around, TypeScript is silent about it). Names from
other databases and validation libraries are the usual source.
Silent when: the object isn't Convex's own: a class, map or wrapper of the project. Deprecated
methods are only pointed out.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const rename = mutation({
      args: { id: v.id("songs"), title: v.string() },
      handler: async (ctx: any, { id, title }) => {
        await ctx.db.update(id, { title });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const rename = mutation({
      args: { id: v.id("songs"), title: v.string() },
      handler: async (ctx, { id, title }) => {
        await ctx.db.patch(id, { title });
      },
    });

Intent:
    deprecated | unsupported | nonexistent | invented | hallucinate | hallucinated |
    doesn't exist | don't exist | outdated & api | method | function | validator | feature |
    helper | convex & not index | table;
    against .delete | delete() & query | chain;
    getMetadata;
    v.bigint | v.map | v.set | v.date | v.tuple;
    convex convention | convex naming convention | platform convention & not table | function;
    current | latest | documented & convex & api | convention | method & not logs;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery, Step
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.names import Binding

_METHODS: dict[tuple[str, ...], frozenset[str]] = {
    ("db",): frozenset(
        {
            "delete",
            "get",
            "insert",
            "normalizeId",
            "patch",
            "query",
            "replace",
            "table",
        }
    ),
    ("db", "system"): frozenset({"get", "normalizeId", "query", "table"}),
    ("storage",): frozenset(
        {"delete", "generateUploadUrl", "get", "getMetadata", "getUrl", "store"}
    ),
}
_INSTEAD = {
    ("db", "update"): "`ctx.db.patch(id, fields)` changes single fields",
    ("db", "upsert"): "look the row up, then `ctx.db.patch` it or `ctx.db.insert` a new one",
    ("db", "set"): "`ctx.db.replace(id, document)` or `ctx.db.patch(id, fields)`",
    ("db", "remove"): "`ctx.db.delete(id)`",
    ("db", "create"): "`ctx.db.insert(table, document)`",
    ("db", "find"): "`ctx.db.get(id)`, or `ctx.db.query(table)` with an index",
    ("db", "insertMany"): "call `ctx.db.insert` for each row: one mutation is one transaction",
    ("db", "getAll"): "`Promise.all(ids.map((id) => ctx.db.get(id)))`",
    ("storage", "upload"): "`ctx.storage.store(blob)` in an action, or an upload URL",
    ("query", "delete"): "read the rows, then `ctx.db.delete` each of them",
    ("query", "count"): "keep a counter, or use the aggregate component",
    ("query", "limit"): "`.take(n)`",
    ("query", "where"): "`.withIndex(name, (q) => q.eq(field, value))`",
    ("query", "orderBy"): 'rows come in the order of the index: `.withIndex(…).order("desc")`',
    ("query", "offset"): "`.paginate(options)` goes on from a cursor",
    ("query", "skip"): "`.paginate(options)` goes on from a cursor",
    ("query", "map"): "collect or take the rows, then map the array",
    ("v", "map"): "`v.record(keys, values)`, or an array of pairs",
    ("v", "set"): "`v.array(…)`",
    ("v", "date"): "`v.number()` with milliseconds, or `v.string()` in ISO format",
    ("v", "enum"): "`v.union(v.literal(…), …)`",
    ("v", "tuple"): "`v.array(…)` or `v.object({ … })`",
    ("v", "int"): "`v.number()`, or `v.int64()` for a bigint",
    ("v", "float"): "`v.number()`",
    ("v", "undefined"): "`v.optional(…)`",
}
_DEPRECATED = {
    ("storage", "getMetadata"): "`ctx.db.system.get(id)` reads the file's row of `_storage`",
    ("v", "bigint"): "`v.int64()`",
}
_VALIDATORS = frozenset(
    {
        "any",
        "array",
        "bigint",
        "boolean",
        "bytes",
        "commitTs",
        "float64",
        "id",
        "int64",
        "literal",
        "null",
        "nullable",
        "number",
        "object",
        "optional",
        "record",
        "string",
        "union",
    }
)
_CHAIN = frozenset(
    {
        "collect",
        "filter",
        "first",
        "for await",
        "fullTableScan",
        "helpers.filter",
        "order",
        "paginate",
        "take",
        "unique",
        "withIndex",
        "withSearchIndex",
    }
)
_SIGNS = (b"defineTable", b"v.id(", b"ctx.db")
_OF_PROMISES = frozenset({"then", "catch", "finally", "next", "return"})
"""A query is an async iterable; what is awaited by mistake belongs to another rule."""


def check_call(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report an unknown method of the database or of the file storage."""
    owner, name = call.path[:-1], call.path[-1]
    known = _METHODS.get(owner)
    if known is None or name == "vars":
        return
    if name in known:
        instead = _DEPRECATED.get((owner[-1], name))
        if instead is not None:
            yield _deprecated(call.file, call.name_node, f"ctx.{'.'.join(call.path)}", instead)
        return
    confidence = _confidence(call, project)
    if confidence is not None:
        text = ".".join(("ctx", *call.path))
        yield _unknown(call.file, call.name_node, text, (owner[-1], name), confidence)


def _confidence(call: ContextCall, project: Project) -> Confidence | None:
    """How sure it is that Convex's own object is called; None where it needn't be."""
    if call.context.confidence is Confidence.LOW:
        return None
    root = syntax.chain_root(syntax.callee(call.node))
    binding = call.file.resolve(root) if root is not None else None
    is_global = root is not None and binding is None
    if is_global and syntax.text_of(root) != "ctx":
        return None
    if binding is not None and _declares(project, call, binding):
        return None
    around = project.functions.around(call.file, call.node)
    if around is not None and around.builder.layers:
        # A custom builder may hand out a database with more methods.
        return Confidence.LOW
    return call.context.confidence


def _declares(project: Project, call: ContextCall, binding: Binding) -> bool:
    """Whether the type that the project gives to the context has the method."""
    if binding.type is None:
        return False
    written = project.contexts.type_text(call.file, binding.type)
    return re.search(rf"\b{re.escape(call.path[-1])}\s*[(:?<]", written) is not None


def check_query(query: DbQuery, _project: Project) -> Iterator[Report]:
    """Report an unknown method of a query."""
    step = next((step for step in query.steps if step.name not in _CHAIN), None)
    if step is None or step.name in _OF_PROMISES or not _is_called_on_query(query, step):
        return
    confidence = Confidence.HIGH if step.direct else Confidence.MEDIUM
    yield _unknown(
        step.file,
        step.name_node,
        f"query.{step.name}",
        ("query", step.name),
        min_confidence(confidence, query.context.confidence),
    )


def _is_called_on_query(query: DbQuery, step: Step) -> bool:
    """False behind an `await`: then it is called on what was read."""
    owner = syntax.field(syntax.field(step.node, "function"), "object")
    inner = syntax.unwrap(owner)
    return inner is not None and inner.type != "await_expression" and not query.is_system


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report unknown methods of `v`."""
    for name, calls in file.calls_by_name.items():
        if name not in _VALIDATORS or ("v", name) in _DEPRECATED:
            for call in calls:
                if call.type == "call_expression":
                    yield from _check_validator(call, name, file, project)


def _check_validator(call: Node, name: str, file: CodeFile, project: Project) -> Iterator[Report]:
    owner, name_node = syntax.receiver(call), syntax.callee_name_node(call)
    if owner is None or name_node is None or owner.type != "identifier":
        return
    target = project.follow(file, owner)
    if target.module is not None:
        confidence = Confidence.HIGH
        is_v = target.module == "convex/values" and target.name == "v"
    else:
        # Pasted without its imports: something else has to say that it is Convex code.
        confidence = Confidence.MEDIUM
        is_v = project.is_snippet and target.binding is None and target.name == "v"
        is_v = is_v and any(sign in file.raw for sign in _SIGNS)
    if not is_v:
        return
    if ("v", name) in _DEPRECATED:
        yield _deprecated(file, name_node, f"v.{name}", _DEPRECATED["v", name])
    else:
        yield _unknown(file, name_node, f"v.{name}", ("v", name), confidence)


def _unknown(
    file: CodeFile, node: Node, text: str, key: tuple[str, str], confidence: Confidence
) -> Report:
    what = {
        "query": "queries have no method",
        "v": "there is no validator",
        "db": "the database has no method",
        "system": "the system tables' database has no method",
        "storage": "the file storage has no method",
    }[key[0]]
    shown = f"`.{key[1]}`" if key[0] == "query" else f"`{text}`"
    instead = _INSTEAD.get(key)
    return RULE.at(
        file,
        node,
        f"{what} {shown}",
        hint=f"instead: {instead}" if instead else "see Convex's reference for what there is",
        confidence=confidence,
    )


def _deprecated(file: CodeFile, node: Node, text: str, instead: str) -> Report:
    return RULE.at(
        file,
        node,
        f"`{text}` is deprecated",
        hint=f"instead: {instead}",
        severity=Severity.INFO,
    )


RULE = Rule(
    id="unsupported-api",
    severity=Severity.ERROR,
    category="validation",
    check_file=check_file,
    check_call=check_call,
    check_query=check_query,
)
