"""`convexpert check --diff`, on real git repositories."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

HEAD = 'import { query } from "./_generated/server";\n'
SELECT = ("--select", "no-filter-in-query,no-floating-promise")


def _listing(name: str) -> str:
    return (
        f"export const {name} = query({{ args: {{}}, handler: async (ctx) => {{\n"
        '  return await ctx.db.query("rows").filter((q) => q.eq("a", 1)).first();\n'
        "} });\n"
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a repository with one commit that holds a finding in line 3."""
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    for name in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", str(tmp_path / "gitconfig"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    root = tmp_path / "app"
    (root / "convex").mkdir(parents=True)
    monkeypatch.chdir(root)
    (root / "convex" / "a.ts").write_text(HEAD + _listing("a"), encoding="utf-8")
    git("init", "--quiet", "--initial-branch=main")
    commit("first")
    return root


def git(*args: str) -> None:
    subprocess.run(["git", *args], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "--all")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(*who, "commit", "--quiet", "--message", message)


def run(*args: str, status: int) -> Result:
    result = CliRunner().invoke(app, ["check", *args, *SELECT])
    assert result.exit_code == status, result.output
    return result


def found(*args: str, status: int = 1) -> list[tuple[str, int]]:
    document = json.loads(run(*args, "--json", status=status).stdout)
    return [(finding["file"], finding["line"]) for finding in document["findings"]]


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_what_was_there_before_is_not_reported(repository: Path) -> None:
    assert found(".") == [("convex/a.ts", 3)]
    assert found(".", "--diff", "HEAD", status=0) == []
    _append(repository / "convex" / "a.ts", "\n" + _listing("b"))
    assert found(".", "--diff", "HEAD") == [("convex/a.ts", 7)]
    commit("second")
    assert found(".", "--diff", "HEAD", status=0) == []
    assert found(".", "--diff", "HEAD~1") == [("convex/a.ts", 7)]


def test_lines_that_only_move_are_not_the_change_s(repository: Path) -> None:
    path = repository / "convex" / "a.ts"
    path.write_text("// one\n// two\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert found(".", "--diff", "main", status=0) == []
    git("mv", "convex/a.ts", "convex/moved.ts")
    assert found(".", "--diff", "main", status=0) == []


@pytest.mark.parametrize(
    "name", ["new.ts", "sp ace.ts", 'qu"o\\te.ts', "ümläut.ts", "tab\there.ts"]
)
@pytest.mark.parametrize("staged", [False, True])
def test_files_that_git_does_not_know_yet_are_new(
    repository: Path, name: str, staged: bool
) -> None:
    (repository / "convex" / name).write_text(HEAD + _listing("b"), encoding="utf-8")
    if staged:
        git("add", "--all")
    assert found(".", "--diff", "HEAD") == [(f"convex/{name}", 3)]


def test_ignored_files_are_no_change(repository: Path) -> None:
    (repository / ".gitignore").write_text("b.ts\n", encoding="utf-8")
    (repository / "convex" / "b.ts").write_text(HEAD + _listing("b"), encoding="utf-8")
    assert found(".", "--diff", "HEAD", status=0) == []


def test_lines_that_look_like_a_patch_mislead_nobody(repository: Path) -> None:
    path = repository / "convex" / "a.ts"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"/*\n++ b/convex/a.ts\n@@ -1 +5 @@\n*/\n{text}", encoding="utf-8")
    assert found(".", "--diff", "HEAD", status=0) == []
    commit("odd")
    path.write_text(text + "// end\n", encoding="utf-8")
    assert found(".", "--diff", "HEAD", status=0) == []


def test_the_repository_s_settings_neither_run_nor_change_anything(repository: Path) -> None:
    trap = repository.parent / "trap"
    script = repository.parent / "script"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n", encoding="utf-8")
    script.chmod(0o755)
    (repository / ".gitattributes").write_text("*.ts diff=odd\n", encoding="utf-8")
    for name in ("diff.external", "diff.odd.command", "diff.odd.textconv", "core.fsmonitor"):
        git("config", name, str(script))
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.odd.binary": "true",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.relative": "true",
        "color.ui": "always",
    }.items():
        git("config", name, value)
    _append(repository / "convex" / "a.ts", _listing("b"))
    assert found(".", "--diff", "HEAD") == [("convex/a.ts", 6)]
    assert not trap.exists()


def test_it_works_in_a_folder_of_the_repository_and_in_a_hook(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _append(repository / "convex" / "a.ts", _listing("b"))
    monkeypatch.chdir(repository / "convex")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=9")
    assert found("a.ts", "--diff", "HEAD") == [("a.ts", 6)]


@pytest.mark.parametrize(
    "revision",
    ["no-such", "--output=stolen", "-h", "HEAD~1..HEAD", "HEAD:convex/a.ts", "", "$(touch stolen)"],
)
def test_what_names_no_commit_is_an_error(repository: Path, revision: str) -> None:
    result = run(".", f"--diff={revision}", status=2)
    assert "names no commit" in result.stderr
    assert not (repository / "stolen").exists()


def test_outside_a_repository_it_is_an_error(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    outside = tmp_path / "outside" / "convex"
    outside.mkdir(parents=True)
    (outside / "a.ts").write_text(HEAD + _listing("a"), encoding="utf-8")
    assert "git repository" in run(str(outside), "--diff", "HEAD", status=2).stderr
    assert "standard input" in run("-", "--diff", "HEAD", status=2).stderr


def test_only_what_the_change_brings_is_mended(repository: Path) -> None:
    path = repository / "convex" / "a.ts"
    before = (
        'import { mutation } from "./_generated/server";\n'
        "export const a = mutation({ args: {}, handler: async (ctx) => {\n"
        '  ctx.db.insert("rows", {});\n'
    )
    path.write_text(before + "} });\n", encoding="utf-8")
    commit("old sin")
    path.write_text(before + '  ctx.db.insert("more", {});\n} });\n', encoding="utf-8")
    result = run(".", "--diff", "HEAD", "--fix", status=0)
    assert path.read_text(encoding="utf-8") == (
        before + '  await ctx.db.insert("more", {});\n} });\n'
    )
    assert "fixed convex/a.ts: no-floating-promise\n" in result.stdout
