"""The mends of the writing rules: small, parsing, and nothing left to do after them."""

from __future__ import annotations

import pytest

from agents.finding import Edit
from assistant.code.check import CheckOptions, check_project
from assistant.code.snippets import project_of_sources
from assistant.code.syntax import Tree

HEAD = """import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server";
import { api } from "./_generated/api";

"""
JOBS = """import { internalMutation } from "./_generated/server";
export const run = internalMutation({ args: {}, handler: async () => null });
"""


def _mend(code: str, rule: str) -> str:
    """The code after one round of all edits that the rule offers; equal ones count once."""
    project = project_of_sources(
        [("convex/main.ts", code.encode()), ("convex/jobs.ts", JOBS.encode())]
    )
    report = check_project(project, CheckOptions(select=(rule,)))
    edits: set[Edit] = {
        edit for f in report.findings if f.file == "convex/main.ts" for edit in f.edits
    }
    raw = code.encode()
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        raw = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    return raw.decode()


def _mutation(body: str) -> str:
    return f"export const f = mutation({{ args: {{}}, handler: async (ctx) => {{ {body} }} }});\n"


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (
            "no-floating-promise",
            'ctx.db.insert("t", {});',
            'await ctx.db.insert("t", {});',
        ),
        (
            "no-floating-promise",
            'if (1) ctx.db\n  .insert("t", {})\n  .then(() => 1);',
            'if (1) await ctx.db\n  .insert("t", {})\n  .then(() => 1);',
        ),
        (
            "no-floating-promise",
            "const who = ctx.auth.getUserIdentity(); if (!who) throw 1;",
            "const who = await ctx.auth.getUserIdentity(); if (!who) throw 1;",
        ),
        (
            "no-floating-promise",
            "if (!ctx.auth.getUserIdentity()) return;",
            "if (!await ctx.auth.getUserIdentity()) return;",
        ),
        (
            "no-floating-promise",
            'true && ctx.db.insert("t", {});',
            'true && await ctx.db.insert("t", {});',
        ),
        (
            "plain-error",
            'if (1) throw new Error("a" + 1); throw Error(`b`);',
            'if (1) throw new ConvexError("a" + 1); throw new ConvexError(`b`);',
        ),
    ],
)
def test_a_mend_changes_only_what_is_wrong(rule: str, before: str, after: str) -> None:
    mended = _mend(HEAD + _mutation(before), rule)
    assert mended.endswith(_mutation(after))
    assert not Tree(mended.encode(), tsx=False).root.has_error
    assert _mend(mended, rule) == mended


def test_a_plain_error_becomes_a_convex_error_with_one_import_of_it() -> None:
    mended = _mend(
        HEAD + _mutation('if (1) throw new Error("a"); throw new Error("b");'), "plain-error"
    )
    assert mended.startswith('import { ConvexError, v } from "convex/values";\n')
    assert mended.count("ConvexError") == 3


def test_an_import_is_added_in_the_style_of_the_file_below_its_directive() -> None:
    code = "\"use node\";\nimport { action } from './_generated/server';\n" + (
        "export const f = action({ args: {}, handler: async () => { throw new Error('x'); } });\n"
    )
    assert _mend(code, "plain-error").split("\n")[:3] == [
        '"use node";',
        "import { ConvexError } from 'convex/values';",
        "import { action } from './_generated/server';",
    ]


@pytest.mark.parametrize(
    "throw",
    ['throw new Error("x", { cause: 1 });', "throw new Error();", 'throw new TypeError("x");'],
)
def test_an_error_that_says_more_than_a_text_is_left_to_its_author(throw: str) -> None:
    code = HEAD + _mutation(throw)
    assert _mend(code, "plain-error") == code


def test_a_public_reference_becomes_internal_where_the_function_is() -> None:
    code = HEAD + _mutation("await ctx.scheduler.runAfter(0, api.jobs.run, {});")
    mended = _mend(code, "public-function-reference")
    assert "import { internal, api } from " in mended
    assert "runAfter(0, internal.jobs.run, {})" in mended
    assert _mend(mended, "public-function-reference") == mended


def test_a_reference_to_a_public_function_is_left_to_its_author() -> None:
    code = HEAD + _mutation("await ctx.scheduler.runAfter(0, api.main.f, {});")
    assert _mend(code, "public-function-reference") == code


def test_no_await_is_written_into_a_function_that_is_not_async() -> None:
    function = "mutation({ args: {}, handler: (ctx) => { ctx.db.insert('t', {}); } })"
    code = f"{HEAD}export const f = {function};\n"
    assert _mend(code, "no-floating-promise") == code
