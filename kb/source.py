"""What can be indexed: versions of documents, each with the name that search shows it under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from agents.registry import AgentVersion
    from agents.registry.pages import Page
    from kb.topic import Topic

SourceKind = Literal["agent", "document"]


@dataclass(frozen=True, slots=True)
class Source:
    """One version of one document, as search results name it."""

    name: str
    """An agent's handle, or the name under which documentation was added."""
    origin: str
    """`collection/path`; with the digest it is the identity of what is indexed."""
    path: str
    """Relative to what was imported or added."""
    version: int
    """The version's number; of a page how often it changed, from 1."""
    digest: str
    """SHA-256 of the version's exact bytes, in lower-case hexadecimal digits."""
    kind: SourceKind = "agent"


class SourceDocument(Protocol):
    """A source together with its text, which is read only when it is needed."""

    @property
    def source(self) -> Source:
        """How search names it."""

    def topics(self) -> list[Topic]:
        """What it is cut into. Raises ConvexpertError where it can't be read."""


@dataclass(frozen=True)
class AgentSource:
    """A version of an agent as something to index."""

    agent: AgentVersion

    @property
    def source(self) -> Source:
        """The agent's handle and its version."""
        agent = self.agent
        return Source(agent.handle, agent.origin, agent.path, agent.number, agent.digest)

    def topics(self) -> list[Topic]:
        """The version's document, which is no topic."""
        from kb.chunk import chunk_document
        from kb.topic import no_topic

        return [no_topic(chunk_document(self.agent.document, self.source))]


@dataclass(frozen=True)
class PageSource:
    """A page of added documentation as something to index."""

    page: Page

    @property
    def source(self) -> Source:
        """The name that the documentation was given, and the page."""
        page = self.page
        return Source(page.source, page.origin, page.path, page.number, page.digest, "document")

    def topics(self) -> list[Topic]:
        """The page."""
        from kb.chunk import chunk_page
        from kb.page import read_page
        from kb.topic import page_topic

        page = read_page(self.page.raw, self.page.path)
        chunks = chunk_page(page, self.source)
        return [page_topic(page.title, page.description, self.page.path, chunks)] if chunks else []


def agent_sources(agents: Iterable[AgentVersion]) -> list[SourceDocument]:
    """The agents as sources, ordered by origin."""
    return sorted((AgentSource(a) for a in agents), key=lambda a: a.source.origin)


def page_sources(pages: Iterable[Page]) -> list[SourceDocument]:
    """The pages as sources, ordered by origin."""
    return sorted((PageSource(page) for page in pages), key=lambda p: p.source.origin)
