"""`convexpert doctor` on workspaces that were damaged for real."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

pytestmark = pytest.mark.own_store

Run = Callable[..., Result]

AGENTS = 40


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


@pytest.fixture
def run(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert` on an empty workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(workspace.root))
    open_registry(workspace, Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == status, result.output
        return result

    return invoke


def write_agents(folder: Path, count: int, *, lines: int) -> None:
    folder.mkdir()
    for number in range(count):
        body = "".join(f"- Rule {line} of agent {number}.\n" for line in range(lines))
        text = f"---\nname: agent-{number}\ndescription: Number {number}.\n---\n{body}"
        (folder / f"{number}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def many(run: Run, tmp_path: Path) -> None:
    """Agents that fill many pages of the registry's file."""
    write_agents(tmp_path / "shop", AGENTS, lines=200)
    run("agents", "import", "shop")


@pytest.fixture
def few(run: Run, tmp_path: Path) -> None:
    """Agents that are soon indexed."""
    write_agents(tmp_path / "shop", 4, lines=2)
    run("agents", "import", "shop")


def symptoms(result: Result) -> list[dict[str, Any]]:
    found = json.loads(result.stdout)
    assert found["healthy"] == all(one["mended"] for one in found["symptoms"])
    return list(found["symptoms"])


def damage_pages(path: Path, *, every: int) -> None:
    """Overwrite one page in so many, from the third on, as a dying disk does."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
    raw = bytearray(path.read_bytes())
    for start in range(size * 20, len(raw), size * every):
        raw[start : start + size] = b"\xff" * size
    path.write_bytes(raw)


def test_a_whole_workspace_is_well(run: Run, few: None) -> None:
    run("kb", "build")
    assert symptoms(run("doctor", "--json")) == []
    assert run("doctor").stdout.splitlines() == ["✓ registry", "✓ index", "✓ runs", "✓ sessions"]


def test_a_workspace_that_is_not_there_yet_is_well_and_stays_away(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "none"))
    run("doctor")
    assert not (tmp_path / "none").exists()


def test_damaged_pages_of_the_registry_cost_only_what_was_on_them(
    run: Run, many: None, workspace: Workspace
) -> None:
    damage_pages(workspace.registry, every=15)
    (symptom,) = symptoms(run("doctor", "--json", status=1))
    assert symptom["part"] == "registry"
    assert symptom["mendable"]
    (mended,) = symptoms(run("doctor", "--fix", "--json"))
    assert "saved" in mended["mended"]
    assert workspace.registry.with_name("registry.sqlite.damaged").exists()
    listed = json.loads(run("agents", "list", "--json").stdout)
    assert AGENTS // 2 < len(listed) <= AGENTS
    # Whatever is handed out is what was imported, or said to be damaged.
    with open_registry(workspace, Settings()) as registry:
        whole = 0
        for version in registry.agents():
            try:
                assert f"name: {version.name}\n".encode() in version.raw
                whole += 1
            except Exception as error:
                assert "damaged" in str(error)
        assert whole > AGENTS // 3
    run("agents", "import", "shop")


def test_bytes_that_changed_on_disk_are_named(run: Run, few: None, workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.registry)) as db, db:
        db.execute(
            "UPDATE blobs SET raw = CAST('x' AS BLOB) WHERE digest ="
            " (SELECT digest FROM versions WHERE name = 'agent-2')"
        )
    (symptom,) = symptoms(run("doctor", "--json", status=1))
    assert "agent-2@1" in symptom["message"]
    assert not symptom["mendable"]


def test_a_label_that_points_nowhere_is_named(run: Run, few: None, workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.registry)) as db, db:
        db.execute("INSERT INTO labels VALUES (1, 'production', 9)")
    (symptom,) = symptoms(run("doctor", "--json", status=1))
    assert "production" in symptom["message"]


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def truncate_chroma(workspace: Workspace) -> None:
    truncate(workspace.vectors / "chroma.sqlite3")


def truncate_index(workspace: Workspace) -> None:
    truncate(workspace.index)


def remove_vectors(workspace: Workspace) -> None:
    for file in sorted(workspace.vectors.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    workspace.vectors.rmdir()


@pytest.mark.parametrize("damage", [truncate_chroma, truncate_index, remove_vectors])
def test_a_damaged_index_is_built_anew(
    run: Run, few: None, workspace: Workspace, damage: Callable[[Workspace], None]
) -> None:
    query = ("kb", "search", "rule of agent 3", "--json")
    before = json.loads(run(*query).stdout)["results"]
    damage(workspace)
    assert symptoms(run("doctor", "--json", status=1))
    assert symptoms(run("doctor", "--fix", "--json"))
    assert symptoms(run("doctor", "--json")) == []
    assert json.loads(run(*query).stdout)["results"] == before


def test_a_run_that_cannot_be_read_is_set_aside(run: Run, workspace: Workspace) -> None:
    workspace.runs.mkdir()
    damaged = workspace.runs / "20260101T000000000Z-abcdef.json"
    damaged.write_text("{", encoding="utf-8")
    half = workspace.runs / ".new-abc"
    half.write_text("{", encoding="utf-8")
    assert len(symptoms(run("doctor", "--json", status=1))) == 2
    run("doctor", "--fix")
    assert not damaged.exists()
    assert not half.exists()
    assert symptoms(run("doctor", "--json")) == []


def test_a_conversation_that_cannot_be_read_is_set_aside(run: Run, workspace: Workspace) -> None:
    workspace.sessions.mkdir()
    damaged = workspace.sessions / "20260101T000000000Z-abcdef.jsonl"
    damaged.write_text("not JSON\n", encoding="utf-8")
    whole = workspace.sessions / "20260101T000000001Z-abcdef.jsonl"
    whole.write_text('{"format": 1, "started_at": "2026-01-01T00:00:00Z"}\n{"half', "utf-8")
    (symptom,) = symptoms(run("doctor", "--json", status=1))
    assert damaged.name in symptom["message"]
    run("doctor", "--fix")
    assert not damaged.exists()
    assert whole.exists()
