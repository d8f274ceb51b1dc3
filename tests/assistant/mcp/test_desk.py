"""What the desk's threads do between calls."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from agents.settings import Settings
from assistant.mcp.desk import Desk
from assistant.toolbox import Toolbox
from assistant.toolbox.beforehand import Beforehand
from assistant.toolbox.tools import Lane

pytestmark = pytest.mark.asyncio
PATIENCE = 60
"""Seconds after which a test that waits has failed."""


class Steps:
    """In the place of `Beforehand.step`: steps that wait to be let on."""

    def __init__(self, log: list[str], number: int) -> None:
        self.log = log
        self.left = number
        self.begun = threading.Event()
        self.on = threading.Event()
        self.ended = threading.Event()

    def step(self, _: Beforehand) -> bool:
        if not self.left:
            self.ended.set()
            return False
        self.left -= 1
        self.log.append("step")
        self.begun.set()
        assert self.on.wait(PATIENCE)
        return True


async def test_a_call_comes_before_what_is_made_beforehand(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    steps = Steps(log, 3)
    monkeypatch.setattr(Beforehand, "step", lambda self: steps.step(self))
    desk = Desk(lambda progress: Toolbox(project.workspace, Settings(), progress=progress))
    await desk.run(Lane.SEARCH, lambda box: log.append("first call"))
    assert steps.begun.wait(PATIENCE)
    second = desk._workers[Lane.SEARCH].submit(lambda: log.append("second call"))
    steps.on.set()
    second.result(PATIENCE)
    assert steps.ended.wait(PATIENCE)
    desk.close()
    assert log == ["first call", "step", "second call", "step", "step"]


async def test_what_fails_unasked_is_told_once_and_calls_go_on(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = threading.Event()

    def failing(_: Beforehand) -> bool:
        failed.set()
        raise RuntimeError("a bug")

    monkeypatch.setattr(Beforehand, "step", failing)
    desk = Desk(lambda progress: Toolbox(project.workspace, Settings(), progress=progress))
    await desk.run(Lane.SEARCH, lambda box: None)
    assert failed.wait(PATIENCE)
    assert await desk.run(Lane.SEARCH, lambda box: 1) == 1
    assert await desk.run(Lane.SEARCH, lambda box: 2) == 2
    assert desk.close()
    assert capsys.readouterr().err == "convexpert mcp: RuntimeError: a bug\n"


async def test_other_lanes_make_nothing_beforehand(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    steps = Steps(log, 1)
    steps.on.set()
    monkeypatch.setattr(Beforehand, "step", lambda self: steps.step(self))
    desk = Desk(lambda progress: Toolbox(project.workspace, Settings(), progress=progress))
    await desk.run(Lane.REGISTRY, lambda box: None)
    await desk.run(Lane.CHECK, lambda box: None)
    assert desk.close()
    assert log == []
