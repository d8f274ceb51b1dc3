"""Which paths a tool may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import UsageError
from agents.workspace import Workspace
from assistant.toolbox.folders import Folders, PathRefused, folders, project_folder


@pytest.fixture
def granted(tmp_path: Path) -> Folders:
    inside = tmp_path / "granted"
    inside.mkdir()
    (inside / "a.ts").touch()
    (tmp_path / "secret.ts").touch()
    return folders([inside])


def test_relative_and_absolute_paths_inside_are_found(granted: Folders, tmp_path: Path) -> None:
    file = tmp_path / "granted" / "a.ts"
    assert granted.find("a.ts") == file
    assert granted.find(str(file)) == file
    assert granted.find("./x/../a.ts") == file
    assert granted.find(".") == tmp_path / "granted"


@pytest.mark.parametrize(
    "path", ["../secret.ts", "/etc/passwd", "..", "/", "a.ts/../../secret.ts", "~/x.ts/../../.."]
)
def test_paths_outside_are_refused(path: str, granted: Folders) -> None:
    if path.startswith("~"):
        assert granted.find("~/../a.ts").name == "a.ts", "a tilde is a name like any other"
    with pytest.raises(PathRefused):
        granted.find(path)


def test_links_that_lead_outside_are_refused(granted: Folders, tmp_path: Path) -> None:
    inside = tmp_path / "granted"
    (inside / "link.ts").symlink_to(tmp_path / "secret.ts")
    (inside / "up").symlink_to(tmp_path)
    (inside / "loop").symlink_to(inside / "loop")
    for path in ("link.ts", "up/secret.ts", "up"):
        with pytest.raises(PathRefused):
            granted.find(path)
    with pytest.raises(UsageError):
        granted.find("loop")


def test_links_that_stay_inside_are_followed(granted: Folders, tmp_path: Path) -> None:
    (tmp_path / "granted" / "other.ts").symlink_to("a.ts")
    assert granted.find("other.ts") == tmp_path / "granted" / "a.ts"


def test_a_folder_that_is_reached_by_a_link_is_known_by_both_names(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.ts").touch()
    (tmp_path / "link").symlink_to(real)
    by_link = folders([tmp_path / "link"])
    assert by_link.find(str(tmp_path / "link" / "a.ts")) == real / "a.ts"
    assert by_link.find(str(real / "a.ts")) == real / "a.ts"


def test_a_folder_whose_name_begins_alike_is_another(granted: Folders, tmp_path: Path) -> None:
    (tmp_path / "granted-not").mkdir()
    (tmp_path / "granted-not" / "a.ts").touch()
    with pytest.raises(PathRefused):
        granted.find(str(tmp_path / "granted-not" / "a.ts"))


@pytest.mark.parametrize("path", ["", "x" * 5000, "a\0b", "missing.ts"])
def test_what_is_no_path_or_not_there_is_an_error(path: str, granted: Folders) -> None:
    with pytest.raises(UsageError) as refused:
        granted.find(path)
    assert not isinstance(refused.value, PathRefused)


def test_without_folders_the_hint_says_how_to_grant_one() -> None:
    with pytest.raises(PathRefused, match="--root"):
        Folders().find("a.ts")


def test_the_project_is_the_folder_around_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    assert project_folder(Workspace(project / ".convexpert")).roots == (project,)
    assert project_folder(Workspace(tmp_path / "elsewhere" / "data")).roots == ()
    monkeypatch.setenv("HOME", str(project))
    assert project_folder(Workspace(project / ".convexpert")).roots == ()
    assert project_folder(Workspace(tmp_path / ".convexpert")).roots == ()
