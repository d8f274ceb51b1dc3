from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from agents.whole_file import write_whole


def test_a_file_is_made_and_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"one")
    write_whole(path, b"two\n")
    assert path.read_bytes() == b"two\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_what_cannot_take_its_place_leaves_all_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "inside").write_bytes(b"")
    with pytest.raises(OSError):
        write_whole(folder, b"one")
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_is_replaced_and_what_it_names_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    link = tmp_path / "link"
    link.symlink_to("other")
    write_whole(link, b"own")
    assert (link.is_symlink(), link.read_bytes()) == (False, b"own")
    assert (tmp_path / "other").read_bytes() == b"other"


def test_permissions_are_those_of_any_new_file_or_exactly_those_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "usual", b"")
        write_whole(tmp_path / "exact", b"", mode=0o664)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "exact")]
    assert modes == [0o640, 0o664]


def test_a_name_as_long_as_names_can_be_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 255)
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"
