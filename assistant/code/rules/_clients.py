"""Client code: where it calls functions of the backend, and what it gives them as a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.modules import Category
from assistant.code.references import Reference, reference_of, referenced_function

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

CLIENT_FILES = frozenset({Category.CLIENT})
_MODULES = ("convex/", "convex-helpers/", "@convex-dev/react-query", "convex-vue", "convex-svelte")
_CLIENT_CLASSES = frozenset({"ConvexClient", "ConvexHttpClient", "ConvexReactClient"})


class Verb(StrEnum):
    """What a client does with a function."""

    QUERY = "query"
    MUTATION = "mutation"
    ACTION = "action"


_HOOKS = {
    "useAction": Verb.ACTION,
    "useConvexAction": Verb.ACTION,
    "useConvexMutation": Verb.MUTATION,
    "useConvexQuery": Verb.QUERY,
    "useMutation": Verb.MUTATION,
    "usePaginatedQuery": Verb.QUERY,
    "useQuery": Verb.QUERY,
}
_FUNCTIONS = {
    "fetchAction": Verb.ACTION,
    "fetchMutation": Verb.MUTATION,
    "fetchQuery": Verb.QUERY,
    "preloadQuery": Verb.QUERY,
}
_METHODS = {"action": Verb.ACTION, "mutation": Verb.MUTATION, "query": Verb.QUERY}


_MAY_CALL = re.compile(
    rb"\b(?:use(?:Convex|Paginated)?(?:Action|Mutation|Query)|fetch(?:Action|Mutation|Query)"
    rb"|preloadQuery)\b|\.(?:action|mutation|query)\("
)
"""Files without any of this needn't be parsed."""
_OWN_HOOK = re.compile(r"use[A-Z]")


@dataclass(frozen=True, slots=True)
class ClientCall:
    """`useMutation(api.x.y)`, `client.action(api.x.y, …)`, `fetchQuery(api.x.y)`."""

    file: CodeFile
    node: Node
    name_node: Node
    name: str
    """The hook, function or method by its own name, whatever it is called here."""
    verb: Verb
    is_hook: bool
    certain: bool
    """Whether the callee is known to be Convex's; else only the reference speaks for it."""
    given: Node | None
    """The first argument."""
    reference: Reference | None
    target: RegisteredFunction | None


class ClientCalls:
    """The calls of each file, found once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._in_file: dict[CodeFile, tuple[ClientCall, ...]] = {}

    def in_file(self, file: CodeFile) -> tuple[ClientCall, ...]:
        """All client calls of a file, in document order."""
        known = self._in_file.get(file)
        if known is None:
            known = self._in_file[file] = tuple(self._find(file))
        return known

    def _find(self, file: CodeFile) -> Iterator[ClientCall]:
        if _MAY_CALL.search(file.raw) is None:
            return
        names = {name for name, b in file.names.module.bindings.items() if b.imported is not None}
        for call in file.calls_named(names.union(_HOOKS, _FUNCTIONS, _METHODS)):
            if call.type != "call_expression":
                continue
            name_node = syntax.callee_name_node(call)
            if name_node is not None:
                found = self._read(file, call, name_node)
                if found is not None:
                    yield found

    def _read(self, file: CodeFile, call: Node, name_node: Node) -> ClientCall | None:
        callee = syntax.callee(call)
        name, certain = syntax.text_of(name_node), False
        if callee is not None and callee.type == "identifier":
            name, certain = self._imported(file, callee)
            verb = _HOOKS.get(name) or _FUNCTIONS.get(name)
        elif name in _METHODS:
            verb, certain = _METHODS[name], self._is_client(file, syntax.receiver(call))
        elif name not in _HOOKS:
            return None
        else:
            # `convex.useQuery(…)` of a namespace import.
            certain = self._project.follow(file, callee).module in ("convex/react",)
            verb = _HOOKS.get(name) if certain else None
        if verb is None:
            return None
        given = syntax.argument(call, 0)
        reference = reference_of(self._project, file, given) if given is not None else None
        if not certain and (reference is None or reference.root != "api"):
            return None
        target = (
            referenced_function(self._project, reference, near=file)
            if reference is not None
            else None
        )
        is_hook = name in _HOOKS
        return ClientCall(
            file, call, name_node, name, verb, is_hook, certain, given, reference, target
        )

    def _imported(self, file: CodeFile, callee: Node) -> tuple[str, bool]:
        """The name of a called function over there, and whether it is Convex's."""
        own, binding = syntax.text_of(callee), file.resolve(callee)
        is_import = binding is not None and binding.imported is not None
        if own not in _HOOKS and own not in _FUNCTIONS and not is_import:
            return own, False
        target = self._project.follow(file, callee)
        if target.module is not None:
            return target.name, target.module.startswith(_MODULES)
        return own, False

    def _is_client(self, file: CodeFile, node: Node | None) -> bool:
        target = self._project.follow(file, node)
        made = target.node
        if made is None or target.file is None:
            return False
        return made.type in ("new_expression", "call_expression") and (
            syntax.callee_name(made) in _CLIENT_CLASSES or syntax.callee_name(made) == "useConvex"
        )


def own_hooks(project: Project, file: CodeFile) -> Iterator[tuple[Node, CodeFile, Node]]:
    """Calls of the project's own hooks in a file, with what such a hook returns and in which file.

    Only of hooks that return at one place.
    """
    for call in file.nodes("call_expression"):
        callee = syntax.callee(call)
        if callee is None or callee.type != "identifier":
            continue
        if not _OWN_HOOK.match(syntax.text_of(callee)):
            continue
        made = project.follow(file, callee)
        if made.file is None or made.node is None or made.node.type not in syntax.FUNCTION_KINDS:
            continue
        returned = syntax.returned_expressions(made.node)
        given = syntax.unwrap(returned[0]) if len(returned) == 1 else None
        if given is not None:
            yield call, made.file, given
