"""A promise is neither awaited nor returned nor handed on.

Why: a function ends when its handler's promise does. What still floats then may never have run; its
error reaches nobody, and a mutation commits as if all were well. In a condition a promise is always
true, so an unawaited `getUserIdentity()` lets everybody in.
Silent when: the promise is kept in a variable and awaited later, stands in an awaited
`Promise.all`, has a `.catch(…)`, or is marked with `void`; a call gives no promise
(`normalizeId`), or a query chain isn't finished yet.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const rename = mutation({
      args: { id: v.id("boards"), name: v.string() },
      handler: async (ctx, { id, name }) => {
        ctx.db.patch(id, { name });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const rename = mutation({
      args: { id: v.id("boards"), name: v.string() },
      handler: async (ctx, { id, name }) => {
        await ctx.db.patch(id, { name });
      },
    });

Intent:
    await & promise | @every | async | ctx.db | ctx.scheduler | db | call | write | operation &
        not sequential | loop | in parallel;
    floating | dangling | unawaited | unhandled | forgotten | orphaned & promise;
    fire and forget & against fire | promise | never | avoid;
    async operation & handle;
    promise & handle | resolve | return & not client;
    mutation & atomic & consistent;
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Edit, Severity
from assistant.code import syntax
from assistant.code.contexts import ContextCall
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._promises import (
    COMBINATORS,
    Fate,
    callback_gives_promise,
    end_of_thens,
    fate_of,
    gives_promise,
    is_combinator,
    is_context_promise,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_PER_ITEM = frozenset({"forEach", "map"})
_HINT = "write `await` in front, or gather several in `await Promise.all([…])`"


def check_call(call: ContextCall, _project: Project) -> Iterator[Report]:
    """Report a floating call of the context."""
    if is_context_promise(call.path):
        name = ".".join(("ctx", *call.path))
        yield from _floating(call.file, call.node, call.name_node, name, call.context.confidence)


def check_query(query: DbQuery, _project: Project) -> Iterator[Report]:
    """Report a database query that is run and not awaited."""
    step = query.terminal
    if step is not None and step.name != "for await":
        name = f".{step.name}"
        yield from _floating(step.file, step.node, step.name_node, name, query.context.confidence)


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report floating calls of helpers, of `Promise.all`, and callbacks whose promise is lost."""
    yield from _in_place(file)
    for call in _calls(file, _PER_ITEM):
        name_node = syntax.callee_name_node(call)
        if name_node is not None and syntax.receiver(call) is not None:
            yield from _lost_callback(file, call, name_node, syntax.text_of(name_node), project)
    for call in _calls(file, COMBINATORS):
        name_node = syntax.callee_name_node(call)
        if name_node is not None and is_combinator(call, file):
            name = f"Promise.{syntax.text_of(name_node)}"
            yield from _floating(file, call, name_node, name, Confidence.HIGH)
    yield from _of_helpers(file, project)


def _in_place(file: CodeFile) -> Iterator[Report]:
    """`(async () => { … })()`."""
    for call in _calls(file, {""}):
        callee = syntax.callee(call)
        if (
            callee is None
            or callee.type not in syntax.FUNCTION_KINDS
            or not syntax.is_async(callee)
        ):
            continue
        for report in _floating(file, call, callee.children[0], "(async …)", Confidence.HIGH):
            if not _feeds_a_stream(file, callee):
                yield report


def _of_helpers(file: CodeFile, project: Project) -> Iterator[Report]:
    """Calls of the project's own functions."""
    for call, home, function in project.reach.own_calls_in(file):
        name_node = syntax.callee_name_node(call)
        if name_node is None or not gives_promise(project, home, function):
            continue
        name = syntax.text_of(name_node)
        if name in _PER_ITEM and syntax.receiver(call) is not None:
            continue
        for report in _floating(file, call, name_node, name, Confidence.HIGH):
            if not _feeds_a_stream(home, function):
                yield report


def _calls(file: CodeFile, names: Collection[str]) -> Iterator[Node]:
    return (call for call in file.calls_named(names) if call.type == "call_expression")


def _feeds_a_stream(file: CodeFile, function: Node) -> bool:
    """Whether a function closes the writer of a stream that the code around it answers with.

    An HTTP action has to return before the stream is read, so this one must not be awaited.
    """
    for call in file.tree.nodes_inside(function, "call_expression"):
        owner = syntax.receiver(call) if syntax.callee_name(call) == "close" else None
        if owner is None or owner.type != "identifier":
            continue
        binding = file.resolve(owner)
        value = syntax.unwrap(binding.value) if binding is not None else None
        if value is None or syntax.is_inside(value, function) or value.type != "call_expression":
            continue
        if syntax.callee_name(value) == "getWriter":
            return True
    return False


def _floating(
    file: CodeFile, call: Node, name_node: Node, name: str, confidence: Confidence
) -> Iterator[Report]:
    fate = fate_of(file, call)
    if fate is Fate.KEPT or confidence is Confidence.LOW:
        return
    if fate is Fate.DROPPED:
        message = f"the promise of `{name}(…)` is neither awaited nor returned"
    elif fate is Fate.TESTED:
        message = f"the promise of `{name}(…)` isn't awaited, and a promise is always true"
    else:
        message = f"the promise of `{name}(…)` is used as if it were the value"
    yield RULE.at(
        file,
        name_node,
        message,
        hint=_HINT,
        confidence=confidence,
        edits=_await(file, call) if fate is not Fate.MISREAD else (),
    )


def _lost_callback(
    file: CodeFile, call: Node, name_node: Node, name: str, project: Project
) -> Iterator[Report]:
    if not callback_gives_promise(project, file, syntax.argument(call, 0)):
        return
    if name == "map" and fate_of(file, call) is not Fate.DROPPED:
        return
    yield RULE.at(
        file,
        name_node,
        f"`.{name}` calls back for promises that nobody awaits",
        hint="loop with `for … of` and `await`, or `await Promise.all(….map(…))`",
    )


def _await(file: CodeFile, call: Node) -> tuple[Edit, ...]:
    """Put `await` in front, where an async function holds the call and no cast stands around it."""
    function = file.tree.function_around(call)
    if function is None or not syntax.is_async(function):
        return ()
    whole = end_of_thens(call)
    if syntax.wrapped(whole) != whole:
        return ()
    return (Edit(whole.start_byte, whole.start_byte, "await "),)


RULE = Rule(
    id="no-floating-promise",
    severity=Severity.ERROR,
    category="writing",
    check_file=check_file,
    check_call=check_call,
    check_query=check_query,
)
