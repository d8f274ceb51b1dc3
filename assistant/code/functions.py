"""Registered functions, in every form in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from assistant.code import syntax
from assistant.code.builders import Builder, Kind, Provenance
from assistant.code.modules import Category, CodeFile
from assistant.code.names import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.project import Project, Target


class Place(NamedTuple):
    """A node in its file.

    (A tuple, as dozens are made for each file.)
    """

    file: CodeFile
    node: Node


@dataclass(frozen=True, eq=False)
class RegisteredFunction:
    """A call such as `query({ … })`, with what it registers."""

    project: Project
    file: CodeFile
    call: Node
    builder: Builder
    name: str
    """Its exported name, else its local one, `default`, or the path of its route."""
    name_node: Node
    """The identifier that names it; the builder's name where nothing does."""
    exports: tuple[str, ...]
    """The names under which its module exports it."""
    route: Node | None
    """The call `http.route(…)` in which it stands in place, or that names it in its own file."""
    config: Place | None
    """The object with `args` and `handler`; None in the old syntax, or where not resolved."""
    handler: Place | None
    """The function that runs; None where it can't be resolved."""
    wrappers: tuple[Place, ...]
    """Calls around the handler, such as `withUser(async (ctx) => …)`, outermost first."""
    old_syntax: bool
    """`query(async (ctx) => …)`: a function in place of the object."""
    handler_in_place: bool
    """Whether the handler is written inside the call."""

    @property
    def kind(self) -> Kind:
        """Query, mutation, action or HTTP action."""
        return self.builder.kind

    @property
    def internal(self) -> bool:
        """Whether only the server can call it."""
        return self.builder.internal

    @property
    def public(self) -> bool:
        """Whether anybody on the internet can call it; HTTP actions count."""
        return not self.builder.internal

    @property
    def exported(self) -> bool:
        """Whether its module exports it."""
        return bool(self.exports)

    @property
    def registered(self) -> bool:
        """Whether the backend knows it: exported, or written into a route.

        In pasted code that exports nothing at all, a definition counts as well.
        """
        if self.exported or self.route is not None:
            return True
        return self.project.is_snippet and not self.file.exports.named

    @property
    def path(self) -> str:
        """`messages:list`, `lib/auth:check`."""
        return f"{self.file.module}:{self.name}"

    def member(self, name: str) -> Place | None:
        """The value of a member of the configuration, also out of a spread; None where absent."""
        return None if self.config is None else _member(self.project, self.config, name)

    @property
    def args(self) -> Place | None:
        """The `args` validator."""
        return self.member("args")

    @property
    def returns(self) -> Place | None:
        """The `returns` validator."""
        return self.member("returns")

    @cached_property
    def config_is_complete(self) -> bool:
        """False where the configuration holds something that can't be resolved."""
        if self.config is None:
            return self.old_syntax
        return _is_complete(self.project, self.config)

    @property
    def context(self) -> Binding | None:
        """The handler's first parameter, where it is one name."""
        return next((b for b in self._parameters(0) if not b.path), None)

    @property
    def argument_bindings(self) -> tuple[Binding, ...]:
        """The names that the handler's second parameter declares: `args`, or the picked ones."""
        return tuple(self._parameters(1))

    def _parameters(self, position: int) -> Iterator[Binding]:
        if self.handler is None:
            return
        names = self.handler.file.names
        given = syntax.parameters(self.handler.node)
        if position >= len(given):
            return
        pattern = syntax.parameter_pattern(given[position])
        kinds = ("identifier", "shorthand_property_identifier_pattern")
        nodes = [pattern] if pattern.type in kinds else syntax.descendants(pattern, *kinds)
        for node in nodes:
            binding = names.lookup(syntax.text_of(node), node.start_byte)
            if binding is not None and binding.kind == "parameter" and binding.node == node:
                yield binding


class RegisteredFunctions:
    """All registered functions of a project, in the order of files and lines."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._in_file: dict[CodeFile, tuple[RegisteredFunction, ...]] = {}
        for file in project.files:
            if file.module and file.category is not Category.GENERATED:
                self._in_file[file] = tuple(_find(project, file))
        self._by_handler = {
            (function.handler.file, function.handler.node.id): function
            for function in self
            if function.handler is not None
        }

    def __iter__(self) -> Iterator[RegisteredFunction]:
        for functions in self._in_file.values():
            yield from functions

    def in_file(self, file: CodeFile) -> tuple[RegisteredFunction, ...]:
        """The functions that a file defines, in document order."""
        return self._in_file.get(file, ())

    def handled_by(self, file: CodeFile, function: Node) -> RegisteredFunction | None:
        """The registered function whose handler is this function node."""
        return self._by_handler.get((file, function.id))

    def around(self, file: CodeFile, node: Node) -> RegisteredFunction | None:
        """The registered function in whose handler a node stands."""
        index = file.tree.function_index_at(node.start_byte)
        while index >= 0:
            found = self.handled_by(file, file.tree.functions[index])
            if found is not None:
                return found
            index = file.tree.outer[index]
        return None

    def by_path(
        self, module: str, name: str, *, near: CodeFile | None = None
    ) -> RegisteredFunction | None:
        """The function that `internal.<module>.<name>` means; `module` as in `lib/auth`."""
        file = self._project.function_module(module, near=near)
        if file is None:
            return None
        for function in self.in_file(file):
            if name in function.exports:
                return function
        return self._re_exported(file, name)

    def _re_exported(self, file: CodeFile, name: str) -> RegisteredFunction | None:
        target = self._project.exported(file, name)
        if target.file is None or target.node is None:
            return None
        return next((f for f in self.in_file(target.file) if f.call == target.node), None)


def _find(project: Project, file: CodeFile) -> Iterator[RegisteredFunction]:
    for call in file.nodes("call_expression"):
        callee = syntax.callee(call)
        if callee is None or callee.type not in ("identifier", "member_expression"):
            continue
        first = syntax.argument(call, 0)
        if first is None or not _looks_registered(first):
            continue
        owner = _owner_of(call)
        if owner is None:
            continue
        builder = project.builders.of(file, callee)
        if builder is None or (
            # Only its name speaks for it, so the call has to look like one.
            builder.provenance is Provenance.BY_NAME and not _confirmed(first, callee)
        ):
            continue
        yield _read(project, file, call, first, builder, owner)


def _looks_registered(first: Node) -> bool:
    return first.type in ("object", "identifier", "call_expression") or (
        first.type in syntax.FUNCTION_KINDS
    )


def _confirmed(first: Node, callee: Node) -> bool:
    if syntax.text_of(callee) in ("query", "mutation", "action", "httpAction") or (
        callee.type == "identifier" and syntax.text_of(callee).startswith("internal")
    ):
        return first.type != "identifier" or callee.type == "identifier"
    return first.type == "object" and syntax.object_member(first, "handler") is not None


def _owner_of(call: Node) -> Node | None:
    """Where the call stands: a declarator, an export, a route's member, or a statement."""
    node = syntax.wrapped(call)
    parent = node.parent
    while parent is not None and parent.type == "ternary_expression":
        node = syntax.wrapped(parent)
        parent = node.parent
    if parent is None:
        return None
    if parent.type in ("variable_declarator", "export_statement", "return_statement"):
        return parent
    if parent.type == "arrow_function" and syntax.field(parent, "body") == node:
        return parent
    if parent.type == "pair":
        return parent
    if parent.type == "expression_statement":
        outer = parent.parent
        return parent if outer is not None and outer.type == "program" else None
    return None


def _read(
    project: Project, file: CodeFile, call: Node, first: Node, builder: Builder, owner: Node
) -> RegisteredFunction:
    config, handler, wrappers, old_syntax = _parts(project, file, first)
    route = _route_of(owner) if owner.type == "pair" else None
    name_node, exports = _naming(file, owner)
    local = syntax.text_of(name_node) if name_node is not None else ""
    name = exports[0] if exports else local
    if route is None and name_node is not None and not exports:
        route = _route_naming(file, name_node)
    if not name and route is not None:
        options = syntax.argument(route, 0)
        paths = (syntax.object_member(options, key) for key in ("path", "pathPrefix"))
        name = next(filter(None, map(syntax.string_value, paths)), "")
    return RegisteredFunction(
        project=project,
        file=file,
        call=call,
        builder=builder,
        name=name or "anonymous",
        name_node=name_node or syntax.callee_name_node(call) or call,
        exports=exports,
        route=route,
        config=config,
        handler=handler,
        wrappers=wrappers,
        old_syntax=old_syntax,
        handler_in_place=handler is not None
        and handler.file is file
        and syntax.is_inside(handler.node, call),
    )


def _naming(file: CodeFile, owner: Node) -> tuple[Node | None, tuple[str, ...]]:
    if owner.type == "export_statement":
        return None, ("default",)
    if owner.type != "variable_declarator":
        return None, ()
    name = syntax.field(owner, "name")
    if name is None or name.type != "identifier":
        return None, ()
    binding = file.names.resolve(name)
    if binding is None or file.names.in_module(binding.name) is not binding:
        return name, ()
    exports = [e.name for e in file.exports.named.values() if e.binding is binding]
    default = file.exports.named.get("default")
    if (
        default is not None
        and default.node.type == "identifier"
        and (file.names.resolve(default.node) is binding)
    ):
        exports.append("default")
    return name, tuple(sorted(exports, key=lambda e: (e != binding.name, e)))


def _route_of(pair: Node) -> Node | None:
    outer = pair.parent.parent if pair.parent is not None else None
    call = outer.parent if outer is not None and outer.type == "arguments" else None
    is_route = call is not None and syntax.callee_name(call) == "route"
    return call if is_route and syntax.key_name(syntax.field(pair, "key")) == "handler" else None


def _route_naming(file: CodeFile, name_node: Node) -> Node | None:
    """The route that names a function which its module keeps to itself."""
    binding = file.resolve(name_node)
    for use in file.names.uses(binding) if binding is not None else ():
        pair = syntax.wrapped(use).parent
        route = _route_of(pair) if pair is not None and pair.type == "pair" else None
        if route is not None:
            return route
    return None


def _parts(
    project: Project, file: CodeFile, first: Node
) -> tuple[Place | None, Place | None, tuple[Place, ...], bool]:
    if first.type == "identifier":
        target = project.follow(file, first)
        if target.file is None or target.node is None:
            return None, None, (), False
        file, first = target.file, target.node
    if first.type == "object":
        config = Place(file, first)
        value = _member(project, config, "handler")
        handler, wrappers = _handler(project, value) if value is not None else (None, ())
        return config, handler, wrappers, False
    if first.type in syntax.FUNCTION_KINDS or first.type == "call_expression":
        handler, wrappers = _handler(project, Place(file, first))
        return None, handler, wrappers, handler is not None
    return None, None, (), False


def _handler(project: Project, value: Place) -> tuple[Place | None, tuple[Place, ...]]:
    wrappers: list[Place] = []
    for _ in range(8):
        node = syntax.unwrap(value.node)
        if node is None:
            break
        if node.type in syntax.FUNCTION_KINDS:
            return Place(value.file, node), tuple(wrappers)
        if node.type == "call_expression":
            wrappers.append(Place(value.file, node))
            inner = _function_argument(node)
            if inner is None:
                break
            value = Place(value.file, inner)
            continue
        target: Target = project.follow(value.file, node)
        if target.file is None or target.node is None or target.node == node:
            break
        value = Place(target.file, target.node)
    return None, tuple(wrappers)


def _function_argument(call: Node) -> Node | None:
    given = [node for node in map(syntax.unwrap, syntax.arguments(call)) if node is not None]
    for kinds in (syntax.FUNCTION_KINDS, {"call_expression"}, {"identifier", "member_expression"}):
        for node in reversed(given):
            if node.type in kinds:
                return node
    return None


def _member(project: Project, config: Place, name: str) -> Place | None:
    value = syntax.object_member(config.node, name)
    if value is not None:
        return Place(config.file, value)
    for spread in reversed(syntax.object_spreads(config.node)):
        target = project.follow(config.file, spread)
        if target.file is not None and target.node is not None and target.node != config.node:
            inner = Place(target.file, target.node)
            found = _member(project, inner, name) if target.node.type == "object" else None
            if found is not None:
                return found
    return None


def _is_complete(project: Project, config: Place) -> bool:
    for spread in syntax.object_spreads(config.node):
        target = project.follow(config.file, spread)
        if target.file is None or target.node is None or target.node.type != "object":
            return False
        if target.node != config.node and not _is_complete(
            project, Place(target.file, target.node)
        ):
            return False
    return True
