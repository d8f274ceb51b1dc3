"""The set-up of a team: a real PostgreSQL as the registry and a real Chroma server for vectors.

`pytest --shared-servers PATH…` runs any tests on it: a test's first workspace, and every process
that the test starts, have their registry in a schema of that test's own; further workspaces of the
test get further schemas. Tests of the workspace's own files are marked `own_store` and skipped.
Each test process starts its own two servers, on free ports of the loopback address.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

_START_SECONDS = 180
_CHANCE = random.SystemRandom()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --shared-servers."""
    parser.addoption(
        "--shared-servers",
        action="store_true",
        help="run on PostgreSQL and a Chroma server instead of the workspace's own files",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what tests the workspace's own files when it has none."""
    if config.getoption("--shared-servers"):
        for item in items:
            if item.get_closest_marker("own_store"):
                item.add_marker(pytest.mark.skip(reason="tests the workspace's own store"))


def free_port() -> int:
    """A port of the loopback address that nobody listens on.

    Below those that systems give to connections: until a server has it, and while one that was
    killed starts again, nobody gets it by chance.
    """
    while True:
        port = _CHANCE.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Postgres:
    """A PostgreSQL server of the tests' own, in a folder that is removed at the end.

    Not in pytest's folders: when run as root the server has an account of its own, which those
    keep out.
    """

    programs: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="postgres-")))
    port: int = field(default_factory=free_port)
    _schemas: Iterator[int] = field(default_factory=count)

    @staticmethod
    def programs_here() -> Path | None:
        """The folder of PostgreSQL's server programs, newest first; None where there are none."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major, reverse=True)
        on_path = shutil.which("initdb")
        if found:
            return found[0].parent
        return Path(on_path).parent if on_path else None

    def create(self) -> None:
        """Make the cluster and start the server."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.folder, "-A", "trust", "-U", "convexpert", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        # The tests kill the server, never the machine: nothing needs to reach the disk.
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += " -c unix_socket_directories=''"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder, "-w", "-l", log, "-o", options, "start")

    def stop(self, *, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is as good as a crash."""
        self._run("pg_ctl", "-D", self.folder, "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stop the server, and remove all that it held."""
        self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".out").unlink(missing_ok=True)

    def url(self) -> str:
        """The address of a schema that nothing has used yet."""
        import psycopg

        name = f"t{next(self._schemas)}"
        address = f"postgresql://convexpert@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return address.replace("://", "+psycopg://") + f"?options=-csearch_path%3D{name}"

    def _run(self, program: str, *args: object) -> None:
        command = [str(self.programs / program), *map(str, args)]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        log = self.folder.with_suffix(".out")
        # Not a pipe: the server would hold it open for as long as it runs.
        with log.open("wb") as output:
            done = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {log.read_text(errors='replace')}")


@dataclass
class ChromaServer:
    """A Chroma server of the tests' own."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        program = Path(sys.executable).with_name("chroma")
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder)]
        self._process = subprocess.Popen(
            [program, "run", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        last = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > last:
                self.stop()
                raise RuntimeError("the Chroma server did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; tests that need it are skipped where it is not installed."""
    programs = Postgres.programs_here()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed")
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    server = Postgres(programs)
    server.create()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A running Chroma server."""
    server = ChromaServer(tmp_path_factory.mktemp("servers") / "chroma")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _on_shared_servers(
    request: pytest.FixtureRequest, _nothing_from_the_user: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --shared-servers: the settings of a team, for this process and those it starts."""
    if not request.config.getoption("--shared-servers"):
        return
    if Postgres.programs_here() is None:
        pytest.fail("--shared-servers needs PostgreSQL's server (Debian: postgresql)")
    server: Postgres = request.getfixturevalue("postgres")
    chroma: ChromaServer = request.getfixturevalue("chroma_server")
    monkeypatch.setenv("CONVEXPERT_REGISTRY_URL", server.url())
    monkeypatch.setenv("CONVEXPERT_CHROMA_URL", chroma.url)
    _redirect_workspaces(server, monkeypatch)


def _redirect_workspaces(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a workspace whose registry would be a file of its own have a schema of its own."""
    from agents.registry import opening
    from agents.registry.database import Database

    schemas: dict[str, str] = {}

    def redirected(url: str, **options: float | None) -> Database:
        if url.endswith("/registry.sqlite"):
            first = os.environ["CONVEXPERT_REGISTRY_URL"]
            url = schemas.setdefault(url, server.url() if schemas else first)
        return Database(url, **options)

    monkeypatch.setattr(opening, "Database", redirected)


def _major(program: Path) -> int:
    version = program.parent.parent.name
    return int(version) if version.isdigit() else 0
