"""A public function hands out upload URLs to anybody, or stores a file's id unseen.

Why: whoever has an upload URL can fill the storage with files of any kind and size, and a storage
id that comes as an argument may be another user's file or no image at all.
Silent when: it looks at who is calling before it hands out a URL; it looks at the file's metadata
or at who uploaded it before it stores the id.

Bad:
    import { mutation } from "./_generated/server";

    export const uploadUrl = mutation({
      args: {},
      handler: async (ctx) => await ctx.storage.generateUploadUrl(),
    });
Good:
    import { ConvexError } from "convex/values";
    import { mutation } from "./_generated/server";

    export const uploadUrl = mutation({
      args: {},
      handler: async (ctx) => {
        const identity = await ctx.auth.getUserIdentity();
        if (identity === null) throw new ConvexError("sign in first");
        return await ctx.storage.generateUploadUrl();
      },
    });

Intent:
    upload | uploaded | file | storageId & validate | validation | verify | secure | securely |
        safely | restrict | check & not delete | config | schema file | schema.ts | path | rate |
        signature | sharing | line | node;
    upload | uploaded & size | mime | content type | limit & not expire;
    file & access pattern | size limit | mime | content type & not leave out;
    generateUploadUrl & auth | authenticated | identity | permission | check | logged;
    upload url & auth | authenticated | signed in | require | check | guard;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall
from assistant.code.functions import RegisteredFunction
from assistant.code.names import REST
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentFlows
from assistant.code.rules._caller_checks import CallerChecks, Look
from assistant.code.rules._typed_arguments import typed_arguments
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile

_WRITES = frozenset({("db", "insert"), ("db", "patch"), ("db", "replace")})
_CHOICES = frozenset({"??", "||", "&&"})
_MAX_DEPTH = 2
_LOOKS = frozenset({("db", "system", "get"), ("storage", "getMetadata"), ("storage", "get")})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a function that hands out URLs unasked or stores files unseen."""
    if function.internal or function.handler is None or function.kind is Kind.HTTP_ACTION:
        return
    if project.component_of(function.file) is not None:
        return
    flow = project.once(ArgumentFlows).of(function)
    calls = list(_calls(flow))
    hands_out = any(call.path == ("storage", "generateUploadUrl") for call in calls)
    if hands_out and project.once(CallerChecks).look(function) is Look.NO:
        yield _report(
            function,
            f"`{function.name}` hands out an upload URL to anybody",
            "look at who is calling before `ctx.storage.generateUploadUrl()`",
        )
        return
    files = _file_arguments(flow)
    stored = sorted(name for call in calls for name in _stored(flow, call, files))
    if stored and not _is_looked_at(flow, calls, files):
        yield _report(
            function,
            f"`{function.name}` stores the file of the argument `{stored[0]}` unseen",
            "read its metadata (kind, size) by `ctx.db.system.get(id)`, and keep who uploaded it",
        )


def _report(function: RegisteredFunction, message: str, hint: str) -> Report:
    where = f"the public {function.kind} "
    return RULE.at(
        function.file, function.name_node, where + message, hint=hint, anchor=function.call
    )


def _calls(flow: ArgumentFlow) -> Iterator[ContextCall]:
    for unit in flow.units:
        yield from flow.project.reach.context_calls_of(unit)


def _file_arguments(flow: ArgumentFlow) -> frozenset[str]:
    """The arguments that are, or hold, ids of stored files."""
    typed = typed_arguments(flow.function)
    validator = flow.validator or typed
    fields = validator.fields if validator is not None else {}
    return frozenset(
        name
        for name, field in fields.items()
        if any(inner.kind == "id" and inner.table == "_storage" for inner in field.walk())
        or (typed is not None and words_of(name)[-2:] == ("storage", "id"))
    )


def _held(flow: ArgumentFlow, file: CodeFile, node: Node, files: frozenset[str]) -> set[str]:
    """The file arguments that an expression holds anywhere in it."""
    held: set[str] = set()
    kinds = ("identifier", "member_expression", "shorthand_property_identifier")
    for inner in (node, *syntax.descendants(node, *kinds)):
        for path in flow.paths(file, inner):
            if not path or path[0] == REST:
                # The whole of the arguments, or all but the picked ones.
                held |= files if inner.parent is not None and _is_whole(inner) else set()
            elif path[0] in files and not _is_asked(inner):
                held.add(path[0])
    return held


def _is_asked(node: Node) -> bool:
    """Whether a value is only compared, or decides something: `logo !== null`."""
    outer = syntax.wrapped(node)
    parent = outer.parent
    if parent is None:
        return False
    if parent.type == "ternary_expression":
        return syntax.field(parent, "condition") == outer
    if parent.type == "unary_expression":
        return True
    return parent.type == "binary_expression" and syntax.operator(parent) not in _CHOICES


def _is_whole(node: Node) -> bool:
    parent = syntax.wrapped(node).parent
    return parent is not None and parent.type in ("spread_element", "arguments")


def _stored(flow: ArgumentFlow, call: ContextCall, files: frozenset[str]) -> set[str]:
    if call.path not in _WRITES or not call.arguments or not files:
        return set()
    document = syntax.unwrap(call.arguments[-1])
    if document is None:
        return set()
    target = flow.project.follow(call.file, document)
    held = _built_up(flow, call.file, document, files)
    if target.file is not None and target.node is not None and target.node.type == "object":
        return held | _held(flow, target.file, target.node, files)
    return held | _held(flow, call.file, document, files)


def _built_up(
    flow: ArgumentFlow, file: CodeFile, document: Node, files: frozenset[str], depth: int = 0
) -> set[str]:
    """The same of `const updates = {…}; updates.image = args.image`, also spread into another."""
    held: set[str] = set()
    for name in (document, *syntax.descendants(document, "identifier")):
        binding = file.names.resolve(name) if name.type == "identifier" else None
        value = syntax.unwrap(binding.value) if binding is not None else None
        if binding is None or value is None or value.type != "object" or depth > _MAX_DEPTH:
            continue
        assigned = [given for use in file.names.uses(binding) if (given := _given_to(use))]
        for part in (value, *assigned):
            held |= _held(flow, file, part, files)
            held |= _built_up(flow, file, part, files, depth + 1)
    return held


def _given_to(use: Node) -> Node | None:
    """What a member of a variable is set to at one of its uses."""
    member = use.parent
    if member is None or member.type != "member_expression":
        return None
    outer = member.parent
    if outer is None or outer.type != "assignment_expression":
        return None
    return syntax.field(outer, "right") if syntax.field(outer, "left") == member else None


def _is_looked_at(flow: ArgumentFlow, calls: list[ContextCall], files: frozenset[str]) -> bool:
    """Whether metadata are read, or a row is looked up by the file."""
    for call in calls:
        # What is scheduled may look at the file as well.
        scheduled = call.path in (("scheduler", "runAfter"), ("scheduler", "runAt"))
        if (scheduled or call.path in _LOOKS) and any(
            _held(flow, call.file, given, files) for given in call.arguments
        ):
            return True
    for unit in flow.units:
        for node in flow.project.reach.call_nodes_of(unit):
            value = syntax.argument(node, 1) if syntax.callee_name(node) == "eq" else None
            if value is not None and _held(flow, unit.file, value, files):
                return True
    return False


RULE = Rule(
    id="unvalidated-upload",
    severity=Severity.WARNING,
    category="access",
    check_function=check,
)
