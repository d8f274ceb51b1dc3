"""Where code asks first which kind of context it has: `if ("scheduler" in ctx)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._endings import leaves
from assistant.code.rules._switches import Switch, switched_off, switches_before
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.builders import Kind
    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.reach import ReachedFrom, Step, Unit

_PARTS = frozenset(
    {"auth", "db", "runAction", "runMutation", "runQuery", "scheduler", "storage", "vectorSearch"}
)
"""What one kind of context has and another hasn't."""
_NONE_OFF: frozenset[Switch] = frozenset()
_MAX_WAYS = 8
"""As many combinations of switches are told apart for one helper."""
_BRANCHES = ("if_statement", "ternary_expression")


class Unasked:
    """What registered functions run with no look at what the context can do on the way there.

    Ask with `project.once(Unasked)`.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._units: dict[RegisteredFunction, dict[Unit, set[frozenset[Switch]]]] = {}

    def runs_at(self, file: CodeFile, node: Node, *kinds: Kind) -> ReachedFrom | None:
        """The nearest registered function of these kinds that runs a node so."""
        reach = self._project.reach
        found = [one for one in reach.reached_at(file, node) if one.function.kind in kinds]
        if not found or _is_behind_kind_check(self._project, file, node):
            return None
        needed = frozenset(switches_before(self._project, found[0].unit, node))
        plain = (
            one
            for one in found
            if any(needed.isdisjoint(off) for off in self._reached_by(one).get(one.unit, ()))
        )
        return min(plain, key=lambda one: one.distance, default=None)

    def _reached_by(self, reached: ReachedFrom) -> dict[Unit, set[frozenset[Switch]]]:
        """The units, each with the switches that the calls on the ways there leave off."""
        known = self._units.get(reached.function)
        if known is None:
            known = self._units[reached.function] = self._search(reached.steps)
        return known

    def _search(self, steps: Mapping[Unit, Step]) -> dict[Unit, set[frozenset[Switch]]]:
        waiting = [(unit, _NONE_OFF) for unit, step in steps.items() if step.before is None]
        found = {unit: {off} for unit, off in waiting}
        while waiting:
            unit, off = waiting.pop()
            for site in self._project.reach.calls_of(unit):
                if site.target not in steps:
                    continue
                target_off = switched_off(site, off, unit)
                known = found.get(site.target, set())
                if target_off in known or _NONE_OFF in known:
                    continue
                if _is_behind_kind_check(self._project, site.file, site.node):
                    continue
                if not off.isdisjoint(switches_before(self._project, unit, site.node)):
                    continue
                if len(known) >= _MAX_WAYS:
                    target_off = _NONE_OFF
                found.setdefault(site.target, set()).add(target_off)
                waiting.append((site.target, target_off))
        return found


def _is_behind_kind_check(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether a branch around a node is taken by what the context can do."""
    child = node
    whole = project.reach.unit_of(file, node).node
    for outer in syntax.ancestors(node):
        if outer == whole:
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
    if condition is None or consequence is None or not leaves(project, file, consequence):
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
            operator = syntax.operator(part)
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
            is_part = found is not None and len(found.path) == 1 and found.path[0] in _PARTS
            if is_part and part.parent.type not in ("member_expression", "call_expression"):
                return True
    return False
