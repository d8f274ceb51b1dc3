"""Where a workspace is looked for, and how it is made."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from agents.errors import WorkspaceError
from agents.workspace import Workspace, find_workspace


def test_the_option_wins_over_the_environment_and_that_over_the_folders(tmp_path: Path) -> None:
    (tmp_path / ".convexpert").mkdir()
    environ = {"CONVEXPERT_WORKSPACE": str(tmp_path / "e")}
    assert find_workspace(tmp_path, chosen=tmp_path / "o", environ=environ).root == tmp_path / "o"
    assert find_workspace(tmp_path, environ=environ).root == tmp_path / "e"
    assert find_workspace(tmp_path, environ={}).root == tmp_path / ".convexpert"


def test_the_nearest_folder_upwards_is_taken(tmp_path: Path) -> None:
    for folder in (tmp_path / ".convexpert", tmp_path / "a" / ".convexpert", tmp_path / "a" / "b"):
        folder.mkdir(parents=True)
    assert find_workspace(tmp_path / "a" / "b", environ={}).root == tmp_path / "a" / ".convexpert"


def test_a_file_of_that_name_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".convexpert").touch()
    (tmp_path / ".convexpert").mkdir()
    assert find_workspace(tmp_path / "a", environ={}).root == tmp_path / ".convexpert"


def test_without_any_the_user_s_data_folder_is_taken(tmp_path: Path) -> None:
    found = find_workspace(tmp_path, environ={"CONVEXPERT_WORKSPACE": ""})
    assert found.root == Path(platformdirs.user_data_dir("convexpert", appauthor=False))


def test_a_workspace_keeps_itself_out_of_version_control(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "deep" / "w")
    assert not workspace.exists
    workspace.create()
    (workspace.root / ".gitignore").write_text("mine\n", encoding="utf-8")
    workspace.create()
    assert workspace.exists
    assert (workspace.root / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_a_place_that_is_taken_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError) as refused:
        Workspace(tmp_path / "file").create()
    assert refused.value.path == str(tmp_path / "file")
