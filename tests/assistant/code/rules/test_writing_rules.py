"""Shapes of code that real projects showed the writing rules; `// +` marks what they flag."""

from __future__ import annotations

import pytest

from assistant.code.check import CheckOptions, check_project
from assistant.code.snippets import project_of_sources

HEAD = """import { action, mutation, query, internalMutation } from "./_generated/server";
import { api, internal } from "./_generated/api";
import { slow, quick, wipe, need } from "./help";
"""
HELP = """export async function slow(x: any) { return await fetch(x); }
export async function quick(ctx: any) { return await ctx.runQuery("x"); }
export async function wipe(ctx: any, row: any) { await ctx.db.delete(row._id); }
export function need(x: unknown): asserts x { if (!x) throw new Error("missing"); }
"""

FLOATING = {
    "an immediately called async function": """
export const f = mutation(async (ctx) => {
  (async () => { await ctx.db.insert("t", {}); })(); // +
  await (async () => { await ctx.db.insert("t", {}); })();
});""",
    "a promise tested, read or destructured in place of its value": """
export const f = query(async (ctx) => {
  const user = ctx.auth.getUserIdentity(); // +
  if (user === null) return [];
  const rows = ctx.db.query("t").collect(); // +
  const { name } = ctx.db.get("x" as any) as any; // +
  return rows.map((row: any) => row.x);
});""",
    "a variable that is awaited later": """
export const f = query(async (ctx) => {
  const rows = ctx.db.query("t").take(3);
  let doc = null as any;
  doc = ctx.db.get("x" as any);
  await doc;
  return (await rows).map((row: any) => row.x);
});""",
    "callbacks whose promise nobody takes": """
export const f = mutation(async (ctx) => {
  [1].forEach((n) => ctx.db.insert("t", { n })); // +
  const kept = [1].map((n) => ctx.db.insert("t", { n }));
  await Promise.all(kept);
  const lost = [1].map((n) => ctx.db.insert("t", { n })); // +
});""",
    "a generator": """
export const f = mutation(async () => {
  async function* numbers() { yield 1; }
  numbers();
});""",
    "a rejection that is handled": """
export const f = mutation(async (ctx) => {
  ctx.db.get("x" as any).then((d) => d, () => null);
  ctx.db.get("x" as any).then((d) => d); // +
  ctx.db.get("x" as any).then((d) => d).catch(console.error);
});""",
}
ROWS_OF_CALLS = {
    "a helper that goes outside between the calls": """
export const f = action(async (ctx) => {
  const a = await ctx.runQuery(internal.x.a, {});
  await slow(a);
  await ctx.runMutation(internal.x.b, {});
});""",
    "a helper that only asks the database between the calls": """
export const f = action(async (ctx) => {
  const a = await ctx.runQuery(internal.x.a, {});
  await quick(ctx);
  await ctx.runMutation(internal.x.b, { a }); // +
});""",
    "a failure written down in a catch": """
export const f = action(async (ctx) => {
  const a = await ctx.runQuery(internal.x.a, {});
  try {
    const response = await fetch(a);
    return response.status;
  } catch {
    await ctx.runMutation(internal.x.failed, {});
  }
});""",
    "a loop that polls": """
export const f = action(async (ctx) => {
  let status = "pending";
  while (status === "pending") {
    status = await ctx.runQuery(internal.x.status, {});
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
});""",
    "a loop that the result ends": """
export const f = action(async (ctx) => {
  while (true) {
    const step = await ctx.runMutation(internal.x.step, {});
    if (step.finished) break;
  }
  let cleared = false;
  while (!cleared) cleared = await ctx.runMutation(internal.x.clear, {});
});""",
    "two calls in each turn of a loop": """
export const f = action(async (ctx) => {
  for (const id of [1, 2]) {
    const row = await ctx.runQuery(internal.x.get, { id });
    await ctx.runMutation(internal.x.set, { row }); // +
  }
});""",
    "the end of an early branch": """
export const f = action(async (ctx) => {
  const a = await ctx.runQuery(internal.x.a, {});
  if (a === null) {
    await ctx.runMutation(internal.x.b, {}); // +
    return;
  }
  await fetch("https://x.example");
  await ctx.runMutation(internal.x.c, {});
});""",
}
UNCHECKED = {
    "a check under another name": """
export const f = query(async (ctx) => {
  const doc = await ctx.db.get("x" as any);
  const mine = doc !== null && doc.owner === "me";
  if (!mine) throw new Error("no");
  return doc.title;
});""",
    "a check that does not leave": """
export const f = query(async (ctx) => {
  const doc: any = await ctx.db.get("x" as any);
  if (doc === null) console.log("missing");
  return doc.title; // +
});""",
    "an assertion": """
export const f = query(async (ctx) => {
  const doc = await ctx.db.get("x" as any);
  need(doc);
  return doc.title;
});""",
    "reads side by side": """
export const f = query(async (ctx) => {
  const [a, b] = await Promise.all([ctx.db.get("x" as any), ctx.db.query("t").first()]);
  if (!a) return null;
  return [a.title, (b as any).title]; // +
});""",
    "a document just inserted": """
export const f = mutation(async (ctx) => {
  const id = await ctx.db.insert("t", {});
  return (await ctx.db.get(id))!.title;
});""",
    "a callback of an optional call": """
export const f = query(async (ctx) => {
  const doc: any = await ctx.db.get("x" as any);
  return doc?.rows.find((row: any) => row.id === doc.last);
});""",
}
BULK = {
    "rows filtered first, and a helper that writes": """
export const f = internalMutation(async (ctx) => {
  const rows = await ctx.db.query("t").collect();
  const old = rows.filter((row) => row.old);
  await Promise.all(old.map((row) => wipe(ctx, row))); // +
});""",
    "a loop that counts": """
export const f = internalMutation(async (ctx) => {
  const rows = await ctx.db.query("t").collect();
  for (let i = 0; i < rows.length; i++) await ctx.db.delete(rows[i]._id); // +
});""",
    "a batch whose caller is told that there is more": """
export const f = internalMutation(async (ctx) => {
  const rows = await ctx.db.query("t").take(100);
  for (const row of rows) await ctx.db.delete(row._id);
  return { hasMore: rows.length === 100 };
});""",
    "work that is scheduled for each row": """
export const f = internalMutation(async (ctx) => {
  for (const row of await ctx.db.query("t").collect()) {
    await ctx.scheduler.runAfter(0, internal.x.y, { id: row._id });
  }
});""",
}
WRITES = {
    "a branch that asks what the context can do": """
async function touch(ctx: any) {
  if ("scheduler" in ctx) await ctx.scheduler.runAfter(0, internal.x.y, {});
  await ctx.db.insert("t", {}); // +
}
export const f = query(async (ctx) => await touch(ctx));""",
}
ERRORS = {
    "an error kept in a name, and one that a catch takes in": """
export const f = mutation(async () => {
  const problem = new Error("later");
  try { throw new Error("inner"); } catch { console.log("taken in"); }
  try { throw new Error("outer"); } catch (error) { throw error; } // +
  throw problem; // +
});""",
}
TIMERS = {
    "a time limit": """
export const f = action(async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1000);
  await Promise.race([fetch("https://x.example"), new Promise((r) => setTimeout(r, 1000))]);
  setTimeout(() => console.log("later"), 1000); // +
});""",
}
CLOCKS = {
    "a default that each call replaces": """
const age = (start: number, now = Date.now()) => now - start;
export const f = query(async (ctx, args: any) => age(1, args.now));""",
    "a default that is used": """
const age = (start: number, now = Date.now()) => now - start; // +
export const f = query(async () => age(1));""",
}
CASES = [
    pytest.param(rule, code, id=f"{rule}: {name}")
    for rule, cases in {
        "no-floating-promise": FLOATING,
        "sequential-run-calls": ROWS_OF_CALLS,
        "unchecked-get": UNCHECKED,
        "unbatched-bulk-write": BULK,
        "write-in-query": WRITES,
        "plain-error": ERRORS,
        "timer-instead-of-scheduler": TIMERS,
        "no-date-now-in-query": CLOCKS,
    }.items()
    for name, code in cases.items()
]


@pytest.mark.parametrize(("rule", "code"), CASES)
def test_a_writing_rule_flags_exactly_the_marked_lines(rule: str, code: str) -> None:
    source = HEAD + code
    project = project_of_sources(
        [("convex/main.ts", source.encode()), ("convex/help.ts", HELP.encode())]
    )
    report = check_project(project, CheckOptions(select=(rule,)))
    lines = source.split("\n")
    found = {f.span.line for f in report.findings if f.file == "convex/main.ts"}
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("// +")}
    assert found == marked, [(f.span.line, f.message) for f in report.findings]
