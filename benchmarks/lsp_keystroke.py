"""How long the language server takes from a keystroke to the diagnostics.

    python benchmarks/lsp_keystroke.py [--modules 60] [--keystrokes 100] [--project FOLDER FILE]

Makes a project with that many modules of functions, their clients, and one file of more than 1,000
lines, opens that file, and types into the middle of it at ten keystrokes a second. Shown are wall
time at the client, process time of the server (the process that runs full checks not counted), and
the time until a full check was through after the last keystroke.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from timing import percentile

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "plugins"))
from editor_client import EditorClient

TABLES = 12
PACE = 0.1
"""Seconds between two keystrokes."""
HEAD = """\
import {{ v }} from "convex/values";
import {{ action, internalMutation, mutation, query }} from "./_generated/server";
import {{ internal }} from "./_generated/api";
import {{ requireUser, rows{next} }} from "./lib/access{lib}";
"""
FUNCTIONS = (
    """
/** The newest rows of one owner. */
export const list{i} = query({{
  args: {{ owner: v.id("users"), limit: v.number() }},
  handler: async (ctx, args) => {{
    const user = await requireUser(ctx);
    const rows = await ctx.db
      .query("table{table}")
      .withIndex("by_owner", (q) => q.eq("owner", args.owner))
      .order("desc")
      .take(Math.min(args.limit, 50));
    return rows
      .filter((row) => row.owner === user._id)
      .map((row) => ({{ id: row._id, title: row.title }}));
  }},
}});
""",
    """
export const rename{i} = mutation({{
  args: {{ id: v.id("table{table}"), title: v.string() }},
  returns: v.null(),
  handler: async (ctx, {{ id, title }}) => {{
    const user = await requireUser(ctx);
    const row = await ctx.db.get(id);
    if (row === null || row.owner !== user._id) {{
      throw new Error("somebody else's");
    }}
    await ctx.db.patch(id, {{ title, changedAt: Date.now() }});
    await ctx.scheduler.runAfter(0, internal.module{n}.sweep{next_i}, {{ owner: user._id }});
    return null;
  }},
}});
""",
    """
export const sweep{i} = internalMutation({{
  args: {{ owner: v.id("users") }},
  returns: v.number(),
  handler: async (ctx, args) => {{
    let count = 0;
    for (const row of await rows{next}(ctx, args.owner)) {{
      if (row.done) {{
        await ctx.db.delete(row._id);
        count += 1;
      }}
    }}
    return count;
  }},
}});
""",
    """
export const send{i} = action({{
  args: {{ text: v.string() }},
  returns: v.string(),
  handler: async (ctx, args) => {{
    const answer = await fetch("https://example.com/send", {{
      method: "POST",
      body: JSON.stringify({{ text: args.text }}),
    }});
    await ctx.runMutation(internal.module{n}.sweep{before}, {{ owner: args.text as any }});
    return await answer.text();
  }},
}});
""",
)
ACCESS = """\
import { QueryCtx } from "../_generated/server";
import { Id } from "../_generated/dataModel";

export async function requireUser(ctx: QueryCtx) {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new Error("signed out");
  const user = await ctx.db
    .query("users")
    .withIndex("by_token", (q) => q.eq("token", identity.tokenIdentifier))
    .unique();
  if (user === null) throw new Error("unknown");
  return user;
}
"""
ROWS = """
export async function rows{table}(ctx: QueryCtx, owner: Id<"users">) {{
  return await ctx.db
    .query("table{table}")
    .withIndex("by_owner", (q) => q.eq("owner", owner))
    .take(100);
}}
"""
TABLE = """\
  table{table}: defineTable({{
    owner: v.id("users"),
    title: v.string(),
    done: v.boolean(),
    changedAt: v.optional(v.number()),
  }}).index("by_owner", ["owner"]),
"""
SCHEMA = """\
import {{ defineSchema, defineTable }} from "convex/server";
import {{ v }} from "convex/values";

export default defineSchema({{
  users: defineTable({{ name: v.string(), token: v.string() }}).index("by_token", ["token"]),
{tables}}});
"""
VIEW = """\
import {{ useQuery }} from "convex/react";
import {{ api }} from "../convex/_generated/api";

export function View{n}({{ owner }}: {{ owner: string }}) {{
  const rows = useQuery(api.module{n}.list0, {{ owner, limit: 20 }});
  if (rows === undefined) return <p>Loading</p>;
  return <ul>{{rows.map((row) => <li key={{row.id}}>{{row.title}}</li>)}}</ul>;
}}
"""


def module(n: int, functions: int) -> str:
    """The source of one module."""
    names = {"n": n, "table": n % TABLES, "next": (n + 1) % TABLES, "lib": n % 7}
    parts = [
        FUNCTIONS[i % 4].format(i=i, next_i=i + 1, before=i - 1, **names) for i in range(functions)
    ]
    return HEAD.format(**names) + "".join(parts)


def make_project(root: Path, modules: int) -> Path:
    """Write a project; its file of more than 1,000 lines."""
    files = {f"convex/module{n}.ts": module(n, 11) for n in range(modules)}
    files |= {f"src/View{n}.tsx": VIEW.format(n=n) for n in range(modules)}
    rows = "".join(ROWS.format(table=table) for table in range(TABLES))
    files |= {f"convex/lib/access{lib}.ts": ACCESS + rows for lib in range(7)}
    tables = "".join(TABLE.format(table=table) for table in range(TABLES))
    files["convex/schema.ts"] = SCHEMA.format(tables=tables)
    files["package.json"] = '{"dependencies": {"convex": "^1.31.0"}}'
    large = f"convex/module{modules}.ts"
    files[large] = module(modules, 72)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / large


def process_seconds(pid: int) -> float:
    """CPU time of a process so far, its children not counted (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(root: Path, file: Path, keystrokes: int, workspace: Path) -> None:
    """Type into the file, and print what that took."""
    lines = file.read_text(encoding="utf-8").splitlines()
    middle = next(n for n, line in enumerate(lines) if n > len(lines) // 2 and line.endswith("{"))
    with EditorClient(root, workspace) as editor:
        begin = time.perf_counter()
        uri = editor.open(file)
        found = editor.diagnostics(uri)
        print(f"{len(lines)} lines, {len(list(root.rglob('*.ts*')))} files of code")
        print(f"first findings ({len(found)}): {time.perf_counter() - begin:.2f} s after opening")
        walls: list[float] = []
        column = len(lines[middle])
        text = "\n    const typed = args.filter((one) => one.done);"
        before = process_seconds(editor.process.pid)
        at = (middle, column)
        for place in range(keystrokes):
            letter = text[place % len(text)]
            begin = time.perf_counter()
            version = editor.type(uri, at, at, letter)
            editor.diagnostics(uri, version=version)
            walls.append(1000 * (time.perf_counter() - begin))
            at = (at[0] + 1, 0) if letter == "\n" else (at[0], at[1] + 1)
            time.sleep(PACE)
        used = 1000 * (process_seconds(editor.process.pid) - before) / keystrokes
        begin = time.perf_counter()
        editor.diagnostics(uri, version=version)
        full = time.perf_counter() - begin
    print(
        f"keystroke to diagnostics: median {statistics.median(walls):.0f} ms, "
        f"95 % {percentile(walls, 95):.0f} ms, most {max(walls):.0f} ms"
    )
    print(f"process time of the server: {used:.0f} ms for each keystroke")
    print(f"full check after the last: {full:.2f} s; load of this machine {os.getloadavg()[0]:.1f}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=int, default=60)
    parser.add_argument("--keystrokes", type=int, default=100)
    parser.add_argument("--project", nargs=2, type=Path, metavar=("FOLDER", "FILE"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        root, file = given.project or (home / "app", make_project(home / "app", given.modules))
        measure(root.resolve(), file.resolve(), given.keystrokes, home / "workspace")


if __name__ == "__main__":
    main()
