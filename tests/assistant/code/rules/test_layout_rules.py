"""What the fixtures of the layout rules can't show: mends, missing parts, packages at hand."""

from __future__ import annotations

from pathlib import Path

from agents.finding import Confidence, Finding
from assistant.code.check import CheckOptions, check_paths, check_project, check_source
from assistant.code.layout import find_projects
from assistant.code.snippets import project_of_sources

Files = dict[str, str]
ROUTER = 'import { httpRouter } from "convex/server";\n'
SERVER = 'import { httpAction, internalAction, mutation } from "./_generated/server";\n'


def findings(rule: str, files: Files) -> tuple[Finding, ...]:
    project = project_of_sources([(path, text.encode()) for path, text in files.items()])
    return check_project(project, CheckOptions(select=(rule,))).findings


def places(rule: str, files: Files) -> list[tuple[str, int]]:
    return [(finding.file, finding.span.line) for finding in findings(rule, files)]


def mended(source: str, found: tuple[Finding, ...]) -> str:
    raw = source.encode()
    edits = sorted((edit for f in found for edit in f.edits), key=lambda e: e.start, reverse=True)
    for edit in edits:
        raw = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    return raw.decode()


def test_mended_crons_keep_their_hour_and_leave_the_full_one() -> None:
    source = (
        'crons.daily("a", { hourUTC: 3, minuteUTC: 0 }, f);\n'
        "crons.hourly('b', { minuteUTC: (0) }, f);\n"
        'crons.cron("c", " 00 4 * * 1", f);\n'
    )
    found = findings("no-top-of-hour-crons", {"convex/crons.ts": source})
    result = mended(source, found)
    assert len(found) == 3
    assert findings("no-top-of-hour-crons", {"convex/crons.ts": result}) == ()
    assert "hourUTC: 3, minuteUTC: " in result
    assert result.endswith(' 4 * * 1", f);\n')


def test_a_full_hour_among_other_minutes_is_left_to_the_author() -> None:
    source = 'crons.cron("a", "0,30 * * * *", f);'
    found = findings("no-top-of-hour-crons", {"convex/crons.ts": source})
    assert [finding.edits for finding in found] == [()]


def test_an_installed_package_stands_in_for_a_module_of_node(tmp_path: Path) -> None:
    (tmp_path / "convex").mkdir()
    source = 'import { Buffer } from "buffer";\nexport const b = Buffer.from("b");\n'
    (tmp_path / "convex" / "b.ts").write_text(source, encoding="utf-8")
    options = CheckOptions(select=("node-api-without-use-node",))
    assert len(check_paths([tmp_path], options).findings) == 1
    package = '{ "dependencies": { "buffer": "^6.0.0", "convex": "^1.31.0" } }'
    (tmp_path / "package.json").write_text(package, encoding="utf-8")
    assert check_paths([tmp_path], options).findings == ()


def test_a_module_of_node_outside_the_functions_is_reported_where_it_is_brought_in() -> None:
    files = {
        "convex/a.ts": 'import { hash } from "../lib/index";\nexport const a = hash("a");\n',
        "convex/b.ts": '"use node";\nimport { hash } from "../lib/index";\n',
        "convex/c.ts": 'import type { Hash } from "../lib/index";\n',
        "lib/index.ts": 'export * from "./hash";\n',
        "lib/hash.ts": 'import c from "node:crypto";\nexport const hash = c.createHash;\n',
    }
    assert places("node-api-without-use-node", files) == [("convex/a.ts", 1)]


def test_a_caught_or_computed_import_of_node_is_no_fault() -> None:
    source = (
        'try { await import("fs"); } catch {}\n'
        "const name = load();\nawait import(name);\n"
        'type Crypto = typeof import("crypto");\n'
    )
    assert places("node-api-without-use-node", {"convex/a.ts": source}) == []
    needed = 'const fs = require("fs");\n'
    found = findings("node-api-without-use-node", {"convex/a.ts": needed})
    assert [finding.confidence for finding in found] == [Confidence.MEDIUM]


def test_a_node_file_may_not_pass_on_a_query_of_another_file() -> None:
    files = {
        "convex/list.ts": SERVER + "export const list = mutation({ args: {} });\n",
        "convex/node.ts": '"use node";\nexport { list } from "./list";\n',
    }
    assert places("node-file-exports-query", files) == [("convex/node.ts", 2)]


def test_components_of_packages_that_nobody_knows_keep_other_names_open() -> None:
    config = (
        'import { defineApp } from "convex/server";\n'
        'import odd from "@acme/odd/convex.config";\n'
        "const app = defineApp();\napp.use(odd);\nexport default app;\n"
    )
    use = 'import { components } from "./_generated/api";\n'
    files = {
        "convex/convex.config.ts": config,
        "convex/a.ts": use + "export const odd = components.oddOne;\n",
        "convex/b.ts": use + "export const flow = components.workflow;\n",
    }
    found = findings("component-not-installed", files)
    assert [(f.file, f.confidence) for f in found] == [("convex/b.ts", Confidence.MEDIUM)]
    handed_on = config.replace("app.use(odd)", "installAll(app)")
    assert places("component-not-installed", {**files, "convex/convex.config.ts": handed_on}) == []


def test_pasted_code_without_its_config_may_use_any_component() -> None:
    source = b'import { components } from "./_generated/api";\nexport const a = components.agent;\n'
    options = CheckOptions(select=("component-not-installed",))
    assert check_source(source, filename="convex/a.ts", options=options).findings == ()


def test_a_component_may_read_what_its_definition_declares() -> None:
    config = (
        'import { defineComponent } from "convex/server";\nimport { v } from "convex/values";\n'
        'export default defineComponent("mail", { env: { KEY: v.string() } });\n'
    )
    code = (
        SERVER
        + "export const send = internalAction({ args: {}, handler: async () => [\n"
        + "  process.env.KEY,\n  process.env.OTHER,\n] });\n"
    )
    files = {"convex/mail/convex.config.ts": config, "convex/mail/lib.ts": code}
    assert places("component-boundary", files) == [("convex/mail/lib.ts", 4)]


def test_code_that_only_the_app_runs_may_use_what_the_app_has() -> None:
    config = (
        'import { defineComponent } from "convex/server";\nexport default defineComponent("m");\n'
    )
    client = "export const who = async (ctx: any) => await ctx.auth.getUserIdentity();\n"
    app = (
        SERVER
        + 'import { who } from "./m/client";\n'
        + "export const me = mutation({ args: {}, handler: async (ctx) => await who(ctx) });\n"
    )
    files = {
        "convex/a.ts": app,
        "convex/m/client.ts": client,
        "convex/m/convex.config.ts": config,
    }
    assert places("component-boundary", files) == []


def test_http_without_a_default_export_is_reported_at_its_router() -> None:
    files = {"convex/http.ts": ROUTER + "export const http = httpRouter();\n"}
    assert places("unwired-entry", files) == [("convex/http.ts", 2)]
    files = {"convex/http.ts": ROUTER + "const http = httpRouter();\nexport { http as default };\n"}
    assert places("unwired-entry", files) == []


def test_http_actions_reach_their_routes_through_other_modules() -> None:
    files = {
        "convex/hooks.ts": SERVER
        + 'export const a = httpAction(async () => new Response("a"));\n'
        + 'export const b = httpAction(async () => new Response("b"));\n',
        "convex/all.ts": 'export * from "./hooks";\n',
        "convex/http.ts": ROUTER
        + 'import { a } from "./all";\nconst http = httpRouter();\n'
        + 'http.route({ path: "/a", method: "GET", handler: a });\nexport default http;\n',
    }
    assert places("unwired-entry", files) == [("convex/hooks.ts", 3)]
    files["convex/http.ts"] += 'import * as hooks from "./hooks";\naddAll(http, hooks);\n'
    assert places("unwired-entry", files) == []


def test_workflows_are_known_by_their_definition_function_too() -> None:
    source = (
        'import { defineWorkflow } from "@convex-dev/workflow";\n'
        'import { components } from "./_generated/api";\n'
        "export const w = defineWorkflow(components.workflow, { args: {} }).handler(\n"
        "  async ({ db }) => {\n"
        "    await db.get('x');\n"
        "  },\n);\n"
    )
    found = findings("nondeterministic-workflow", {"convex/w.ts": source})
    assert [(f.span.line, f.confidence) for f in found] == [(5, Confidence.HIGH)]


AGGREGATE = (
    'import { TableAggregate } from "@convex-dev/aggregate";\n'
    'import { components } from "./_generated/api";\nimport { v } from "convex/values";\n'
    + SERVER
    + 'const byDay = new TableAggregate<{ Key: string; TableName: "sales" }>(components.byDay, {\n'
    "  sortKey: (doc) => doc.day,\n});\n"
    'export const fix = mutation({ args: { id: v.id("sales") }, handler: async (ctx, { id }) => {\n'
)


def test_a_patch_that_leaves_the_key_alone_needs_no_aggregate() -> None:
    calm = (
        AGGREGATE + '  await ctx.db.patch(id, { note: "", ...(id ? { seen: 1 } : {}) });\n} });\n'
    )
    assert places("aggregate-not-synced", {"convex/a.ts": calm}) == []
    keyed = (
        AGGREGATE + '  await ctx.db.patch(id, { note: "", ...(id && { day: "mon" }) });\n} });\n'
    )
    assert places("aggregate-not-synced", {"convex/a.ts": keyed}) == [("convex/a.ts", 9)]


def test_aggregates_of_a_list_may_be_any() -> None:
    code = (
        AGGREGATE
        + "  await ctx.db.delete(id);\n  for (const a of all) await a.delete(ctx, d);\n} });\n"
    )
    assert places("aggregate-not-synced", {"convex/a.ts": code}) == []


def test_a_project_without_tests_is_reported_once() -> None:
    one = SERVER + "export const a = mutation({ args: {}, handler: async () => null });\n"
    files = {"convex/a.ts": one, "convex/b.ts": one}
    assert places("untested-function", files) == [("convex/a.ts", 1)]


def test_a_test_may_name_a_function_by_import_or_by_its_path() -> None:
    one = SERVER + "export const a = mutation({ args: {}, handler: async () => null });\n"
    test = 'import { a } from "./a";\nrun(a, "b:a");\n'
    files = {"convex/a.ts": one, "convex/b.ts": one, "convex/c.ts": one, "convex/a.test.ts": test}
    assert places("untested-function", files) == [("convex/c.ts", 2)]


def test_a_folder_called_convex_is_no_project_where_nothing_speaks_of_it(tmp_path: Path) -> None:
    (tmp_path / "src" / "convex").mkdir(parents=True)
    (tmp_path / "package.json").write_text('{ "dependencies": { "discord.js": "14" } }')
    code = tmp_path / "src" / "convex" / "hull.ts"
    code.write_text("export const area = async () => 1;\narea();\n")
    assert find_projects(tmp_path) == []
    code.write_text('import { query } from "./_generated/server";\narea();\n')
    assert [found.root for found in find_projects(tmp_path)] == [tmp_path / "src"]


def test_a_client_s_folder_called_convex_is_no_functions_folder(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{ "dependencies": { "convex": "^1.31.0" } }')
    client = tmp_path / "src" / "integrations" / "convex"
    client.mkdir(parents=True)
    provider = client / "provider.tsx"
    provider.write_text('import { ConvexReactClient } from "convex/react";\n')
    assert find_projects(tmp_path) == []
    (client / "rows.test.ts").write_text('import { useQuery } from "convex/react";\n')
    assert find_projects(tmp_path) == []
    (client / "rows.test.ts").write_text('import { convexTest } from "convex-test";\n')
    assert [found.root for found in find_projects(tmp_path)] == [client.parent]
    (client / "rows.test.ts").unlink()
    provider.write_text('import { query } from "./_generated/server";\n')
    assert [found.root for found in find_projects(tmp_path)] == [client.parent]
