"""A cron runs exactly on the hour.

Why: the top of the hour is when everybody's jobs run, on Convex and at the services they call; a
few minutes aside they find less traffic, and several jobs of one app don't collide.
Silent when: it is an interval, the minute isn't written as a literal, or the cron expression has
six fields.

Bad:
    import { cronJobs } from "convex/server";
    import { internal } from "./_generated/api";

    const crons = cronJobs();
    crons.daily("send digests", { hourUTC: 6, minuteUTC: 0 }, internal.digests.send);
    crons.cron("clean up", "0 3 * * 1", internal.cleanup.run);
    export default crons;
Good:
    import { cronJobs } from "convex/server";
    import { internal } from "./_generated/api";

    const crons = cronJobs();
    crons.daily("send digests", { hourUTC: 6, minuteUTC: 17 }, internal.digests.send);
    crons.cron("clean up", "41 3 * * 1", internal.cleanup.run);
    export default crons;

Intent:
    cron & on hour | full hour | top of hour | stagger | spread | exact hour | same minute |
      minute 0 | hour mark | offset;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

from agents.finding import Edit, Severity
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_TIMES = frozenset({"hourly", "daily", "weekly", "monthly"})
_FIELDS = 5
_ZERO = re.compile(r"00?(?=$|[-/])")
_FREE_MINUTES = tuple(minute for minute in range(1, 60) if minute % 15)
"""Without the quarters, which are nearly as crowded as the full hour."""


def check(call: Node, file: CodeFile, _project: Project) -> Iterator[Report]:
    """Report the minute of a cron that is the full hour."""
    callee = syntax.field(call, "function")
    if callee is None or callee.type != "member_expression":
        return
    method, schedule = syntax.callee_name(call), syntax.argument(call, 1)
    if schedule is None:
        return
    if method in _TIMES:
        yield from _in_object(call, schedule, file)
    elif method == "cron":
        yield from _in_expression(call, schedule, file)


def _in_object(call: Node, schedule: Node, file: CodeFile) -> Iterator[Report]:
    for pair in schedule.named_children if schedule.type == "object" else ():
        key, value = syntax.field(pair, "key"), syntax.unwrap(syntax.field(pair, "value"))
        if pair.type != "pair" or key is None or key.type != "property_identifier":
            continue
        if (
            syntax.text_of(key) == "minuteUTC"
            and value is not None
            and syntax.text_of(value) == "0"
        ):
            minute = _free_minute(call)
            edit = Edit(value.start_byte, value.end_byte, str(minute))
            yield _report(call, file, key, pair, pair, edit)


def _in_expression(call: Node, schedule: Node, file: CodeFile) -> Iterator[Report]:
    text = syntax.string_value(schedule)
    fields = text.split() if text is not None else []
    if len(fields) != _FIELDS or not any(_ZERO.match(item) for item in fields[0].split(",")):
        return
    edit = None
    if fields[0] in ("0", "00"):
        raw = syntax.text_of(schedule)
        start = schedule.start_byte + raw.index("0")
        edit = Edit(start, start + len(fields[0]), str(_free_minute(call)))
    yield _report(call, file, schedule, schedule, schedule, edit)


def _report(
    call: Node, file: CodeFile, node: Node, end: Node, anchor: Node, edit: Edit | None
) -> Report:
    name = syntax.string_value(syntax.argument(call, 0))
    who = "this cron" if name is None else f"the cron `{name}`"
    return RULE.at(
        file,
        node,
        f"{who} runs exactly on the hour, when most other jobs do",
        hint="choose another minute of the hour",
        end=end,
        anchor=anchor,
        edits=() if edit is None else (edit,),
    )


def _free_minute(call: Node) -> int:
    """A minute that depends on the cron's name alone: several jobs spread, a rerun agrees."""
    name = syntax.text_of(syntax.argument(call, 0)).encode()
    return _FREE_MINUTES[crc32(name) % len(_FREE_MINUTES)]


RULE = Rule(
    id="no-top-of-hour-crons",
    severity=Severity.INFO,
    category="layout",
    peer=True,
    files=frozenset({Category.DEPLOYED, Category.CONFIG, Category.TEST}),
    kinds=frozenset({"call_expression"}),
    names=_TIMES | {"cron"},
    check=check,
)
