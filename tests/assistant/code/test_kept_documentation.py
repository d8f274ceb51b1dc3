"""What the documents ask for is kept while the registry is as it was, and no longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agents.document import digest_of
from agents.errors import ConvexpertError
from agents.registry import Registry, open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.code.kept_documentation import SETTLED, Asked, asked_by_documents
from assistant.code.store import Store

DOCUMENT = b"""---
name: expert
description: Knows.
---
# Rules

- Never use `.filter()` on database queries, use an index.
- Be kind.
"""
FAR_AHEAD = 4e9
"""A time at which all files of today are long settled."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path / ".convexpert")
    with open_registry(found, Settings(), builtin=False) as registry:
        registry.add([_submission("expert", DOCUMENT)])
    return found


def _submission(name: str, raw: bytes) -> Submission:
    return Submission("mine", f"{name}.md", raw, name, "Knows.", author="me", message="")


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    kept = Store(workspace.root / "check.sqlite")
    yield kept
    kept.close()


Ask = Callable[..., tuple[Asked, bool]]


@pytest.fixture
def ask(workspace: Workspace, store: Store) -> Ask:
    """Asks, and says whether the registry was opened for it."""

    def asked(*references: str, now: float = FAR_AHEAD) -> tuple[Asked, bool]:
        opened: list[Registry] = []

        def registry() -> Registry:
            opened.append(open_registry(workspace, Settings(), builtin=False))
            return opened[-1]

        try:
            found = asked_by_documents(
                references, registry, file=workspace.registry, store=store, clock=lambda: now
            )
        finally:
            for one in opened:
                one.close()
        return found, bool(opened)

    return asked


def test_the_registry_is_opened_once_while_it_does_not_change(ask: Ask) -> None:
    first, opened = ask()
    assert opened
    assert list(first.options.documentation) == ["no-filter-in-query"]
    assert [item.text for item in first.options.review] == ["Be kind."]
    again, opened = ask()
    assert not opened
    assert again == first


def test_a_change_of_the_registry_is_seen(ask: Ask, workspace: Workspace) -> None:
    ask()
    with open_registry(workspace, Settings(), builtin=False) as registry:
        registry.add([_submission("expert", DOCUMENT + b"- Avoid `.collect()` without a limit.\n")])
    found, opened = ask()
    assert opened
    assert len(found.options.documentation) > 1


def test_each_choice_of_agents_is_kept_by_itself(ask: Ask) -> None:
    assert not ask()[0].options.only_documented
    found, opened = ask("expert")
    assert opened
    assert found.options.only_documented
    assert not ask("expert")[1]
    with pytest.raises(ConvexpertError):
        ask("nobody")


def test_nothing_is_kept_of_a_registry_that_was_written_this_moment(
    ask: Ask, workspace: Workspace
) -> None:
    just_now = workspace.registry.stat().st_mtime + SETTLED / 2
    ask(now=just_now)
    assert ask(now=just_now)[1]


def test_a_damaged_version_is_left_out_and_named(ask: Ask, workspace: Workspace) -> None:
    raw = DOCUMENT.replace(b"expert", b"other")
    with open_registry(workspace, Settings(), builtin=False) as registry:
        registry.add([_submission("other", raw)])
    with closing(sqlite3.connect(workspace.registry)) as database:
        database.execute("update blobs set raw = x'00' where digest = ?", [digest_of(raw)])
        database.commit()
    found, _ = ask()
    assert {item.agent for item in found.options.documentation["no-filter-in-query"]} == {"expert"}
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("other@1: ")
    with pytest.raises(ConvexpertError, match="damaged"):
        ask("other")
