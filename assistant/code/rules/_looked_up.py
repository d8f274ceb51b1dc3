"""Documents that are looked up by an argument of a function: `ctx.db.get(args.id)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentPath, iterated

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding

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
    if found or inner is None:
        return found
    if syntax.member_name(inner) == "_id":
        return documents_by_arguments(flow, file, syntax.field(inner, "object"))
    binding = file.resolve(inner) if inner.type == "identifier" else None
    if binding is not None and binding.kind == "variable" and binding.path == ("_id",):
        return documents_by_arguments(flow, file, binding.value)
    return found


def documents_by_arguments(
    flow: ArgumentFlow, file: CodeFile, node: Node | None, depth: int = 0
) -> frozenset[ArgumentPath]:
    """The arguments by whose id an expression was got from the database, as a whole document."""
    node = syntax.unwrap_await(node)
    if node is None or depth > _MAX_DEPTH:
        return _NOTHING
    if node.type in ("identifier", "shorthand_property_identifier"):
        binding = file.resolve(node)
        return _NOTHING if binding is None else _by_name(flow, file, binding, depth)
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
    if context is None and _reads_one(flow, file, call):
        return _by_own_id(flow, file, call)
    target = flow.project.follow(file, syntax.callee(call))
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return _NOTHING
    returned = list(syntax.returned_expressions(target.node))
    return _union(flow, target.file, returned, depth)


def _by_name(
    flow: ArgumentFlow, file: CodeFile, binding: Binding, depth: int
) -> frozenset[ArgumentPath]:
    """What a variable, a helper's parameter, or one of several rows holds."""
    if binding.kind == "parameter" and not binding.path:
        items = iterated(binding.function) if binding.function is not None else None
        if items is not None:
            return _of_items(flow, file, items, depth + 1) if binding.position == 0 else _NOTHING
        found = (
            documents_by_arguments(flow, where, given, depth + 1)
            for where, given in flow.given_to(file, binding)
        )
        return _NOTHING.union(*found)
    if binding.kind == "loop" and not binding.path:
        return _of_items(flow, file, binding.value, depth + 1)
    if binding.kind != "variable":
        return _NOTHING
    if binding.path:
        place = binding.path[0] if len(binding.path) == 1 else ""
        given = _promised(binding.value)
        elements = given.named_children if given is not None and given.type == "array" else []
        if not place.isdigit() or int(place) >= len(elements):
            return _NOTHING
        return documents_by_arguments(flow, file, elements[int(place)], depth + 1)
    return _union(flow, file, [binding.value, *binding.assignments], depth)


def _promised(node: Node | None) -> Node | None:
    """What `Promise.all` is given."""
    call = syntax.unwrap_await(node)
    if call is None or call.type != "call_expression":
        return None
    is_all = syntax.name_chain(syntax.callee(call)) == ("Promise", "all")
    return syntax.argument(call, 0) if is_all else None


def _of_items(
    flow: ArgumentFlow, file: CodeFile, node: Node | None, depth: int
) -> frozenset[ArgumentPath]:
    """The arguments by whose ids the elements of a list were got."""
    node = syntax.unwrap_await(node)
    if node is None or depth > _MAX_DEPTH:
        return _NOTHING
    if node.type == "identifier":
        binding = file.resolve(node)
        if binding is None or binding.kind != "variable" or binding.path:
            return _NOTHING
        return _of_items(flow, file, binding.value, depth + 1)
    if node.type == "array":
        return _union(flow, file, list(node.named_children), depth)
    if node.type != "call_expression":
        return _NOTHING
    given = _promised(node)
    if given is not None:
        return _of_items(flow, file, given, depth + 1)
    name = syntax.callee_name(node)
    if name == "filter":
        return _of_items(flow, file, syntax.receiver(node), depth + 1)
    callback = syntax.argument(node, {"map": 0, "asyncMap": 1}.get(name, 9))
    if callback is None or callback.type not in syntax.FUNCTION_KINDS:
        return _NOTHING
    return _union(flow, file, list(syntax.returned_expressions(callback)), depth)


def _reads_one(flow: ArgumentFlow, file: CodeFile, call: Node) -> bool:
    """Whether it is `db.query(…)….unique()` or `.first()`."""
    if syntax.callee_name(call) not in ("first", "unique"):
        return False
    node = syntax.receiver(call)
    while node is not None and node.type == "call_expression":
        context = flow.project.contexts.path_of(file, syntax.callee(node))
        if context is not None:
            return context.path == ("db", "query")
        node = syntax.receiver(node)
    return False


def _by_own_id(flow: ArgumentFlow, file: CodeFile, chain: Node) -> frozenset[ArgumentPath]:
    """`….filter((q) => q.eq(q.field("_id"), args.id))`."""
    found = _NOTHING
    for call in syntax.descendants(chain, "call_expression"):
        if syntax.callee_name(call) != "eq" or len(syntax.arguments(call)) != 2:
            continue
        field, value = (syntax.argument(call, place) for place in (0, 1))
        if field is not None and field.type == "call_expression":
            field = syntax.argument(field, 0)
        if syntax.string_value(field) == "_id":
            found |= flow.paths(file, value)
    return found


def _union(
    flow: ArgumentFlow, file: CodeFile, nodes: list[Node | None] | list[Node], depth: int
) -> frozenset[ArgumentPath]:
    found = (documents_by_arguments(flow, file, node, depth + 1) for node in nodes)
    return _NOTHING.union(*found)
