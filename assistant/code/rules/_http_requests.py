"""HTTP actions: the routes that lead to them, and what they do with their request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.reach import Unit

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_BODY_READS = frozenset({"arrayBuffer", "blob", "bytes", "formData", "json", "text"})
_REQUEST_NAMES = frozenset({"req", "request", "_request"})
_REQUEST_TYPES = frozenset({"Request", "NextRequest"})
_MAX_WRAPPERS = 6


@dataclass(frozen=True, slots=True)
class Route:
    """One `http.route({ path, method, handler })`."""

    file: CodeFile
    call: Node
    path: str | None
    """The path, or the prefix; None where it isn't a literal."""
    method: str | None
    """In capitals; None where it isn't a literal."""
    is_prefix: bool
    """Whether it is a `pathPrefix`, which covers all below it."""
    target: tuple[CodeFile, int] | None
    """The file and the node id of the `httpAction(…)` call that it leads to."""


class Routes:
    """All routes of a project."""

    def __init__(self, project: Project) -> None:
        self.all: tuple[Route, ...] = tuple(
            _read(project, file, call)
            for file in project.server_files
            if b"route(" in file.raw
            for call in file.calls_named({"route"})
            if _is_route(call)
        )

    def leading_to(self, function: RegisteredFunction) -> tuple[Route, ...]:
        """The routes of an HTTP action."""
        place = (function.file, function.call.id)
        return tuple(route for route in self.all if route.target == place)


def methods_of(project: Project, function: RegisteredFunction) -> frozenset[str]:
    """The methods of an HTTP action's routes; empty where a route or a method isn't known."""
    methods = [route.method for route in project.once(Routes).leading_to(function)]
    if None in methods:
        return frozenset()
    return frozenset(method for method in methods if method is not None)


def uses_context(function: RegisteredFunction) -> bool:
    """Whether a handler does anything with its context."""
    if function.handler is None:
        return True
    given = syntax.parameters(function.handler.node)
    context = function.context
    if context is not None:
        return bool(function.handler.file.names.uses(context))
    return bool(given) and bool(syntax.parameter_pattern(given[0]).named_children)


def is_request(project: Project, file: CodeFile, node: Node | None) -> bool:
    """Whether an expression is the request of an HTTP action, also in a helper."""
    node = syntax.unwrap(node)
    if node is None or node.type != "identifier":
        return False
    binding = file.resolve(node)
    if binding is None or binding.kind != "parameter" or binding.path or binding.function is None:
        return False
    function = project.functions.handled_by(file, binding.function)
    if function is not None:
        return function.kind is Kind.HTTP_ACTION and binding.position == 1
    kind = syntax.text_of(binding.type).lstrip(": ")
    return kind in _REQUEST_TYPES or (kind in ("", "any") and binding.name in _REQUEST_NAMES)


def reads_body(project: Project, function: RegisteredFunction) -> bool:
    """Whether an HTTP action, or a helper of it, reads the request's body."""
    units = project.reach.reached_by(function)
    return any(_reads_body_in(project, unit) for unit in units)


def _reads_body_in(project: Project, unit: Unit) -> bool:
    for call in project.reach.call_nodes_of(unit):
        receiver = syntax.receiver(call) if syntax.callee_name(call) in _BODY_READS else None
        if receiver is not None and receiver.type == "call_expression":
            receiver = (
                syntax.receiver(receiver) if syntax.callee_name(receiver) == "clone" else None
            )
        if is_request(project, unit.file, receiver):
            return True
    return any(
        syntax.is_inside(member, unit.node)
        and is_request(project, unit.file, syntax.field(member, "object"))
        for member in unit.file.members_by_name.get("body", ())
    )


def _is_route(call: Node) -> bool:
    given = syntax.argument(call, 0)
    return (
        call.type == "call_expression"
        and given is not None
        and syntax.object_member(given, "handler") is not None
    )


def _read(project: Project, file: CodeFile, call: Node) -> Route:
    options = syntax.argument(call, 0)
    prefix = syntax.object_member(options, "pathPrefix")
    path = syntax.object_member(options, "path") or prefix
    method = syntax.string_value(syntax.object_member(options, "method"))
    handler = syntax.object_member(options, "handler")
    return Route(
        file,
        call,
        syntax.string_value(path),
        None if method is None else method.upper(),
        prefix is not None,
        next(_http_actions(project, file, handler), None),
    )


def _http_actions(
    project: Project, file: CodeFile, node: Node | None, depth: int = 0
) -> Iterator[tuple[CodeFile, int]]:
    """The `httpAction(…)` that a handler is, through names and wrapping calls."""
    target = project.follow(file, node)
    if target.file is None or target.node is None or target.node.type != "call_expression":
        return
    if depth > _MAX_WRAPPERS:
        return
    if any(f.call == target.node for f in project.functions.in_file(target.file)):
        yield target.file, target.node.id
        return
    for given in syntax.arguments(target.node):
        yield from _http_actions(project, target.file, given, depth + 1)
