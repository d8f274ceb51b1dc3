"""Where code asks first which kind of context it has: `if ("scheduler" in ctx)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._presence import leaves
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_BRANCHES = ("if_statement", "ternary_expression")


def is_behind_kind_check(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether a branch around a node is taken by what the context can do."""
    child = node
    for outer in syntax.ancestors(node):
        if outer.type in syntax.FUNCTION_KINDS:
            return False
        condition: Node | None = None
        if outer.type in _BRANCHES and child != syntax.field(outer, "condition"):
            condition = syntax.field(outer, "condition")
        elif outer.type == "binary_expression" and child == syntax.field(outer, "right"):
            condition = syntax.field(outer, "left")
        if condition is not None and _asks_for_kind(project, file, condition):
            return True
        if outer.type == "statement_block" and any(
            statement.type == "if_statement"
            and statement.end_byte <= child.start_byte
            and _settles_kind(project, file, statement)
            for statement in outer.named_children
        ):
            return True
        child = outer
    return False


def _settles_kind(project: Project, file: CodeFile, branch: Node) -> bool:
    """`if (typeof ctx.runQuery === "function") { …; return … }`: what follows has another kind."""
    condition, consequence = syntax.field(branch, "condition"), syntax.field(branch, "consequence")
    if condition is None or consequence is None or not leaves(consequence):
        return False
    return _asks_for_kind(project, file, condition)


def _is_guard(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether a function of the project says by its type what it asks: `ctx is QueryCtx`."""
    target = project.follow(file, syntax.callee(call)).node
    if target is None or target.type not in syntax.FUNCTION_KINDS:
        return False
    declared = syntax.field(target, "return_type")
    return declared is not None and declared.type in (
        "asserts_annotation",
        "type_predicate_annotation",
    )


def _asks_for_kind(project: Project, file: CodeFile, condition: Node) -> bool:
    for part in (condition, *syntax.descendants(condition)):
        if part.type == "binary_expression":
            operator = syntax.text_of(syntax.field(part, "operator"))
            right = syntax.field(part, "right")
            if operator == "in" and project.contexts.path_of(file, right) is not None:
                return True
        elif part.type == "call_expression":
            # `isMutationCtx(ctx)`, `hasDb(ctx)`
            given = syntax.argument(part, 0)
            if given is None or project.contexts.path_of(file, given) is None:
                continue
            if "ctx" in words_of(syntax.callee_name(part)) or _is_guard(project, file, part):
                return True
        elif part.type == "member_expression" and part.parent is not None:
            # `if (ctx.db)`: the part itself is asked for, not something that it gives.
            found = project.contexts.path_of(file, part)
            is_part = found is not None and len(found.path) == 1
            if is_part and part.parent.type not in ("member_expression", "call_expression"):
                return True
    return False
