"""What mutations do to the arrays that documents hold: let them grow, or anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.contexts import ContextCall
from assistant.code.row_tables import RowTables
from assistant.code.validators import read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

_ADDS = frozenset({"push", "unshift"})
_CUTS = frozenset({"filter", "pop", "shift", "slice", "splice"})
_NAME = re.compile(r"^[A-Za-z_]\w{0,99}$")
_COMPARED_LENGTH = re.compile(r"\.length\s*(?:[<>]|===\s*[1-9])")
_MAX_OPERAND = 128
"""Characters before a length that are looked at: a name, and a little behind it."""
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class ArrayWrite:
    """One field that a `patch` or a `replace` sets."""

    table: str | None
    """None where it can't be told."""
    field: str
    grows: bool
    """Whether it is what was there before, and more; else it may be anything."""


class ArrayWrites:
    """All such writes of a project that could set an array."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._compared: dict[int, tuple[str, ...]] = {}
        self.all: tuple[ArrayWrite, ...] = tuple(
            write
            for file in project.server_files
            for call in project.contexts.calls(file)
            if call.path in (("db", "patch"), ("db", "replace"))
            for write in self._of(call)
        )

    def _of(self, call: ContextCall) -> Iterator[ArrayWrite]:
        given = call.arguments
        target = self._project.follow(call.file, given[-1]) if len(given) > 1 else None
        literal = target.node if target is not None else None
        if target is None or target.file is None or literal is None:
            return
        table = self._project.once(RowTables).of_written(call.file, call.node)
        if literal.type != "object":
            yield from self._of_arguments(call, table)
            return
        if syntax.object_spreads(literal):
            yield from self._of_arguments(call, table)
        for name, value in syntax.object_members(literal):
            grows = self._grows(target.file, value, name, 0)
            if grows is not None:
                names = {name, syntax.text_of(value)}
                limited = grows and _has_limit(self._compared_lengths(call), names)
                yield ArrayWrite(table, name, grows and not limited)

    def _of_arguments(self, call: ContextCall, table: str | None) -> Iterator[ArrayWrite]:
        """What is spread may come from any argument of the function."""
        function = self._project.functions.around(call.file, call.node)
        args = function.args if function is not None else None
        if args is None:
            return
        validator = read_validator(self._project, args.file, args.node)
        for one in validator.walk():
            for name in one.fields:
                yield ArrayWrite(table, name, grows=False)

    def _compared_lengths(self, call: ContextCall) -> tuple[str, ...]:
        """What stands before each compared `.length` of the unit around a call."""
        unit = self._project.reach.unit_of(call.file, call.node).node
        if unit.id not in self._compared:
            text = syntax.text_of(unit)
            self._compared[unit.id] = tuple(
                text[max(0, found.start() - _MAX_OPERAND) : found.start()]
                for found in _COMPARED_LENGTH.finditer(text)
            )
        return self._compared[unit.id]

    def _grows(self, file: CodeFile, node: Node, field: str, depth: int) -> bool | None:
        """Whether a value is the field's own array and more; None where it stays as it is."""
        inner = syntax.unwrap(node)
        if inner is None or depth > _MAX_DEPTH:
            return False
        if inner.type == "array":
            return _adds_to_spread(file, inner, field)
        if inner.type == "ternary_expression":
            return self._either_grows(file, inner, field, depth)
        if inner.type == "call_expression":
            owner = syntax.receiver(inner)
            return syntax.callee_name(inner) == "concat" and _is_field(file, owner, field)
        if inner.type in ("identifier", "shorthand_property_identifier"):
            binding = file.names.resolve(inner)
            return binding is not None and self._variable_grows(file, binding, field, depth)
        if syntax.member_name(inner) == field:
            pushed = _methods_on(file, inner)
            if pushed & _CUTS:
                return False
            return True if pushed & _ADDS else None
        return False

    def _either_grows(self, file: CodeFile, choice: Node, field: str, depth: int) -> bool:
        """`doc.list ? [...doc.list, item] : [item]`: one side grows, the other begins it."""
        sides = [syntax.unwrap(syntax.field(choice, n)) for n in ("consequence", "alternative")]
        if any(side is None for side in sides):
            return False
        growing = [one for one in sides if one and self._grows(file, one, field, depth + 1)]
        others = [one for one in sides if one is not None and one not in growing]
        return bool(growing) and all(
            one.type == "array" or _is_field(file, one, field) for one in others
        )

    def _variable_grows(self, file: CodeFile, binding: Binding, field: str, depth: int) -> bool:
        value = syntax.unwrap(binding.value)
        if value is None or binding.kind != "variable" or binding.assignments:
            return False
        called = {_method_called(use) for use in file.names.uses(binding)}
        if called & _CUTS:
            return False
        copied = value.type == "array" and _only_spread(file, value, field)
        if copied or _is_field(file, value, field):
            return bool(called & _ADDS)
        return self._grows(file, value, field, depth + 1) is True


def _adds_to_spread(file: CodeFile, array: Node, field: str) -> bool:
    elements = [child for child in array.named_children if child.type != "comment"]
    added = [one for one in elements if not _is_spread_of(file, one, field)]
    # A word written in the code is added once or twice, not without end.
    return len(added) < len(elements) and any(syntax.string_value(one) is None for one in added)


def _only_spread(file: CodeFile, array: Node, field: str) -> bool:
    elements = [child for child in array.named_children if child.type != "comment"]
    return len(elements) == 1 and _is_spread_of(file, elements[0], field)


def _is_spread_of(file: CodeFile, element: Node, field: str) -> bool:
    if element.type != "spread_element" or not element.named_children:
        return False
    return _is_field(file, element.named_children[0], field)


def _is_field(file: CodeFile, node: Node | None, field: str, depth: int = 0) -> bool:
    """Whether an expression is a document's field, `(doc.field ?? [])` included."""
    inner = syntax.unwrap(node)
    if inner is None or depth > _MAX_DEPTH:
        return False
    if inner.type == "binary_expression":
        return _is_field(file, syntax.field(inner, "left"), field, depth + 1)
    if inner.type == "member_expression":
        return syntax.member_name(inner) == field and syntax.text_of(inner) != f"args.{field}"
    if inner.type == "identifier":
        binding = file.names.resolve(inner)
        if binding is None or binding.kind != "variable" or binding.assignments:
            return False
        if binding.path:
            return binding.path[-1] == field
        return _is_field(file, binding.value, field, depth + 1)
    return False


def _method_called(use: Node) -> str | None:
    """`push` of `list.push(…)`."""
    member = syntax.wrapped(use).parent
    outer = member.parent if member is not None else None
    if member is None or outer is None or outer.type != "call_expression":
        return None
    return syntax.member_name(member) if syntax.field(outer, "function") == member else None


def _methods_on(file: CodeFile, member: Node) -> set[str | None]:
    """The methods called anywhere in the function on the same `doc.field`."""
    chain = syntax.name_chain(member)
    function = file.tree.function_around(member)
    if not chain or function is None:
        return set()
    return {
        syntax.callee_name(call)
        for call in file.tree.nodes_inside(function, "call_expression")
        if syntax.name_chain(syntax.receiver(call)) == chain
    }


def _has_limit(compared: tuple[str, ...], names: set[str]) -> bool:
    """Whether code compares the length of the array, by its field or its variable.

    `compared`: what stands before each length that is compared.
    """
    return any(
        name in before and re.search(rf"\b{name}\b[^;\n]{{0,24}}\Z", before) is not None
        for before in compared
        for name in names
        if _NAME.match(name)
    )
