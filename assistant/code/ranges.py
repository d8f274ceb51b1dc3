"""The range of an index: what the callback of `withIndex` and `withSearchIndex` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

RANGE_METHODS = frozenset({"eq", "gt", "gte", "lt", "lte", "search"})
_BRANCHES = frozenset({"ternary_expression", "if_statement", "switch_statement"})


@dataclass(frozen=True, slots=True)
class RangeOp:
    """One `eq("field", value)` of a range."""

    method: str
    """`eq`, `gt`, `gte`, `lt`, `lte` or `search`."""
    field: str | None
    """None where it isn't a literal."""
    field_node: Node | None
    value: Node | None
    node: Node
    """The call."""
    name_node: Node


@dataclass(frozen=True, slots=True)
class IndexRange:
    """The operations of a range in the order in which they are written."""

    file: CodeFile
    callback: Node | None
    """The function; None where there is none."""
    ops: tuple[RangeOp, ...]
    exact: bool
    """False where branches or code that can't be read decide what applies."""

    @property
    def equalities(self) -> tuple[str, ...]:
        """The fields compared by `eq`, in order."""
        return tuple(op.field for op in self.ops if op.method == "eq" and op.field is not None)

    @property
    def restricts(self) -> bool:
        """Whether it may leave anything out; code that can't be read gets the benefit."""
        return bool(self.ops) or not self.exact


def read_range(project: Project, file: CodeFile, given: Node | None) -> IndexRange:
    """Read the callback of `withIndex` or `withSearchIndex`; None means no range at all."""
    if given is None:
        return IndexRange(file, None, (), exact=True)
    target = project.follow(file, given)
    function = target.node
    if target.file is None or function is None or function.type not in syntax.FUNCTION_KINDS:
        return IndexRange(file, given, (), exact=False)
    file = target.file
    ops = tuple(sorted(_ops(file, function), key=lambda op: op.name_node.start_byte))
    returned = syntax.returned_expressions(function)
    plain = len(returned) == 1 and not any(_branches(op.node, function) for op in ops)
    return IndexRange(
        file, function, ops, exact=plain and _is_readable(file, returned[0], function)
    )


def _ops(file: CodeFile, function: Node) -> list[RangeOp]:
    found: list[RangeOp] = []
    for call in syntax.descendants(function, "call_expression"):
        name_node = syntax.callee_name_node(call)
        method = syntax.text_of(name_node)
        if name_node is None or method not in RANGE_METHODS:
            continue
        if not _starts_at_parameter(file, call, function):
            continue
        field_node, value = syntax.argument(call, 0), syntax.argument(call, 1)
        name = syntax.string_value(field_node)
        found.append(RangeOp(method, name, field_node, value, call, name_node))
    return found


def _starts_at_parameter(file: CodeFile, node: Node | None, function: Node) -> bool:
    for _ in range(8):
        root = syntax.chain_root(node)
        if root is None or root.type != "identifier":
            return False
        binding: Binding | None = file.names.resolve(root)
        if binding is None:
            return False
        if binding.kind == "parameter":
            return binding.function == function and binding.position == 0
        node = binding.value
    return False


def _is_readable(file: CodeFile, returned: Node, function: Node) -> bool:
    """Whether what is returned is a plain chain on the callback's parameter."""
    root = syntax.chain_root(returned)
    if root is None or root.type != "identifier":
        return False
    binding = file.names.resolve(root)
    if binding is None or binding.kind != "parameter" or binding.function != function:
        return False
    node: Node | None = returned
    while node is not None and node.type == "call_expression":
        if syntax.callee_name(node) not in RANGE_METHODS:
            return False
        node = syntax.receiver(node)
    return True


def _branches(node: Node, function: Node) -> bool:
    for outer in syntax.ancestors(node):
        if outer == function:
            return False
        if outer.type in _BRANCHES:
            return True
    return False
