"""Expressions that say who is acting: the identity, and what is looked up by it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.references import reference_of, referenced_function
from assistant.code.rules._argument_flow import ArgumentFlow
from assistant.code.rules._auth_packages import finds_caller
from assistant.code.rules._caller_checks import CallerChecks, asks_who
from assistant.code.rules._out_of_sight import outside_of
from assistant.code.rules._secrets import compares_secret, is_literal
from assistant.code.rules._words import names_the_caller, words_of
from assistant.code.syntax import FUNCTION_KINDS

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding

CONTEXT_PARTS = frozenset(
    {
        "auth",
        "db",
        "meta",
        "runAction",
        "runMutation",
        "runQuery",
        "scheduler",
        "storage",
        "vectorSearch",
    }
)
"""What Convex itself puts into a context; anything else there comes from a custom builder."""
_UNKNOWN_VISITORS = frozenset({"anon", "anonymous", "guest", "visitor"})
_SESSIONS = frozenset({"anonymous", "auth", "guest", "login", "session", "sessions", "user"})
_RUNS = frozenset({"runAction", "runMutation", "runQuery"})
_MAX_DEPTH = 14


class ActingUser:
    """Tells, for one registered function, what stands for the acting user."""

    def __init__(self, flow: ArgumentFlow) -> None:
        self._flow = flow
        self._project = flow.project
        self._checks = flow.project.once(CallerChecks)
        self._known: dict[tuple[CodeFile, int], bool] = {}

    def is_acting(self, file: CodeFile, node: Node | None, depth: int = 0) -> bool:
        """Whether an expression is, or was found by, the identity of who is calling."""
        node = syntax.unwrap_await(node)
        if node is None or depth > _MAX_DEPTH or is_literal(node):
            return False
        key = (file, node.id)
        if key not in self._known:
            self._known[key] = False  # ends cycles
            self._known[key] = self._look(file, node, depth + 1)
        return self._known[key]

    def _look(self, file: CodeFile, node: Node, depth: int) -> bool:
        if node.type in ("identifier", "shorthand_property_identifier"):
            return self._is_acting_name(file, node, depth)
        if node.type in ("member_expression", "subscript_expression"):
            owner = syntax.field(node, "object")
            return (
                self._is_acting_part(file, node)
                or self._is_session_argument(file, node)
                or self.is_acting(file, owner, depth)
                or self._is_acting_field(file, owner, syntax.member_name(node), depth)
            )
        if node.type == "call_expression":
            return self._is_acting_call(file, node, depth)
        if node.type == "ternary_expression":
            sides = (syntax.field(node, "consequence"), syntax.field(node, "alternative"))
            return any(self.is_acting(file, side, depth) for side in sides)
        if node.type in ("binary_expression", "template_string", "template_substitution"):
            return any(self.is_acting(file, inner, depth) for inner in node.named_children)
        return False

    def _is_acting_part(self, file: CodeFile, node: Node) -> bool:
        found = self._project.contexts.path_of(file, node)
        return found is not None and bool(found.path) and found.path[0] not in CONTEXT_PARTS

    def _is_acting_name(self, file: CodeFile, node: Node, depth: int) -> bool:
        binding = file.resolve(node)
        if binding is None:
            return False
        if self._is_acting_part(file, node) or self._is_session_argument(file, node):
            return True
        if binding.kind in ("variable", "loop"):
            given = [binding.value, *binding.assignments]
            return any(self.is_acting(file, value, depth) for value in given)
        if binding.kind == "parameter" and binding.function is not None:
            return self._is_given(file, binding, binding.path[:1], depth)
        return False

    def _is_acting_field(
        self, file: CodeFile, owner: Node | None, name: str | None, depth: int
    ) -> bool:
        """`args.userId` of a helper, or of what `ctx.run…` runs, that is given the user there."""
        owner = syntax.unwrap(owner)
        if owner is None or owner.type != "identifier" or name is None:
            return False
        binding = file.resolve(owner)
        if binding is None or binding.kind != "parameter" or binding.path:
            return False
        return self._is_given(file, binding, (name,), depth)

    def _is_given(
        self, file: CodeFile, parameter: Binding, path: tuple[str, ...], depth: int
    ) -> bool:
        """Whether callers give the acting user for a parameter, or for that member of one."""
        for where, value in self._flow.given_to(file, parameter):
            inner = syntax.unwrap(value)
            if path and path[0] not in CONTEXT_PARTS and self._is_context(where, inner):
                return True
            if path and inner is not None and inner.type == "object":
                inner = syntax.object_member(inner, path[0])
            if self.is_acting(where, inner, depth):
                return True
        return False

    def _is_context(self, file: CodeFile, node: Node | None) -> bool:
        """Whether a helper is given the whole context, whatever type it takes it as."""
        found = None if node is None else self._project.contexts.path_of(file, node)
        return found is not None and not found.path

    def _is_session_argument(self, file: CodeFile, node: Node) -> bool:
        """A session's id, or an unknown visitor's own string: nobody else knows it."""
        if self._knows_caller:
            return False  # A session is a row like others where somebody signs in.
        for path in self._flow.paths(file, node):
            words = words_of(path[0]) if len(path) == 1 else ()
            validator = self._flow.validator_of(path)
            if words[-1:] == ("session",) and validator is not None:
                return validator.kind == "string"
            if len(words) < 2 or words[-1] != "id":
                continue
            if words[-2] == "session":
                # Not the id of a row of `work_sessions`, which others see.
                table = validator.table if validator is not None else None
                if table is None or _SESSIONS.issuperset(words_of(table)):
                    return True
            elif words[-2] in _UNKNOWN_VISITORS and validator is not None:
                return validator.kind == "string"
        return False

    @cached_property
    def _knows_caller(self) -> bool:
        """Whether the function asks `ctx.auth`, or an authentication library, who is calling."""
        for unit in self._flow.units:
            if any(call.path[0] == "auth" for call in self._project.reach.context_calls_of(unit)):
                return True
            for call in self._project.reach.call_nodes_of(unit):
                outside = outside_of(self._project, unit.file, call)
                if outside is not None and finds_caller(outside):
                    return True
        return False

    def _is_acting_call(self, file: CodeFile, call: Node, depth: int) -> bool:
        if asks_who(file, call):
            return True
        context = self._project.contexts.path_of(file, syntax.callee(call))
        if context is not None and context.path:
            if context.path[0] == "auth":
                return True
            if context.path[-1] in _RUNS:
                return self._runs_acting(file, call)
            if context.path == ("db", "get"):
                return any(self.is_acting(file, given, depth) for given in syntax.arguments(call))
        outside = outside_of(self._project, file, call)
        if outside is not None:
            return finds_caller(outside) or (
                bool(outside.names) and names_the_caller(outside.names[-1])
            )
        target = self._project.follow(file, syntax.callee(call))
        function = target.node
        if target.file is not None and function is not None and function.type in FUNCTION_KINDS:
            unit = self._project.reach.unit_of(target.file, function)
            return (
                self._checks.through(unit)
                or names_the_caller(syntax.callee_name(call))
                or any(
                    self.is_acting(target.file, value, depth)
                    for value in syntax.returned_expressions(function)
                )
            )
        receiver = syntax.receiver(call)
        if receiver is None:
            is_same = syntax.text_of(syntax.callee(call)) == "String"
            return is_same and self.is_acting(file, syntax.argument(call, 0), depth)
        # A query by the identity, or something made of it: `identity.subject.split("|")`.
        return self.is_acting(file, receiver, depth) or any(
            self.is_acting(file, syntax.argument(equality, 1), depth)
            or compares_secret(self._project, file, equality)
            for equality in _equalities(call)
        )

    def _runs_acting(self, file: CodeFile, call: Node) -> bool:
        reference = reference_of(self._project, file, syntax.argument(call, 0))
        if reference is None:
            return False
        target = referenced_function(self._project, reference, near=file)
        unit = self._project.reach.unit_of_function(target) if target is not None else None
        if unit is None:
            return bool(reference.path) and names_the_caller(reference.path[-1])
        return self._checks.through(unit)


def equalities_in(node: Node) -> list[Node]:
    """The values that `q.eq(field, value)` compares with, anywhere below a node."""
    values = (syntax.argument(call, 1) for call in _equalities(node))
    return [value for value in values if value is not None]


def _equalities(node: Node) -> list[Node]:
    calls = syntax.descendants(node, "call_expression")
    return [call for call in calls if syntax.callee_name(call) == "eq"]
