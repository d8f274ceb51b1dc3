"""Shared by all tests: a fresh workspace and no way out to the network."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from agents.workspace import Workspace

pytest_plugins = ("shared_servers",)

# How fast a machine is says nothing about the code. A person's runs look for new cases; CI tries
# the same ones each time.
ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("person", ANY_MACHINE)
settings.register_profile("ci", ANY_MACHINE, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "person")

# Who starts the tests in the background of a script leaves Ctrl-C ignored, for them and for every
# process that they start and mean to stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_from_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the user's own workspace or settings."""
    for name in (
        "WORKSPACE", "REGISTRY_URL", "CHROMA_URL", "EMBEDDING_MODEL", "MODEL", "MODEL_URL",
        "MODEL_TIMEOUT", "SERVER_TIMEOUT", "EVAL_MODEL", "JUDGE_MODEL", "NODE_MODULES",
    ):  # fmt: skip
        monkeypatch.delenv(f"CONVEXPERT_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only loopback addresses and local sockets can be reached."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        is_local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1", "localhost")
        )
        if not is_local:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace that nothing has used yet."""
    return Workspace(tmp_path / ".convexpert")
