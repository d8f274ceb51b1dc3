"""What agents say alike and where they contradict, through the command, with the real model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

Compare = Callable[..., dict[str, Any]]
SEEDS = Path(__file__).parents[4] / "shared" / "seeds"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str) -> str:
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


@pytest.fixture
def compare(run: Callable[..., str], tmp_path: Path) -> Compare:
    """The overlap of two agents, each given as its rules."""

    def overlap(one: str, other: str, *, heading: str = "Rules") -> dict[str, Any]:
        (tmp_path / "docs").mkdir(exist_ok=True)
        for name, rule, above in (("one", one, "Rules"), ("other", other, heading)):
            text = f"---\nname: {name}\ndescription: d\n---\n## {above}\n\n- {rule}\n"
            (tmp_path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
        run("agents", "import", "docs")
        return dict(json.loads(run("agents", "overlap", "--json")))

    return overlap


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Use pagination for large tables.", "Paginate large tables."),
        ("Use `withIndex` instead of `filter` on queries.", "Never `filter` queries: `withIndex`."),
        (
            "Call external APIs from actions, never from mutations.",
            "Don't call external APIs from mutations; use actions.",
        ),
        (
            "Check authentication in every public function.",
            "Check authentication in all public functions.",
        ),
    ],
)
def test_rewordings_are_shared_and_no_contradiction(compare: Compare, one: str, other: str) -> None:
    found = compare(one, other)
    assert found["contradictions"] == []
    (shared,) = found["shared"]
    assert shared["agents"] == ["one", "other"]
    assert [side["text"] for side in shared["statements"]] == [one, other]
    assert [side["lines"] for side in shared["statements"]] == [[7, 7], [7, 7]]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (
            "polarity",
            "Always use `.filter()` to narrow database queries.",
            "Never use `.filter()` to narrow database queries.",
        ),
        (
            "polarity",
            "Add an explicit `returns` validator to every public function.",
            "Don't add explicit `returns` validators to public functions.",
        ),
        (
            "polarity",
            "Indexes are named after their fields.",
            "Never name indexes after their fields.",
        ),
        (
            "number",
            "A transaction may read at most 16384 documents.",
            "A transaction may read at most 32,000 documents.",
        ),
        (
            "name",
            "Use Clerk for authentication in new projects.",
            "Use Convex Auth for authentication in new projects.",
        ),
    ],
)
def test_what_cannot_both_hold_is_a_contradiction(
    compare: Compare, kind: str, one: str, other: str
) -> None:
    found = compare(one, other)
    assert [one["kind"] for one in found["contradictions"]] == [kind]
    assert found["shared"] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Never skip argument validation.", "Always validate the arguments of functions."),
        ("Read at most 100 rows a page.", "Read at most 1 MB a call."),
        (
            "Use `runAfter` to schedule work after a delay.",
            "Use `runAt` to schedule work at a time of day.",
        ),
        (
            "`Date.now()` is fine in mutations and actions; never use it in a query.",
            "Never call `Date.now()` in a query: the result goes stale.",
        ),
        ("A mutation may read 16384 documents.", "An action may run for 10 minutes."),
        (
            "Never make sequential `ctx.runMutation` calls in actions.",
            "Use `ctx.runMutation` to call mutations in actions.",
        ),
        (
            "Never run `npx convex deploy` unless explicitly told to.",
            "Always run `npx convex deploy` from the pipeline.",
        ),
        ("Always run `npx convex dev` first.", "Never run `npx convex deploy` first."),
        ("`ctx.storage.getMetadata` is deprecated.", "Never use `ctx.storage.getMetadata`."),
        ("Nothing is typed as `any` in functions.", "Never type functions as `any`."),
        (
            "Calling functions by `ctx.runQuery`: patterns.",
            "Never call functions by `ctx.runQuery`: patterns.",
        ),
        (
            "purpose: Generate a response for the given channel",
            "purpose: Write a response for the given channel",
        ),
    ],
)
def test_what_goes_together_is_no_contradiction(compare: Compare, one: str, other: str) -> None:
    assert compare(one, other)["contradictions"] == []


def test_a_heading_that_forbids_turns_what_is_below_it(compare: Compare) -> None:
    one = "Call actions directly from clients for critical work."
    assert compare(one, one)["contradictions"] == []
    (found,) = compare(one, one, heading="Never do")["contradictions"]
    assert found["kind"] == "polarity"


def test_text_cites_each_side_and_counts(run: Callable[..., str], compare: Compare) -> None:
    compare("A page holds 100 rows.", "A page holds 200 rows.")
    lines = run("agents", "overlap").splitlines()
    assert lines[0] == "! number: 100 or 200 row"
    assert lines[1] == "  one@1:7  A page holds 100 rows."
    assert lines[-1] == "1 contradictions, 0 shared statements in 2 agents"


def test_one_agent_overlaps_with_nothing(run: Callable[..., str], compare: Compare) -> None:
    compare("Paginate large tables.", "Paginate large tables.")
    found = json.loads(run("agents", "overlap", "one", "--json"))
    assert (found["agents"], found["shared"], found["contradictions"]) == (["one"], [], [])


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not here")
def test_real_documents_share_a_screen_of_statements(run: Callable[..., str]) -> None:
    run("agents", "import", str(SEEDS))
    found = json.loads(run("agents", "overlap", "--json"))
    assert found["contradictions"] == []
    assert 10 <= len(found["shared"]) <= 25
    assert all(len(shared["agents"]) >= 2 for shared in found["shared"])
    shown = run("agents", "overlap").splitlines()
    assert len(shown) <= 50
