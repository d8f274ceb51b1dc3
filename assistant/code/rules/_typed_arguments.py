"""What the types of a handler say about its arguments where no validator does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.validators import UNKNOWN_KIND, Validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile

_ID = re.compile(r"(?:Generic)?Id<\s*[\"'](\w+)[\"']\s*>$")
_PLAIN = frozenset({"any", "boolean", "number", "string"})


def typed_arguments(function: RegisteredFunction) -> Validator | None:
    """The arguments as an object's validator would have them; None where nothing names them.

    For functions of the old syntax, such as `mutation(async (ctx, { id }: { id: string }) => …)`;
    without a type the names that are picked count.
    """
    handler = function.handler
    if handler is None or function.args is not None or not function.config_is_complete:
        return None
    given = syntax.parameters(handler.node)
    if len(given) < 2:
        return None
    annotation = syntax.field(given[1], "type")
    shape = annotation.named_children[0] if annotation is not None else None
    if shape is None or shape.type != "object_type":
        return _picked(handler.file, syntax.parameter_pattern(given[1]))
    fields: dict[str, Validator] = {}
    for member in shape.named_children:
        name, type_ = syntax.field(member, "name"), syntax.field(member, "type")
        if member.type == "property_signature" and name is not None and type_ is not None:
            fields[syntax.text_of(name)] = _of_type(handler.file, type_.named_children[0])
    return Validator("object", handler.file, shape, fields=fields)


def _picked(file: CodeFile, pattern: Node) -> Validator | None:
    if pattern.type != "object_pattern":
        return None
    keys = (
        syntax.field(part, "key") or syntax.field(part, "left") or part
        for part in pattern.named_children
        if part.type not in ("comment", "rest_pattern")
    )
    names = [name for key in keys if (name := syntax.key_name(key) or syntax.text_of(key))]
    fields = {name: Validator(UNKNOWN_KIND, file, pattern) for name in names}
    return Validator("object", file, pattern, fields=fields)


def _of_type(file: CodeFile, node: Node) -> Validator:
    text = syntax.text_of(node)
    found = _ID.match(text)
    if found is not None:
        return Validator("id", file, node, table=found[1])
    return Validator(text if text in _PLAIN else UNKNOWN_KIND, file, node)
