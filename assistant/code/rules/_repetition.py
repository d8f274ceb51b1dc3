"""What repeats a piece of code: the loops and the per-item callbacks around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_PARALLEL_METHODS = frozenset({"map", "flatMap"})
_SERIAL_METHODS = frozenset(
    {
        "every",
        "filter",
        "find",
        "findIndex",
        "findLast",
        "findLastIndex",
        "forEach",
        "reduce",
        "reduceRight",
        "some",
        "sort",
    }
)
CALLBACK_METHODS = _PARALLEL_METHODS | _SERIAL_METHODS | {"from", "asyncMap"}
"""The methods and functions that may call what they are given once per item."""
_GROWING_METHODS = frozenset({"push", "unshift", "splice", "concat"})
_ITEMS_OF = frozenset({"entries", "keys", "values"})
_SIZES = frozenset({"length", "size"})


class Style(StrEnum):
    """How the code is repeated."""

    ITEMS = "items"
    """One after the other, once for each item of a collection or range."""
    CHUNKS = "chunks"
    """One after the other, once for so many items at a time: `i += 50`."""
    OPEN = "open"
    """One after the other, as often as a condition holds."""
    PARALLEL = "parallel"
    """Side by side, once for each item: `.map(…)`."""
    BATCHED = "batched"
    """By a helper made for it: `asyncMap` of convex-helpers."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A loop or a per-item callback."""

    style: Style
    node: Node
    """The loop statement, or the call that takes the callback."""
    fixed: bool
    """Whether the number of rounds is written in the code, whatever the data are."""

    @property
    def in_parallel(self) -> bool:
        """Whether the rounds don't wait for each other."""
        return self.style in (Style.PARALLEL, Style.BATCHED)


def repetition_of(project: Project, file: CodeFile, node: Node) -> Repetition | None:
    """The nearest loop or callback that runs a node more than once as the data decide.

    Rounds of a fixed number don't count. None where there is nothing of the kind before the end of
    the function in which the node runs.
    """
    child = node
    for outer in syntax.ancestors(node):
        found: Repetition | None = None
        if outer.type in syntax.FUNCTION_KINDS:
            call = _call_of(outer)
            if call is None:
                return None
            found = callback_repetition(project, file, call, outer)
            if found is None and syntax.callee(call) != outer:
                return None
        elif outer.type in syntax.LOOP_KINDS and syntax.loop_around(child) == outer:
            found = _loop(project, file, outer)
        if found is not None and not found.fixed:
            return found
        child = outer
    return None


def _call_of(function: Node) -> Node | None:
    """The call of which a function is an argument, or which calls it on the spot."""
    outer = syntax.wrapped(function)
    parent = outer.parent
    if parent is None:
        return None
    if parent.type == "call_expression":
        return parent
    return parent.parent if parent.type == "arguments" else None


def callback_repetition(
    project: Project, file: CodeFile, call: Node, callback: Node
) -> Repetition | None:
    """How a call repeats the callback that it is given; None where it isn't known to."""
    if call.type != "call_expression":
        return None
    name = syntax.callee_name(call)
    given = [syntax.unwrap(node) for node in syntax.arguments(call)]
    position = given.index(callback) if callback in given else -1
    if name == "asyncMap" and position == 1:
        return Repetition(Style.BATCHED, call, fixed=False)
    owner = syntax.receiver(call)
    if owner is None or position < 0:
        return None
    if name == "from" and position == 1 and syntax.text_of(owner) == "Array":
        return Repetition(Style.PARALLEL, call, fixed=_is_fixed_length(given[0]))
    if position != 0 or name not in _PARALLEL_METHODS | _SERIAL_METHODS:
        return None
    style = Style.PARALLEL if name in _PARALLEL_METHODS else Style.ITEMS
    return Repetition(style, call, fixed=is_fixed_list(project, file, owner))


def _loop(project: Project, file: CodeFile, loop: Node) -> Repetition:
    if loop.type == "for_in_statement":
        fixed = is_fixed_list(project, file, syntax.field(loop, "right"))
        return Repetition(Style.ITEMS, loop, fixed)
    if loop.type == "for_statement":
        if _steps_by_many(syntax.field(loop, "increment")):
            return Repetition(Style.CHUNKS, loop, fixed=False)
        condition = syntax.field(loop, "condition")
        limit = _limit(condition)
        if limit is not None:
            fixed = _is_number(project, file, limit)
            return Repetition(Style.ITEMS, loop, fixed)
    return Repetition(Style.OPEN, loop, fixed=False)


def _steps_by_many(increment: Node | None) -> bool:
    """Whether it is `i += SIZE`, whose rounds take a slice each."""
    if increment is None or increment.type != "augmented_assignment_expression":
        return False
    return syntax.text_of(syntax.field(increment, "right")) != "1"


def _limit(condition: Node | None) -> Node | None:
    """`n` of `i < n`."""
    inner = syntax.unwrap(condition)
    if inner is not None and inner.type == "expression_statement":
        inner = syntax.unwrap(inner.named_children[0]) if inner.named_children else None
    if inner is None or inner.type != "binary_expression":
        return None
    operator = syntax.operator(inner)
    side = {"<": "right", "<=": "right", "!==": "right", ">": "left", ">=": "left"}.get(operator)
    return None if side is None else syntax.unwrap(syntax.field(inner, side))


def _is_number(project: Project, file: CodeFile, node: Node) -> bool:
    target = project.follow(file, node)
    return target.node is not None and target.node.type == "number"


def is_fixed_list(project: Project, file: CodeFile, node: Node | None) -> bool:
    """Whether an expression is a list that is written out in the code and never grows."""
    inner = syntax.unwrap(node)
    if inner is not None and inner.type == "call_expression":
        owner = syntax.receiver(inner)
        if syntax.callee_name(inner) in _ITEMS_OF:
            if syntax.text_of(owner) == "Object":
                return _is_written_out(project, file, syntax.argument(inner, 0), "object")
            return is_fixed_list(project, file, owner)
        return False
    return _is_written_out(project, file, inner, "array")


def _is_written_out(project: Project, file: CodeFile, node: Node | None, kind: str) -> bool:
    target = project.follow(file, node)
    if target.file is None or target.node is None or target.node.type != kind:
        return False
    members = [child for child in target.node.named_children if child.type != "comment"]
    if not members or any(child.type == "spread_element" for child in members):
        return False
    if target.binding is None:
        return True
    return not any(_grows(use) for use in target.file.names.uses(target.binding))


def _grows(use: Node) -> bool:
    member = syntax.wrapped(use).parent
    if member is None:
        return False
    if member.type == "subscript_expression":
        outer = member.parent
        return outer is not None and outer.type == "assignment_expression"
    if member.type != "member_expression":
        return False
    return syntax.text_of(syntax.field(member, "property")) in _GROWING_METHODS


def _is_fixed_length(node: Node | None) -> bool:
    """Whether it is `{ length: 7 }`."""
    length = syntax.object_member(node, "length")
    return length is not None and length.type == "number"
