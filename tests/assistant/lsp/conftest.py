"""A small project of our own, and an editor that has it open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from editor_client import EditorClient

SCHEMA = """\
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  tasks: defineTable({ owner: v.string(), title: v.string() }).index("by_owner", ["owner"]),
});
"""
TASKS = """\
import { v } from "convex/values";
import { internalQuery } from "./_generated/server";

export const mine = internalQuery({
  args: { owner: v.string() },
  handler: async (ctx, args) => {
    return await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", args.owner))
      .take(20);
  },
});

export const rename = internalQuery({
  args: { id: v.id("tasks") },
  handler: async (ctx, args) => {
    return await ctx.db.get(args.id);
  },
});
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose only finding is that `get` isn't told the table."""
    folder = tmp_path.resolve() / "app"
    (folder / "convex").mkdir(parents=True)
    (folder / "convex" / "schema.ts").write_text(SCHEMA, encoding="utf-8")
    (folder / "convex" / "tasks.ts").write_text(TASKS, encoding="utf-8")
    (folder / "package.json").write_text(
        '{"dependencies": {"convex": "^1.31.0"}}', encoding="utf-8"
    )
    return folder


@pytest.fixture
def tasks(project: Path) -> Path:
    """The project's file with functions."""
    return project / "convex" / "tasks.ts"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all editors: reading the built-in documents takes longer than most tests."""
    return tmp_path_factory.mktemp("editor") / "workspace"


@pytest.fixture
def start(project: Path, workspace: Path) -> Iterator[Callable[..., EditorClient]]:
    """Starts an editor in the project, or in another folder."""
    with ExitStack() as stack:

        def make(folder: Path | None = project, encodings: list[str] | None = None) -> EditorClient:
            return stack.enter_context(EditorClient(folder, workspace, encodings=encodings))

        yield make


@pytest.fixture
def editor(start: Callable[..., EditorClient]) -> EditorClient:
    """An editor that has the project's folder open."""
    return start()
