"""The database is read once for each item of a loop.

Why: a hundred items make a hundred reads, one waiting for the other. Reads by id side by side, one
range over an index, or a field kept on the document cost a fraction of that.
Silent when: documents are fetched by id under `Promise.all`, a helper of convex-helpers does it,
the loop only writes, goes through pages or batches, or has a number of rounds written in the code.
It says less for an awaited `get` in a loop, for a query per item under `Promise.all`, where each
round needs what the one before has found, and for helpers that write.

Bad:
    import { query } from "./_generated/server";

    export const overview = query({
      args: {},
      handler: async (ctx) => {
        const shelves = await ctx.db.query("shelves").take(50);
        const result = [];
        for (const shelf of shelves) {
          const newest = await ctx.db
            .query("books")
            .withIndex("by_shelf", (q) => q.eq("shelfId", shelf._id))
            .order("desc")
            .first();
          result.push({ shelf, newest });
        }
        return result;
      },
    });
Good:
    import { query } from "./_generated/server";

    export const overview = query({
      args: {},
      handler: async (ctx) => {
        const shelves = await ctx.db.query("shelves").take(50);
        return await Promise.all(
          shelves.map(async (shelf) => ({ shelf, newest: await ctx.db.get(shelf.newestBookId) })),
        );
      },
    });

Intent:
    n+1 | n plus one;
    loop | foreach | per item | iteration | iterating & @read | db | ctx.db | await | get &
    not runQuery | runMutation | action | delete;
    round trip | roundtrip & database | db | query | read;
    batch | Promise.all & read | get | lookup | fetch related | db.get | related &
    not runQuery | runMutation | action | cron;
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._reads import Read, Reads, weaker
from assistant.code.rules._repetition import (
    CALLBACK_METHODS,
    Repetition,
    Style,
    callback_repetition,
    repetition_of,
)
from assistant.code.rules._rounds import Round, round_of

if TYPE_CHECKING:
    from tree_sitter import Node


def check(project: Project) -> Iterator[Report]:
    """Report the reads of a project that are repeated per item."""
    reads = Reads(project)
    for file in project.server_files:
        if not file.checked:
            continue
        repeated = _Spans(_repeated_spans(file))
        for read in reads.in_file(file):
            if repeated.hold(read.node):
                yield from _direct(project, file, read)
        yield from _through_calls(project, file, reads, repeated)


def _direct(project: Project, file: CodeFile, read: Read) -> Iterator[Report]:
    repetition = repetition_of(project, file, read.node)
    if repetition is None:
        return
    severity = _severity(file, read, read.node, repetition)
    if severity is None:
        return
    table = f"`{read.table}`" if read.table else "the table"
    if read.query is None:
        message = f"a document is fetched in {_described(repetition)}, one after the other"
        hint = "fetch them side by side: `await Promise.all(ids.map((id) => ctx.db.get(id)))`"
    else:
        message = f"{table} is queried once for each round of {_described(repetition)}"
        hint = "read all rows by one range before, or keep what is needed on the document"
    yield RULE.at(
        file, read.name_node, message, hint=hint, severity=severity, confidence=read.confidence
    )


class _Spans:
    """Stretches of a file, in order, none of which touches another."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def hold(self, node: Node) -> bool:
        """Whether a node begins in one of them."""
        offset = node.start_byte
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and offset < self._ends[at]


def _through_calls(
    project: Project, file: CodeFile, reads: Reads, repeated: _Spans
) -> Iterator[Report]:
    seen: set[tuple[int, int]] = set()
    for call in filter(repeated.hold, file.nodes("call_expression")):
        yield from _called(project, file, call, reads, seen)
        for given in syntax.arguments(call):
            if given.type == "identifier":
                yield from _handed_on(project, file, call, given, reads)


def _repeated_spans(file: CodeFile) -> list[tuple[int, int]]:
    """Where loops and calls with callbacks stand: nothing else has to be looked at.

    In order, and none of them touches another.
    """
    loops = [(node.start_byte, node.end_byte) for node in file.nodes(*syntax.LOOP_KINDS)]
    calls = [
        (node.start_byte, node.end_byte)
        for node in file.calls_named(CALLBACK_METHODS)
        if node.type == "call_expression"
    ]
    outermost: list[tuple[int, int]] = []
    for start, end in sorted(loops + calls, key=lambda span: (span[0], -span[1])):
        if not outermost or start >= outermost[-1][1]:
            outermost.append((start, end))
    return outermost


def _called(
    project: Project, file: CodeFile, call: Node, reads: Reads, seen: set[tuple[int, int]]
) -> Iterator[Report]:
    callee = syntax.callee_name_node(call)
    if callee is None or syntax.text_of(callee) in CALLBACK_METHODS:
        return
    target = project.follow(file, syntax.callee(call))
    function = target.node
    if target.file is None or function is None or function.type not in syntax.FUNCTION_KINDS:
        return
    repetition = repetition_of(project, file, call)
    if repetition is None:
        return
    read = reads.through(target.file, function)
    if read is None:
        return
    severity = _severity(file, read, call, repetition)
    writes = reads.writes(target.file, function)
    if writes and read.query is None:
        return  # a write per item, that fetches the row it writes
    if (
        # A function that calls itself for each child of a tree.
        (target.file is file and syntax.is_inside(call, function))
        # One that writes: it looks something up on the way.
        or writes
    ):
        severity = Severity.INFO if severity is not None else None
    if (repetition.node.id, function.id) in seen:
        return  # once for each loop is enough
    seen.add((repetition.node.id, function.id))
    yield from _helper_report(file, callee, read, repetition, severity)


def _handed_on(
    project: Project, file: CodeFile, call: Node, given: Node, reads: Reads
) -> Iterator[Report]:
    """`rows.map(loadAuthor)`."""
    repetition = callback_repetition(project, file, call, given)
    if repetition is None or repetition.fixed:
        return
    target = project.follow(file, given)
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return
    read = reads.through(target.file, target.node)
    if read is not None:
        severity = _severity(file, read, given, repetition)
        yield from _helper_report(file, given, read, repetition, severity)


def _helper_report(
    file: CodeFile, name: Node, read: Read, repetition: Repetition, severity: Severity | None
) -> Iterator[Report]:
    if severity is None:
        return
    table = f" `{read.table}`" if read.table else ""
    reads = f"queries{table}" if read.query is not None else "fetches a document"
    yield RULE.at(
        file,
        name,
        f"`{syntax.text_of(name)}` {reads} once for each round of {_described(repetition)}",
        hint="read what all rounds need before, and hand it to the helper",
        severity=severity,
        confidence=weaker(read, Confidence.MEDIUM),
    )


def _described(repetition: Repetition) -> str:
    if repetition.node.type in syntax.LOOP_KINDS:
        return "a loop"
    return f"`.{syntax.callee_name(repetition.node)}(…)`"


def _severity(file: CodeFile, read: Read, site: Node, repetition: Repetition) -> Severity | None:
    """What a repeated read counts as; None where it is as it should be."""
    if repetition.style in (Style.BATCHED, Style.CHUNKS) or _goes_through_tables(read, site):
        return None
    awaited = _is_awaited(site, repetition.node)
    if read.query is None:
        sequential = not repetition.in_parallel and awaited
        return Severity.INFO if sequential else None
    if repetition.in_parallel or not awaited:
        return Severity.INFO
    if repetition.style is Style.ITEMS:
        return Severity.WARNING
    return {Round.PAGE: None, Round.FOLLOWS: Severity.INFO, Round.ITEM: Severity.WARNING}[
        round_of(file, site, read.query.reads or "", repetition.node)
    ]


def _goes_through_tables(read: Read, site: Node) -> bool:
    """Whether each round reads another table, as code that clears or counts them all does."""
    return site == read.node and read.query is not None and read.table is None


def _is_awaited(site: Node, boundary: Node) -> bool:
    """Whether a read is waited for within the round that starts it."""
    if syntax.is_awaited(site):
        return True
    for outer in syntax.ancestors(site):
        if outer.type == "await_expression":
            return True
        if outer.type == "for_in_statement" and syntax.is_inside(
            site, syntax.field(outer, "right") or site
        ):
            return True
        if outer == boundary or outer.type in ("statement_block", "expression_statement"):
            return False
    return False


RULE = Rule(
    id="n-plus-one",
    severity=Severity.WARNING,
    category="reading",
    check_project=check,
)
