"""What can be indexed: versions of documents, each with the name that search shows it under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from agents.document import Document
    from agents.registry import AgentVersion

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
    digest: str
    """SHA-256 of the version's exact bytes, in lower-case hexadecimal digits."""
    kind: SourceKind = "agent"


class SourceDocument(Protocol):
    """A source together with its document, which is read only when it is needed."""

    @property
    def source(self) -> Source:
        """How search names it."""

    @property
    def document(self) -> Document:
        """The document; parsed when first asked for."""


@dataclass(frozen=True)
class AgentSource:
    """A version of an agent as something to index."""

    agent: AgentVersion

    @property
    def source(self) -> Source:
        """The agent's handle and its version."""
        agent = self.agent
        return Source(agent.handle, agent.origin, agent.path, agent.number, agent.digest)

    @property
    def document(self) -> Document:
        """The version's document."""
        return self.agent.document


def agent_sources(agents: Iterable[AgentVersion]) -> list[SourceDocument]:
    """The agents as sources, ordered by origin."""
    return sorted((AgentSource(a) for a in agents), key=lambda a: a.source.origin)
