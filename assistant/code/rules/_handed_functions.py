"""Where server code hands a function to Convex: `ctx.run…`, `ctx.scheduler.…`, crons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_CRON_METHODS = frozenset({"cron", "daily", "hourly", "interval", "monthly", "weekly"})


@dataclass(frozen=True, slots=True)
class Handed:
    """An argument that says which function to run."""

    node: Node
    call: Node
    described: str
    """``the cron `sweep` ``, `` `ctx.runQuery` ``."""


def handed_functions(project: Project, file: CodeFile) -> Iterator[Handed]:
    """All such arguments of a file."""
    for run in project.reach.runs_in(file):
        position = 1 if run.scheduled else 0
        given = syntax.argument(run.call.node, position)
        if given is not None:
            yield Handed(given, run.call.node, f"`ctx.{'.'.join(run.call.path)}`")
    if b"cronJobs" not in file.raw:
        return
    for call in file.calls_named(_CRON_METHODS):
        given = syntax.argument(call, 2)
        if given is None:
            continue
        made = project.follow(file, syntax.receiver(call)).node
        if made is not None and syntax.callee_name(made) == "cronJobs":
            name = syntax.string_value(syntax.argument(call, 0))
            yield Handed(given, call, f"the cron `{name}`" if name else "a cron")
