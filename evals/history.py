"""Stored runs: one JSON file each, in the workspace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agents.document import digest_of
from agents.errors import UsageError, WorkspaceError
from agents.whole_file import write_whole
from agents.workspace import Workspace
from evals.record import Run
from evals.report.json import run_from_json, run_to_json

if TYPE_CHECKING:
    from agents.registry import AgentVersion

LATEST = "latest"
"""Names the newest run."""

DOCUMENTS = "eval-documents"
"""In the workspace: the documents that were under test, one file each, named by its digest."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LATEST = re.compile(r"latest(?:~([0-9]{1,6}))?")
_BEGINNING = re.compile(r"[0-9]{8}T[0-9A-Za-z-]{0,17}")
_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{6}")


def run_id(started: datetime, made_from: str) -> str:
    """The id of a run that began at `started`, to the millisecond.

    Ids sort by that time; `made_from` (suites, documents, parameters) tells two runs of the same
    moment apart.
    """
    moment = started.astimezone(UTC)
    stamp = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"
    return f"{stamp}-{digest_of(made_from.encode())[:6]}"


def store_run(workspace: Workspace, run: Run) -> Path:
    """Write a run, whole or not at all, and return its file. Raises WorkspaceError."""
    workspace.create()
    path = workspace.runs / f"{run.id}.json"
    text = json.dumps(run_to_json(run), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        workspace.runs.mkdir(exist_ok=True)
        write_whole(path, f"{text}\n".encode(), mode=0o600)
    except OSError as error:
        raise WorkspaceError(
            f"can't store the run: {error.strerror or error}", path=str(path)
        ) from error
    return path


def keep_documents(workspace: Workspace, versions: Iterable[AgentVersion]) -> None:
    """Keep the bytes of documents by their digests, for comparisons that say what was edited.

    Raises WorkspaceError.
    """
    folder = workspace.root / DOCUMENTS
    try:
        folder.mkdir(exist_ok=True)
        for version in versions:
            path = folder / f"{version.digest}.md"
            if not path.exists():
                write_whole(path, version.raw)
    except OSError as error:
        raise WorkspaceError(
            f"can't keep a document: {error.strerror or error}", path=str(folder)
        ) from error


def kept_document(workspace: Workspace, digest: str) -> bytes | None:
    """The bytes that `keep_documents` kept; None where they are gone or damaged."""
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        raw = (workspace.root / DOCUMENTS / f"{digest}.md").read_bytes()
    except OSError:
        return None
    return raw if digest_of(raw) == digest else None


def stored_ids(workspace: Workspace) -> list[str]:
    """The ids of all stored runs, oldest first."""
    return sorted(p.stem for p in workspace.runs.glob("*.json") if _ID.fullmatch(p.stem))


def load_run(workspace: Workspace, wanted: str) -> Run:
    """The run with this id, or whose id alone begins so.

    `latest` is the newest one, `latest~1` the one before it. Raises UsageError for an unknown or
    ambiguous id, WorkspaceError for a damaged file.
    """
    ids = stored_ids(workspace)
    if back := _LATEST.fullmatch(wanted):
        found = ids[::-1][int(back[1] or 0) :][:1]
    else:
        found = [one for one in ids if one.startswith(wanted)]
    if not found or not wanted:
        raise UsageError(f"no stored run {wanted!r}", hint="`convexpert eval history` lists them")
    if len(found) > 1 and wanted not in found:
        raise UsageError(
            f"{len(found)} runs begin with {wanted!r}", hint=f"the newest is {found[-1]}"
        )
    return _read(workspace.runs / f"{found[0]}.json")


def looks_like_run(name: str) -> bool:
    """Whether `name` can only mean a run: `latest~N`, or the beginning of an id with its day."""
    return bool(_LATEST.fullmatch(name) or _BEGINNING.fullmatch(name))


def read_run(path: Path) -> Run:
    """The run in a file, as `eval run --json` prints it. Raises UsageError for any other file."""
    try:
        return run_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"no run of evals: {error}",
            hint="`convexpert eval run --json` prints one",
            path=str(path),
        ) from error


def stored_runs(workspace: Workspace) -> Iterator[Run]:
    """All stored runs, newest first. Raises WorkspaceError at a damaged file."""
    for one in reversed(stored_ids(workspace)):
        yield _read(workspace.runs / f"{one}.json")


def _read(path: Path) -> Run:
    try:
        return run_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"can't read this run: {error}", hint="delete the file", path=str(path)
        ) from error
