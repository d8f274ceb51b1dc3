"""Vectors that are there before a question needs them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agents.errors import KnowledgeBaseError
from agents.registry.importer import import_paths
from agents.settings import Settings
from assistant.toolbox import Toolbox, beforehand
from assistant.toolbox.arguments import Ask
from assistant.toolbox.beforehand import Beforehand

QUESTIONS = ("Where do I call the Stripe API from?", "Should I use filter or withIndex?")


@pytest.fixture
def toolbox(project: Any) -> Iterator[Toolbox]:
    # What other tests asked of the project that this one is a copy of.
    for kept in (project.workspace.embedded, project.workspace.root / beforehand.DONE):
        kept.unlink(missing_ok=True)
    with Toolbox(project.workspace, Settings()) as opened:
        yield opened


def _kept(toolbox: Toolbox) -> int:
    path = toolbox.workspace.embedded
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as db:
        [[count]] = db.execute("SELECT count(*) FROM vectors")
    return int(count)


def _steps(prepared: Beforehand) -> int:
    return next(n for n in range(1_000) if not prepared.step())


def test_a_question_then_needs_its_own_vector_alone(toolbox: Toolbox) -> None:
    assert _steps(Beforehand(toolbox)) > 0
    for question in QUESTIONS:
        before = _kept(toolbox)
        assert toolbox.ask(Ask(question=question))["status"] == "answered"
        assert _kept(toolbox) == before + 1


def test_what_is_there_is_gone_through_once(toolbox: Toolbox) -> None:
    prepared = Beforehand(toolbox)
    assert _steps(prepared) > 0
    assert _steps(prepared) == 0
    assert _steps(Beforehand(toolbox)) == 0  # another server of the same workspace


def test_what_ended_too_early_is_gone_on_with(toolbox: Toolbox) -> None:
    stopped = Beforehand(toolbox)
    assert stopped.step()
    assert _steps(Beforehand(toolbox)) > 0


def test_vectors_that_were_deleted_are_made_again(toolbox: Toolbox) -> None:
    _steps(Beforehand(toolbox))
    before = _kept(toolbox)
    (toolbox.workspace.embedded).unlink()
    _steps(Beforehand(toolbox))
    assert _kept(toolbox) == before


def test_a_new_version_is_gone_through(toolbox: Toolbox, tmp_path: Path) -> None:
    prepared = Beforehand(toolbox)
    _steps(prepared)
    before = _kept(toolbox)
    file = tmp_path / "files.md"
    file.write_text(
        "---\nname: files\ndescription: Files.\n---\n# Files\n\n- Check a file's type first.\n",
        encoding="utf-8",
    )
    import_paths(toolbox.registry(), [file])
    assert _steps(prepared) > 0
    assert _kept(toolbox) > before


def test_no_more_are_made_than_a_workspace_keeps(
    toolbox: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beforehand, "MOST", 3)
    _steps(Beforehand(toolbox))
    assert _kept(toolbox) == 3


def test_nothing_is_made_where_it_cannot_be_kept(
    toolbox: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beforehand.os, "access", lambda path, mode: False)
    assert _steps(Beforehand(toolbox)) == 0
    assert _kept(toolbox) == 0


def test_what_cannot_be_read_is_left_to_the_calls(
    toolbox: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> Any:
        raise KnowledgeBaseError("the disk is gone")

    monkeypatch.setattr(toolbox, "knowledge_base", failing)
    assert Beforehand(toolbox).step() is False
