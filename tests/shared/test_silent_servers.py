"""Servers that take a connection and then say nothing: one clear error, and nothing is lost."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from shared_servers import ChromaServer, Postgres

from agents.errors import WorkspaceError
from agents.registry import open_registry
from agents.registry.database import Database
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace
from kb.dense import VectorStore, VectorStoreError, collection_name
from kb.knowledge_base import KnowledgeBase

pytestmark = pytest.mark.slow

PATIENCE = 2.0
"""Seconds: the least that libpq waits for a connection."""


@pytest.fixture
def silent() -> Iterator[int]:
    """A port of the loopback address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Line:
    """A line to a real server that can fall silent: what is said then reaches nobody."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.is_silent = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._server.accept()
                there = socket.create_connection(("127.0.0.1", self._target))
                self._open += [here, there]
                threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while True:
                for end in select.select([here, there], [], [])[0]:
                    said = end.recv(65536)
                    if not said:
                        here.close()
                        there.close()
                        return
                    if not self.is_silent:
                        (there if end is here else here).sendall(said)

    def cut(self) -> None:
        """Close it and all that runs over it."""
        for end in (self._server, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def postgres_line(postgres: Postgres) -> Iterator[tuple[Line, str]]:
    """A line to a registry that nobody has used yet, and its address."""
    url = postgres.url()
    port = urlsplit(url).port
    assert port is not None
    line = Line(port)
    yield line, url.replace(f":{port}/", f":{line.port}/")
    line.cut()


@pytest.fixture
def chroma_line(chroma_server: ChromaServer) -> Iterator[tuple[Line, str]]:
    """A line to the vectors, and its address."""
    line = Line(chroma_server.port)
    yield line, f"http://127.0.0.1:{line.port}"
    line.cut()


@pytest.mark.parametrize(
    ("variable", "address", "command"),
    [
        ("REGISTRY_URL", "postgresql+psycopg://me:secret@127.0.0.1:{}/x", ("agents", "list")),
        ("CHROMA_URL", "http://127.0.0.1:{}", ("kb", "search", "Stripe")),
    ],
)
def test_a_silent_server_is_one_clear_error(
    silent: int, tmp_path: Path, variable: str, address: str, command: tuple[str, ...]
) -> None:
    environ = {
        f"CONVEXPERT_{variable}": address.format(silent),
        "CONVEXPERT_SERVER_TIMEOUT": str(PATIENCE),
        "CONVEXPERT_WORKSPACE": str(tmp_path / "w"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *command],
        cwd=tmp_path,
        env={**os.environ, **environ},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "secret" not in done.stderr
    assert "server up?" in line


def test_a_silent_vector_server_is_told_from_one_that_is_down(silent: int) -> None:
    with pytest.raises(VectorStoreError, match="did not answer in time"):
        VectorStore.served(f"http://127.0.0.1:{silent}", collection_name("x"), timeout=0.3)


def test_a_registry_that_falls_silent_loses_nothing(
    workspace: Workspace, postgres_line: tuple[Line, str]
) -> None:
    line, url = postgres_line
    settings = Settings(registry_url=url, server_timeout=PATIENCE)
    with open_registry(workspace, settings, builtin=False) as registry:
        registry.add([Submission("shop", "a.md", b"one", "expert", "d")])
        line.is_silent = True
        with pytest.raises(WorkspaceError, match="can't be used: connection timeout"):
            registry.add([Submission("shop", "a.md", b"two", "expert", "d")])
        line.is_silent = False
        registry.add([Submission("shop", "a.md", b"three", "expert", "d")])
        assert [version.raw for version in registry.versions("expert")] == [b"one", b"three"]


def test_a_transaction_whose_server_falls_silent_is_given_up_and_undone(
    postgres_line: tuple[Line, str],
) -> None:
    line, url = postgres_line
    database = Database(url, timeout=PATIENCE)
    with database.write() as db:
        db.run("CREATE TABLE notes (word TEXT)")
    with (
        pytest.raises(WorkspaceError, match="has not answered for 2 seconds"),
        database.write() as db,
    ):
        db.run("INSERT INTO notes VALUES (:word)", word="lost")
        line.is_silent = True
        db.run("INSERT INTO notes VALUES (:word)", word="lost too")
    line.is_silent = False
    with database.write() as db:
        db.run("INSERT INTO notes VALUES (:word)", word="kept")
        assert db.column("SELECT word FROM notes") == ["kept"]
    database.close()


def test_vectors_that_fall_silent_leave_the_index_as_it_was(
    workspace: Workspace, chroma_line: tuple[Line, str]
) -> None:
    line, url = chroma_line
    settings = Settings(chroma_url=url, server_timeout=PATIENCE)
    stripe = b"---\nname: pay\ndescription: d\n---\nCall Stripe from an action.\n"
    files = b"---\nname: keep\ndescription: d\n---\nFiles have upload addresses.\n"
    with open_registry(workspace, settings, builtin=False) as registry:
        registry.add([Submission("shop", "pay.md", stripe, "pay", "d")])
        with KnowledgeBase.open(workspace, registry, settings) as base:
            assert base.search("Stripe").hits[0].chunk.source == "pay"
            registry.add([Submission("shop", "keep.md", files, "keep", "d")])
            line.is_silent = True
            with pytest.raises(VectorStoreError, match="did not answer in time"):
                base.refresh()
            assert {hit.chunk.source for hit in base.search("Stripe").hits} == {"pay"}
            line.is_silent = False
            base.refresh()
            assert base.search("upload a file").hits[0].chunk.source == "keep"
