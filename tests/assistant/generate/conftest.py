"""A desk that takes documents and answers with a scripted model over the real search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from scripted_model import Script, ScriptedServer, scripted_server

from agents.registry import Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.answer import Answer
from assistant.generate import respond
from assistant.model import ChatModel, parse_model_name
from assistant.model.opening import open_model
from kb.knowledge_base import KnowledgeBase


@dataclass
class Desk:
    """Takes documents and answers questions from them, with a model that a script speaks for."""

    workspace: Workspace
    registry: Registry
    folder: Path
    heard: list[str] = field(default_factory=list)
    """The pieces of the last answer as they came."""

    def put(self, name: str, body: str, *, file_name: str | None = None) -> None:
        """Register a body as the next version of the agent of that name."""
        file = self.folder / (file_name or f"{name}.md")
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"---\nname: {name}\ndescription: Answers about {name}.\n---\n{body}"
        file.write_text(text, encoding="utf-8")
        assert not import_paths(self.registry, [file], collection="team").rejected

    @contextmanager
    def open(self) -> Iterator[KnowledgeBase]:
        """The knowledge base of what was put."""
        with KnowledgeBase.open(self.workspace, self.registry, Settings()) as base:
            yield base

    def ask(self, question: str, **options: Any) -> Answer:
        """The answer from all that was put."""
        self.heard = []
        with self.open() as base:
            return respond(
                question,
                knowledge_base=base,
                registry=self.registry,
                on_text=self.heard.append,
                **options,
            )

    def ask_model(
        self, question: str, *script: Script, **options: Any
    ) -> tuple[Answer, ScriptedServer]:
        """The answer by a model of which the script says what it says."""
        with scripted_server(*script) as server:
            return self.ask(question, model=scripted(server), **options), server

    def check_quotes(self, answer: Answer) -> None:
        """Every quote is the exact text of its lines in the cited version."""
        for citation in answer.citations:
            raw = self.registry.resolve(f"{citation.source}@{citation.version}").raw
            lines = raw.decode().split("\n")
            assert citation.quote == "\n".join(lines[citation.lines.start - 1 : citation.lines.end])


def scripted(server: ScriptedServer) -> ChatModel:
    """The model that a server speaks for, through the real client."""
    settings = Settings(model_url=server.url, model_timeout=20.0)
    return open_model(parse_model_name("openai:scripted"), settings, {})


@pytest.fixture
def desk(workspace: Workspace, tmp_path: Path) -> Iterator[Desk]:
    """A desk without any documents."""
    with open_registry(workspace, Settings(), builtin=False) as registry:
        yield Desk(workspace, registry, tmp_path / "documents")
