"""Shared by the tests of the knowledge base: a registry that takes documents as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.registry import Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase

Put = Callable[[str, str], None]
OpenKnowledgeBase = Callable[..., KnowledgeBase]


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    """A registry without the built-in agents."""
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


@pytest.fixture
def put(registry: Registry, tmp_path: Path) -> Put:
    """Registers a body as the next version of the agent of that name."""

    def register(name: str, body: str) -> None:
        file = tmp_path / "documents" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        text = f"---\nname: {name}\ndescription: About {name}.\n---\n{body}"
        file.write_text(text, encoding="utf-8")
        report = import_paths(registry, [file], collection="documents")
        assert not report.rejected

    return register


@pytest.fixture
def knowledge_base(workspace: Workspace, registry: Registry) -> Iterator[OpenKnowledgeBase]:
    """Opens the registry's knowledge base; what was opened is closed at the end."""
    opened: list[KnowledgeBase] = []

    def open_one(settings: Settings | None = None, **options: object) -> KnowledgeBase:
        base = KnowledgeBase.open(workspace, registry, settings or Settings(), **options)  # type: ignore[arg-type]
        opened.append(base)
        return base

    yield open_one
    for base in opened:
        base.close()
