"""`convexpert agents import --history`, called as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert agents` in a folder with a repository `shop` of two commits."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name, value in (("NAME", "Bo"), ("EMAIL", "bo@example.com")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    subprocess.run(["git", "init", "--quiet", "shop"], check=True)
    for number in (1, 2):
        body = f"---\nname: expert\ndescription: d\n---\n- Always do it {number}\n"
        Path("shop/a.md").write_text(body, encoding="utf-8")
        subprocess.run(["git", "-C", "shop", "add", "a.md"], check=True)
        date = f"2024-05-0{number}T10:00:00+02:00"
        command = ["git", "-C", "shop", "commit", "--quiet", "-m", f"change {number}"]
        subprocess.run([*command, "--date", date], check=True)
    from agents.registry import open_registry
    from agents.settings import Settings
    from agents.workspace import Workspace

    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, ["agents", *args])
        assert result.exit_code == status, result.output
        return result

    return invoke


def test_commits_become_versions_once(run: Run) -> None:
    assert run("import", "shop", "--history").stdout.splitlines() == [
        f"created expert@2 from {Path('shop/a.md')} (2 versions)",
        "1 created, 0 new version, 0 unchanged, 0 rejected",
    ]
    log = json.loads(run("log", "expert", "--json").stdout)
    assert [(v["version"], v["author"], v["created_at"], v["message"]) for v in log] == [
        (2, "Bo", "2024-05-02T08:00:00Z", "change 2"),
        (1, "Bo", "2024-05-01T08:00:00Z", "change 1"),
    ]
    document = json.loads(run("import", "shop", "--history", "--json").stdout)
    (agent,) = document["agents"]
    assert (agent["outcome"], agent["versions_added"], agent["notes"]) == ("unchanged", 0, [])


def test_what_is_not_committed_is_told_even_if_nothing_is_new(run: Run) -> None:
    run("import", "shop", "--history")
    with Path("shop/a.md").open("a", encoding="utf-8") as file:
        file.write("more\n")
    told = run("import", "shop", "--history").stdout.splitlines()
    assert told[0].endswith("(what is not committed is left out)")
    assert len(json.loads(run("log", "expert", "--json").stdout)) == 2


def test_a_folder_without_a_repository_is_one_line(run: Run) -> None:
    Path("loose").mkdir()
    Path("loose/a.md").write_text("Text.\n", encoding="utf-8")
    result = run("import", "loose", "--history", "--json", status=2)
    assert result.stderr.startswith("error: loose: not in the work tree of a git repository")
    assert json.loads(result.stdout)["error"]["code"] == "git"
