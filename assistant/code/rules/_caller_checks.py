"""Whether code looks at who is calling: identity, session, signature, capability, auth library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from agents.finding import Confidence
from assistant.code import syntax
from assistant.code.builders import Kind, Layer, Provenance
from assistant.code.reach import RunCall, Unit
from assistant.code.rules._arguments import origins
from assistant.code.rules._auth_packages import finds_caller, is_auth_component, is_proving_call
from assistant.code.rules._env_guards import is_environment_guard
from assistant.code.rules._header_flow import proving_headers_handed_on
from assistant.code.rules._http_requests import is_request
from assistant.code.rules._out_of_sight import Outside, outside_of
from assistant.code.rules._secrets import (
    calls_comparer,
    compares_secret,
    compares_setting,
    is_literal,
    may_compare_secret,
)
from assistant.code.rules._words import (
    names_a_secret,
    names_a_session,
    names_the_caller,
    words_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.queries import DbQuery

_BUILDER_HELPERS = "convex-helpers/server/"
_HELD = frozenset(
    {"invitation", "invitations", "invite", "invites", "sessions", "share", "shares", "tokens"}
)
_CAPTCHA = "/siteverify"
_OF_SERVICES = frozenset({"access", "api", "key", "refresh", "service"})
"""`accessToken`, `apiKey`: what opens a service outside says nothing of who calls here."""
_MAY_VERIFY = frozenset({"fetch", "getUserIdentity", "sign"})
_DIGESTS = frozenset({"createHmac", "timingSafeEqual"})
"""Of Node.js."""
_KNOWN_TO_HOLDER = frozenset({"code", "hash", "key", "link", "slug", "value"})


class Look(Enum):
    """Whether a function looks at who is calling."""

    YES = "yes"
    OUT_OF_SIGHT = "out of sight"
    """Code that runs around the handler can't be read and may do so."""
    NO = "no"


class CallerChecks:
    """Which code of a project looks at who is calling."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._looks_in: dict[CodeFile, dict[Unit, list[Node]]] = {}
        self._through: dict[Unit, bool] = {}

    def look(self, function: RegisteredFunction) -> Look:
        """Whether a function, or anything that it reaches through calls and `ctx.run…`, looks."""
        if function.handler is None:
            return Look.OUT_OF_SIGHT
        if any(self.in_unit(unit) for unit in self._project.reach.reached_by(function, runs=True)):
            return Look.YES
        return self._around(function)

    def trusts_server(self, function: RegisteredFunction) -> bool:
        """Whether only the project's own server can call it: who knows a setting's secret."""
        return any(
            compares_secret(self._project, unit.file, node)
            and compares_setting(self._project, unit.file, node)
            for unit in self._project.reach.reached_by(function)
            for node in self.looks_of(unit)
            if node.type in ("binary_expression", "call_expression")
        )

    def in_unit(self, unit: Unit) -> bool:
        """Whether the code of one unit, by itself, looks at who is calling."""
        return bool(self.looks_of(unit))

    def looks_of(self, unit: Unit) -> Sequence[Node]:
        """The nodes of a unit that look at who is calling."""
        by_unit = self._looks_in.get(unit.file)
        if by_unit is None:
            by_unit = self._looks_in[unit.file] = {}
            for node in self._looks(unit.file):
                by_unit.setdefault(self._project.reach.unit_of(unit.file, node), []).append(node)
        return by_unit.get(unit, ())

    def through(self, unit: Unit) -> bool:
        """Whether the code of a unit, or a helper that it calls, looks at who is calling."""
        if unit not in self._through:
            seen, waiting = {unit}, [unit]
            while waiting and not self.in_unit(waiting[-1]):
                sites = self._project.reach.calls_of(waiting.pop())
                further = [s.target for s in sites if s.target not in seen and not s.handed_on]
                seen.update(further)
                waiting += further
            self._through[unit] = bool(waiting)
        return self._through[unit]

    def promised(self, function: RegisteredFunction) -> str | None:
        """A helper that a function reaches whose name says that it looks; its code may not."""
        for unit in self._project.reach.reached_by(function):
            if unit.function is None and not unit.is_module and names_the_caller(unit.name):
                return unit.name
        return None

    # --- what runs around a handler ---------------------------------------------------------------

    def _around(self, function: RegisteredFunction) -> Look:
        """What builders and wrappers that can't be read say by their names."""
        builder = function.builder
        hidden = [
            name
            for wrapper in function.wrappers
            for name in self._hidden_names(wrapper.file, wrapper.node)
        ]
        for layer in builder.layers:
            hidden += self._hidden_in_layer(layer)
        own = syntax.callee_name(function.call)
        if builder.provenance is Provenance.BY_NAME and own not in {str(kind) for kind in Kind}:
            hidden.append(own)
        if any(names_the_caller(name) for name in hidden):
            return Look.YES
        return Look.OUT_OF_SIGHT if hidden else Look.NO

    def _hidden_names(self, file: CodeFile, call: Node) -> Iterator[str]:
        outside = outside_of(self._project, file, call)
        if outside is not None and not (outside.module or "").startswith(_BUILDER_HELPERS):
            yield outside.names[-1] if outside.names else syntax.callee_name(call)

    def _hidden_in_layer(self, layer: Layer) -> Iterator[str]:
        if layer.node.type != "call_expression":
            return
        yield from self._hidden_names(layer.file, layer.node)
        for given in syntax.arguments(layer.node):
            if given.type not in ("identifier", "member_expression"):
                continue
            target = self._project.follow(layer.file, given)
            if target.is_missing or (
                target.is_package
                and not (target.module or "").startswith(("convex-helpers/", "convex/"))
            ):
                yield f"{target.module} {target.name}"

    # --- what code does ---------------------------------------------------------------------------

    def _looks(self, file: CodeFile) -> Iterator[Node]:
        """The nodes of a file that look at who is calling."""
        yield from self._context_uses(file)
        for name, calls in file.calls_by_name.items():
            compares, verifies = may_compare_secret(name), _may_verify(name)
            for node in calls:
                outside = outside_of(self._project, file, node)
                if (
                    (outside is not None and self._is_outside_check(file, node, outside))
                    or (verifies and self._verifies(file, node))
                    or (
                        (compares or calls_comparer(self._project, file, node))
                        and compares_secret(self._project, file, node)
                    )
                ):
                    yield node
        for node in file.nodes("binary_expression"):
            if compares_secret(self._project, file, node):
                yield node
        if b"process.env" in file.raw:
            yield from filter(is_environment_guard, file.nodes("if_statement"))
        yield from proving_headers_handed_on(self._project, file)

    def _context_uses(self, file: CodeFile) -> Iterator[Node]:
        """Where the context's own parts say who is calling."""
        project = self._project
        for call in project.contexts.calls(file):
            sure = call.context.confidence is not Confidence.LOW
            asks = call.path[0] == "auth" and sure
            if asks or (call.path == ("db", "get") and _gets_session(call.arguments)):
                yield call.node
        for member in file.members_by_name.get("auth", ()):
            if member.type == "member_expression" and self._is_context_auth(file, member):
                yield member
        yield from (query.root for query in project.queries.in_file(file) if _looks_up_held(query))
        for run in project.reach.runs_in(file):
            named = run.reference
            if named is None or run.target is not None or not named.path:
                continue
            if named.root != "components":
                looks = names_the_caller(named.path[-1])
            else:
                looks = is_auth_component(named.path) or self._is_given_secret(file, run)
            if looks:
                yield run.call.node

    def _is_given_secret(self, file: CodeFile, run: RunCall) -> bool:
        """Whether a component is handed what only a trusted caller knows, and has to look at it."""
        given = run.call.arguments
        handed = syntax.object_members(given[1]) if len(given) > 1 else []
        return any(
            names_a_secret(name)
            and _OF_SERVICES.isdisjoint(words_of(name))
            and any(origins(self._project, file, value))
            for name, value in handed
        )

    def _is_context_auth(self, file: CodeFile, member: Node) -> bool:
        found = self._project.contexts.path_of(file, member)
        return (
            found is not None
            and found.path == ("auth",)
            and (found.confidence is not Confidence.LOW)
        )

    def _is_outside_check(self, file: CodeFile, call: Node, outside: Outside) -> bool:
        if finds_caller(outside):
            return True
        given = syntax.arguments(call)
        if any(self._is_request(file, one) for one in given):
            return outside.module is not None
        name = outside.names[-1] if outside.names else syntax.callee_name(call)
        first = self._project.contexts.path_of(file, given[0]) if given else None
        takes_context = first is not None and first.path in ((), ("auth",), ("db",))
        if not takes_context:
            return False
        return names_the_caller(name) or (len(given) == 1 and "user" in words_of(name))

    def _verifies(self, file: CodeFile, call: Node) -> bool:
        """`stripe.webhooks.constructEvent(…)`, `crypto.subtle.verify(…)` of whatever client.

        A keyed digest that is worked out counts as well: what is it for if not to be compared?
        """
        callee = syntax.callee(call)
        name = syntax.callee_name(call)
        if name in _DIGESTS or asks_who(file, call):
            return True
        if name == "fetch" and _asks_captcha(call):
            return True
        signer = syntax.receiver(call) if name == "sign" else None
        if signer is not None and syntax.member_name(signer) == "subtle":
            return True
        if callee is None or callee.type != "member_expression":
            return False
        if not is_proving_call(syntax.callee_name(call)):
            return False
        target = self._project.follow(file, callee)
        return target.node == callee

    def _is_request(self, file: CodeFile, node: Node) -> bool:
        """Whether an argument is an HTTP action's request (or its headers) as a whole."""
        inner = syntax.unwrap_await(node)
        if inner is not None and inner.type == "call_expression":
            inner = syntax.receiver(inner) if syntax.callee_name(inner) == "clone" else None
        if inner is not None and syntax.member_name(inner) == "headers":
            inner = syntax.field(inner, "object")
        return is_request(self._project, file, inner)


def _may_verify(name: str) -> bool:
    """Whether a call of this name may be one of those that `_verifies` looks for."""
    return name in _DIGESTS or name in _MAY_VERIFY or is_proving_call(name)


def _asks_captcha(call: Node) -> bool:
    """`fetch("https://…/siteverify", …)`: what all of them call the proof of a human being."""
    address = syntax.argument(call, 0)
    return address is not None and _CAPTCHA in syntax.text_of(address)


def asks_who(file: CodeFile, call: Node) -> bool:
    """`({ auth }: any) => auth.getUserIdentity()`: without a type, the call's name says it."""
    root = syntax.chain_root(syntax.callee(call))
    if syntax.callee_name(call) != "getUserIdentity" or root is None:
        return False
    binding = file.resolve(root) if root.type == "identifier" else None
    return binding is not None and binding.kind == "parameter"


def _looks_up_held(query: DbQuery) -> bool:
    """Whether a share, a session or a key is looked up by what only its holder knows."""
    words = words_of(query.table or "")
    if query.index is None or (_HELD.isdisjoint(words) and words[-2:] != ("api", "keys")):
        return False
    return any(
        op.method == "eq"
        and not is_literal(op.value)
        and not _KNOWN_TO_HOLDER.isdisjoint(words_of(op.field or "")[-1:])
        for op in query.index.range.ops
    )


def _gets_session(given: list[Node]) -> bool:
    """`db.get(args.sessionId)`, with or without the table's name first."""
    if not given:
        return False
    last = syntax.unwrap(given[-1])
    if last is None or last.type not in ("identifier", "member_expression"):
        return False
    name = syntax.member_name(last) or syntax.text_of(last)
    return names_a_session(name) and words_of(name)[-1] == "id"
