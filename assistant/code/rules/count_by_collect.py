"""All rows are collected only to be counted or added up.

Why: to learn one number the function reads every row, again at each change of any of them, and
stops working when the table outgrows a transaction. A counter, or the aggregate component, keeps
the number at hand.
Silent when: the rows themselves are used as well, the read is limited by `.take(n)`, or the
settings call the table small. It says less where an equality on an index bounds the rows.

Bad:
    import { query } from "./_generated/server";

    export const total = query({
      args: {},
      handler: async (ctx) => {
        const members = await ctx.db.query("members").collect();
        return members.length;
      },
    });
Good:
    import { query } from "./_generated/server";

    export const total = query({
      args: {},
      handler: async (ctx) => {
        const counter = await ctx.db
          .query("counters")
          .withIndex("by_name", (q) => q.eq("name", "members"))
          .unique();
        return counter?.value ?? 0;
      },
    });

Intent:
    count & against read | against collect | against load | against scan;
    count | counting | sum | rank | leaderboard | tally | total & aggregate | component | scale |
    fast | counter | collect | length | table | efficient | denormalize | maintain;
    sharded counter | denormalized counter;
    length & collect;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._rows import rows_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_DEPTH = 4


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report a `.collect()` of which nothing but numbers are left."""
    step = query.terminal
    if step is None or step.name != "collect" or query.table in project.small_tables:
        return
    rows = rows_of(step.file, step.node)
    if not rows.uses and rows.picked != ("length",):
        return
    if not all(_is_number(step.file, use) for use in rows.uses):
        return
    mild = query.bounded_by_equality or (query.index is not None and query.index.is_search)
    table = f"`{query.table}`" if query.table else "the table"
    some = "matching rows" if query.restricted else "rows"
    if rows.uses and all(_asks_for_any(use) for use in rows.uses):
        message = f"all {some} of {table} are read to see whether there are any"
        hint = "`.first()` reads one row and tells as much"
    else:
        message = f"all {some} of {table} are read for a number"
        hint = "keep a counter up to date, or use the aggregate component"
    yield RULE.at(
        step.file,
        step.name_node,
        message,
        hint=hint,
        severity=Severity.INFO if mild else None,
        confidence=query.context.confidence,
    )


def _is_number(file: CodeFile, use: Node, depth: int = 0) -> bool:
    """Whether a use of the rows is a count or a sum."""
    parent = syntax.wrapped(use).parent
    if use.type == "shorthand_property_identifier_pattern":
        return syntax.text_of(use) == "length"
    if parent is None:
        return False
    if parent.type == "for_in_statement":
        return syntax.field(parent, "right") == syntax.wrapped(use) and _adds_up(
            file, syntax.field(parent, "body")
        )
    if parent.type != "member_expression" or syntax.field(parent, "object") != syntax.wrapped(use):
        return False
    name = syntax.text_of(syntax.field(parent, "property"))
    if name == "length":
        return not _is_target(parent)
    call = parent.parent
    if call is None or call.type != "call_expression" or syntax.field(call, "function") != parent:
        return False
    if name in ("filter", "map"):
        # Some of the rows, or one value of each, of which only a number is left.
        inner = rows_of(file, call)
        if not inner.uses:
            return inner.picked == ("length",)
        return depth < _MAX_DEPTH and all(_is_number(file, use, depth + 1) for use in inner.uses)
    if name == "reduce":
        start = syntax.argument(call, 1)
        return start is not None and start.type == "number"
    if name == "forEach":
        callback = syntax.argument(call, 0)
        return callback is not None and _adds_up(file, syntax.field(callback, "body"))
    return False


def _is_target(member: Node) -> bool:
    parent = member.parent
    return (
        parent is not None
        and parent.type == "assignment_expression"
        and syntax.field(parent, "left") == member
    )


def _adds_up(file: CodeFile, body: Node | None) -> bool:
    """Whether the statements of a loop do nothing but add to numbers."""
    if body is None:
        return False
    stack, added = [body], False
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in ("statement_block", "expression_statement", "else_clause"):
            stack += [child for child in node.named_children if child.type != "comment"]
        elif kind == "if_statement":
            branches = (syntax.field(node, "consequence"), syntax.field(node, "alternative"))
            stack += [branch for branch in branches if branch is not None]
        elif kind in ("augmented_assignment_expression", "update_expression"):
            target = syntax.field(node, "left") or syntax.field(node, "argument")
            if not _is_numeric_name(file, target):
                return False
            added = True
        elif kind != "continue_statement":
            return False
    return added


def _is_numeric_name(file: CodeFile, node: Node | None) -> bool:
    binding = file.names.resolve(node) if node is not None and node.type == "identifier" else None
    value = syntax.unwrap(binding.value) if binding is not None else None
    return value is not None and value.type == "number"


def _asks_for_any(use: Node) -> bool:
    """Whether it is `rows.length > 0` or another comparison with none."""
    length = syntax.wrapped(use).parent
    if length is None or syntax.text_of(syntax.field(length, "property")) != "length":
        return False
    outer = syntax.wrapped(length).parent
    if outer is None:
        return False
    if outer.type != "binary_expression":
        return outer.type == "unary_expression" and syntax.text_of(outer).startswith("!")
    sides = {syntax.text_of(syntax.field(outer, side)) for side in ("left", "right")}
    operator = syntax.operator(outer)
    if "1" in sides:
        return operator in (">=", "<")
    return "0" in sides and operator in (">", "===", "!==", "==", "!=")


RULE = Rule(
    id="count-by-collect",
    severity=Severity.WARNING,
    category="reading",
    check_query=check,
)
