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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._equalities import (
    ARRAY_METHODS,
    Equality,
    is_field_of,
    of_callback,
)
from assistant.code.rules._tables import schema_at_hand
from assistant.code.schema import Table

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.names import Binding

_NOTHING = frozenset({"null", "undefined"})
_MAX_ROUNDS = 8
_MAX_CALLERS = 20


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A place at which results are thrown away."""

    file: CodeFile
    node: Node
    """The name of the array's method, or the condition of a loop's branch."""
    equalities: tuple[Equality, ...]


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
    places = [*_narrowed(project, file, call.node, inside)]
    places += _behind_helper(project, file, call.node, inside)
    for place in places:
        fields = [
            one.field
            for one in place.equalities
            if syntax.text_of(one.value) not in _NOTHING
            and one.field not in filtered
            and _is_field(table, one.field)
        ]
        if fields:
            yield _report(call, table, place, fields)


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


def _narrowed(project: Project, file: CodeFile, search: Node, inside: Node) -> Iterator[Narrowed]:
    """Where what a function makes of a search's results is narrowed."""
    made = _made_of(file, search, inside)
    for call in _calls_behind(file, search, inside):
        method, owner = syntax.callee_name_node(call), syntax.receiver(call)
        callback = syntax.argument(call, 0)
        if method is None or owner is None or callback is None:
            continue
        if syntax.text_of(method) in ARRAY_METHODS and _is_made(file, owner, search, made):
            yield Narrowed(file, method, of_callback(project, file, callback))
    for loop in file.nodes("for_in_statement"):
        iterated = syntax.field(loop, "right")
        if iterated is None or not syntax.is_inside(loop, inside):
            continue
        if _is_made(file, iterated, search, made):
            yield from _skips_in(file, loop, made)


def _calls_behind(file: CodeFile, search: Node, inside: Node) -> Iterator[Node]:
    for call in file.nodes("call_expression"):
        if syntax.is_inside(call, inside) and call.start_byte >= search.start_byte:
            yield call


def _skips_in(file: CodeFile, loop: Node, made: set[Binding]) -> Iterator[Narrowed]:
    """The branches of a loop over results that take or leave a row by one of its fields."""
    for branch in file.nodes("if_statement"):
        if not syntax.is_inside(branch, loop) or syntax.field(branch, "alternative") is not None:
            continue
        equalities = tuple(_of_condition(file, branch, made))
        condition = syntax.field(branch, "condition")
        if equalities and condition is not None:
            yield Narrowed(file, condition, equalities)


def _of_condition(file: CodeFile, branch: Node, made: set[Binding]) -> Iterator[Equality]:
    """`row.f === x && …` before what keeps a row, `row.f !== x || …` before `continue`."""
    leaves = _only_continues(syntax.field(branch, "consequence"))
    join, operators = ("||", ("!==", "!=")) if leaves else ("&&", ("===", "=="))
    stack = [syntax.field(branch, "condition")]
    while stack:
        node = syntax.unwrap(stack.pop())
        if node is None or node.type != "binary_expression":
            continue
        left, right = syntax.field(node, "left"), syntax.field(node, "right")
        operator = syntax.operator(node)
        if operator == join:
            stack += [right, left]
        elif operator in operators and left is not None and right is not None:
            for one, other in ((left, right), (right, left)):
                path = _field_path(file, one, made)
                if path and not _field_path(file, other, made):
                    yield Equality(".".join(path), other)
                    break


def _only_continues(body: Node | None) -> bool:
    statements = (
        body.named_children if body is not None and body.type == "statement_block" else [body]
    )
    return any(one is not None and one.type == "continue_statement" for one in statements)


def _field_path(file: CodeFile, node: Node, made: set[Binding]) -> tuple[str, ...]:
    """`("lang",)` of `row.lang`; empty where it is no field of a row."""
    names = syntax.name_chain(node)
    root = syntax.chain_root(node)
    if len(names) < 2 or root is None or root.type != "identifier":
        return ()
    return names[1:] if file.names.resolve(root) in made else ()


def _made_of(file: CodeFile, search: Node, inside: Node) -> set[Binding]:
    """The variables of a function whose values come from the search, directly or not."""
    made: set[Binding] = set()
    kinds = {"variable_declarator": ("name", "value"), "for_in_statement": ("left", "right")}
    declared = [
        (syntax.field(node, kinds[node.type][0]), syntax.field(node, kinds[node.type][1]))
        for node in file.nodes(*kinds)
        if syntax.is_inside(node, inside)
    ]
    for _ in range(_MAX_ROUNDS):
        before = len(made)
        for name, value in declared:
            if name is None or value is None or not _mentions(file, value, search, made):
                continue
            declared_names = [name] if name.type == "identifier" else _names_of(name)
            for one in declared_names:
                binding = file.names.resolve(one)
                if binding is not None:
                    made.add(binding)
        if len(made) == before:
            break
    return made


def _names_of(pattern: Node) -> list[Node]:
    """What `{ a, b: c }` and `[a, b]` declare."""
    return list(syntax.descendants(pattern, "identifier", "shorthand_property_identifier_pattern"))


def _mentions(file: CodeFile, value: Node, search: Node, made: set[Binding]) -> bool:
    if syntax.is_inside(search, value):
        return True
    names = [value] if value.type == "identifier" else []
    names += syntax.descendants(value, "identifier", "shorthand_property_identifier")
    return bool(made) and any(file.names.resolve(name) in made for name in names)


def _is_made(file: CodeFile, owner: Node, search: Node, made: set[Binding]) -> bool:
    """Whether a chain begins with results, or with a call that is given them."""
    root = syntax.chain_root(owner)
    if root is None:
        return False
    if root.type == "identifier" and file.names.resolve(root) in made:
        return True
    if syntax.is_inside(search, owner):
        return True
    node = syntax.unwrap_await(owner)
    while node is not None and node.type in ("call_expression", "member_expression"):
        if node.type == "call_expression" and any(
            _mentions(file, given, search, made)
            for given in syntax.arguments(node)
            if given.type not in syntax.FUNCTION_KINDS
        ):
            return True
        inner = syntax.field(node, "function") or syntax.field(node, "object")
        node = syntax.unwrap_await(inner)
    return False


def _behind_helper(
    project: Project, file: CodeFile, search: Node, inside: Node
) -> Iterator[Narrowed]:
    """Where the callers of a helper that returns what it found narrow that."""
    made = _made_of(file, search, inside)
    returned = syntax.returned_expressions(inside)
    if not any(_mentions(file, one, search, made) for one in returned):
        return
    for home, call in project.reach.calls_to(file, inside)[:_MAX_CALLERS]:
        around = home.tree.function_around(call)
        if around is not None and around != inside:
            yield from _narrowed(project, home, call, around)


def _report(call: ContextCall, table: Table | None, place: Narrowed, fields: list[str]) -> Report:
    index = syntax.string_value(syntax.argument(call.node, 1))
    known = table.indexes_named(index) if table is not None and index is not None else ()
    ready = any(set(fields) <= set(one.filter_fields) for one in known)
    listed = ", ".join(f"`{field}`" for field in fields)
    return RULE.at(
        place.file,
        place.node,
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
