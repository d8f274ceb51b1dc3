"""Documents that are looked up by an argument of a function: `ctx.db.get(args.id)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentPath

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.modules import CodeFile

_NOTHING: frozenset[ArgumentPath] = frozenset()
_ARGUMENTS = {"get": 1, "delete": 1, "patch": 2, "replace": 2}
_MAX_DEPTH = 10


def id_of(call: ContextCall) -> Node | None:
    """The id that `db.get`, `patch`, `replace` or `delete` is given, in either form."""
    given = call.arguments
    wanted = _ARGUMENTS.get(call.path[-1])
    if call.path[:-1] != ("db",) or wanted is None or not given:
        return None
    named = len(given) > wanted
    return given[1] if named else given[0]


def ids_from_arguments(
    flow: ArgumentFlow, file: CodeFile, node: Node | None
) -> frozenset[ArgumentPath]:
    """The arguments that hold an id, or the id of whose document: `doc._id` of `get(args.id)`."""
    found = flow.paths(file, node)
    inner = syntax.unwrap(node)
    if found or inner is None or syntax.member_name(inner) != "_id":
        return found
    return documents_by_arguments(flow, file, syntax.field(inner, "object"))


def documents_by_arguments(
    flow: ArgumentFlow, file: CodeFile, node: Node | None, depth: int = 0
) -> frozenset[ArgumentPath]:
    """The arguments by whose id an expression was got from the database, as a whole document."""
    node = syntax.unwrap_await(node)
    if node is None or depth > _MAX_DEPTH:
        return _NOTHING
    if node.type in ("identifier", "shorthand_property_identifier"):
        binding = file.resolve(node)
        if binding is None or binding.kind != "variable" or binding.path:
            return _NOTHING
        values = [binding.value, *binding.assignments]
        return _union(flow, file, values, depth)
    if node.type == "ternary_expression":
        sides = [syntax.field(node, "consequence"), syntax.field(node, "alternative")]
        return _union(flow, file, sides, depth)
    if node.type == "binary_expression":
        return _union(flow, file, [syntax.field(node, "left"), syntax.field(node, "right")], depth)
    if node.type == "object":
        inner = [*syntax.object_spreads(node), *(value for _, value in syntax.object_members(node))]
        return _union(flow, file, list(inner), depth)
    if node.type == "call_expression":
        return _by_call(flow, file, node, depth)
    return _NOTHING


def _by_call(flow: ArgumentFlow, file: CodeFile, call: Node, depth: int) -> frozenset[ArgumentPath]:
    context = flow.project.contexts.path_of(file, syntax.callee(call))
    if context is not None and context.path == ("db", "get"):
        given = syntax.arguments(call)
        return flow.paths(file, given[-1]) if given else _NOTHING
    target = flow.project.follow(file, syntax.callee(call))
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return _NOTHING
    returned = list(syntax.returned_expressions(target.node))
    return _union(flow, target.file, returned, depth)


def _union(
    flow: ArgumentFlow, file: CodeFile, nodes: list[Node | None] | list[Node], depth: int
) -> frozenset[ArgumentPath]:
    found = (documents_by_arguments(flow, file, node, depth + 1) for node in nodes)
    return _NOTHING.union(*found)
