"""Statements behind which no code runs: a `return`, a `throw`, a call that never comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_LEAVING = frozenset(
    {"break_statement", "continue_statement", "return_statement", "throw_statement"}
)
_ENDING_NAMES = frozenset({"exit", "fail", "notFound", "redirect"})
_NEVER = frozenset({"never", "Promise<never>"})


def leaves(project: Project, file: CodeFile, branch: Node) -> bool:
    """Whether a branch never goes on behind its `if`."""
    if branch.type == "else_clause":
        inner = branch.named_children[-1] if branch.named_children else None
        return inner is not None and leaves(project, file, inner)
    if branch.type in _LEAVING:
        return True
    if branch.type == "if_statement":
        parts = (syntax.field(branch, "consequence"), syntax.field(branch, "alternative"))
        return all(part is not None and leaves(project, file, part) for part in parts)
    if branch.type == "statement_block":
        last = next((c for c in reversed(branch.named_children) if c.type != "comment"), None)
        return last is not None and leaves(project, file, last)
    return throws(project, file, branch)


def throws(project: Project, file: CodeFile, statement: Node) -> bool:
    """Whether a statement throws, by itself or by a call: `fail("…")`, `process.exit(1)`."""
    if statement.type != "expression_statement" or not statement.named_children:
        return statement.type == "throw_statement"
    call = syntax.unwrap_await(statement.named_children[0])
    return call is not None and call.type == "call_expression" and _never(project, file, call)


def _never(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether a call never comes back: by its name, its type, or because its code only throws."""
    name = syntax.callee_name(call)
    if name in _ENDING_NAMES or name.startswith("throw"):
        return True
    function = project.follow(file, syntax.callee(call)).node
    if function is None or function.type not in syntax.FUNCTION_KINDS:
        return False
    declared = syntax.field(function, "return_type")
    if declared is not None:
        return syntax.text_of(declared).lstrip(": ") in _NEVER
    body = syntax.field(function, "body")
    inner = [child for child in body.named_children if child.type != "comment"] if body else []
    only_throws = bool(inner) and inner[-1].type == "throw_statement"
    return only_throws and not any(syntax.descendants(function, "return_statement"))
