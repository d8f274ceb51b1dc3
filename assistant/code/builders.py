"""What builds a registered function: `query` and its kin, and custom builders made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project, Target


class Kind(StrEnum):
    """What a registered function is."""

    QUERY = "query"
    MUTATION = "mutation"
    ACTION = "action"
    HTTP_ACTION = "httpAction"

    @property
    def in_transaction(self) -> bool:
        """Whether it runs as one database transaction."""
        return self in (Kind.QUERY, Kind.MUTATION)


class Provenance(StrEnum):
    """Where a builder comes from."""

    GENERATED = "generated"
    """`_generated/server`."""
    GENERIC = "generic"
    """`queryGeneric` and its kin of `convex/server`, and `query` where it is taken from there."""
    CUSTOM = "custom"
    """Made from another builder: convex-helpers, or a wrapper of the project's own."""
    BY_NAME = "by-name"
    """Only the name says so: pasted code without imports, or an import that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What a custom builder adds: the call that makes it, or the wrapping function."""

    file: CodeFile
    node: Node


@dataclass(frozen=True, slots=True)
class Builder:
    """A function that registers functions."""

    kind: Kind
    internal: bool
    provenance: Provenance
    layers: tuple[Layer, ...] = ()
    """Of a custom builder, innermost first."""
    base: Provenance = Provenance.BY_NAME
    """Where the innermost builder comes from."""


_BASE: dict[str, tuple[Kind, bool]] = {
    "query": (Kind.QUERY, False),
    "mutation": (Kind.MUTATION, False),
    "action": (Kind.ACTION, False),
    "internalQuery": (Kind.QUERY, True),
    "internalMutation": (Kind.MUTATION, True),
    "internalAction": (Kind.ACTION, True),
    "httpAction": (Kind.HTTP_ACTION, False),
}
_CUSTOM_NAME = re.compile(r"^(?:\w+_)?\w*(Query|Mutation|Action)(?:Builder|WithAuth)?$")
_NOT_CUSTOM = re.compile(
    r"^(use|run|get|make|create|fetch|preload|with|is|to|on|define|custom|z[Cc])"
)
_MAX_DEPTH = 8


class Builders:
    """Answers for all files of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[tuple[CodeFile, int], Builder | None] = {}

    def of(self, file: CodeFile, node: Node | None, depth: int = 0) -> Builder | None:
        """The builder that an expression stands for, or None."""
        node = syntax.unwrap(node)
        if node is None or depth > _MAX_DEPTH:
            return None
        target = self._project.follow(file, node)
        if target.module is not None:
            return _of_module(target)
        if target.node is None or target.file is None:
            return None
        if target.node.type == "identifier":
            return _of_plain_name(target)
        key = (target.file, target.node.id)
        if key not in self._made:
            self._made[key] = None  # ends cycles
            self._made[key] = self._of_definition(target.file, target.node, depth)
        return self._made[key]

    def _of_definition(self, file: CodeFile, node: Node, depth: int) -> Builder | None:
        if node.type == "call_expression":
            return self._of_call(file, node, depth)
        if node.type in syntax.FUNCTION_KINDS:
            return self._of_wrapper(file, node, depth)
        return None

    def _of_call(self, file: CodeFile, call: Node, depth: int) -> Builder | None:
        for given in syntax.arguments(call)[:2]:
            if given.type in ("object", "string", "spread_element"):
                continue
            base = self.of(file, given, depth + 1)
            if base is not None:
                return _with_layer(base, Layer(file, call))
        maker = self._project.follow(file, syntax.callee(call))
        function = maker.node
        if maker.file is None or function is None or function.type not in syntax.FUNCTION_KINDS:
            return None
        for returned in syntax.returned_expressions(function):
            base = self.of(maker.file, returned, depth + 1)
            if base is not None:
                return _with_layer(base, Layer(maker.file, function))
        return None

    def _of_wrapper(self, file: CodeFile, function: Node, depth: int) -> Builder | None:
        for returned in syntax.returned_expressions(function):
            if returned.type != "call_expression":
                continue
            base = self.of(file, syntax.callee(returned), depth + 1)
            if base is not None:
                return _with_layer(base, Layer(file, function))
        return None


def _base_builder(name: str, provenance: Provenance) -> Builder | None:
    found = _BASE.get(name)
    return Builder(*found, provenance, base=provenance) if found is not None else None


def _of_module(target: Target) -> Builder | None:
    if target.module == "_generated/server":
        return _base_builder(target.name, Provenance.GENERATED)
    if target.module == "convex/server":
        return _base_builder(target.name.removesuffix("Generic"), Provenance.GENERIC)
    return _base_builder(target.name, Provenance.BY_NAME) or _custom_by_name(target.name)


def _custom_by_name(name: str) -> Builder | None:
    found = _CUSTOM_NAME.match(name)
    if found is None or _NOT_CUSTOM.match(name):
        return None
    kind = Kind(found[1].lower())
    return Builder(kind, name.lower().startswith("internal"), Provenance.BY_NAME)


def _of_plain_name(target: Target) -> Builder | None:
    binding = target.binding
    if binding is None:
        return _base_builder(target.name, Provenance.BY_NAME) or _custom_by_name(target.name)
    # `const { query, mutation } = makeBuilders()`; a parameter or an own variable is no builder.
    if binding.kind == "variable" and binding.path and binding.path[-1] != REST:
        return _base_builder(binding.path[-1], Provenance.BY_NAME)
    return None


def _with_layer(base: Builder, layer: Layer) -> Builder:
    return replace(base, provenance=Provenance.CUSTOM, layers=(*base.layers, layer))
