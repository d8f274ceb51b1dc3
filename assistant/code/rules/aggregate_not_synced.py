"""A mutation changes rows of a table that has an aggregate, and doesn't change the aggregate.

Why: a `TableAggregate` is a second structure beside the table; it counts wrong from the first write
that leaves it out, and nothing notices.
Silent when: the mutation's builder runs triggers (`triggers.wrapDB`), the table of the row can't be
told, a patch leaves alone the fields on which the aggregate depends, or rows that are inserted
come into the aggregate only by a later change.

Bad:
    import { TableAggregate } from "@convex-dev/aggregate";
    import { v } from "convex/values";
    import { components } from "./_generated/api";
    import type { DataModel } from "./_generated/dataModel";
    import { mutation } from "./_generated/server";

    const votes = new TableAggregate<{ Key: number; DataModel: DataModel; TableName: "votes" }>(
      components.aggregate,
      { sortKey: (doc) => doc.weight },
    );

    export const vote = mutation({
      args: { weight: v.number() },
      handler: async (ctx, { weight }) => {
        await ctx.db.insert("votes", { weight });
      },
    });
Good:
    import { TableAggregate } from "@convex-dev/aggregate";
    import { v } from "convex/values";
    import { components } from "./_generated/api";
    import type { DataModel } from "./_generated/dataModel";
    import { mutation } from "./_generated/server";

    const votes = new TableAggregate<{ Key: number; DataModel: DataModel; TableName: "votes" }>(
      components.aggregate,
      { sortKey: (doc) => doc.weight },
    );

    export const vote = mutation({
      args: { weight: v.number() },
      handler: async (ctx, { weight }) => {
        const id = await ctx.db.insert("votes", { weight });
        const doc = await ctx.db.get(id);
        await votes.insert(ctx, doc!);
      },
    });

Intent:
    aggregate | TableAggregate | denormalized count & sync | in sync | update | trigger | keep |
      maintain | out of sync | stale | forget | alongside & not fast | component | root;
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.names import REST
from assistant.code.project import Project
from assistant.code.row_tables import RowTables
from assistant.code.rule import Report, Rule
from assistant.code.rules._aggregates import Aggregates, TableAggregate
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentFlows
from assistant.code.rules._rest_patterns import source_of_fields, taken_beside

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.modules import CodeFile

_WRITES = frozenset({"delete", "insert", "patch", "replace"})


def check_call(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report a write that leaves an aggregate of its table behind."""
    if len(call.path) != 2 or call.path[0] != "db" or call.path[1] not in _WRITES:
        return
    aggregates = project.once(Aggregates)
    if not aggregates.all or call.context.confidence is Confidence.LOW:
        return
    table = project.once(RowTables).of_written(call.file, call.node)
    is_patch = call.path[1] == "patch"
    own = [aggregate for aggregate in aggregates.all if aggregate.table == table]
    if not own:
        return
    for reached in project.reach.reached_from(project.reach.unit_of(call.file, call.node)):
        if reached.function.kind is not Kind.MUTATION:
            continue
        patched = call.arguments[-1] if is_patch and call.arguments else None
        flow = project.once(ArgumentFlows).of(reached.function)
        fields = _patched_fields(flow, call.file, patched)
        concerned = [aggregate for aggregate in own if _depends(aggregate, fields)]
        kept = aggregates.kept_by(reached.function)
        left = (a for a in concerned if a not in kept)
        if call.path[1] == "insert":
            left = (a for a in left if not aggregates.takes_rows_later(a))
        missing = next(left, None)
        if missing is not None:
            yield RULE.at(
                call.file,
                call.name_node,
                f"{reached.described} changes rows of `{table}` without the aggregate "
                f"`{missing.name}`",
                hint=f"change `{missing.name}` in the same mutation, or build the mutation with "
                "triggers",
                confidence=Confidence.MEDIUM if is_patch and fields is None else Confidence.HIGH,
            )
            return


def _depends(aggregate: TableAggregate, fields: frozenset[str] | None) -> bool:
    """Whether a write of these fields (None: of any) can change what the aggregate holds."""
    return fields is None or aggregate.fields is None or bool(fields & aggregate.fields)


def _patched_fields(
    flow: ArgumentFlow, file: CodeFile, value: Node | None
) -> frozenset[str] | None:
    """The fields that a patch sets; None where they aren't all known."""
    value = syntax.unwrap(value)
    if value is None:
        return None
    if value.type == "ternary_expression":
        branches = ("consequence", "alternative")
        return _united(
            _patched_fields(flow, file, syntax.field(value, branch)) for branch in branches
        )
    if value.type == "binary_expression":
        # `...(done && { doneAt })`
        return _patched_fields(flow, file, syntax.field(value, "right"))
    if value.type != "object":
        return _fields_of_arguments(flow, file, source_of_fields(file, value))
    members = [child for child in value.named_children if child.type != "comment"]
    spreads = syntax.object_spreads(value)
    names = [name for name, _ in syntax.object_members(value)]
    if len(names) + len(spreads) != len(members):
        return None
    spread = (_patched_fields(flow, file, one) for one in spreads)
    return _united((frozenset(names), *spread))


def _fields_of_arguments(flow: ArgumentFlow, file: CodeFile, value: Node) -> frozenset[str] | None:
    """The fields of arguments that are handed on whole: `const { id, ...fields } = args`."""
    binding = file.resolve(value) if value.type == "identifier" else None
    found: list[frozenset[str] | None] = []
    for path in flow.paths(file, value):
        is_rest = path[-1:] == (REST,)
        validator = flow.validator_of(path[:-1] if is_rest else path)
        if validator is None or validator.kind != "object":
            return None
        taken = taken_beside(binding) if is_rest and binding is not None else frozenset()
        found.append(frozenset(validator.fields) - taken)
    return _united(found) if found else None


def _united(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: set[str] = set()
    for one in sets:
        if one is None:
            return None
        found |= one
    return frozenset(found)


RULE = Rule(
    id="aggregate-not-synced",
    severity=Severity.ERROR,
    category="layout",
    check_call=check_call,
)
