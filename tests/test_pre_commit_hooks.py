"""The hooks that this repository offers to pre-commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
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


def _hook(name: str = "convexpert-check") -> dict[str, Any]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [hook] = (hook for hook in hooks if hook["id"] == name)
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


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        (".claude/agents/reviewer.md", True),
        ("agents/team/reviewer.md", True),
        (".claude/skills/forms/SKILL.md", True),
        (".cursor/rules/convex.mdc", True),
        ("rules/convex.mdc", True),
        ("AGENTS.md", True),
        ("packages/shop/CLAUDE.md", True),
        ("agents/README.md", False),
        ("docs/guide.md", False),
        ("convex/agents/a.ts", False),
        ("myagents/a.md", False),
    ],
)
def test_the_hook_for_documents_takes_what_tools_read(path: str, taken: bool) -> None:
    hook = _hook("convexpert-agents-lint")
    wanted = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
    assert bool(wanted) is taken


def test_a_commit_with_findings_is_held_up_until_they_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app"
    (app / "convex").mkdir(parents=True)
    source = app / "convex" / "a.ts"
    source.write_text(BAD, encoding="utf-8")
    git = _repository(app, _hook(), monkeypatch)
    git("add", "--all")
    refused = git("commit", "--message", "bad")
    assert refused.returncode != 0 and "no-floating-promise" in refused.stderr
    source.write_text(BAD.replace("  ctx", "  await ctx"), encoding="utf-8")
    git("add", "--all")
    accepted = git("commit", "--message", "good")
    assert accepted.returncode == 0, accepted.stderr


def test_a_commit_with_a_faulty_document_is_held_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app"
    document = app / ".claude" / "agents" / "reviewer.md"
    document.parent.mkdir(parents=True)
    text = "---\nname: reviewer\ndescription: Reviews changes. Use after commits.\n---\nReview.\n"
    document.write_text(text.replace("---\nR", "model: gpt-9\n---\nR"), encoding="utf-8")
    git = _repository(app, _hook("convexpert-agents-lint"), monkeypatch)
    git("add", "--all")
    refused = git("commit", "--message", "bad")
    assert refused.returncode != 0 and "unknown-model" in refused.stderr
    document.write_text(text, encoding="utf-8")
    git("add", "--all")
    accepted = git("commit", "--message", "good")
    assert accepted.returncode == 0, accepted.stderr


def _repository(
    app: Path, hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A git repository whose commits are held to a hook; answers with a way to call git there."""
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(app.parent / "w"))
    for name in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", str(app.parent / "gitconfig"))
    open_registry(Workspace(app.parent / "w"), Settings(), builtin=False).close()
    program, *args = hook["entry"].split()
    assert program == "convexpert"

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
    return git
