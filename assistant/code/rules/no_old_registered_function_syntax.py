"""A registered function is given as a bare function instead of an object.

Why: only the object form can carry `args` and `returns`, so the old form takes whatever a client
sends; Convex documents the object form alone.
Silent when: it is an HTTP action, which always takes a function, or the function is named, cast or
built by something that isn't called like one of Convex's own builders.

Bad:
    import { query } from "./_generated/server";

    export const latest = query(async (ctx) => {
      return await ctx.db.query("articles").order("desc").take(10);
    });
Good:
    import { query } from "./_generated/server";

    export const latest = query({
      args: {},
      handler: async (ctx) => {
        return await ctx.db.query("articles").order("desc").take(10);
      },
    });

Intent:
    function & syntax & new | object | old | legacy | registration | modern | current;
    args & handler & object | form | property | syntax | with;
    handler & object syntax | object form;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Edit, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

BUILDERS = frozenset(
    {"query", "mutation", "action", "internalQuery", "internalMutation", "internalAction"}
)
_WRITTEN_IN_PLACE = frozenset({"arrow_function", "function_expression"})


def check(call: Node, file: CodeFile, _project: Project) -> Iterator[Report]:
    """Report an exported builder call whose only argument is a function."""
    callee = syntax.field(call, "function")
    given = syntax.arguments(call)
    if callee is None or callee.type != "identifier" or len(given) != 1:
        return
    builder = syntax.text_of(callee)
    if builder not in BUILDERS or given[0].type not in _WRITTEN_IN_PLACE or not _is_exported(call):
        return
    yield RULE.at(
        file,
        callee,
        f"`{builder}` is given a bare function, so its arguments can't be validated",
        hint="give it an object with `args` and `handler`",
        anchor=call,
        edits=_edits(given[0]),
    )


def _is_exported(call: Node) -> bool:
    parent = call.parent
    if parent is not None and parent.type == "variable_declarator":
        declaration = parent.parent
        if declaration is None or declaration.type != "lexical_declaration":
            return False
        parent = declaration.parent
    return parent is not None and parent.type == "export_statement"


def _edits(function: Node) -> tuple[Edit, ...]:
    """Wrap the function; arguments that it takes need validators that only a person knows."""
    args = "args: {}, " if len(syntax.parameters(function)) < 2 else ""
    return (
        Edit(function.start_byte, function.start_byte, f"{{ {args}handler: "),
        Edit(function.end_byte, function.end_byte, " }"),
    )


RULE = Rule(
    id="no-old-registered-function-syntax",
    severity=Severity.ERROR,
    category="validation",
    peer=True,
    kinds=frozenset({"call_expression"}),
    names=frozenset(BUILDERS),
    check=check,
)
