"""Calls whose code isn't at hand: of installed packages, missing files, undeclared helpers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project, Target

_GLOBALS = frozenset(
    {
        "Array",
        "ArrayBuffer",
        "BigInt",
        "Blob",
        "Boolean",
        "Buffer",
        "Date",
        "Error",
        "FormData",
        "Headers",
        "Intl",
        "JSON",
        "Map",
        "Math",
        "Number",
        "Object",
        "Promise",
        "Proxy",
        "Reflect",
        "RegExp",
        "Request",
        "Response",
        "Set",
        "String",
        "Symbol",
        "TextDecoder",
        "TextEncoder",
        "URL",
        "URLSearchParams",
        "Uint8Array",
        "WeakMap",
        "atob",
        "btoa",
        "clearTimeout",
        "console",
        "crypto",
        "decodeURIComponent",
        "encodeURIComponent",
        "fetch",
        "globalThis",
        "isNaN",
        "parseFloat",
        "parseInt",
        "performance",
        "process",
        "queueMicrotask",
        "require",
        "setInterval",
        "setTimeout",
        "structuredClone",
    }
)
_NOT_CODE = ("_generated/", "convex/values", "convex/server")


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the code of a call comes from, when it isn't the project's."""

    module: str | None
    """The package or missing module; None for an undeclared name in pasted code."""
    names: tuple[str, ...]
    """The names that lead to it: as exported over there, then the members."""


def outside_of(project: Project, file: CodeFile, call: Node) -> Outside | None:
    """What a call (or `new`) runs, where that is code out of sight; None where it can be read."""
    known = project.once(_known)
    if call.id not in known:
        known[call.id] = _find_outside(project, file, call)
    return known[call.id]


def _known(_project: Project) -> dict[int, Outside | None]:
    """By the call's id: several rules ask about every call."""
    return {}


def _find_outside(project: Project, file: CodeFile, call: Node) -> Outside | None:
    callee = syntax.callee(call)
    root = syntax.chain_root(callee)
    if root is not None and root.type == "identifier":
        binding = file.resolve(root)
        if binding is None and not project.is_snippet:
            return None  # a global
        if binding is not None and binding.kind == "parameter":
            # `ctx.db.get(…)`, as most calls of a handler: nobody can tell where that is from.
            return None
    chain = syntax.name_chain(callee)
    target = project.follow(file, callee)
    if target.module is not None:
        return _of_module(target, chain[1:])
    offered = _of_factory(project, target)
    if offered is not None:
        return offered
    if root is None:
        return None
    if root.type == "new_expression":
        made = project.follow(file, syntax.callee(root))
        return _of_module(made, (syntax.callee_name(call),)) if made.module is not None else None
    if root.type != "identifier":
        return None
    return _of_root(project, file, root, chain or (syntax.text_of(root), syntax.callee_name(call)))


def _of_factory(project: Project, target: Target) -> Outside | None:
    """`helpers.getUser` of `const helpers = createHelpers(…)`: its code isn't followed so far."""
    node, binding, file = target.node, target.binding, target.file
    if file is None or node is None:
        return None
    if node.type in ("member_expression", "subscript_expression"):
        owner, name = project.follow(file, syntax.field(node, "object")), syntax.member_name(node)
    elif binding is not None and binding.path and binding.value is not None:
        owner, name = project.follow(file, binding.value), binding.path[-1]
    else:
        return None
    made = syntax.unwrap_await(owner.node)
    if owner.file is None or made is None or made.type != "call_expression" or name is None:
        return None
    maker = project.follow(owner.file, syntax.callee(made)).node
    if maker is None or maker.type not in syntax.FUNCTION_KINDS:
        return None
    return Outside(None, (name,))


def _of_root(
    project: Project, file: CodeFile, root: Node, chain: tuple[str, ...]
) -> Outside | None:
    target = project.follow(file, root)
    if target.module is not None:
        return _of_module(target, chain[1:])
    if target.binding is None and target.node == root:
        # Nothing declares it: a global, or a helper that pasted code leaves out.
        known = chain[0] in _GLOBALS or not project.is_snippet
        return None if known else Outside(None, chain)
    node = target.node
    if target.binding is not None and target.binding.path and target.binding.value is not None:
        # `const { auth } = convexAuth(…)`: what a package's function gave.
        node = target.binding.value
    made = syntax.unwrap_await(node)
    if (
        target.file is None
        or made is None
        or made.type not in ("new_expression", "call_expression")
    ):
        return None
    maker = project.follow(target.file, syntax.callee(made))
    if maker.module is None:
        return None
    return _of_module(maker, chain[1:])


def _of_module(target: Target, members: tuple[str, ...]) -> Outside | None:
    module = target.module
    if module is None or module.startswith(_NOT_CODE):
        return None
    own = () if target.name in ("", "*", "default") else (target.name,)
    return Outside(module, (*own, *members))
