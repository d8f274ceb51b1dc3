"""Looks at who is calling that ask only whether anybody is: `if (identity === null) throw …`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._auth_packages import finds_caller
from assistant.code.rules._caller_checks import CallerChecks
from assistant.code.rules._out_of_sight import outside_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project
    from assistant.code.reach import Unit

_NOTHINGS = frozenset({"null", "undefined"})
_EQUALITY = frozenset({"!=", "!==", "==", "==="})
_BRANCHING = frozenset({"do_statement", "if_statement", "while_statement"})
_OF_THE_VALUE = frozenset({"call_expression", "member_expression", "subscript_expression"})
_MAX_VALUES = 200


def asks_only_whether(project: Project, function: RegisteredFunction) -> bool:
    """Whether nothing is made of who is calling but a test that it is somebody.

    What is found by the identity, such as the user's document, counts as the identity. False
    where a custom builder, a wrapper or unknown code may make more of it.
    """
    if function.builder.layers or function.wrappers:
        return False
    return _Looks(project, function).all_bare()


class _Looks:
    """Follows what is known of the caller of one function."""

    def __init__(self, project: Project, function: RegisteredFunction) -> None:
        self._project = project
        self._units = project.reach.reached_by(function, runs=True)
        self._seen: set[tuple[CodeFile, int]] = set()

    def all_bare(self) -> bool:
        """Whether every look is one, and there is one at all."""
        checks = self._project.once(CallerChecks)
        looks = [(unit, node) for unit in self._units for node in checks.looks_of(unit)]
        return bool(looks) and all(
            self._asks_who(unit.file, node) and self._is_bare(unit.file, node)
            for unit, node in looks
        )

    def _asks_who(self, file: CodeFile, node: Node) -> bool:
        """Whether a look gives an identity; a comparison with a secret proves by its answer."""
        inner = syntax.callee(node) if node.type == "call_expression" else node
        context = self._project.contexts.path_of(file, inner)
        if context is not None and context.path[:1] == ("auth",):
            return True
        outside = outside_of(self._project, file, node) if inner is not node else None
        return outside is not None and finds_caller(outside)

    def _is_bare(self, file: CodeFile, value: Node) -> bool:
        """Whether a value ends in tests whether it is there."""
        key = (file, value.id)
        if key in self._seen:
            return True
        self._seen.add(key)
        if len(self._seen) > _MAX_VALUES:
            return False
        node = syntax.wrapped(value, through_await=True)
        parent = node.parent
        if parent is None:
            return False
        if parent.type in ("expression_statement", "unary_expression") or parent.type in _BRANCHING:
            return True
        if parent.type in _OF_THE_VALUE:
            return self._is_bare(file, parent)
        if parent.type in ("binary_expression", "ternary_expression"):
            return self._is_bare_part(file, node, parent)
        if parent.type == "arguments":
            return self._is_bare_argument(file, parent)
        if parent.type == "variable_declarator":
            return self._are_bare(file, self._declared(file, parent))
        if parent.type == "assignment_expression" and syntax.field(parent, "right") == node:
            binding = self._binding(file, syntax.field(parent, "left"))
            return binding is not None and self._are_bare(file, [binding])
        if parent.type == "return_statement" or parent.type in syntax.FUNCTION_KINDS:
            return self._is_bare_result(file, node)
        return False

    def _is_bare_part(self, file: CodeFile, node: Node, whole: Node) -> bool:
        if whole.type == "ternary_expression":
            return syntax.field(whole, "condition") == node or self._is_bare(file, whole)
        operator = syntax.operator(whole)
        if operator in _EQUALITY:
            return any(syntax.text_of(side) in _NOTHINGS for side in whole.named_children)
        return operator in ("&&", "||", "??") and self._is_bare(file, whole)

    def _is_bare_argument(self, file: CodeFile, arguments: Node) -> bool:
        call = arguments.parent
        if call is None or call.type != "call_expression":
            return False
        chain = syntax.name_chain(syntax.callee(call))
        if chain[:1] == ("console",):
            return True
        if syntax.callee_name(call) != "eq":
            return False
        # What is looked up by it stands for it.
        ends = [
            query.terminal.node
            for query in self._project.queries.in_file(file)
            if query.terminal is not None
            and query.terminal.file is file
            and any(s.file is file and syntax.is_inside(call, s.node) for s in query.steps)
        ]
        return bool(ends) and all(self._is_bare(file, end) for end in ends)

    def _is_bare_result(self, file: CodeFile, node: Node) -> bool:
        """What a helper returns is the value of each call of it."""
        unit = self._project.reach.unit_of(file, node)
        if unit.function is not None or file.tree.function_around(node) != unit.node:
            return False
        calls = list(self._calls_of(unit))
        return bool(calls) and all(self._is_bare(where, call) for where, call in calls)

    def _calls_of(self, unit: Unit) -> Iterator[tuple[CodeFile, Node]]:
        for caller in self._units:
            for site in self._project.reach.calls_of(caller):
                if site.target is unit:
                    yield site.file, site.node

    def _are_bare(self, file: CodeFile, bindings: list[Binding]) -> bool:
        return all(self._is_bare(file, use) for one in bindings for use in file.names.uses(one))

    def _declared(self, file: CodeFile, declarator: Node) -> list[Binding]:
        name = syntax.field(declarator, "name")
        kinds = ("identifier", "shorthand_property_identifier_pattern")
        if name is None:
            return []
        nodes = [name] if name.type in kinds else syntax.descendants(name, *kinds)
        found = (self._binding(file, node) for node in nodes)
        return [binding for binding in found if binding is not None]

    def _binding(self, file: CodeFile, name: Node | None) -> Binding | None:
        if name is None or not name.type.endswith(("identifier", "identifier_pattern")):
            return None
        return file.names.lookup(syntax.text_of(name), name.start_byte)
