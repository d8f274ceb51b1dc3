"""Shared by the tests of what is offered to other programs: a project with a built workspace."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import FOLDER, Workspace
from kb.knowledge_base import KnowledgeBase

EXPERT = """---
name: convex-expert
description: Knows Convex.
---
# Convex expert

## Reading

- Always use `withIndex` instead of `.filter()`, which reads the whole table.
- Paginate long lists with `paginationOptsValidator`.

## Outside services

Call the Stripe API from an action, never from a query or a mutation.
"""
REVIEWER = """---
name: reviewer
description: Reviews code.
---
# Reviewer

- Never read the database once per item of a loop: an N+1 pattern costs a read per row.
- Write kindly.
"""
FILTERS = """import { query } from "./_generated/server";
import { v } from "convex/values";

export const open = query({
  args: {},
  returns: v.any(),
  handler: async (ctx) => ctx.db.query("tasks").filter((q) => q.eq(q.field("done"), false)).take(5),
});
"""


@dataclass(frozen=True)
class ConvexProject:
    """A folder with a workspace, whose two agents are indexed, and a Convex file with findings."""

    folder: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder / FOLDER)

    @property
    def file(self) -> Path:
        return self.folder / "convex" / "tasks.ts"

    def put(self, name: str, text: str) -> None:
        """Register a document as the next version of the agent of that name."""
        file = self.folder / "documents" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        with open_registry(self.workspace, Settings(), builtin=False) as registry:
            assert not import_paths(registry, [file], collection="documents").rejected


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    """For tests that only read; made once."""
    project = ConvexProject(tmp_path_factory.mktemp("built") / "shop")
    project.file.parent.mkdir(parents=True)
    project.file.write_text(FILTERS, encoding="utf-8")
    project.put("convex-expert", EXPERT)
    project.put("reviewer", REVIEWER)
    with open_registry(project.workspace, Settings(), builtin=False) as registry:
        KnowledgeBase.open(project.workspace, registry, Settings()).close()
    return project


@pytest.fixture
def project(built_project: ConvexProject, tmp_path: Path) -> ConvexProject:
    """A copy for tests that change it."""
    return ConvexProject(Path(shutil.copytree(built_project.folder, tmp_path / "shop")))
