"""Whether a condition depends on an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._endings import throws

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_CONDITIONAL = {
    "if_statement": "condition",
    "ternary_expression": "condition",
    "switch_statement": "value",
    "while_statement": "condition",
}
_PARTS = frozenset(
    {"arguments", "as_expression", "await_expression", "member_expression", "non_null_expression"}
    | {"parenthesized_expression", "unary_expression"}
)
_MEMBERSHIP = frozenset({"has", "includes", "some"})


def decides(node: Node) -> bool:
    """Whether a condition depends on an expression, also by `list.includes(expression)`."""
    child = node
    for outer in syntax.ancestors(node):
        kind = outer.type
        if kind in _CONDITIONAL:
            return syntax.field(outer, _CONDITIONAL[kind]) == child
        if kind == "binary_expression":
            operator = syntax.operator(outer)
            if operator in ("&&", "||") and syntax.field(outer, "left") == child:
                return True
        elif kind == "call_expression":
            if syntax.callee_name(outer) not in _MEMBERSHIP:
                return False
        elif kind not in _PARTS:
            return False
        child = outer
    return False


def guard_of(node: Node) -> Node | None:
    """The `if` whose condition an expression is a part of, not through a callback."""
    child = node
    for outer in syntax.ancestors(node):
        if outer.type == "if_statement":
            return outer if syntax.field(outer, "condition") == child else None
        if outer.type in syntax.FUNCTION_KINDS or outer.type.endswith(("_statement", "_block")):
            return None
        child = outer
    return None


def denies(project: Project, file: CodeFile, guard: Node) -> bool:
    """Whether an `if` turns somebody away: it throws, or returns nothing."""
    body = syntax.field(guard, "consequence")
    if body is None:
        return False
    statements = body.named_children if body.type == "statement_block" else [body]
    return any(
        throws(project, file, statement)
        or (statement.type == "return_statement" and _is_nothing(statement))
        for statement in statements
    )


def _is_nothing(statement: Node) -> bool:
    value = syntax.unwrap(statement.named_children[0]) if statement.named_children else None
    if value is None or value.type == "array":
        return value is None or not value.named_children
    return syntax.text_of(value) in ("null", "undefined", "false")
