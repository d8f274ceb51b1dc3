"""Shared by the tests of answers: agents from texts, and the knowledge base over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.document import digest_of
from agents.location import Lines
from agents.registry import Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.answer import Answer, answer_question
from kb.chunk import Chunk, ChunkKind
from kb.knowledge_base import KnowledgeBase


@dataclass
class Desk:
    """Takes documents and answers questions from them."""

    workspace: Workspace
    registry: Registry
    folder: Path

    def put(self, name: str, body: str, *, collection: str = "team", newline: str = "\n") -> None:
        """Register a body as the next version of the agent of that name."""
        file = self.folder / collection / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"---\nname: {name}\ndescription: Answers about {name}.\n---\n{body}"
        file.write_bytes(text.replace("\n", newline).encode())
        assert not import_paths(self.registry, [file], collection=collection).rejected

    def ask(self, question: str, **options: object) -> Answer:
        """The answer from all that was put."""
        with KnowledgeBase.open(self.workspace, self.registry, Settings()) as base:
            return answer_question(
                question,
                knowledge_base=base,
                registry=self.registry,
                **options,  # type: ignore[arg-type]
            )

    def check_quotes(self, answer: Answer) -> None:
        """Every quote is the exact text of its lines in the cited version."""
        for citation in answer.citations:
            raw = self.registry.resolve(f"{citation.source}@{citation.version}").raw
            lines = raw.replace(b"\r\n", b"\n").split(b"\n")
            cited = b"\n".join(lines[citation.lines.start - 1 : citation.lines.end])
            assert citation.quote.replace("\r\n", "\n").encode() == cited
            assert citation.quote.encode() in raw


@pytest.fixture
def desk(workspace: Workspace, tmp_path: Path) -> Iterator[Desk]:
    """A desk without any documents."""
    with open_registry(workspace, Settings(), builtin=False) as registry:
        yield Desk(workspace, registry, tmp_path / "documents")


@pytest.fixture
def chunk() -> Callable[..., Chunk]:
    """Makes chunks as if cut out of a document."""

    def make(
        text: str,
        *,
        first: int = 1,
        heading: tuple[str, ...] = ("Guide",),
        kind: ChunkKind = "prose",
        origin: str = "team/guide.md",
    ) -> Chunk:
        count = max(len(text.splitlines()), 1)
        return Chunk(
            id=digest_of(f"{origin}{first}{text}".encode()),
            source="guide",
            origin=origin,
            path="guide.md",
            version=1,
            digest="0" * 64,
            lines=Lines(first, first + count - 1),
            heading=heading,
            kind=kind,
            text=text,
        )

    return make
