"""The hooks that this repository offers to pre-commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace

ROOT = Path(__file__).parents[1]
BAD = (
    'import { internalMutation } from "./_generated/server";\n'
    "export const a = internalMutation({ args: {}, handler: async (ctx) => {\n"
    '  ctx.db.insert("rows", {});\n'
    "} });\n"
)


def _hook() -> dict[str, Any]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [hook] = (hook for hook in hooks if hook["id"] == "convexpert-check")
    assert isinstance(hook, dict)
    return hook


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("convex/a.ts", True),
        ("packages/backend/convex/lib/b.tsx", True),
        ("convex/_generated/api.js", False),
        ("convex/types.d.ts", False),
        ("convex/README.md", False),
        ("src/main.ts", False),
        ("myconvex/a.ts", False),
    ],
)
def test_the_hook_takes_the_functions(path: str, taken: bool) -> None:
    hook = _hook()
    wanted = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
    assert bool(wanted) is taken


def test_a_commit_with_findings_is_held_up_until_they_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    for name in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", str(tmp_path / "gitconfig"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    program, *args = _hook()["entry"].split()
    assert program == "convexpert"
    app = tmp_path / "app"
    (app / "convex").mkdir(parents=True)
    source = app / "convex" / "a.ts"
    source.write_text(BAD, encoding="utf-8")

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            ["git", *who, *words], cwd=app, capture_output=True, encoding="utf-8", env=environment
        )

    git("init", "--quiet")
    script = app / ".git" / "hooks" / "pre-commit"
    command = f"xargs -0 {sys.executable} -m assistant.cli {' '.join(args)} >&2"
    script.write_text(
        f"#!/bin/sh\ngit diff --cached --name-only -z | {command}\n", encoding="utf-8"
    )
    script.chmod(0o755)
    git("add", "--all")
    refused = git("commit", "--message", "bad")
    assert refused.returncode != 0 and "no-floating-promise" in refused.stderr
    source.write_text(BAD.replace("  ctx", "  await ctx"), encoding="utf-8")
    git("add", "--all")
    accepted = git("commit", "--message", "good")
    assert accepted.returncode == 0, accepted.stderr
