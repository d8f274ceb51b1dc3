"""`any` as a parameter's type or in a cast, in server code.

Why: the generated types know every table and every argument; `any` switches them off for all that
follows, and a renamed field is found by users instead of by the compiler.
Silent when: the file is generated or a test; `unknown` and an `any` in other places are fine.

Bad:
    import { query } from "./_generated/server";

    export const titles = query({
      args: {},
      handler: async (ctx: any) => {
        return await ctx.db.query("books").take(20);
      },
    });
Good:
    import { query } from "./_generated/server";

    export const titles = query({
      args: {},
      handler: async (ctx) => {
        return await ctx.db.query("books").take(20);
      },
    });

Intent:
    type safety | type safe | typesafe & not validate implementation | return;
    typescript & type | strict | strictly | typed & not filter | helper | validator | circularity;
    as any | any type | against any & type | cast | typescript | typing | assertion & not v.any |
        validator;
    against `any`;
    typed any | typed `any`;
    strict mode | strictly typed | fully typed | type annotation | strongly typed &
        not same file | circularity;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_CASTS = frozenset({"as_expression", "satisfies_expression", "type_assertion"})
_TYPES = frozenset(
    {"array_type", "generic_type", "parenthesized_type", "readonly_type", "type_arguments"}
    | {"tuple_type", "type_annotation", "union_type"}
)
_OBJECT_TYPES = frozenset({"object_type", "property_signature"})
"""`({ rows }: { rows: any }) =>` types a parameter; `x as { rows: any }` is no cast to `any`."""


def check(node: Node, file: CodeFile, _project: Project) -> Iterator[Report]:
    """Report `any` in a parameter's annotation or in a cast."""
    if syntax.text_of(node) != "any":
        return
    where = _where(node)
    if where is None:
        return
    yield RULE.at(
        file,
        node,
        f"{where} switches type checking off",
        hint="use the generated types (`QueryCtx`, `Doc<…>`, `Id<…>`), or `unknown` and a check",
    )


def _where(node: Node) -> str | None:
    """What the `any` belongs to, for the message."""
    in_object = False
    for outer in syntax.ancestors(node):
        if outer.type in _TYPES:
            continue
        if outer.type in _OBJECT_TYPES:
            in_object = True
            continue
        if outer.type in _CASTS and not in_object:
            return "the cast to `any`"
        if outer.type in _PARAMETERS and _is_of_function(outer):
            name = syntax.text_of(syntax.parameter_pattern(outer)).split("\n")[0]
            return f"`any` for the parameter `{name}`"
        return None
    return None


def _is_of_function(parameter: Node) -> bool:
    """Whether it is a real function's, not one of a function type."""
    outer = parameter.parent.parent if parameter.parent is not None else None
    return outer is not None and outer.type in syntax.FUNCTION_KINDS


RULE = Rule(
    id="no-any-type",
    severity=Severity.INFO,
    category="validation",
    kinds=frozenset({"predefined_type"}),
    check=check,
)
