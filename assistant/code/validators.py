"""Validators (`v.object({ … })`) as values, for schemas and for `args`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_MAX_DEPTH = 16
_HELPERS = "convex-helpers"
UNKNOWN_KIND = "unknown"


@dataclass(frozen=True, slots=True)
class Validator:
    """What a validator expression accepts."""

    kind: str
    """`string`, `id`, `object`, `union`, `optional` …: the method of `v`; `unknown` otherwise."""
    file: CodeFile
    node: Node
    table: str | None = None
    """Of an `id`."""
    fields: Mapping[str, Validator] = field(default_factory=dict)
    """Of an `object`."""
    members: tuple[Validator, ...] = ()
    """Of `optional`, `array`, `union`, `record`: what stands inside."""
    complete: bool = True
    """False where fields may be missing: a spread or a call that can't be resolved."""
    literal: str | None = None
    """Of a `literal`: its source text."""

    @property
    def optional(self) -> bool:
        """Whether it is `v.optional(…)`."""
        return self.kind == "optional"

    @property
    def inner(self) -> Validator:
        """What an `optional` holds; any other validator itself."""
        return self.members[0] if self.kind == "optional" and self.members else self

    def walk(self) -> Iterator[Validator]:
        """The validator itself and all validators inside, outermost first."""
        stack = [self]
        while stack:
            one = stack.pop()
            yield one
            stack.extend(reversed((*one.fields.values(), *one.members)))

    def object_variants(self) -> tuple[Validator, ...]:
        """The `object`s that it may be: itself, or the members of a union."""
        variants: list[Validator] = []
        stack = [self.inner]
        while stack:
            one = stack.pop()
            if one.kind == "object":
                variants.append(one)
            elif one.kind == "union":
                stack.extend(reversed([member.inner for member in one.members]))
        return tuple(variants)


def read_validator(
    project: Project, file: CodeFile, node: Node | None, depth: int = 0
) -> Validator:
    """Read a validator expression; an object literal counts as `v.object` of it.

    `node` must not be None unless `depth` is 0; what can't be read is `unknown`, not complete.
    """
    inner = syntax.unwrap(node)
    if inner is None:
        return Validator(UNKNOWN_KIND, file, file.tree.root, complete=False)
    kind = inner.type
    if depth > _MAX_DEPTH:
        pass
    elif kind == "object":
        return _read_object(project, file, inner, inner, depth)
    elif kind == "call_expression":
        return _read_call(project, file, inner, depth)
    elif kind in ("identifier", "member_expression", "shorthand_property_identifier"):
        target = project.follow(file, inner)
        if target.module is not None and target.name.endswith("Validator"):
            return Validator(target.name, file, inner, complete=False)
        found = target.node if target.node != inner else None
        if found is not None and found.type in ("object", "call_expression"):
            assert target.file is not None
            return read_validator(project, target.file, found, depth + 1)
    return Validator(UNKNOWN_KIND, file, inner, complete=False)


def _is_v(project: Project, file: CodeFile, node: Node | None) -> bool:
    if node is None or node.type != "identifier":
        return False
    target = project.follow(file, node)
    if target.module is not None:
        return target.name == "v" or target.module == "convex/values"
    return target.binding is None and target.name == "v"


def _read_call(project: Project, file: CodeFile, call: Node, depth: int) -> Validator:
    name, owner = syntax.callee_name(call), syntax.receiver(call)
    given = syntax.arguments(call)
    if not _is_v(project, file, owner):
        return _read_derived(project, file, call, owner, depth)
    first = given[0] if given else None
    if name == "id":
        return Validator("id", file, call, table=syntax.string_value(first))
    if name == "object":
        return _read_object(project, file, syntax.unwrap(first), call, depth)
    if name == "literal":
        return Validator("literal", file, call, literal=syntax.text_of(first))
    if name in ("optional", "array", "union", "record", "nullable"):
        spread = any(one.type == "spread_element" for one in given)
        members = tuple(
            read_validator(project, file, one, depth + 1)
            for one in given
            if one.type != "spread_element"
        )
        return Validator(name, file, call, members=members, complete=not spread)
    return Validator(name, file, call)


def _read_derived(
    project: Project, file: CodeFile, call: Node, owner: Node | None, depth: int
) -> Validator:
    """`base.extend({ … })`, `base.partial()`, or a function of the project that returns one."""
    name = syntax.callee_name(call)
    if owner is not None and name in ("extend", "partial", "pick", "omit"):
        base = read_validator(project, file, owner, depth + 1)
        if base.kind == "object" and name == "extend":
            more = _read_object(project, file, syntax.argument(call, 0), call, depth)
            fields = {**base.fields, **more.fields}
            done = base.complete and more.complete
            return Validator("object", file, call, fields=fields, complete=done)
        if base.kind == "object":
            return _some_of(base, name, file, call, syntax.arguments(call))
    target = project.follow(file, syntax.callee(call))
    if target.name in ("partial", "pick", "omit") and (target.module or "").startswith(_HELPERS):
        given = syntax.arguments(call)
        whole = read_validator(project, file, given[0], depth + 1) if given else None
        if whole is not None and whole.kind == "object":
            return _some_of(whole, target.name, file, call, given[1:])
    function = target.node
    if target.file is not None and function is not None and function.type in syntax.FUNCTION_KINDS:
        returned = syntax.returned_expressions(function)
        if len(returned) == 1:
            return read_validator(project, target.file, returned[0], depth + 1)
    return Validator(UNKNOWN_KIND, file, call, complete=False)


def _some_of(
    base: Validator, name: str, file: CodeFile, call: Node, given: list[Node]
) -> Validator:
    """`base.pick("a", "b")`, `pick(base, ["a", "b"])`, and the same with `omit` and `partial`."""
    if name == "partial":
        return Validator("object", file, call, fields=base.fields, complete=base.complete)
    listed = [
        item for one in given for item in (one.named_children if one.type == "array" else [one])
    ]
    names = [syntax.string_value(item) for item in listed]
    known = bool(names) and None not in names
    fields = {
        key: field
        for key, field in base.fields.items()
        if not known or (key in names) == (name == "pick")
    }
    # What is picked is all there is, whatever else the base holds.
    done = known and (base.complete or (name == "pick" and len(fields) == len(set(names))))
    return Validator("object", file, call, fields=fields, complete=done)


def _read_object(
    project: Project, file: CodeFile, literal: Node | None, node: Node, depth: int
) -> Validator:
    if literal is not None and literal.type != "object":
        target = project.follow(file, literal)
        if target.file is None or target.node is None or target.node.type != "object":
            inner = read_validator(project, file, literal, depth + 1)
            if inner.kind != "object":
                return Validator("object", file, node, complete=False)
            return Validator("object", file, node, fields=inner.fields, complete=inner.complete)
        file, literal = target.file, target.node
    if literal is None:
        return Validator("object", file, node, complete=False)
    fields: dict[str, Validator] = {}
    complete = True
    for member in literal.named_children:
        if member.type == "spread_element":
            spread = read_validator(project, file, _spread_source(member), depth + 1)
            complete = complete and spread.kind == "object" and spread.complete
            fields.update(spread.fields)
    for name, value in syntax.object_members(literal):
        fields[name] = read_validator(project, file, value, depth + 1)
    return Validator("object", file, node, fields=fields, complete=complete)


def _spread_source(spread: Node) -> Node | None:
    """`shared` of `...shared`, and `shared` of `...shared.fields`."""
    source = syntax.unwrap(spread.named_children[0]) if spread.named_children else None
    if source is not None and syntax.member_name(source) in ("fields", "args"):
        return syntax.field(source, "object")
    return source
