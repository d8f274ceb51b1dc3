"""Arguments that claim who is acting, and where a function believes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.names import REST
from assistant.code.rules._argument_flow import ITEM, ArgumentFlow
from assistant.code.rules._conditions import denies, guard_of
from assistant.code.rules._endings import throws
from assistant.code.rules._secrets import EQUALITY
from assistant.code.rules._typed_arguments import typed_arguments
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.reach import Unit
    from assistant.code.validators import Validator

PEOPLE = frozenset({"accounts", "members", "people", "profiles", "user", "users"})
"""Tables of those who may act."""
_IDENTITIES = frozenset({"clerk", "email", "subject", "uid"})
_ROLES = frozenset({"admin", "moderator", "owner", "role", "roles", "staff", "superadmin"})
_WHOSE = frozenset({"account", "auth", "caller", "current", "my", "session", "user", "viewer"})
_NAMES = frozenset(
    {"actor", "author", "creator", "owner", "sender", "uploader", "user", "username"}
)
_AUTHORS = frozenset(
    {
        "actor",
        "author",
        "by",
        "creator",
        "owner",
        "poster",
        "sender",
        "submitter",
        "uploader",
        "user",
    }
)
_TARGETS = frozenset(
    {"assigned", "assignee", "blocked", "followed", "friend", "invited", "invitee", "mentioned"}
    | {"other", "receiver", "recipient", "target", "to", "reviewed"}
)
_JUDGED = frozenset(
    {"admin", "editor", "moderator", "owner", "permission", "permissions", "role", "roles"}
    | {"staff", "superadmin"}
)
_ACTORS = frozenset({"actor", "caller", "current", "me", "myself", "viewer"})
_MEMBERSHIPS = frozenset(
    {"access", "admins", "collaborators", "member", "members", "membership", "memberships"}
    | {"participants", "permission", "permissions"}
)
_PROOFS = frozenset(
    {"challenges", "code", "codes", "otp", "otps", "reset", "resets", "token", "tokens"}
    | {"verification", "verifications"}
)
_WRITES = frozenset({("db", "insert"), ("db", "patch"), ("db", "replace")})
_MAX_DEPTH = 8


class Claim(IntEnum):
    """What an argument claims, by its name and its validator."""

    NAME = 1
    """Somebody's name or handle: `author: v.string()`."""
    USER = 2
    """The id of a user's document."""
    IDENTITY = 3
    """An e-mail address, an auth provider's id, a role."""


@dataclass(frozen=True, slots=True)
class Belief:
    """A claim that a function acts upon."""

    argument: str
    claim: Claim
    how: str
    """For the message: "is written as `author`"."""


def claim_of(name: str, validator: Validator | None) -> Claim | None:
    """What an argument claims, or None."""
    words = words_of(name)
    kind = validator.inner.kind if validator is not None else "unknown"
    if kind == "array" or _names_a_target(words) or "default" in words:
        return None
    if kind == "id":
        table = validator.inner.table if validator is not None else None
        return Claim.USER if table in PEOPLE else None
    if kind == "boolean":
        is_role = not _ROLES.isdisjoint(words) and len(words) <= 2
        return Claim.IDENTITY if is_role else None
    if not words or (words[-1] in ("template", "subject") and len(words) > 1):
        return None
    is_identity = words[-1] in _IDENTITIES or words[0] == "clerk"
    # Things have roles as well: `imageRole`.
    is_role = words[-1] in ("role", "roles") and (len(words) == 1 or words[0] in _WHOSE)
    if is_identity or is_role or words in (("token", "identifier"), ("auth", "id"), ("user", "id")):
        return Claim.IDENTITY
    named = words[:-1] if words[-1] == "id" else words
    return Claim.NAME if len(named) == 1 and named[0] in _NAMES else None


class Claims:
    """The claims among the arguments of one function."""

    def __init__(self, flow: ArgumentFlow) -> None:
        self._flow = flow
        self._project = flow.project
        self.claims: dict[str, Claim] = {}
        self._validator = flow.validator or typed_arguments(flow.function)
        for name, field in _arguments(self._validator):
            claim = claim_of(name.rsplit(".", 1)[-1], field)
            if claim is not None:
                self.claims[name] = claim

    def is_flag(self, name: str) -> bool:
        """Whether an argument is a bare truth value, such as `isAdmin`."""
        return any(
            one == name and field.inner.kind == "boolean"
            for one, field in _arguments(self._validator)
        )

    def beliefs(self) -> Iterator[Belief]:
        """Where the function acts upon a claim, in the order of the code that it reaches."""
        if not self.claims:
            return
        for call in self._writes():
            yield from self._written(call)
        for unit in self._flow.units:
            yield from self._decided(unit)

    def _writes(self) -> Iterator[ContextCall]:
        for unit in self._flow.units:
            for call in self._project.reach.context_calls_of(unit):
                if call.path in _WRITES:
                    yield call

    # --- as the author of a write ----------------------------------------------------------------

    def _written(self, call: ContextCall) -> Iterator[Belief]:
        file = call.file
        document = syntax.unwrap(call.arguments[-1]) if call.arguments else None
        if document is None:
            return
        target = self._project.follow(file, document)
        if target.file is not None and target.node is not None and target.node.type == "object":
            file, document = target.file, target.node
        if document.type != "object":
            yield from self._spread(file, document)
            return
        for spread in syntax.object_spreads(document):
            yield from self._spread(file, spread)
        for field, value in syntax.object_members(document):
            if not _is_author(field):
                continue
            named = self._named(file, value)
            if call.path == ("db", "insert") and not _is_proof_to_come(call):
                named |= self._people_by(file, _owner_of_id(value))
            for name in sorted(named):
                yield Belief(name, self.claims[name], f"is written as `{field}`")

    def _spread(self, file: CodeFile, node: Node) -> Iterator[Belief]:
        """`insert("posts", args)`: each argument becomes the field of its name."""
        paths = self._flow.paths(file, node)
        if any(path in ((), (REST,)) for path in paths):
            for name, claim in self.claims.items():
                if _is_author(name):
                    yield Belief(name, claim, f"is written as `{name}`")

    def _named(self, file: CodeFile, node: Node | None) -> frozenset[str]:
        paths = self._flow.paths(file, node)
        names = (".".join(step for step in path if step != ITEM) for path in paths)
        return frozenset(name for name in names if name in self.claims)

    # --- in a decision ---------------------------------------------------------------------------

    def _decided(self, unit: Unit) -> Iterator[Belief]:
        file, inside = unit.file, unit.file.tree.nodes_inside
        found = [
            (node, self._compared)
            for node in inside(unit.node, "binary_expression")
            if syntax.operator(node) in EQUALITY
        ]
        members = inside(unit.node, "member_expression")
        found += [(node, self._judged) for node in members if _is_judged(node)]
        if any(map(self.is_flag, self.claims)):
            names = inside(unit.node, "identifier")
            found += [(node, self._role_decides) for node in (*members, *names)]
        for node, look in sorted(found, key=lambda one: (one[0].start_byte, -one[0].end_byte)):
            yield from look(file, node)
        yield from self._membership(unit)

    def _turns_away(self, file: CodeFile, node: Node, *, of_rows: bool = False) -> bool:
        """Whether an `if` on an expression decides more than what a query shows.

        `of_rows`: the expression looks at a row, of which there may be many.
        """
        guards = [guard for guard in self._guards(file, node) if guard is not None]
        # In a loop or a callback it leaves out a row, which is no more than a filter.
        whole = self._project.reach.unit_of(file, node).node
        once = [
            guard
            for guard in guards
            if file.tree.function_around(guard) in (None, whole)
            and syntax.loop_around(guard) is None
        ]
        if self._flow.function.kind is not Kind.QUERY:
            thrown = any(_throws(self._project, file, guard) for guard in guards)
            return thrown or bool(once if of_rows else guards)
        return any(denies(self._project, file, guard) for guard in once)

    def _guards(self, file: CodeFile, node: Node) -> Iterator[Node | None]:
        """The `if` around an expression, or those on what a helper returns of it."""
        yield guard_of(node)
        helper = self._project.reach.unit_of(file, node)
        if helper.function is not None or helper.is_module:
            return
        returned = syntax.returned_expressions(helper.node)
        if any(syntax.is_inside(node, value) for value in returned):
            for unit in self._flow.units:
                for site in self._project.reach.calls_of(unit):
                    if site.target is helper:
                        yield guard_of(site.node)

    def _compared(self, file: CodeFile, node: Node) -> Iterator[Belief]:
        """`note.owner !== args.userId`, `args.role === "admin"` in a condition."""
        sides = (syntax.field(node, "left"), syntax.field(node, "right"))
        named = [self._named(file, side) for side in sides]
        if not any(named) or not self._turns_away(file, node):
            return
        of_row = self._turns_away(file, node, of_rows=True)
        for names, other in zip(named, sides[::-1], strict=True):
            inner = syntax.unwrap(other)
            if inner is None:
                continue
            for name in sorted(names):
                is_role = words_of(name)[-1:] in (("role",), ("roles",))
                if is_role and syntax.string_value(inner) is not None:
                    if not self._is_kept(name):
                        yield Belief(name, self.claims[name], "decides what is allowed")
                elif of_row and self._is_owner_field(file, inner):
                    what = syntax.member_name(inner)
                    yield Belief(name, self.claims[name], f"is compared with `{what}`")

    def _is_owner_field(self, file: CodeFile, node: Node) -> bool:
        """`note.owner` of a document, not of the arguments."""
        name = syntax.member_name(node)
        return name is not None and _is_author(name) and not self._flow.paths(file, node)

    def _is_kept(self, name: str) -> bool:
        """Whether a role is written into a document: then it is data, and the branch about it."""
        return any(
            name in self._flow.names(call.file, value)
            for call in self._writes()
            for document in call.arguments[-1:]
            for _, value in syntax.object_members(syntax.unwrap(document))
        )

    def _role_decides(self, file: CodeFile, node: Node) -> Iterator[Belief]:
        """`if (!isAdmin) throw …`: a flag in the arguments."""
        named = self._named(file, node)
        for name in sorted(named):
            if self.is_flag(name) and self._turns_away(file, node):
                yield Belief(name, self.claims[name], "decides what is allowed")

    def _judged(self, file: CodeFile, node: Node) -> Iterator[Belief]:
        """`me.editor` of a user who was looked up by an argument."""
        people = self._people_by(file, node.children[0])
        if not people or not self._turns_away(file, node):
            return
        for name in sorted(people):
            yield Belief(name, self.claims[name], "finds the user whose rights are checked")

    def _membership(self, unit: Unit) -> Iterator[Belief]:
        """A membership that is looked up by an argument, and then decides."""
        for query in self._project.queries.in_file(unit.file):
            if query.unit is not unit or query.index is None or query.result is None:
                continue
            if _MEMBERSHIPS.isdisjoint(words_of(query.table or "")):
                continue
            values = [op.value for op in query.index.range.ops if op.method == "eq"]
            named = [self._named(unit.file, value) for value in values]
            uses = unit.file.names.uses(query.result)
            guards = [guard for guard in map(guard_of, uses) if guard is not None]
            if len(values) > 1 and any(denies(self._project, unit.file, one) for one in guards):
                for name in sorted(frozenset[str]().union(*named)):
                    yield Belief(name, self.claims[name], "finds the membership that is checked")

    # --- users looked up by a claim --------------------------------------------------------------

    def _people_by(self, file: CodeFile, node: Node | None, depth: int = 0) -> frozenset[str]:
        """The claims by which the user in an expression was looked up."""
        node = syntax.unwrap_await(node)
        if node is None or depth > _MAX_DEPTH:
            return frozenset()
        if node.type == "identifier":
            binding = file.resolve(node)
            if binding is None or binding.kind != "variable" or binding.path:
                return frozenset()
            return self._people_by(file, binding.value, depth + 1)
        if node.type != "call_expression":
            return frozenset()
        context = self._project.contexts.path_of(file, syntax.callee(node))
        if context is not None and context.path == ("db", "get"):
            given = syntax.arguments(node)
            named = self._named(file, given[-1]) if given else frozenset()
            return frozenset(name for name in named if self.claims[name] is Claim.USER)
        for query in self._project.queries.in_file(file):
            if query.table in PEOPLE and any(step.node == node for step in query.steps):
                return self._by_equalities(file, node)
        target = self._project.follow(file, syntax.callee(node))
        if target.file is None or target.node is None:
            return frozenset()
        if target.node.type not in syntax.FUNCTION_KINDS:
            return frozenset()
        returned = syntax.returned_expressions(target.node)
        found = (self._people_by(target.file, value, depth + 1) for value in returned)
        return frozenset[str]().union(*found)

    def _by_equalities(self, file: CodeFile, chain: Node) -> frozenset[str]:
        found: set[str] = set()
        for call in syntax.descendants(chain, "call_expression"):
            if syntax.callee_name(call) == "eq":
                found |= self._named(file, syntax.argument(call, 1))
        return frozenset(found)


def _arguments(validator: Validator | None) -> Iterator[tuple[str, Validator]]:
    """The arguments by name, and what objects among them hold: `me.isAdmin`."""
    for name, field in validator.fields.items() if validator is not None else ():
        yield name, field
        for variant in field.object_variants():
            for inner, part in variant.fields.items():
                yield f"{name}.{inner}", part


def _is_judged(member: Node) -> bool:
    """Whether it is a right of somebody, or anything of somebody who acts."""
    owner = syntax.unwrap_await(member.children[0])
    if owner is None or owner.type not in ("identifier", "call_expression"):
        return False
    words = words_of(syntax.member_name(member) or "")
    if not _JUDGED.isdisjoint(words):
        return True
    actor = syntax.unwrap(member.children[0])
    return words != ("id",) and not _ACTORS.isdisjoint(words_of(syntax.text_of(actor)))


def _throws(project: Project, file: CodeFile, guard: Node) -> bool:
    body = syntax.field(guard, "consequence")
    return body is not None and any(
        throws(project, file, node) for node in (body, *body.named_children)
    )


def _is_proof_to_come(insert: ContextCall) -> bool:
    """Whether a row is what somebody has to show later: a code by mail, a reset token."""
    table = syntax.string_value(insert.arguments[0]) if insert.arguments else None
    return not _PROOFS.isdisjoint(words_of(table or ""))


def _is_author(field: str) -> bool:
    words = words_of(field)
    if words == ("from",):
        return True
    return not _AUTHORS.isdisjoint(words) and not _names_a_target(words)


def _names_a_target(words: tuple[str, ...]) -> bool:
    """`reviewedUser`, but not `reviewedBy`, which is who did it."""
    by = words[-1:] == ("by",) or words[-2:] == ("by", "id")
    return not by and not _TARGETS.isdisjoint(words)


def _owner_of_id(node: Node) -> Node | None:
    """`user` of `user._id`."""
    inner = syntax.unwrap(node)
    if inner is None or syntax.member_name(inner) != "_id":
        return None
    return syntax.field(inner, "object")
