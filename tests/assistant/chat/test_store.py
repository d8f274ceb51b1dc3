"""Sessions on the disk: every kept turn is there, whatever happened to the file's end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import UsageError, WorkspaceError
from agents.workspace import Workspace
from assistant.chat import Session, SessionStore, SessionTurn

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def begin(store: SessionStore, minutes: int = 0, token: str = "abcdef") -> Session:
    return store.begin(lambda: START + timedelta(minutes=minutes), lambda: token)


def turn(question: str = "Why?", *, minute: int = 0, agent: str | None = None) -> SessionTurn:
    answer = {"answer": f"Because {question}\n\n**Sources**\n\n- [1]", "citations": []}
    return SessionTurn(f"2026-03-01T12:{minute:02d}:00Z", question, answer, agent)


def test_what_was_appended_is_loaded_again(workspace: Workspace) -> None:
    store = SessionStore(workspace)
    session = store.append(begin(store), turn("One?", agent="convex-expert@2"))
    session = store.append(session, turn("Zwei\n\ud800?"))
    assert SessionStore(workspace).load(session.id) == session
    assert session.history[:2] == [
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "Because One?"},
    ]
    assert oct(workspace.sessions.stat().st_mode)[-3:] == "700"


def test_a_session_without_a_turn_leaves_no_file(workspace: Workspace) -> None:
    begin(SessionStore(workspace))
    assert SessionStore(workspace).ids() == []
    assert not workspace.root.exists()


def test_sessions_are_listed_and_resumed_by_their_last_turn(workspace: Workspace) -> None:
    store = SessionStore(workspace)
    older = store.append(begin(store, 0, "aaaaaa"), turn("First?"))
    newer = store.append(begin(store, 1, "bbbbbb"), turn("Second?", minute=1))
    assert [session.title for session in store.sessions()] == ["Second?", "First?"]
    older = store.append(older, turn("Third?", minute=30))
    assert store.load("latest") == older
    assert store.load(newer.id[:13]) == newer


def test_ids_that_name_none_or_several_are_refused(workspace: Workspace) -> None:
    store = SessionStore(workspace)
    with pytest.raises(UsageError, match="no session to resume"):
        store.load("latest")
    for token in ("aaaaaa", "bbbbbb"):
        store.append(begin(store, 0, token), turn())
    with pytest.raises(UsageError, match="2 sessions begin with"):
        store.load("2026")
    for wanted in ("", "1999", "../registry"):
        with pytest.raises(UsageError):
            store.load(wanted)


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_a_crash_left_half_written_costs_no_other(
    workspace: Workspace, cut: int
) -> None:
    store = SessionStore(workspace)
    session = store.append(begin(store), turn("One?"))
    whole = store.append(session, turn("Two?"))
    path = workspace.sessions / f"{session.id}.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    found = store.load(session.id)
    assert found.turns[:1] == session.turns
    again = store.append(found, turn("Three?"))
    questions = [one.question for one in store.load(session.id).turns]
    assert questions[0] == "One?" and questions[-1] == "Three?"
    assert again.turns == store.load(session.id).turns
    assert len(questions) == (3 if cut == 1 else 2), whole


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(garbage=st.binary(max_size=200))
def test_any_bytes_in_the_place_of_a_session_are_told_or_passed_over(
    workspace: Workspace, garbage: bytes
) -> None:
    store = SessionStore(workspace)
    store.make_folder()
    name = "20260301T120000000Z-abcdef"
    (workspace.sessions / f"{name}.jsonl").write_bytes(garbage)
    (workspace.sessions / "notes.jsonl").write_bytes(garbage)
    assert len(store.sessions()) <= 1
    try:
        store.load(name)
    except WorkspaceError as error:
        assert error.path is not None


def test_a_full_or_closed_place_is_one_error(workspace: Workspace) -> None:
    store = SessionStore(workspace)
    workspace.create()
    workspace.sessions.write_text("in the way", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="can't keep the session"):
        store.append(begin(store), turn())


def test_turns_that_were_acknowledged_survive_kill_9(workspace: Workspace) -> None:
    """A process appends without end and says so after each turn; it is killed in the middle."""
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agents.workspace import Workspace
from assistant.chat import SessionStore, SessionTurn
store = SessionStore(Workspace(Path(sys.argv[1])))
session = store.begin(lambda: datetime(2026, 3, 1, tzinfo=UTC), lambda: "abcdef")
for n in range(100_000):
    turn = SessionTurn("2026-03-01T12:00:00Z", f"{n}", {"answer": "x" * 5000}, None)
    session = store.append(session, turn)
    print(n, flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.root)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    seen = -1
    for line in process.stdout:
        seen = int(line)
        if seen == 25:
            os.kill(process.pid, signal.SIGKILL)
            break
    rest = process.stdout.read().split()
    process.stdout.close()
    process.wait()
    acknowledged = max([seen, *(int(n) for n in rest)])
    found = SessionStore(workspace).load("latest")
    assert [one.question for one in found.turns][: acknowledged + 1] == [
        str(n) for n in range(acknowledged + 1)
    ]
    assert json.dumps(found.summary())
