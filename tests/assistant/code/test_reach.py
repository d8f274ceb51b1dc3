"""Who calls whom, across files."""

from __future__ import annotations

from collections.abc import Callable

from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.project import Project
from assistant.code.references import reference_of

MakeProject = Callable[[str], Project]

APP = """// convex/main.ts
import { query, mutation, action } from "./_generated/server";
import { internal } from "./_generated/api";
import * as Model from "./model";
import { Store } from "./store";
export const list = query({ args: {}, handler: async (ctx) => Model.load(ctx) });
export const save = mutation({ args: {}, handler: async (ctx) => { [1].map(Model.each); } });
export const sync = action({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(internal.main.save, {});
    await ctx.scheduler.runAfter(0, internal.main.list, {});
    new Store(ctx).write();
  },
});
// convex/model.ts
import { deep } from "./deep";
export async function load(ctx) { const local = () => deep(ctx); return local(); }
export const each = (n) => loop(n);
function loop(n) { return n ? each(n - 1) : 0; }
export function unused() { return deep(null); }
// convex/deep.ts
export const deep = (ctx) => fetch("x");
// convex/store.ts
export class Store { constructor(ctx) { start(); } write() { return finish(); } }
function start() {}
function finish() {}
"""


def _reached(project: Project, name: str, *, runs: bool = False) -> list[str]:
    function = next(f for f in project.functions if f.name == name)
    return [unit.name for unit in project.reach.reached_by(function, runs=runs)]


def test_helpers_are_reached_through_imports_values_and_classes(make_project: MakeProject) -> None:
    project = make_project(APP)
    assert _reached(project, "list") == ["list", "load", "deep"]
    assert _reached(project, "save") == ["save", "each", "loop"]
    classes = {"sync", "constructor", "write", "start", "finish"}
    assert set(_reached(project, "sync")) == classes


def test_runs_are_followed_only_when_asked_and_schedules_never(make_project: MakeProject) -> None:
    project = make_project(APP)
    assert "save" not in _reached(project, "sync")
    assert {"save", "each", "loop"} <= set(_reached(project, "sync", runs=True))
    assert "list" not in _reached(project, "sync", runs=True)


def test_a_place_knows_what_runs_it_and_by_which_way(make_project: MakeProject) -> None:
    project = make_project(APP)
    file = project.file_at("convex/deep.ts")
    assert file is not None
    [call] = file.nodes("call_expression")
    reached = project.reach.runs_at(file, call, Kind.QUERY)
    assert reached is not None
    assert reached.described == "the query `list` through `load`"
    assert [unit.name for unit in reached.via] == ["load", "deep"]
    assert project.reach.runs_at(file, call, Kind.MUTATION) is None
    assert project.reach.kinds_at(file, call) == {Kind.QUERY}


def test_run_calls_know_their_reference_and_target(make_project: MakeProject) -> None:
    project = make_project(APP)
    file = project.file_at("convex/main.ts")
    assert file is not None
    runs = project.reach.runs_in(file)
    assert [(r.reference.text if r.reference else None, r.scheduled) for r in runs] == [
        ("internal.main.save", False),
        ("internal.main.list", True),
    ]
    assert [r.target.name for r in runs if r.target] == ["save", "list"]


def test_references_are_read_through_aliases(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { api as all, internal } from "./_generated/api";
const users = internal.lib.users;
use(users.get, all["lib/users"].list, components.x.y, other.a.b);
"""
    )
    [file] = project.files
    [call] = [c for c in file.nodes("call_expression") if syntax.callee_name(c) == "use"]
    found = [reference_of(project, file, node) for node in syntax.arguments(call)]
    assert [r.text if r else None for r in found] == [
        "internal.lib.users.get",
        "api.lib.users.list",
        "components.x.y",
        None,
    ]
