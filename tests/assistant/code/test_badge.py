"""The badge of a score."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agents.errors import CodeCheckError
from assistant.code.badge import write_badge


@pytest.mark.parametrize("total", [0, 55, 100])
def test_the_picture_is_xml_that_shows_the_score(tmp_path: Path, total: int) -> None:
    path = tmp_path / "badge.svg"
    write_badge(path, total)
    texts = [node.text for node in ElementTree.parse(path).iter() if node.tag.endswith("}text")]
    assert texts == ["convex check", f"{total}/100"]


@pytest.mark.parametrize(("total", "colour"), [(95, "brightgreen"), (60, "yellow"), (10, "red")])
def test_the_endpoint_has_the_form_that_shields_io_takes(
    tmp_path: Path, total: int, colour: str
) -> None:
    path = tmp_path / "badge.json"
    write_badge(path, total)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "schemaVersion": 1,
        "label": "convex check",
        "message": f"{total}/100",
        "color": colour,
    }


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodeCheckError, match=r"\.svg or a \.json"):
        write_badge(tmp_path / "badge.png", 50)
