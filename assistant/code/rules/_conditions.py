"""Whether a condition depends on an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

_CONDITIONAL = {
    "if_statement": "condition",
    "ternary_expression": "condition",
    "switch_statement": "value",
    "while_statement": "condition",
}
_PARTS = frozenset(
    {"arguments", "as_expression", "member_expression", "non_null_expression"}
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
            operator = syntax.text_of(syntax.field(outer, "operator"))
            if operator in ("&&", "||") and syntax.field(outer, "left") == child:
                return True
        elif kind == "call_expression":
            if syntax.callee_name(outer) not in _MEMBERSHIP:
                return False
        elif kind not in _PARTS:
            return False
        child = outer
    return False


def is_null_check(node: Node) -> bool:
    """Whether an expression is only asked for its presence: `!x`, `x === null`, `if (x)`."""
    outer = syntax.wrapped(node).parent
    if outer is None:
        return False
    if outer.type == "binary_expression":
        operator = syntax.text_of(syntax.field(outer, "operator"))
        if operator in ("&&", "||"):
            return True
        sides = (syntax.field(outer, "left"), syntax.field(outer, "right"))
        return any(syntax.text_of(side) in ("null", "undefined") for side in sides)
    return outer.type in ("unary_expression", *_CONDITIONAL)
