"""Registered functions, in every form in which they are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.code import syntax
from assistant.code.builders import Kind, Provenance
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.snippets import project_of_source

MakeProject = Callable[[str], Project]

SERVER = (
    'import { query, mutation, action, internalMutation, httpAction } from "./_generated/server";\n'
)


def _by_name(project: Project) -> dict[str, RegisteredFunction]:
    return {function.name: function for function in project.functions}


def test_kind_and_visibility_come_from_the_builder(make_project: MakeProject) -> None:
    project = make_project(
        SERVER
        + """export const a = query({ args: {}, handler: async () => 1 });
export const b = internalMutation({ args: {}, handler: async () => 1 });
export const c = httpAction(async () => new Response());
"""
    )
    found = {name: (f.kind, f.public) for name, f in _by_name(project).items()}
    assert found == {
        "a": (Kind.QUERY, True),
        "b": (Kind.MUTATION, False),
        "c": (Kind.HTTP_ACTION, True),
    }


@pytest.mark.parametrize(
    ("code", "name", "exports"),
    [
        ("export const a = query({ handler });", "a", ("a",)),
        ("export default query({ handler });", "default", ("default",)),
        ("const a = query({ handler }); export { a as b };", "b", ("b",)),
        ("const a = query({ handler }); export default a;", "default", ("default",)),
        ("const a = query({ handler }) as any; export { a, a as b };", "a", ("a", "b")),
        ("const a = query({ handler });", "a", ()),
    ],
)
def test_the_name_is_the_exported_one(
    make_project: MakeProject, code: str, name: str, exports: tuple[str, ...]
) -> None:
    [function] = make_project(f"{SERVER}const handler = async () => 1;\n{code}").functions
    assert (function.name, function.exports) == (name, exports)
    assert function.registered == bool(exports)


def test_both_syntaxes_and_handlers_by_name_are_read(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { query } from "./_generated/server";
import { run, withUser } from "./lib";
export const old = query(async (ctx) => ctx.db);
export const named = query({ args: {}, handler: run });
export const method = query({ args: {}, async handler(ctx, args) { return args; } });
export const wrapped = query({ args: {}, handler: withUser(async (ctx, { id }) => id) });
// convex/lib.ts
export async function run(ctx, args) { return 1; }
export const withUser = (handler) => handler;
"""
    )
    found = _by_name(project)
    assert found["old"].old_syntax and found["old"].config is None
    assert found["named"].handler is not None
    assert found["named"].handler.file.path == "convex/lib.ts"
    assert not found["named"].handler_in_place
    assert found["method"].handler_in_place
    assert [b.name for b in found["method"].argument_bindings] == ["args"]
    assert len(found["wrapped"].wrappers) == 1
    assert [b.path for b in found["wrapped"].argument_bindings] == [("id",)]


def test_members_are_found_in_spreads_that_can_be_read(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { query } from "./_generated/server";
import { unknown } from "somewhere";
const shared = { args: { id: v.string() } };
export const a = query({ ...shared, handler: async () => 1 });
export const b = query({ ...unknown, handler: async () => 1 });
"""
    )
    found = _by_name(project)
    assert found["a"].args is not None and found["a"].config_is_complete
    assert found["b"].args is None and not found["b"].config_is_complete


def test_builders_made_from_others_are_followed_through_files(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { userQuery, ownMutation, alias, made } from "./lib/builders";
export const a = userQuery({ args: {}, handler: async (ctx) => 1 });
export const b = ownMutation({ args: {}, handler: async (ctx) => 1 });
export const c = alias({ args: {}, handler: async (ctx) => 1 });
export const d = made({ args: {}, handler: async (ctx) => 1 });
// convex/lib/builders.ts
import { customQuery, customCtx } from "convex-helpers/server/customFunctions";
import { query, mutation, internalAction } from "../_generated/server";
export const userQuery = customQuery(query, customCtx(async (ctx) => ({ user: await load(ctx) })));
export function ownMutation(config) { return mutation({ ...config }); }
export const alias = internalAction as any;
const make = () => customQuery(userQuery, {});
export const made = make();
async function load(ctx) { return ctx.auth.getUserIdentity(); }
"""
    )
    found = _by_name(project)
    kinds = {name: (found[name].kind, found[name].internal) for name in "abcd"}
    assert kinds == {
        "a": (Kind.QUERY, False),
        "b": (Kind.MUTATION, False),
        "c": (Kind.ACTION, True),
        "d": (Kind.QUERY, False),
    }
    assert found["a"].builder.provenance is Provenance.CUSTOM
    assert found["a"].builder.base is Provenance.GENERATED
    assert len(found["d"].builder.layers) == 3
    reached = {unit.name for unit in project.reach.reached_by(found["a"])}
    assert {"a", "load"} <= reached


def test_a_route_s_handler_in_place_is_registered(make_project: MakeProject) -> None:
    project = make_project(
        SERVER
        + """const http = httpRouter();
http.route({ path: "/hook", method: "POST", handler: httpAction(async (ctx, request) => {}) });
"""
    )
    [function] = project.functions
    assert function.registered and function.route is not None
    assert (function.name, function.kind) == ("/hook", Kind.HTTP_ACTION)


def test_generic_builders_say_so(make_project: MakeProject) -> None:
    project = make_project(
        'import { queryGeneric as q } from "convex/server";\n'
        "export const a = q({ args: {}, handler: async () => 1 });"
    )
    [function] = project.functions
    assert function.builder.provenance is Provenance.GENERIC


def test_calls_that_only_sound_alike_register_nothing(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { Pool } from "pg";
const pool = new Pool();
const service = { query: (options) => options };
export const a = pool.query({ handler: 1 });
export const b = service.query({ handler: async () => 1 });
export const c = useQuery({ handler: async () => 1 });
export function f(query) { return query({ handler: async () => 1 }); }
"""
    )
    assert list(project.functions) == []


def test_pasted_code_without_imports_counts_by_its_names() -> None:
    source = b"const list = query({ args: {}, handler: async (ctx) => 1 });"
    [function] = project_of_source(source, "convex/a.ts").functions
    assert function.registered and function.builder.provenance is Provenance.BY_NAME


def test_functions_are_found_by_their_path(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/lib/auth.ts
import { query } from "../_generated/server";
export const check = query({ args: {}, handler: async () => 1 });
// convex/index.ts
export { check as verify } from "./lib/auth";
"""
    )
    direct = project.functions.by_path("lib/auth", "check")
    assert direct is not None
    assert project.functions.by_path("index", "verify") is direct
    assert project.functions.by_path("lib/auth", "gone") is None
    assert direct.path == "lib/auth:check"
    assert syntax.text_of(direct.name_node) == "check"
