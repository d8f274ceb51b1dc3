"""A document that may be missing is used as if it were there.

Why: `get`, `.first()` and `.unique()` give null where nothing is found: a row may have been deleted
since the client saw it. The next member access then throws a `TypeError` that tells the client
nothing, and `!` hides that from the compiler.
Silent when: the result is checked, read by `?.`, given a default, or returned as it is; an
assertion or a `require…`/`must…` helper looks at it; the same function has just written the
document, so it is there.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const title = query({
      args: { id: v.id("films") },
      handler: async (ctx, { id }) => {
        const film = await ctx.db.get(id);
        return film!.title;
      },
    });
Good:
    import { query } from "./_generated/server";
    import { ConvexError, v } from "convex/values";

    export const title = query({
      args: { id: v.id("films") },
      handler: async (ctx, { id }) => {
        const film = await ctx.db.get(id);
        if (film === null) throw new ConvexError("unknown film");
        return film.title;
      },
    });

Intent:
    null | undefined | nullable | missing document | not found | non null assertion &
        check | handle | before | document | ctx.db.get | get | assert | result | guard &
        not useQuery | loading | client | component | hook;
    edge case & handle & about error | edge & not about test;
    against non null | assume & document | assertion | exist;
    document & exist | deleted & check | verify | before | handle & not index | schema | table;
    error & graceful | gracefully & not boundary;
    error handling & mutation | validate implementation | type safety & not atomic |
        about test | production | always;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall, min_confidence
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._handed_back import calls_that_give
from assistant.code.rules._presence import is_use_as_present, uses_before_check
from assistant.code.rules._rows import rows_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_DEPTH = 4
_PER_ITEM = frozenset({"flatMap", "forEach", "map"})
_WRITES = frozenset({("db", "insert"), ("db", "patch"), ("db", "replace")})


def check_call(call: ContextCall, project: Project) -> Iterator[Report]:
    """Report the use of what `ctx.db.get` gives."""
    if call.path != ("db", "get") or call.context.confidence is Confidence.LOW:
        return
    if not _is_surely_there(project, call):
        yield from _report(project, call.file, call.node, "ctx.db.get", call.context.confidence)


def check_query(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report the use of what `.first()` or `.unique()` gives."""
    step = query.terminal
    if step is None or step.name not in ("first", "unique"):
        return
    if query.context.confidence is not Confidence.LOW and not _is_just_filled(project, query):
        confidence = query.context.confidence
        yield from _report(project, step.file, step.node, f".{step.name}", confidence)


def _report(
    project: Project, file: CodeFile, read: Node, name: str, confidence: Confidence
) -> Iterator[Report]:
    for where, call in ((file, read), *calls_that_give(project, file, read)):
        use = next(_uses(project, where, call), None)
        if use is None:
            continue
        helped = call is not read
        via = f" by `{syntax.callee_name(call)}`" if helped else ""
        yield RULE.at(
            where,
            use,
            f"what `{name}(…)` gives{via} is used with no check, and may be null",
            hint="check for null first, and throw or return where nothing is found",
            confidence=min_confidence(confidence, Confidence.MEDIUM) if helped else confidence,
        )
        if not helped:
            return  # What the helper itself takes for granted, its callers do as well.


def _uses(project: Project, file: CodeFile, read: Node) -> Iterator[Node]:
    """The places where the awaited value is used as if present, in document order."""
    waited = syntax.wrapped(read).parent
    if waited is not None and waited.type == "array":
        yield from _uses_of_batch(project, file, read)
    yield from _uses_of_each(project, file, read)
    if waited is None or waited.type != "await_expression":
        return
    value = waited
    while value.parent is not None and value.parent.type in (
        "as_expression",
        "parenthesized_expression",
        "satisfies_expression",
    ):
        value = value.parent
    if is_use_as_present(value):
        yield _name_of_use(value)
        return
    declarator = value.parent
    name = syntax.field(declarator, "name")
    if declarator is None or declarator.type != "variable_declarator" or name is None:
        return
    binding = file.names.resolve(name) if name.type == "identifier" else None
    if binding is not None:
        yield from uses_before_check(project, file, binding)


def _uses_of_batch(project: Project, file: CodeFile, read: Node) -> Iterator[Node]:
    """The same of `const [a, b] = await Promise.all([read(), …])`."""
    named = [use for use in rows_of(file, read).uses if use.type == "identifier"]
    binding = file.names.resolve(named[0]) if named else None
    if binding is not None:
        yield from uses_before_check(project, file, binding)


def _uses_of_each(project: Project, file: CodeFile, read: Node) -> Iterator[Node]:
    """The same of the items of `const docs = await Promise.all(ids.map((id) => read(id)))`."""
    callback = file.tree.function_around(read)
    whole = syntax.wrapped(read, through_await=True)
    if callback is None or syntax.field(callback, "body") != whole:
        return
    arguments = syntax.wrapped(callback).parent
    mapped = arguments.parent if arguments is not None else None
    if mapped is None or mapped.type != "call_expression" or syntax.callee_name(mapped) != "map":
        return
    batch = syntax.wrapped(mapped).parent
    call = batch.parent if batch is not None and batch.type == "arguments" else None
    if call is None or syntax.name_chain(syntax.callee(call)) != ("Promise", "all"):
        return
    for rows in rows_of(file, call).uses:
        member = syntax.wrapped(rows).parent
        looked = member.parent if member is not None else None
        if member is None or looked is None or looked.type != "call_expression":
            continue
        each = syntax.argument(looked, 0)
        if syntax.member_name(member) not in _PER_ITEM or each is None:
            continue
        given = syntax.parameters(each) if each.type in syntax.FUNCTION_KINDS else []
        pattern = syntax.parameter_pattern(given[0]) if given else None
        binding = (
            file.names.lookup(syntax.text_of(pattern), pattern.start_byte)
            if pattern is not None and pattern.type == "identifier"
            else None
        )
        if binding is not None:
            yield from uses_before_check(project, file, binding)


def _name_of_use(value: Node) -> Node:
    """The identifier behind an inline read, else the read's last one."""
    parent = value.parent
    while parent is not None and parent.type in ("non_null_expression", "parenthesized_expression"):
        value, parent = parent, parent.parent
    if parent is not None and parent.type == "member_expression":
        return syntax.field(parent, "property") or value
    if parent is not None and parent.type == "variable_declarator":
        return syntax.field(parent, "name") or value
    return value


def _is_surely_there(project: Project, get: ContextCall) -> bool:
    """Whether the document was written, or read itself, just before in the same function."""
    given = get.arguments
    wanted = syntax.unwrap(given[-1]) if given else None
    if wanted is None:
        return False
    if syntax.member_name(wanted) == "_id":
        return True
    binding = get.file.resolve(wanted) if wanted.type == "identifier" else None
    if binding is not None and _is_new_id(project, get.file, binding.value):
        return True
    if wanted.type == "member_expression" and _is_filled_with_new_id(project, get, wanted):
        return True
    unit = project.reach.unit_of(get.file, get.node)
    return any(
        other.path in _WRITES
        and other.node.end_byte <= get.node.start_byte
        and any(syntax.text_of(one) == syntax.text_of(wanted) for one in other.arguments[:2])
        for other in project.reach.context_calls_of(unit)
    )


def _is_filled_with_new_id(project: Project, get: ContextCall, wanted: Node) -> bool:
    """Whether `row.link` was assigned the id of a new document above, in the same block."""
    text = syntax.text_of(wanted)
    for statement in _statements_before(get.node):
        inner = statement.named_children[0] if statement.named_children else None
        if (
            inner is not None
            and inner.type == "assignment_expression"
            and syntax.text_of(syntax.field(inner, "left")) == text
        ):
            return _is_new_id(project, get.file, syntax.field(inner, "right"))
    return False


def _statements_before(node: Node) -> Iterator[Node]:
    """The expression statements that have run before a node's, the last one first."""
    for outer in syntax.ancestors(node):
        if outer.type in syntax.FUNCTION_KINDS:
            return
        for previous in reversed(outer.parent.named_children if outer.parent is not None else []):
            if previous.type == "expression_statement" and previous.end_byte <= outer.start_byte:
                yield previous


def _is_new_id(project: Project, file: CodeFile, node: Node | None, depth: int = 0) -> bool:
    """Whether an expression is the id of a document just inserted, also by a helper."""
    value = syntax.unwrap_await(node)
    if value is None or depth > _MAX_DEPTH:
        return False
    if value.type == "identifier":
        binding = file.resolve(value)
        return binding is not None and _is_new_id(project, file, binding.value, depth + 1)
    if value.type != "call_expression":
        return False
    found = project.contexts.path_of(file, syntax.callee(value))
    if found is not None and found.path == ("db", "insert"):
        return True
    target = project.follow(file, syntax.callee(value))
    home, function = target.file, target.node
    if home is None or function is None or function.type not in syntax.FUNCTION_KINDS:
        return False
    returned = syntax.returned_expressions(function)
    return bool(returned) and all(_is_new_id(project, home, one, depth + 1) for one in returned)


def _is_just_filled(project: Project, query: DbQuery) -> bool:
    """Whether the same function has inserted into the table before."""
    return query.table is not None and any(
        other.path == ("db", "insert")
        and other.node.end_byte <= query.root.start_byte
        and syntax.string_value(syntax.argument(other.node, 0)) == query.table
        for other in project.reach.context_calls_of(query.unit)
    )


RULE = Rule(
    id="unchecked-get",
    severity=Severity.WARNING,
    category="writing",
    check_call=check_call,
    check_query=check_query,
)
