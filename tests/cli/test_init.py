"""`convexpert init` makes a workspace on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.main import app


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_empty_workspace_is_made_here_and_stays_empty(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", "--empty"])
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / '.convexpert'} is made, with 0 agents\n"
    assert (tmp_path / ".convexpert/.gitignore").read_text(encoding="utf-8") == "*\n"
    listed = CliRunner().invoke(app, ["agents", "list", "--json"])
    assert json.loads(listed.stdout) == []


def test_a_workspace_is_made_in_a_named_folder_and_found_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CliRunner().invoke(app, ["init", "shop", "--empty"]).exit_code == 0
    (tmp_path / "shop/deep").mkdir()
    monkeypatch.chdir(tmp_path / "shop/deep")
    assert CliRunner().invoke(app, ["agents", "list", "--json"]).exit_code == 0
    assert not (tmp_path / "data").exists()


def test_init_again_says_so_and_does_not_empty_anything() -> None:
    CliRunner().invoke(app, ["init", "--empty"])
    again = CliRunner().invoke(app, ["init"])
    assert "is a workspace already" in again.stdout
    refused = CliRunner().invoke(app, ["init", "--empty"])
    assert refused.exit_code == 2
    assert "it is kept" in refused.stderr


@pytest.mark.own_store
def test_an_option_chooses_another_workspace(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["init", "--empty", "--workspace", "w"]).exit_code == 0
    assert (tmp_path / "w/registry.sqlite").exists()
    assert not (tmp_path / ".convexpert").exists()
