"""The agent documents that come with the package, in `agents/definitions/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from agents.document import digest_of


@dataclass(frozen=True, slots=True)
class BuiltinDocument:
    """One file of `agents/definitions/`."""

    path: str
    raw: bytes


def builtin_documents() -> tuple[BuiltinDocument, ...]:
    """The built-in documents, by file name."""
    folder = files("agents") / "definitions"
    if not folder.is_dir():
        return ()
    found = (
        BuiltinDocument(entry.name, entry.read_bytes())
        for entry in folder.iterdir()
        if entry.name.endswith(".md")
    )
    return tuple(sorted(found, key=lambda document: document.path))


def builtin_state(documents: Iterable[BuiltinDocument]) -> str:
    """A digest that tells one state of the built-in documents from another."""
    state = hashlib.sha256()
    for document in documents:
        state.update(f"{document.path}\0{digest_of(document.raw)}\n".encode())
    return state.hexdigest()
