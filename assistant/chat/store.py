"""Where sessions are kept: a file of JSON lines each, in the workspace.

A turn is one line, appended and synchronised to the disk before the answer is shown: what was seen
survives a crash. A line that a crash left half written is the last one, and is passed over.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.errors import UsageError, WorkspaceError
from agents.registry.clock import timestamp
from agents.workspace import Workspace
from assistant.chat.session import Session, SessionTurn, turn_from_json

FORMAT = 1
LATEST = "latest"
"""Names the session that changed last."""
LARGEST = 50_000_000
"""Bytes of a session that are read."""

_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{6}")


def session_id(started: datetime, token: str) -> str:
    """The id of a session that began at `started`, to the millisecond.

    `token`, six hexadecimal digits, tells two of the same moment apart.
    """
    moment = started.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z-{token}"


class SessionStore:
    """The sessions of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def folder(self) -> Path:
        """Where the files are; it need not exist yet."""
        return self._workspace.sessions

    def begin(self, now: Callable[[], datetime], token: Callable[[], str]) -> Session:
        """A new session. Nothing is written before its first turn."""
        started = now()
        return Session(session_id(started, token()), timestamp(started))

    def append(self, session: Session, turn: SessionTurn) -> Session:
        """The session with a further turn, which is on the disk when this returns.

        Raises WorkspaceError where it can't be written.
        """
        path = self._path(session.id)
        lines = [] if path.exists() else [{"format": FORMAT, "started_at": session.started_at}]
        data = b"".join(_line(value) for value in (*lines, turn.to_json()))
        try:
            self.make_folder()
            _append(path, data)
        except OSError as error:
            raise WorkspaceError(
                f"can't keep the session: {error.strerror or error}", path=str(path)
            ) from error
        return replace(session, turns=(*session.turns, turn))

    def make_folder(self) -> None:
        """Make the folder, for the user's eyes only."""
        self._workspace.create()
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def ids(self) -> list[str]:
        """The ids of all stored sessions, oldest first."""
        return sorted(p.stem for p in self.folder.glob("*.jsonl") if _ID.fullmatch(p.stem))

    def sessions(self) -> list[Session]:
        """All sessions that can be read, the one that changed last first."""
        found = [session for one in self.ids() if (session := _read(self._path(one))) is not None]
        return sorted(found, key=lambda session: (session.changed_at, session.id), reverse=True)

    def load(self, wanted: str) -> Session:
        """The session with this id, or whose id alone begins so; `latest` changed last.

        Raises UsageError for an unknown or ambiguous id, WorkspaceError for a damaged file.
        """
        hint = "`convexpert chat sessions` lists them"
        if wanted == LATEST:
            sessions = self.sessions()
            if not sessions:
                raise UsageError("there is no session to resume", hint=hint)
            return sessions[0]
        found = [one for one in self.ids() if one.startswith(wanted)]
        if not found or not wanted:
            raise UsageError(f"no session has the id {wanted!r}", hint=hint)
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} sessions begin with {wanted!r}", hint=f"the newest is {found[-1]}"
            )
        session = _read(self._path(found[0]))
        if session is None:
            raise WorkspaceError(
                "this session can't be read", hint="delete it", path=str(self._path(found[0]))
            )
        return session

    def _path(self, id_: str) -> Path:
        return self.folder / f"{id_}.jsonl"


def _line(value: Any) -> bytes:
    # Escapes only: a lone surrogate of a file's name has no UTF-8 form.
    return json.dumps(value, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"


def _append(path: Path, data: bytes) -> None:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # what a crash left half written stays a line of its own
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> Session | None:
    """A stored session without the lines that can't be read; None where there is none."""
    try:
        with path.open("rb") as file:
            lines = file.read(LARGEST).split(b"\n")
    except OSError:
        return None
    values = [value for line in lines if (value := _value(line)) is not None]
    head = values[0] if values else {}
    if head.get("format") != FORMAT or not isinstance(head.get("started_at"), str):
        return None
    turns = []
    for value in values[1:]:
        try:
            turns.append(turn_from_json(value))
        except ValueError:
            continue
    return Session(path.stem, head["started_at"], tuple(turns))


def _value(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
