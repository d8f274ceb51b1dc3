"""The version of `convex` that a project runs, as its folder tells it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.code.check import CheckOptions, check_paths
from assistant.code.installed import installed_version

NPM = '{"packages": {"": {"name": "a"},\n "node_modules/convex": {\n  "version": "1.34.2"\n}}}'
NPM_OLD = '{\n  "dependencies": {\n    "convex": {\n      "version": "1.12.0"\n    }\n  }\n}'
YARN = """convex-helpers@^0.1.1:
  version "0.1.9"

convex@^1.20.0, convex@^1.27.0:
  version "1.33.0"
"""
YARN_BERRY = '"convex@npm:^1.20.0":\n  version: 1.35.1\n  resolution: "convex@npm:1.35.1"\n'
BUN = '{\n  "packages": {\n    "convex": ["convex@1.32.0", "", {}],\n  }\n}'
PNPM = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      convex:
        specifier: ^1.20.0
        version: 1.31.5(react@19.0.0)

  apps/web:
    dependencies:
      convex-helpers:
        specifier: ^0.1.0
        version: 0.1.99
      convex:
        specifier: ^1.20.0
        version: 1.29.0

packages: {}
"""
PNPM_ALONE = "dependencies:\n  convex:\n    specifier: ^1.20.0\n    version: 1.30.1\n"


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("package-lock.json", NPM, (1, 34, 2)),
        ("package-lock.json", NPM_OLD, (1, 12, 0)),
        ("yarn.lock", YARN, (1, 33, 0)),
        ("yarn.lock", YARN_BERRY, (1, 35, 1)),
        ("bun.lock", BUN, (1, 32, 0)),
        ("pnpm-lock.yaml", PNPM, (1, 31, 5)),
        ("pnpm-lock.yaml", PNPM_ALONE, (1, 30, 1)),
        ("pnpm-lock.yaml", "importers:\n  .:\n    dependencies: {}\n", None),
        ("package-lock.json", "{", None),
        ("yarn.lock", "convex@^1.20.0:\n", None),
    ],
)
def test_a_lockfile_says_what_its_tool_settled_on(
    tmp_path: Path, name: str, text: str, version: tuple[int, ...] | None
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert installed_version(tmp_path) == version


def test_what_is_installed_counts_before_a_lockfile(tmp_path: Path) -> None:
    installed = tmp_path / "node_modules" / "convex"
    installed.mkdir(parents=True)
    (installed / "package.json").write_text('{"name": "convex", "version": "1.40.0"}', "utf-8")
    (tmp_path / "package-lock.json").write_text(NPM, encoding="utf-8")
    assert installed_version(tmp_path) == (1, 40, 0)


def test_a_package_of_a_workspace_is_looked_up_in_the_lockfile_of_the_whole(tmp_path: Path) -> None:
    (tmp_path / "pnpm-workspace.yaml").write_text("packages: [apps/*]\n", encoding="utf-8")
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM, encoding="utf-8")
    web = tmp_path / "apps" / "web"
    web.mkdir(parents=True)
    assert installed_version(web) == (1, 29, 0)


def test_a_lockfile_further_up_that_is_no_workspaces_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text(NPM, encoding="utf-8")
    (tmp_path / "app").mkdir()
    assert installed_version(tmp_path / "app") is None


def test_a_pipe_in_a_lockfiles_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "yarn.lock")
    assert installed_version(tmp_path) is None


@pytest.mark.parametrize(("locked", "findings"), [("1.30.9", 0), ("1.31.0", 1)])
def test_a_range_from_before_tables_were_named_gives_way_to_the_lockfile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str, findings: int
) -> None:
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex" / "a.ts").write_text(
        'import { query } from "./_generated/server";\n'
        "export const a = query({ args: {}, handler: async (ctx) => await ctx.db.get(id) });\n",
        encoding="utf-8",
    )
    manifest = '{"dependencies": {"convex": "^1.20.0"}}'
    (tmp_path / "package.json").write_text(manifest, encoding="utf-8")
    (tmp_path / "bun.lock").write_text(BUN.replace("1.32.0", locked), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    report = check_paths([Path()], CheckOptions(select=("explicit-table-ids",)))
    assert len(report.findings) == findings
