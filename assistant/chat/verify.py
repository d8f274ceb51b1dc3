"""Whether the kept conversations can be read."""

from __future__ import annotations

from collections.abc import Iterator

from agents.errors import WorkspaceError
from agents.health import Symptom, set_aside
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.chat.store import SessionStore


def verify_sessions(workspace: Workspace, settings: Settings) -> Iterator[Symptom]:
    """Sessions that can't be read. A last line that a crash left half written is no fault."""
    store = SessionStore(workspace)
    for name in store.ids():
        try:
            store.load(name)
        except WorkspaceError as error:
            file = store.folder / f"{name}.jsonl"
            yield Symptom("sessions", str(error), "delete the file", set_aside(file))
