"""Comparisons of a document, its parent or a membership with the acting user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._acting_user import ActingUser, equalities_in
from assistant.code.rules._argument_flow import ArgumentFlow, iterated
from assistant.code.rules._conditions import decides
from assistant.code.rules._env_guards import is_environment_guard
from assistant.code.rules._out_of_sight import outside_of
from assistant.code.rules._secrets import EQUALITY, compares_secret, is_literal
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.reach import Unit

_ROLES = frozenset(
    {
        "admin",
        "admins",
        "moderator",
        "permission",
        "permissions",
        "role",
        "roles",
        "staff",
        "superadmin",
        "superuser",
    }
)
_EQUALITY = frozenset({"===", "==", "!==", "!="})
_LOGICAL = frozenset({"binary_expression", "parenthesized_expression", "unary_expression"})
_ROLE_STEMS = (b"admin", b"moderator", b"permission", b"role", b"staff", b"superuser")
"""One of these is in each of the roles: a quick test."""
_PRIVILEGED = frozenset(
    {"admin", "admins", "moderator", "moderators", "operator", "operators", "staff"}
    | {"superadmin", "superadmins", "superuser", "superusers"}
)
"""In a table's name: who is in it may do more."""
_CHANGING = ("add", "create", "give", "grant", "make", "promote", "set", "update")
_DECIDES = frozenset(
    {"access", "admin", "allowed", "authorize", "authorized", "can", "is", "member", "membership"}
    | {"own", "owner", "owns", "permission", "permissions", "role", "tenant"}
)
_LISTS = frozenset({"equals", "has", "includes", "indexOf", "isEqual"})


class Ownership:
    """Whether what one function runs compares with the acting user."""

    def __init__(self, flow: ArgumentFlow) -> None:
        self._flow = flow
        self._project = flow.project
        self._acting = ActingUser(flow)

    def is_compared(self) -> bool:
        """Whether any code in reach compares, checks a role, or may do so out of sight."""
        return any(self._in_unit(unit) for unit in self._flow.units)

    def checks_role(self) -> bool:
        """Whether any code in reach decides by a role, or may check one out of sight."""
        return any(
            self._has_role_check(unit)
            or any(
                self._is_check_out_of_sight(unit.file, call)
                for call in unit.file.tree.nodes_inside(unit.node, "call_expression")
            )
            for unit in self._flow.units
        )

    def _in_unit(self, unit: Unit) -> bool:
        file, inside = unit.file, unit.file.tree.nodes_inside
        return (
            any(
                self._compares(file, node) or compares_secret(self._project, file, node)
                for node in inside(unit.node, "binary_expression")
            )
            or any(
                self._is_list_check(file, call) or self._is_check_out_of_sight(file, call)
                for kind in ("call_expression", "new_expression")
                for call in inside(unit.node, kind)
            )
            or self._has_role_check(unit)
            or any(map(is_environment_guard, inside(unit.node, "if_statement")))
            or any(self._is_membership(file, node) for node in self._chains(unit))
            or any(
                run.reference is not None
                and run.reference.root == "components"
                and self._is_asked_of_component(file, run.call.arguments)
                for run in self._project.reach.runs_of(unit)
            )
        )

    def _has_role_check(self, unit: Unit) -> bool:
        tree = unit.file.tree
        text = tree.source[unit.node.start_byte : unit.node.end_byte].lower()
        return any(stem in text for stem in _ROLE_STEMS) and any(
            self._is_role_check(unit.file, node)
            for kind in ("member_expression", "identifier")
            for node in tree.nodes_inside(unit.node, kind)
        )

    def _compares(self, file: CodeFile, node: Node) -> bool:
        if syntax.operator(node) not in EQUALITY:
            return False
        left, right = syntax.field(node, "left"), syntax.field(node, "right")
        if is_literal(left) or is_literal(right):
            return False
        if self._acting.is_acting(file, left) != self._acting.is_acting(file, right):
            return True
        return self._is_own_row(file, left) != self._is_own_row(file, right)

    def _is_own_row(self, file: CodeFile, node: Node | None) -> bool:
        """`row.teamId` of `mine.some((row) => row.teamId === id)`, the rows being the user's."""
        node = syntax.unwrap(node)
        name = syntax.member_name(node) if node is not None else None
        if node is None or name is None or words_of(name)[-1:] != ("id",):
            return False
        owner = syntax.unwrap(syntax.field(node, "object"))
        binding = file.resolve(owner) if owner is not None and owner.type == "identifier" else None
        if binding is None or binding.kind != "parameter" or binding.function is None:
            return False
        items = iterated(binding.function) if binding.position == 0 and not binding.path else None
        return self._acting.is_acting(file, items)

    def _is_list_check(self, file: CodeFile, call: Node) -> bool:
        """`note.sharedWith.includes(user)`."""
        if syntax.callee_name(call) not in _LISTS:
            return False
        given = [one for one in syntax.arguments(call) if self._acting.is_acting(file, one)]
        return bool(given) and not self._acting.is_acting(file, syntax.receiver(call))

    def _is_check_out_of_sight(self, file: CodeFile, call: Node) -> bool:
        outside = outside_of(self._project, file, call)
        if outside is None:
            return False
        if "rowlevelsecurity" in (outside.module or "").lower():
            return True
        given = syntax.arguments(call)
        contexts = (self._project.contexts.path_of(file, one) for one in given)
        if not any(found is not None and found.path in ((), ("db",)) for found in contexts):
            return False
        name = outside.names[-1] if outside.names else syntax.callee_name(call)
        takes_document = len(given) > 1
        is_hidden = outside.module is None or outside.module.startswith((".", "/"))
        return not _DECIDES.isdisjoint(words_of(name)) or (is_hidden and takes_document)

    def _is_role_check(self, file: CodeFile, node: Node) -> bool:
        name = syntax.member_name(node) or syntax.text_of(node)
        if _ROLES.isdisjoint(words_of(name)):
            return False
        call = syntax.wrapped(node).parent
        if call is not None and call.type == "call_expression" and syntax.callee(call) == node:
            # `if (!(await isAdmin(ctx))) throw …`, but not `isAdmin(args.email)`
            claimed = any(self._flow.paths(file, given) for given in syntax.arguments(call))
            return decides(call) and not claimed and not name.startswith(_CHANGING)
        if self._flow.paths(file, node):
            return False
        return decides(node) or self._is_answer(file, node)

    def _is_answer(self, file: CodeFile, node: Node) -> bool:
        """Whether a helper gives back how a role compares: `return user?.role === "editor"`."""
        compared = syntax.wrapped(node).parent
        if compared is None or compared.type != "binary_expression":
            return False
        if syntax.operator(compared) not in _EQUALITY:
            return False
        outer = compared
        while outer.parent is not None and outer.parent.type in _LOGICAL:
            outer = outer.parent
        function = file.tree.function_around(outer)
        if function is None or self._project.functions.handled_by(file, function) is not None:
            return False
        given_to = syntax.wrapped(function).parent
        if given_to is not None and given_to.type == "arguments":
            return False  # `rows.find((row) => row.role === role)` only looks one up
        return any(
            outer == syntax.wrapped(one) or outer == one
            for one in syntax.returned_expressions(function)
        )

    # --- memberships ------------------------------------------------------------------------------

    def _chains(self, unit: Unit) -> Iterator[Node]:
        """The whole expression of each query of a unit."""
        for query in self._project.queries.in_file(unit.file):
            if query.unit is unit:
                inside = [step.node for step in query.steps if step.file is unit.file]
                yield from inside[-1:] or [query.root]

    def _is_membership(self, file: CodeFile, chain: Node) -> bool:
        """Whether rows are looked up by the acting user and by something else besides.

        Among those who are privileged the acting user alone is enough: `siteAdmins`.
        """
        values = [value for value in equalities_in(chain) if not is_literal(value)]
        acting = [self._acting.is_acting(file, value) for value in values]
        if acting and all(acting):
            return not _PRIVILEGED.isdisjoint(words_of(_table_of(chain)))
        return any(acting)

    def _is_asked_of_component(self, file: CodeFile, given: list[Node]) -> bool:
        """Whether a component looks something up by the acting user and by something besides.

        Its code is out of sight: it may keep who belongs to which organization.
        """
        values = [value for one in given[1:] for value in _leaves(one)]
        acting = [self._acting.is_acting(file, value) for value in values]
        return any(acting) and not all(acting)


def _leaves(node: Node) -> Iterator[Node]:
    """The values inside of an object, however deep, other than literals."""
    inner = syntax.unwrap(node)
    if inner is not None and inner.type in ("object", "array"):
        for child in inner.named_children:
            value = syntax.field(child, "value") if child.type == "pair" else child
            if value is not None:
                yield from _leaves(value)
    elif inner is not None and inner.type != "comment" and not is_literal(inner):
        yield inner


def _table_of(chain: Node) -> str:
    """The table that a query reads, as far as its chain says."""
    node: Node | None = chain
    while node is not None and node.type == "call_expression":
        if syntax.callee_name(node) == "query":
            return syntax.string_value(syntax.argument(node, 0)) or ""
        node = syntax.receiver(node)
    return ""
