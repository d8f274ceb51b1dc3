"""The documentation: generated pages are today's, and links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(`{3,})[^`]*$.*?^\1$", re.MULTILINE | re.DOTALL)


def test_the_generated_pages_say_what_the_program_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}python docs/generate.py mends it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_to_files_that_are_there(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in LINK.findall(text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_page_on_architecture_names_only_modules_that_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = re.split(r"^\*\*(agents|kb|assistant|evals)\*\* – (.*)$", page, flags=re.MULTILINE)[1:]
    missing = []
    for package, text in zip(rooms[::3], rooms[1::3], strict=True):
        there = {path.name for path in (ROOT / package).rglob("*")}
        named = re.findall(r"`(?:\w+/)*(\w+(?:\.py|(?=/`)))", text)
        assert len(named) > 10
        missing += [f"{package}: {name}" for name in named if name not in there]
    assert missing == []


def test_the_recording_is_a_drawing_that_asks_for_nothing_from_elsewhere() -> None:
    drawn = (ROOT / "docs" / "images" / "recording.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(r"url\((?!#|\"#)|href=|<script|@import|@font-face", drawn) == []
    text = re.sub(r"<[^>]*>", "", drawn).replace("&#160;", " ")
    assert "$ convexpert check convex" in text
    assert "$ convexpert ask" in text
