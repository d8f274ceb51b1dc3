"""Added documentation as the registry hands it out and takes it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

SourceKind = Literal["folder", "file", "address"]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a text, for asking later whether it has changed."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class AddedSource:
    """Something that was added under a name."""

    name: str
    kind: SourceKind
    location: str
    """The path or address that was added, as it was resolved then."""
    pages: int
    added_at: str
    """ISO 8601, UTC."""
    updated_at: str
    """When its pages last changed."""
    validators: Validators = NO_VALIDATORS


@dataclass(frozen=True)
class Page:
    """One page of added documentation, with its exact bytes."""

    source: str
    path: str
    """Relative to what was added, with `/`."""
    number: int
    """Counts the page's changes from 1."""
    digest: str
    """SHA-256 of the bytes, in lower-case hexadecimal digits."""
    address: str | None
    """Where it was fetched from; None for a file."""
    validators: Validators
    read: Callable[[str], bytes] = field(repr=False, compare=False)
    """Reads the bytes of a digest; `raw` calls it when first asked for."""

    @property
    def origin(self) -> str:
        """The page's identity: `source/path`."""
        return f"{self.source}/{self.path}"

    @cached_property
    def raw(self) -> bytes:
        """The exact bytes of the page. Raises RegistryError where the stored ones are damaged."""
        return self.read(self.digest)


@dataclass(frozen=True, slots=True)
class PageSubmission:
    """A page that a source shall have."""

    path: str
    raw: bytes
    address: str | None = None
    validators: Validators = NO_VALIDATORS


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What putting a source did to its pages, by their paths, each sorted."""

    name: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
