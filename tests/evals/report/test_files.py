"""The files that `eval run` and `eval compare` write."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.cli.main import app

AGENT = """\
---
name: reader
description: Use for questions about how data is read.
---
# Rules

- Use an index for each query.
"""
SUITE = """\
agents: [agents]
cases:
  - {id: advice, kind: document, document: reader, items: ["Use an index for each query."]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in (".convexpert", "agents", "edited"):
        (tmp_path / folder).mkdir()
    (tmp_path / "agents" / "reader.md").write_text(AGENT, encoding="utf-8")
    without = AGENT.replace("- Use an index for each query.", "- Be brief.")
    (tmp_path / "edited" / "reader.md").write_text(without, encoding="utf-8")
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    return tmp_path


def call(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(["eval", *args])
    return int(ended.value.code or 0)


def test_a_run_is_written_as_junit_and_html(here: Path) -> None:
    assert call("run", "small.yaml", "--junit", "run.xml", "--html", "run.html") == 0
    root = ElementTree.parse(here / "run.xml").getroot()
    assert [one.attrib["name"] for one in root.iter("testcase")] == ["advice"]
    assert "<code>advice</code>" in (here / "run.html").read_text(encoding="utf-8")


def test_a_comparison_is_written_as_html_with_the_history_of_both_runs(here: Path) -> None:
    args = ("agents", "edited", "--suite", "small.yaml", "--html", "compared.html")
    assert call("compare", *args) == 1
    page = (here / "compared.html").read_text(encoding="utf-8")
    assert "History over 2 runs" in page
    assert 'data-outcome="lost"' in page
    assert '<span class="minus">-- Use an index for each query.</span>' in page


def test_stored_runs_that_are_compared_are_in_their_history_once(here: Path) -> None:
    call("run", "small.yaml")
    call("run", "small.yaml", "--agents", "edited")
    assert call("compare", "latest~1", "latest", "--html", "compared.html") == 1
    assert "History over 2 runs" in (here / "compared.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "small.yaml", "--html", "no/such/file.html") == 2
    assert "can't write the report" in capsys.readouterr().err
