"""Whether a value that may be missing is looked at before it is used as if it were there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._endings import leaves

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

_CHECKING_NAME = re.compile(
    r"^(assert|check|ensure|expect|guard|invariant|must|nullThrows|require|throwIf|validate|verify)",
    re.IGNORECASE,
)
_ANSWERS = frozenset({"binary_expression", "unary_expression"})
_MAX_ANSWERS = 1
"""How many variables a look at another one is followed through."""
_BLOCKS = frozenset({"program", "statement_block", "switch_case", "switch_default"})
_CONDITIONAL = frozenset(
    {"if_statement", "ternary_expression", "while_statement", "for_statement", "do_statement"}
)


def is_use_as_present(node: Node) -> bool:
    """Whether an expression is taken apart in a way that fails where it is null or undefined."""
    parent = node.parent
    while parent is not None and parent.type in (
        "as_expression",
        "parenthesized_expression",
        "satisfies_expression",
    ):
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type == "non_null_expression":
        return True
    if parent.type in ("member_expression", "subscript_expression"):
        return syntax.field(parent, "object") == node and not _is_optional(parent)
    if parent.type == "variable_declarator":
        name = syntax.field(parent, "name")
        return name is not None and name.type in ("object_pattern", "array_pattern")
    if parent.type == "for_in_statement":
        return syntax.field(parent, "right") == node
    if parent.type == "spread_element":
        return parent.parent is not None and parent.parent.type == "array"
    return False


def _is_optional(member: Node) -> bool:
    return any(child.type == "optional_chain" for child in member.children)


def uses_before_check(project: Project, file: CodeFile, binding: Binding) -> Iterator[Node]:
    """The uses of a variable as if it were there, with nothing before that looks at it.

    Nothing for a variable that is assigned again.
    """
    if binding.assignments:
        return
    checks = _Checks(project, file, binding)
    for use in file.names.uses(binding):
        if is_use_as_present(use) and not checks.precede(use):
            yield use


class _Checks:
    """The looks that code takes at one variable."""

    def __init__(self, project: Project, file: CodeFile, binding: Binding) -> None:
        self._project = project
        self._file = file
        self._binding = binding

    @cached_property
    def _looks(self) -> list[Node]:
        """The uses of the variable, and of what it answers, that look whether it is there."""
        uses = self._file.names.uses(self._binding)
        answers = _uses_of_answers(self._file, self._binding)
        return [use for use in (*uses, *answers) if not is_use_as_present(use)]

    @cached_property
    def _calls(self) -> list[Node]:
        """The calls that are given it."""
        return list(dict(_calls_given(self._file.names.uses(self._binding))).values())

    def precede(self, use: Node) -> bool:
        """Whether a use is only reached where the variable was looked at."""
        child = use
        for outer in syntax.ancestors(use):
            if outer.type in _CONDITIONAL and self._is_asked(outer, child):
                return True
            if outer.type == "binary_expression" and syntax.field(outer, "right") == child:
                operator = syntax.operator(outer)
                left = syntax.field(outer, "left")
                if operator in ("&&", "||") and left is not None and self._is_in(left):
                    return True
            if outer.type in ("call_expression", "subscript_expression"):
                # `doc?.rows.find((row) => row.id === doc.last)`: evaluated only where it is there.
                head = syntax.field(outer, "function") or syntax.field(outer, "object")
                if head is not None and head != child and self._is_in(head):
                    return True
            if outer.type in _BLOCKS and any(
                self._settles(statement)
                for statement in outer.named_children
                if statement.end_byte <= child.start_byte
            ):
                return True
            child = outer
        return False

    def _is_asked(self, outer: Node, child: Node) -> bool:
        condition = syntax.field(outer, "condition")
        return condition is not None and condition != child and self._is_in(condition)

    def _is_in(self, node: Node) -> bool:
        """Whether a condition looks at the variable, as a whole or by `?.`."""
        return any(syntax.is_inside(look, node) for look in self._looks)

    def _settles(self, statement: Node) -> bool:
        """Whether the code behind a statement is only reached where the variable is there."""
        if statement.type == "if_statement":
            condition = syntax.field(statement, "condition")
            if condition is None or not self._is_in(condition):
                return False
            branches = (
                syntax.field(statement, "consequence"),
                syntax.field(statement, "alternative"),
            )
            return any(
                branch is not None and leaves(self._project, self._file, branch)
                for branch in branches
            )
        if statement.type in ("expression_statement", "lexical_declaration"):
            return any(
                syntax.is_inside(call, statement) and self._checks(call) for call in self._calls
            )
        if statement.type in ("statement_block", "try_statement"):
            body = syntax.field(statement, "body") or statement
            return any(self._settles(inner) for inner in body.named_children)
        return False

    def _checks(self, call: Node) -> bool:
        """Whether a function that is given the variable ends the code where it is missing."""
        target = self._project.follow(self._file, syntax.callee(call))
        node = target.node
        if node is not None and node.type in syntax.FUNCTION_KINDS:
            declared = syntax.text_of(syntax.field(node, "return_type"))
            return "asserts " in declared or any(syntax.descendants(node, "throw_statement"))
        return _CHECKING_NAME.match(syntax.callee_name(call)) is not None


def _uses_of_answers(file: CodeFile, binding: Binding, depth: int = 0) -> Iterator[Node]:
    """The uses of `const missing = doc === null` and the like, which say as much.

    So does what is worked out from one of them: `const show = missing && !busy`.
    """
    for use in file.names.uses(binding):
        if is_use_as_present(use):
            continue
        for outer in syntax.ancestors(use):
            if outer.type == "variable_declarator":
                name = syntax.field(outer, "name")
                answer = (
                    file.names.resolve(name)
                    if name is not None and name.type == "identifier"
                    else None
                )
                if answer is not None and answer is not binding:
                    yield from file.names.uses(answer)
                    value = syntax.unwrap(answer.value)
                    if depth < _MAX_ANSWERS and value is not None and value.type in _ANSWERS:
                        yield from _uses_of_answers(file, answer, depth + 1)
                break
            if outer.type.endswith("_statement") or outer.type in syntax.FUNCTION_KINDS:
                break


def _calls_given(uses: list[Node]) -> Iterator[tuple[int, Node]]:
    """The calls that take the variable, or a condition on it, as an argument."""
    for use in uses:
        for outer in syntax.ancestors(use):
            if outer.type == "arguments" and outer.parent is not None:
                yield outer.parent.id, outer.parent
                break
            if outer.type not in ("binary_expression", "unary_expression") and (
                not outer.type.endswith("_expression") or outer.type == "call_expression"
            ):
                break
