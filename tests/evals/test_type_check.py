"""Types of generated code, by the real compiler where CONVEXPERT_TEST_NODE_MODULES names one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agents.errors import UsageError
from evals.type_check import TypeChecker, type_checker

MODULES = os.environ.get("CONVEXPERT_TEST_NODE_MODULES")
with_compiler = pytest.mark.skipif(
    MODULES is None, reason="CONVEXPERT_TEST_NODE_MODULES names no folder with typescript, convex"
)
PATIENCE = 600.0
"""Seconds for the real compiler: a busy machine must not look like code that it can't check."""
SCHEMA = """\
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  tasks: defineTable({ owner: v.string() }).index("by_owner", ["owner"]),
});
"""
QUERY = """\
import { query } from "./_generated/server";
import { internal } from "./_generated/api";
import OpenAI from "openai";
import { helper } from "./nowhere";
export const list = query({
  args: {},
  handler: async (ctx) => ctx.db.query("tasks").withIndex("by_ownr").take(5),
});
export const client = new OpenAI({ apiKey: process.env.KEY });
export const reference = internal.tasks.anything;
"""


def package(folder: Path, name: str, version: str) -> None:
    (folder / name / "lib").mkdir(parents=True)
    told = json.dumps({"version": version})
    (folder / name / "package.json").write_text(told, encoding="utf-8")


def compiler(folder: Path, script: str) -> TypeChecker:
    """A stand-in for TypeScript: what Node runs in its place."""
    package(folder, "typescript", "9.9.9")
    package(folder, "convex", "1.2.3")
    (folder / "typescript" / "lib" / "tsc.js").write_text(script, encoding="utf-8")
    found = type_checker(str(folder))
    if isinstance(found, str):
        pytest.skip(found)
    return found


def test_without_a_folder_nothing_is_checked_and_the_reason_is_told() -> None:
    assert "CONVEXPERT_NODE_MODULES" in str(type_checker(None))


def test_a_folder_that_holds_no_compiler_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        type_checker(str(tmp_path / "none"))
    package(tmp_path, "convex", "1.2.3")
    with pytest.raises(UsageError, match="holds no package typescript"):
        type_checker(str(tmp_path))


def test_a_compiler_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    found = compiler(tmp_path, "setInterval(() => {}, 1000);").check({}, timeout=0.5)
    assert found.faults == ()
    assert found.unchecked == "tsc was not done after 0.5 seconds"


def test_the_compiler_sees_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    script = (
        "const key = process.env.OPENAI_API_KEY ?? 'none';\n"
        "console.log(`convex/a.ts(3,4): error TS1: key ${key}`);"
        "console.log('convex/_generated/api.ts(1,1): error TS2: ours');"
        "console.log('../x.ts(1,1): error TS3: elsewhere');"
    )
    found = compiler(tmp_path, script)
    assert found.id == "typescript 9.9.9, convex 1.2.3"
    assert [str(fault) for fault in found.check({}).faults] == ["TS1 at convex/a.ts:3: key none"]


def test_what_follows_from_a_syntax_error_counts_once(tmp_path: Path) -> None:
    script = (
        "for (const line of [3, 4, 5]) console.log(`convex/a.ts(${line},1): error TS1005: x`);"
        "console.log('convex/b.ts(1,1): error TS1128: y');"
        "console.log('convex/b.ts(2,1): error TS2304: z');"
    )
    found = compiler(tmp_path, script).check({})
    assert [(one.file, one.line) for one in found.faults] == [
        ("convex/a.ts", 3),
        ("convex/b.ts", 1),
        ("convex/b.ts", 2),
    ]


def test_no_file_is_read_because_a_comment_refers_to_it(tmp_path: Path) -> None:
    script = (
        "const text = require('fs').readFileSync('convex/a.ts', 'utf8');\n"
        "console.log(`convex/a.ts(1,1): error TS1: ${JSON.stringify(text)}`);"
    )
    hostile = '/// <reference path="/etc/passwd" />\nexport {};\n'
    (fault,) = compiler(tmp_path, script).check({"convex/a.ts": hostile}).faults
    assert "///" not in fault.message
    assert "export {}" in fault.message


@with_compiler
def test_real_faults_are_found_and_packages_that_are_not_installed_are_none() -> None:
    checker = type_checker(MODULES)
    assert not isinstance(checker, str)
    found = checker.check({"convex/schema.ts": SCHEMA, "convex/tasks.ts": QUERY}, timeout=PATIENCE)
    assert [(fault.code, fault.line) for fault in found.faults] == [("TS2307", 4), ("TS2345", 7)]
    without = checker.check(
        {"convex/tasks.ts": QUERY.replace('import { helper } from "./nowhere";', "")},
        timeout=PATIENCE,
    )
    assert without.faults == ()
    page = (
        "// src/App.tsx\nexport const App = () => <p onClick={(event) => void event}>Hello</p>;\n"
    )
    assert checker.check({"src/App.tsx": page}, timeout=PATIENCE).faults == ()
    misspelt = {"src/App.tsx": page.replace("Hello", "{hello}")}
    (fault,) = checker.check(misspelt, timeout=PATIENCE).faults
    assert fault.code == "TS2304"
