"""Which argument of a registered function an expression holds, in its handler and its helpers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST, Binding
from assistant.code.validators import Validator, read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.reach import Unit

ArgumentPath = tuple[str, ...]
"""`("patch", "name")` of `args.patch.name`; `()` is the whole of `args`."""

ITEM = "[]"
"""Stands in a path for an item of an array."""
_NOTHING: frozenset[ArgumentPath] = frozenset()
_PER_ITEM = frozenset({"every", "filter", "find", "flatMap", "forEach", "map", "some"})
_SAME_TEXT = frozenset({"normalize", "toLowerCase", "toString", "toUpperCase", "trim"})
_BRANCHES = frozenset({"??", "||"})
_MAX_DEPTH = 14
_MAX_PATHS = 12


class ArgumentFlows:
    """The flows of a project's functions, each followed once for all rules."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._of: dict[RegisteredFunction, ArgumentFlow] = {}

    def of(self, function: RegisteredFunction) -> ArgumentFlow:
        """The flow of one function."""
        if function not in self._of:
            self._of[function] = ArgumentFlow(self._project, function)
        return self._of[function]


class ArgumentFlow:
    """Follows the arguments of one registered function through all that it runs.

    Only the very value counts: `args.id` and a helper's parameter that is given it, not what is
    computed from it. Several callers of a helper are taken together.
    """

    def __init__(self, project: Project, function: RegisteredFunction) -> None:
        self.project = project
        self.function = function
        self.units: tuple[Unit, ...] = project.reach.reached_by(function, runs=True)
        """The handler's unit and all units that it reaches, through `ctx.run…` too."""
        self._of_binding: dict[Binding, frozenset[ArgumentPath]] = {}

    def paths(self, file: CodeFile, node: Node | None, depth: int = 0) -> frozenset[ArgumentPath]:
        """The arguments that an expression may hold; empty where it holds none."""
        node = syntax.unwrap_await(node)
        if node is None or depth > _MAX_DEPTH:
            return _NOTHING
        if node.type in ("identifier", "shorthand_property_identifier"):
            binding = file.resolve(node)
            return _NOTHING if binding is None else self._of_name(file, binding, depth)
        if node.type in ("member_expression", "subscript_expression"):
            return self._of_member(file, node, depth)
        if node.type == "call_expression":
            return self._of_call(file, node, depth)
        if node.type == "ternary_expression":
            sides = (syntax.field(node, "consequence"), syntax.field(node, "alternative"))
            return self._union(file, sides, depth)
        if node.type == "binary_expression":
            operator = syntax.operator(node)
            sides = (syntax.field(node, "left"), syntax.field(node, "right"))
            return self._union(file, sides, depth) if operator in _BRANCHES else _NOTHING
        return _NOTHING

    def names(self, file: CodeFile, node: Node | None) -> frozenset[str]:
        """The names of the arguments that an expression holds, or holds an item of."""
        found = (path for path in self.paths(file, node) if path and path[0] != REST)
        return frozenset(path[0] for path in found if all(step == ITEM for step in path[1:]))

    @cached_property
    def validator(self) -> Validator | None:
        """The validator of all arguments; None where the function declares none."""
        args = self.function.args
        return None if args is None else read_validator(self.project, args.file, args.node)

    def validator_of(self, path: ArgumentPath) -> Validator | None:
        """What an argument (or a part of one) is validated by, `optional` taken off."""
        found = self.validator
        for step in path:
            if found is None:
                return None
            inner = found.inner
            if step == ITEM:
                found = inner.members[0] if inner.kind == "array" and inner.members else None
            else:
                found = inner.fields.get(step)
        return None if found is None else found.inner

    # --- following names backwards ----------------------------------------------------------------

    def _union(
        self, file: CodeFile, nodes: tuple[Node | None, ...], depth: int
    ) -> frozenset[ArgumentPath]:
        found = _NOTHING.union(*(self.paths(file, node, depth + 1) for node in nodes))
        return found if len(found) <= _MAX_PATHS else _NOTHING

    def _of_member(self, file: CodeFile, node: Node, depth: int) -> frozenset[ArgumentPath]:
        owner = self.paths(file, syntax.field(node, "object"), depth + 1)
        name = syntax.member_name(node)
        if name is None:
            name = ITEM if node.type == "subscript_expression" else ""
        return _step(owner, (name,))

    def _of_call(self, file: CodeFile, call: Node, depth: int) -> frozenset[ArgumentPath]:
        name = syntax.callee_name(call)
        if name in _SAME_TEXT:
            return self.paths(file, syntax.receiver(call), depth + 1)
        if name == "String" and syntax.receiver(call) is None:
            return self.paths(file, syntax.argument(call, 0), depth + 1)
        if name == "normalizeId":
            return self.paths(file, syntax.argument(call, 1), depth + 1)
        return _NOTHING

    def _of_name(self, file: CodeFile, binding: Binding, depth: int) -> frozenset[ArgumentPath]:
        known = self._of_binding.get(binding)
        if known is not None:
            return known
        self._of_binding[binding] = _NOTHING  # ends cycles
        found = _NOTHING.union(*self._sources(file, binding, depth))
        self._of_binding[binding] = found if len(found) <= _MAX_PATHS else _NOTHING
        return self._of_binding[binding]

    def _sources(
        self, file: CodeFile, binding: Binding, depth: int
    ) -> Iterator[frozenset[ArgumentPath]]:
        if binding.kind == "parameter":
            yield from self._of_parameter(file, binding, depth)
        elif binding.kind == "variable":
            yield _step(self.paths(file, binding.value, depth + 1), binding.path)
            for assigned in binding.assignments:
                yield self.paths(file, assigned, depth + 1)
        elif binding.kind == "loop":
            yield _step(self.paths(file, binding.value, depth + 1), (ITEM, *binding.path))

    def _of_parameter(
        self, file: CodeFile, binding: Binding, depth: int
    ) -> Iterator[frozenset[ArgumentPath]]:
        function = binding.function
        handler = self.function.handler
        if function is None:
            return
        if handler is not None and handler.file is file and handler.node == function:
            if binding.position == 1:
                yield frozenset({binding.path})
            return
        items = iterated(function)
        if items is not None:
            if binding.position == 0:
                yield _step(self.paths(file, items, depth + 1), (ITEM, *binding.path))
            return
        for where, node in self.given_to(file, binding):
            yield self._of_given(where, node, binding.path, depth)

    def given_to(self, file: CodeFile, parameter: Binding) -> Iterator[tuple[CodeFile, Node]]:
        """What the callers of a helper (or `ctx.run…`) give for one of its parameters, whole."""
        if parameter.function is None:
            return
        for where, given in self._given.get((file, parameter.function.id), ()):
            if parameter.position < len(given):
                yield where, given[parameter.position]

    def _of_given(
        self, file: CodeFile, node: Node, path: tuple[str, ...], depth: int
    ) -> frozenset[ArgumentPath]:
        """What a parameter holds that picks `path` out of what it is given."""
        inner = syntax.unwrap(node)
        if inner is not None and inner.type == "object" and path:
            member = syntax.object_member(inner, path[0])
            if member is not None:
                return _step(self.paths(file, member, depth + 1), path[1:])
            spreads = tuple(syntax.object_spreads(inner))
            return _step(self._union(file, spreads, depth), path)
        return _step(self.paths(file, inner, depth + 1), path)

    @cached_property
    def _given(self) -> dict[tuple[CodeFile, int], list[tuple[CodeFile, list[Node]]]]:
        """For each function that is run the arguments that its callers give."""
        reach = self.project.reach
        given: dict[tuple[CodeFile, int], list[tuple[CodeFile, list[Node]]]] = defaultdict(list)
        for unit in self.units:
            for site in reach.calls_of(unit):
                if not site.handed_on:
                    place = (site.target.file, site.target.node.id)
                    given[place].append((site.file, syntax.arguments(site.node)))
            for run in reach.runs_of(unit):
                handler = run.target.handler if run.target is not None else None
                if handler is None:
                    continue
                handed = run.call.arguments[2 if run.scheduled else 1 :][:1]
                # Handlers take the context first, which the caller doesn't give.
                place = (handler.file, handler.node.id)
                given[place].append((unit.file, [run.call.node, *handed]))
        return given


def _step(paths: frozenset[ArgumentPath], further: tuple[str, ...]) -> frozenset[ArgumentPath]:
    return paths if not further else frozenset((*path, *further) for path in paths)


def iterated(function: Node) -> Node | None:
    """What a callback is called with one by one: `ids` of `ids.map(…)` and `asyncMap(ids, …)`."""
    arguments = syntax.wrapped(function).parent
    call = arguments.parent if arguments is not None and arguments.type == "arguments" else None
    if call is None or call.type != "call_expression":
        return None
    name = syntax.callee_name(call)
    if name in _PER_ITEM:
        return syntax.receiver(call)
    return syntax.argument(call, 0) if name == "asyncMap" else None
