"""Whether the stored runs can be read."""

from __future__ import annotations

from collections.abc import Iterator

from agents.errors import WorkspaceError
from agents.health import Symptom, delete, set_aside
from agents.settings import Settings
from agents.whole_file import UNFINISHED
from agents.workspace import Workspace
from evals.history import load_run, stored_ids

_LEFT = f"{UNFINISHED}*"
"""What a run that was killed while it was stored leaves behind."""


def verify_runs(workspace: Workspace, settings: Settings) -> Iterator[Symptom]:
    """Runs that can't be read, and files that a killed process left."""
    for name in stored_ids(workspace):
        try:
            load_run(workspace, name)
        except WorkspaceError as error:
            file = workspace.runs / f"{name}.json"
            yield Symptom("runs", str(error), "delete the file", set_aside(file))
    for file in sorted(workspace.runs.glob(_LEFT)):
        yield Symptom("runs", f"{file} is half a run", "delete the file", delete(file))
