"""Function references: `internal.messages.send`, `api.users.get`, `components.x.lib.f`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

ROOTS = ("api", "internal", "components")
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Reference:
    """An expression that names a function of the backend."""

    root: str
    """`api`, `internal` or `components`."""
    path: tuple[str, ...]
    """`("lib", "auth", "check")` of `internal.lib.auth.check`."""
    root_node: Node | None
    """The identifier of the root, where it stands in this very expression."""

    @property
    def text(self) -> str:
        """`internal.lib.auth.check`."""
        return ".".join((self.root, *self.path))


def reference_of(
    project: Project, file: CodeFile, node: Node | None, depth: int = 0
) -> Reference | None:
    """The function reference that an expression is, through aliases; None where it is none."""
    node = syntax.unwrap(node)
    names: list[str] = []
    while node is not None and node.type in ("member_expression", "subscript_expression"):
        name = syntax.member_name(node)
        if name is None:
            return None
        names.append(name)
        node = syntax.unwrap(syntax.field(node, "object"))
    if node is None or depth > _MAX_DEPTH:
        return None
    path = _split(reversed(names))
    if node.type == "call_expression" and not names:
        return _of_text(project, file, node)
    if node.type != "identifier":
        return None
    target = project.follow(file, node)
    if target.module is not None:
        return _of_import(target.module, target.name, path, node)
    if target.node is None or target.file is None:
        return None
    binding = target.binding
    if binding is not None and binding.path and binding.constant and REST not in binding.path:
        # `const { messages } = api`
        inner = reference_of(project, target.file, binding.value, depth + 1)
        picked = (*_split(binding.path), *path)
        return None if inner is None else Reference(inner.root, (*inner.path, *picked), None)
    if target.node.type == "identifier":
        is_global = target.binding is None and target.name in ROOTS
        return Reference(target.name, path, node) if is_global else None
    if target.node == node:
        return None
    inner = reference_of(project, target.file, target.node, depth + 1)
    return None if inner is None else Reference(inner.root, (*inner.path, *path), None)


def _of_text(project: Project, file: CodeFile, call: Node) -> Reference | None:
    """`makeFunctionReference<"query">("lib/auth:check")`, which may be public or internal."""
    if syntax.callee_name(call) != "makeFunctionReference":
        return None
    text = syntax.string_value(syntax.argument(call, 0))
    made = project.follow(file, syntax.callee(call))
    if text is None or made.module != "convex/server":
        return None
    module, _, name = text.removesuffix(".js").partition(":")
    return Reference("internal", (*_split([module.removesuffix(".js")]), name or "default"), None)


def _of_import(module: str, name: str, path: tuple[str, ...], node: Node) -> Reference | None:
    if module == "convex/server" and name in ("anyApi", "componentsGeneric"):
        return Reference("api" if name == "anyApi" else "components", path, node)
    is_api = module == "_generated/api" or (module.startswith((".", "/", "@")) and name in ROOTS)
    if not is_api:
        return None
    if name == "*" and path:
        return Reference(path[0], path[1:], node) if path[0] in ROOTS else None
    return Reference(name, path, node) if name in ROOTS else None


def _split(names: Iterable[str]) -> tuple[str, ...]:
    # `internal["lib/auth"].check` is the same as `internal.lib.auth.check`.
    return tuple(part for name in names for part in name.split("/"))


def referenced_function(
    project: Project, reference: Reference, *, near: CodeFile
) -> RegisteredFunction | None:
    """The function of this project that a reference means."""
    if reference.root == "components" or not reference.path:
        return None
    module, name = "/".join(reference.path[:-1]), reference.path[-1]
    if not module:
        return None
    return project.functions.by_path(module, name, near=near)
