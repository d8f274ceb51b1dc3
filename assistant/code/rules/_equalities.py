"""The fields that a predicate compares with a value by equality, each of which an index could take.

Only conditions that all hold count: parts of an `and`, not of an `or`. A field compared with
another field of the same document, and one that is only tested for truth, don't count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project
    from assistant.code.schema import Table

ARRAY_METHODS = frozenset({"filter", "find", "findLast"})
_EQUAL = frozenset({"===", "=="})


@dataclass(frozen=True, slots=True)
class Equality:
    """`field === value`."""

    field: str
    """`owner`, or `address.city` of a nested one."""
    value: Node


def of_filter(project: Project, file: CodeFile, predicate: Node | None) -> tuple[Equality, ...]:
    """The equalities of a query's `.filter((q) => q.eq(q.field("f"), value))`."""
    function, file = _function(project, file, predicate)
    returned = syntax.returned_expressions(function) if function is not None else []
    return tuple(_of_expression(returned[0])) if len(returned) == 1 else ()


def _function(project: Project, file: CodeFile, node: Node | None) -> tuple[Node | None, CodeFile]:
    target = project.follow(file, node)
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return None, file
    return target.node, target.file


def _of_expression(expression: Node) -> Iterator[Equality]:
    stack = [expression]
    while stack:
        node = syntax.unwrap(stack.pop())
        if node is None or node.type != "call_expression":
            continue
        name, given = syntax.callee_name(node), syntax.arguments(node)
        if name == "and":
            stack += reversed(given)
        elif name == "eq" and len(given) == 2:
            fields = [_field_of(one) for one in given]
            if fields[0] is not None and not _mentions_field(given[1]):
                yield Equality(fields[0], given[1])
            elif fields[1] is not None and not _mentions_field(given[0]):
                yield Equality(fields[1], given[0])


def _field_of(node: Node) -> str | None:
    inner = syntax.unwrap(node)
    if inner is None or inner.type != "call_expression" or syntax.callee_name(inner) != "field":
        return None
    return syntax.string_value(syntax.argument(inner, 0))


def _mentions_field(node: Node) -> bool:
    inner = syntax.unwrap(node)
    calls = [*syntax.descendants(node, "call_expression"), *([inner] if inner is not None else [])]
    return any(
        call.type == "call_expression" and syntax.callee_name(call) == "field" for call in calls
    )


def of_callback(project: Project, file: CodeFile, callback: Node | None) -> tuple[Equality, ...]:
    """The equalities of an array's `.filter((row) => row.f === value)`."""
    function, file = _function(project, file, callback)
    if function is None:
        return ()
    returned = syntax.returned_expressions(function)
    given = syntax.parameters(function)
    if len(returned) != 1 or not given:
        return ()
    found: list[Equality] = []
    stack = [returned[0]]
    while stack:
        node = syntax.unwrap(stack.pop())
        if node is None or node.type != "binary_expression":
            continue
        left, right = syntax.field(node, "left"), syntax.field(node, "right")
        operator = syntax.operator(node)
        if left is None or right is None:
            continue
        if operator == "&&":
            stack += [right, left]
        elif operator in _EQUAL:
            for one, other in ((left, right), (right, left)):
                path = _row_field(file, one, function)
                if path and not _mentions_row(file, other, function):
                    found.append(Equality(".".join(path), other))
                    break
    return tuple(found)


def _is_row(binding: Binding | None, function: Node) -> bool:
    return (
        binding is not None
        and binding.kind == "parameter"
        and binding.function == function
        and binding.position == 0
    )


def _row_field(file: CodeFile, node: Node, function: Node) -> tuple[str, ...]:
    """`("address", "city")` of `row.address.city`; empty where it is no field of the row."""
    names: list[str] = []
    inner = syntax.unwrap(node)
    while inner is not None and inner.type in ("member_expression", "subscript_expression"):
        name = syntax.member_name(inner)
        if name is None:
            return ()
        names.append(name)
        inner = syntax.unwrap(syntax.field(inner, "object"))
    if inner is None or inner.type != "identifier":
        return ()
    binding = file.names.resolve(inner)
    if binding is None or not _is_row(binding, function):
        return ()
    return (*binding.path, *reversed(names))


def _mentions_row(file: CodeFile, node: Node, function: Node) -> bool:
    inner = syntax.unwrap(node)
    names = list(syntax.descendants(node, "identifier"))
    if inner is not None and inner.type == "identifier":
        names.append(inner)
    return any(_is_row(file.names.resolve(name), function) for name in names)


def array_filters(uses: tuple[Node, ...]) -> Iterator[tuple[Node, Node]]:
    """The calls `rows.filter(…)` and `rows.find(…)` on some rows: name and callback."""
    for use in uses:
        member = syntax.wrapped(use).parent
        if member is None or member.type != "member_expression":
            continue
        if syntax.field(member, "object") != syntax.wrapped(use):
            continue
        name, call = syntax.field(member, "property"), member.parent
        if name is None or syntax.text_of(name) not in ARRAY_METHODS:
            continue
        if call is None or call.type != "call_expression":
            continue
        callback = syntax.argument(call, 0)
        if callback is not None:
            yield name, callback


def is_field_of(table: Table, path: str) -> bool:
    """Whether a path is a field of the table's documents, system fields not counted."""
    first, *rest = path.split(".")
    if first.startswith("_"):
        return False
    validator = table.fields.get(first)
    if validator is None:
        # With a definition that can't be read as a whole it may be one, if it isn't nested.
        return not table.fields_complete and not rest and first != "length"
    for name in rest:
        variants = validator.inner.object_variants()
        found = next((one.fields[name] for one in variants if name in one.fields), None)
        if found is None:
            return False
        validator = found
    return True
