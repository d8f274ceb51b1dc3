"""Results of a vector search are narrowed in code by a field that the search could filter by.

Why: the search returns a limited number of nearest rows. Throwing some of them away afterwards
leaves few or none, though there are further matches that were never returned.
Silent when: the score or the id is compared, a value is only tested for being there, the search
filters by that field already, or the table has no such field.

Bad:
    import { action } from "./_generated/server";
    import { internal } from "./_generated/api";
    import { v } from "convex/values";

    export const similar = action({
      args: { vector: v.array(v.float64()), language: v.string() },
      handler: async (ctx, { vector, language }) => {
        const hits = await ctx.vectorSearch("quotes", "by_vector", { vector, limit: 20 });
        const ids = hits.map((hit) => hit._id);
        const quotes = await ctx.runQuery(internal.quotes.load, { ids });
        return quotes.filter((quote) => quote.language === language);
      },
    });
Good:
    import { action } from "./_generated/server";
    import { internal } from "./_generated/api";
    import { v } from "convex/values";

    export const similar = action({
      args: { vector: v.array(v.float64()), language: v.string() },
      handler: async (ctx, { vector, language }) => {
        const hits = await ctx.vectorSearch("quotes", "by_vector", {
          vector,
          limit: 20,
          filter: (q) => q.eq("language", language),
        });
        const ids = hits.map((hit) => hit._id);
        return await ctx.runQuery(internal.quotes.load, { ids });
      },
    });

Intent:
    vector search | vectorSearch | vector & filter | filterFields | narrow | filtering &
    not full text;
    filterFields;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._equalities import ARRAY_METHODS, is_field_of, of_callback
from assistant.code.rules._tables import schema_at_hand
from assistant.code.schema import Table

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.names import Binding

_NOTHING = frozenset({"null", "undefined"})
_MAX_ROUNDS = 8


def check(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report the filters on what a vector search has found."""
    if call.path != ("vectorSearch",):
        return
    file = call.file
    name = syntax.string_value(syntax.argument(call.node, 0))
    schema = schema_at_hand(project, file)
    table = schema.tables.get(name) if schema is not None and name is not None else None
    if table is None and schema is not None and schema.complete:
        return
    inside = file.tree.function_around(call.node)
    if inside is None:
        return
    filtered = _filtered_fields(syntax.argument(call.node, 2))
    for method, callback in _filters_on(file, call.node, inside):
        fields = [
            one.field
            for one in of_callback(project, file, callback)
            if syntax.text_of(one.value) not in _NOTHING
            and one.field not in filtered
            and _is_field(table, one.field)
        ]
        if fields:
            yield _report(call, table, method, fields)


def _is_field(table: Table | None, field: str) -> bool:
    if table is not None:
        return is_field_of(table, field)
    return not field.startswith("_") and "." not in field and field != "length"


def _filtered_fields(options: Node | None) -> frozenset[str]:
    """The fields that the search's own filter compares."""
    given = syntax.object_member(options, "filter")
    calls = syntax.descendants(given, "call_expression") if given is not None else ()
    return frozenset(
        field
        for one in calls
        if syntax.callee_name(one) == "eq"
        and (field := syntax.string_value(syntax.argument(one, 0))) is not None
    )


def _filters_on(file: CodeFile, search: Node, inside: Node) -> Iterator[tuple[Node, Node]]:
    """The calls of `.filter` and `.find` on anything made of a search's results."""
    made = _made_of(file, search, inside)
    for call in file.nodes("call_expression"):
        if not syntax.is_inside(call, inside) or call.start_byte < search.start_byte:
            continue
        method, owner = syntax.callee_name_node(call), syntax.receiver(call)
        callback = syntax.argument(call, 0)
        if method is None or owner is None or callback is None:
            continue
        if syntax.text_of(method) in ARRAY_METHODS and _starts_with(file, owner, search, made):
            yield method, callback


def _made_of(file: CodeFile, search: Node, inside: Node) -> set[Binding]:
    """The variables of a function whose values come from the search, directly or not."""
    made: set[Binding] = set()
    declarators = [
        node for node in file.nodes("variable_declarator") if syntax.is_inside(node, inside)
    ]
    for _ in range(_MAX_ROUNDS):
        before = len(made)
        for declarator in declarators:
            name, value = syntax.field(declarator, "name"), syntax.field(declarator, "value")
            if name is None or value is None or name.type != "identifier":
                continue
            binding = file.names.resolve(name)
            if binding is not None and _mentions(file, value, search, made):
                made.add(binding)
        if len(made) == before:
            break
    return made


def _mentions(file: CodeFile, value: Node, search: Node, made: set[Binding]) -> bool:
    if syntax.is_inside(search, value):
        return True
    names = [value] if value.type == "identifier" else []
    names += syntax.descendants(value, "identifier", "shorthand_property_identifier")
    return bool(made) and any(file.names.resolve(name) in made for name in names)


def _starts_with(file: CodeFile, owner: Node, search: Node, made: set[Binding]) -> bool:
    root = syntax.chain_root(owner)
    if root is None:
        return False
    if root.type == "identifier" and file.names.resolve(root) in made:
        return True
    return syntax.is_inside(search, owner)


def _report(call: ContextCall, table: Table | None, node: Node, fields: list[str]) -> Report:
    index = syntax.string_value(syntax.argument(call.node, 1))
    known = table.indexes_named(index) if table is not None and index is not None else ()
    ready = any(set(fields) <= set(one.filter_fields) for one in known)
    listed = ", ".join(f"`{field}`" for field in fields)
    return RULE.at(
        call.file,
        node,
        f"results of the vector search are thrown away by {listed} after the search",
        hint=f'filter in the search: `filter: (q) => q.eq("{fields[0]}", …)`'
        if ready
        else f"add {listed} to the index's `filterFields`, and filter in the search",
        confidence=min_confidence(
            call.context.confidence, Confidence.HIGH if table is not None else Confidence.MEDIUM
        ),
    )


RULE = Rule(
    id="filter-after-vector-search",
    severity=Severity.INFO,
    category="reading",
    check_call=check,
)
