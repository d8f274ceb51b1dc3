"""Parameters that switch a part of a helper on: `async function read(ctx, id, touch = false)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from assistant.code import syntax
from assistant.code.rules._endings import leaves

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.project import Project
    from assistant.code.reach import CallSite, Unit

Switch: TypeAlias = tuple[int, tuple[str, ...]]
"""A parameter's 0-based place, and the member of it: `(2, ())`, `(1, ("touch",))`."""

_OFF = frozenset({"false", "undefined", "null"})


def switches_before(project: Project, unit: Unit, node: Node) -> Iterator[Switch]:
    """The switches of a unit that have to be on for a node of it to run."""
    child = node
    for outer in syntax.ancestors(node):
        condition: Node | None = None
        if outer.type in ("if_statement", "ternary_expression"):
            if child == syntax.field(outer, "consequence"):
                condition = syntax.field(outer, "condition")
        elif (
            outer.type == "binary_expression"
            and child == syntax.field(outer, "right")
            and syntax.operator(outer) == "&&"
        ):
            condition = syntax.field(outer, "left")
        if condition is not None:
            yield from _demanded(unit, condition)
        if outer.type == "statement_block":
            for statement in outer.named_children:
                if statement.end_byte > child.start_byte:
                    break
                yield from _left_without(project, unit, statement)
        if outer == unit.node:
            return
        child = outer


def switched_off(site: CallSite, caller_off: frozenset[Switch], caller: Unit) -> frozenset[Switch]:
    """The switches of what is called that a call leaves off; `caller_off`: the caller's own."""
    if site.handed_on or site.node.type != "call_expression":
        return frozenset()
    given = syntax.arguments(site.node)
    if any(one.type == "spread_element" for one in given):
        return frozenset()
    found: set[Switch] = set()
    for position, parameter in enumerate(syntax.parameters(site.target.node)):
        value = given[position] if position < len(given) else None
        preset = syntax.field(parameter, "value")
        pattern = syntax.parameter_pattern(parameter)
        if pattern.type == "identifier" and (
            _is_missing_or_off(preset)
            if value is None
            else _is_off(value) or _switch_of(caller, value) in caller_off
        ):
            found.add((position, ()))
        if pattern.type == "object_pattern":
            found |= {(position, (name,)) for name in _off_in(pattern, value or preset)}
    return frozenset(found)


def _off_in(pattern: Node, value: Node | None) -> Iterator[str]:
    """The names of `{ touch = false }` that an object (or none) leaves off."""
    value = syntax.unwrap(value)
    if value is not None and (value.type != "object" or syntax.object_spreads(value)):
        return
    for one in pattern.named_children:
        preset = syntax.field(one, "right") if one.type == "object_assignment_pattern" else None
        left = syntax.field(one, "left") if preset is not None else one
        if left is None or left.type != "shorthand_property_identifier_pattern":
            continue
        name = syntax.text_of(left)
        member = syntax.object_member(value, name) if value is not None else None
        if _is_missing_or_off(preset) if member is None else _is_off(member):
            yield name


def _left_without(project: Project, unit: Unit, statement: Node) -> Iterator[Switch]:
    """`if (!touch) return;`: what follows has the switch on."""
    if statement.type != "if_statement" or syntax.field(statement, "alternative") is not None:
        return
    condition = syntax.unwrap(syntax.field(statement, "condition"))
    branch = syntax.field(statement, "consequence")
    if condition is None or branch is None or condition.type != "unary_expression":
        return
    switch = _switch_of(unit, condition.named_children[-1])
    if (
        switch is not None
        and syntax.text_of(condition).startswith("!")
        and leaves(project, unit.file, branch)
    ):
        yield switch


def _demanded(unit: Unit, condition: Node) -> Iterator[Switch]:
    """The switches that are on where a condition holds: those joined by `&&`."""
    waiting: list[Node | None] = [condition]
    while waiting:
        node = syntax.unwrap(waiting.pop())
        if node is None:
            continue
        joined = syntax.operator(node) == "&&"
        if node.type == "binary_expression" and joined:
            waiting += [syntax.field(node, "left"), syntax.field(node, "right")]
            continue
        switch = _switch_of(unit, node)
        if switch is not None:
            yield switch


def _switch_of(unit: Unit, node: Node | None) -> Switch | None:
    """The parameter of a unit's function that a name stands for, if it keeps what it was given."""
    node = syntax.unwrap(node)
    if node is None or node.type not in ("identifier", "shorthand_property_identifier"):
        return None
    binding = unit.file.resolve(node)
    if binding is None or binding.kind != "parameter" or binding.assignments:
        return None
    return (binding.position, binding.path) if binding.function == unit.node else None


def _is_missing_or_off(node: Node | None) -> bool:
    return node is None or _is_off(node)


def _is_off(node: Node | None) -> bool:
    node = syntax.unwrap(node)
    return node is not None and (node.type in _OFF or syntax.text_of(node) in _OFF)
