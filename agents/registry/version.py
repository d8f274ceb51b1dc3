"""One version of an agent, as the registry hands it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.document import Document


@dataclass(frozen=True)
class AgentVersion:
    """The exact bytes of one file at one time, and what the registry knows about them."""

    handle: str
    """What references call the agent; unique, a safe file name, changed by `rename` only."""
    name: str
    """What the document calls itself: any text."""
    description: str
    collection: str
    path: str
    """Relative to the folder that was imported, with `/`."""
    number: int
    """Counts from 1 within the agent."""
    digest: str
    """SHA-256 of the bytes, in lower-case hexadecimal digits."""
    labels: tuple[str, ...]
    """The labels that point here, sorted, `latest` first where this is the latest version."""
    created_at: str
    """ISO 8601, UTC."""
    author: str | None
    message: str | None
    removed: bool
    """Whether the agent is hidden from listing, search and export."""
    read: Callable[[str], bytes] = field(repr=False, compare=False)
    """Reads the bytes of a digest; `raw` calls it when first asked for."""

    @property
    def origin(self) -> str:
        """The agent's identity: `collection/path`."""
        return f"{self.collection}/{self.path}"

    @property
    def reference(self) -> str:
        """The REF that names exactly this version."""
        return f"{self.handle}@{self.number}"

    @cached_property
    def raw(self) -> bytes:
        """The exact bytes of the file. Raises RegistryError where the stored ones are damaged."""
        return self.read(self.digest)

    @cached_property
    def document(self) -> Document:
        """The bytes as parsed; lines count in the file as imported."""
        from agents.parse import parse_document

        return parse_document(self.raw, filename=self.origin)
