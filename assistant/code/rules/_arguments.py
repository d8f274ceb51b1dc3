"""Which argument of a registered function a value comes from, also through helpers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST
from assistant.code.rules._argument_flow import ITEM, iterated
from assistant.code.validators import UNKNOWN_KIND, Validator, read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Origin:
    """An argument, or a part of one."""

    function: RegisteredFunction
    path: tuple[str, ...]
    """`("opts",)` of `args.opts`, `("ids", "[]")` of an element of `args.ids`."""
    helped: bool = False
    """Whether it came through a helper's parameter."""

    @property
    def key(self) -> tuple[int, tuple[str, ...]]:
        """The same for the same part of the same argument."""
        return id(self.function), self.path


def origins(
    project: Project,
    file: CodeFile,
    node: Node | None,
    depth: int = 0,
    *,
    reassigned: bool = False,
) -> Iterator[Origin]:
    """The arguments that an expression may be: one, or one for each caller of a helper.

    `reassigned`: a variable counts for what it began with, whatever it is assigned later.
    """
    names: list[str] = []
    inner = syntax.unwrap_await(node)
    while inner is not None and inner.type in ("member_expression", "subscript_expression"):
        name = syntax.member_name(inner)
        if name is None:
            return
        names.append(name)
        inner = syntax.unwrap(syntax.field(inner, "object"))
    if inner is None or depth > _MAX_DEPTH:
        return
    if inner.type not in ("identifier", "shorthand_property_identifier"):
        return
    binding = file.names.resolve(inner)
    if binding is None or REST in binding.path or (binding.assignments and not reassigned):
        return
    yield from _of_binding(project, file, binding, (*binding.path, *reversed(names)), depth)


def _of_binding(
    project: Project, file: CodeFile, binding: Binding, path: tuple[str, ...], depth: int
) -> Iterator[Origin]:
    if binding.kind == "parameter" and binding.function is not None:
        yield from _of_parameter(project, file, binding, path, depth)
    elif binding.kind in ("variable", "loop") and binding.value is not None:
        inner = (ITEM, *path) if binding.kind == "loop" else path
        for origin in origins(project, file, binding.value, depth + 1):
            yield replace(origin, path=(*origin.path, *inner))


def _of_parameter(
    project: Project, file: CodeFile, binding: Binding, path: tuple[str, ...], depth: int
) -> Iterator[Origin]:
    function = binding.function
    assert function is not None
    registered = project.functions.handled_by(file, function)
    if registered is not None:
        if binding.position == 1:
            yield Origin(registered, path)
        return
    owner = iterated(function)
    if owner is not None:
        if binding.position == 0:
            for origin in origins(project, file, owner, depth + 1):
                yield replace(origin, path=(*origin.path, ITEM, *path))
        return
    for where, call in project.reach.calls_to(file, function):
        given = syntax.argument(call, binding.position)
        rest = path
        while given is not None and given.type == "object" and rest:
            given, rest = syntax.unwrap(syntax.object_member(given, rest[0])), rest[1:]
        for origin in origins(project, where, given, depth + 1):
            yield replace(origin, path=(*origin.path, *rest), helped=True)


def validator_of(project: Project, origin: Origin) -> Validator | None:
    """What validates an argument; None where nothing does, of the kind `unknown` if unreadable."""
    declared = origin.function.args
    if declared is None:
        if origin.function.config_is_complete and not origin.function.builder.layers:
            return None
        return _unknown(origin.function.file, origin.function.call)
    validator = read_validator(project, declared.file, declared.node)
    for name in origin.path:
        validator = validator.inner
        if name == ITEM and validator.kind == "array" and validator.members:
            validator = validator.members[0]
        elif name != ITEM and validator.kind == "object" and name in validator.fields:
            validator = validator.fields[name]
        elif validator.kind == "any":
            return validator
        else:
            return _unknown(declared.file, declared.node)
    return validator


def _unknown(file: CodeFile, node: Node) -> Validator:
    return Validator(UNKNOWN_KIND, file, node, complete=False)
