"""`convexpert agents checklist`, called as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

Run = Callable[..., Result]

RAW = (
    b"# Always do\n\n- Be kind to people\n- Await all promises\n\n# Never do\n\n- Be \x1b[2J rude\n"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert agents` in a folder with a workspace without agents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    from agents.registry import open_registry
    from agents.settings import Settings
    from agents.workspace import Workspace

    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, ["agents", *args])
        assert result.exit_code == status, result.output
        return result

    return invoke


@pytest.fixture
def expert(run: Run) -> Run:
    """The same with two agents: one with three items, one with none."""
    Path("shop").mkdir()
    Path("shop/expert.md").write_bytes(RAW)
    Path("shop/plain.md").write_bytes(b"Text.\n")
    run("import", "shop")
    return run


def test_items_are_told_by_who_looks_at_them(expert: Run) -> None:
    assert expert("checklist", "expert").stdout.splitlines() == [
        "expert@1: 1 of 3 items enforced (33%), 2 need review",
        "  Enforced",
        "      4  Await all promises  [no-floating-promise]",
        "  Needs review",
        "      3  Be kind to people",
        "      8  Be \\x1b[2J rude  [forbids]",
        "",
    ]


def test_without_a_ref_all_agents_are_told_and_summed_up(expert: Run) -> None:
    told = expert("checklist").stdout.splitlines()
    assert "plain@1: no checklist items" in told
    assert told[-1] == "2 documents: 1 of 3 items enforced (33%), 2 need review"


def test_json_has_the_coverage_of_each_document_and_of_all(expert: Run) -> None:
    document = json.loads(expert("checklist", "--json").stdout)
    first, second = document["documents"]
    assert (first["handle"], first["version"], first["origin"]) == ("expert", 1, "shop/expert.md")
    assert (first["coverage"], first["enforced"], first["needs_review"]) == (0.3333, 1, 2)
    assert first["rules"] == ["no-floating-promise"]
    assert [(item["line"], item["status"], item["polarity"]) for item in first["items"]] == [
        (3, "needs review", "do"),
        (4, "enforced", "do"),
        (8, "needs review", "dont"),
    ]
    assert (second["coverage"], second["items"]) == (None, [])
    assert document["total"] == {
        "documents": 2,
        "coverage": 0.3333,
        "enforced": 1,
        "needs_review": 2,
        "rules": ["no-floating-promise"],
    }


def test_refs_and_files_are_told_once_each(expert: Run) -> None:
    args = ("checklist", "expert", "expert@latest", "./shop/plain.md", "--json")
    document = json.loads(expert(*args).stdout)
    assert [one["name"] for one in document["documents"]] == ["expert@1", "./shop/plain.md"]
    assert document["documents"][1]["handle"] is None
    assert "did you mean expert" in expert("checklist", "exprt", status=2).stderr


def test_an_empty_registry_says_what_to_do(run: Run) -> None:
    assert "agents import PATH" in run("checklist").stdout
    document = json.loads(run("checklist", "--json").stdout)
    assert (document["documents"], document["total"]["coverage"]) == ([], None)


def test_help_has_an_example(run: Run) -> None:
    assert "Example: convexpert agents checklist" in run("checklist", "--help").stdout
