"""A team's set-up: registry on PostgreSQL, vectors on a Chroma server, each machine a workspace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shared_servers import ChromaServer, Postgres, free_port

from agents.errors import WorkspaceError
from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace

pytestmark = pytest.mark.slow

WRITERS = 8
STRIPE = (
    "---\nname: payments\ndescription: Takes payments.\n---\n## Payments\n\n"
    "Call the Stripe API from an action, never from a mutation.\n"
)
FILES = (
    "---\nname: storage\ndescription: Keeps files.\n---\n## Files\n\n"
    "An upload URL comes from `ctx.storage.generateUploadUrl()`.\n"
)

Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def registry_url(postgres: Postgres) -> str:
    """A registry that nobody has used yet."""
    return postgres.url()


@pytest.fixture
def machine(tmp_path: Path, registry_url: str, chroma_server: ChromaServer) -> Machine:
    """Runs `convexpert` as on one of several machines that name the same two servers."""

    def run(name: str, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        shared = {
            "CONVEXPERT_WORKSPACE": str(tmp_path / name),
            "CONVEXPERT_REGISTRY_URL": registry_url,
            "CONVEXPERT_CHROMA_URL": chroma_server.url,
        }
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", *args],
            cwd=tmp_path,
            env={**os.environ, **shared, **environ},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    settings = Settings(registry_url=registry_url)
    open_registry(Workspace(tmp_path / "one"), settings, builtin=False).close()
    (tmp_path / "pay").mkdir()
    (tmp_path / "pay" / "payments.md").write_text(STRIPE, encoding="utf-8")
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "storage.md").write_text(FILES, encoding="utf-8")
    return run


def output(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def one_error(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


def found(done: subprocess.CompletedProcess[str]) -> list[tuple[str, float, list[int]]]:
    results = json.loads(output(done))["results"]
    return [(hit["source"], hit["score"], hit["lines"]) for hit in results]


def test_two_machines_see_each_others_imports_and_find_the_same(machine: Machine) -> None:
    output(machine("one", "agents", "import", "pay"))
    output(machine("two", "agents", "import", "keep"))
    output(machine("two", "agents", "label", "payments", "production"))
    listed = json.loads(output(machine("one", "agents", "list", "--json")))
    labels = {agent["handle"]: agent["labels"] for agent in listed}
    assert labels["payments"] == ["latest", "production"]
    assert labels["storage"] == ["latest"]
    query = ("kb", "search", "Which function calls Stripe?", "--json")
    at_one, at_two = found(machine("one", *query)), found(machine("two", *query))
    assert at_one == at_two
    assert at_one[0][0] == "payments"


@pytest.mark.parametrize("command", [("agents", "list"), ("ask", "What calls Stripe?")])
def test_a_registry_that_is_down_is_one_clear_error(
    machine: Machine, command: tuple[str, ...]
) -> None:
    nobody = f"postgresql+psycopg://convexpert:secret@127.0.0.1:{free_port()}/postgres"
    line = one_error(machine("one", *command, CONVEXPERT_REGISTRY_URL=nobody))
    assert "is the database server up?" in line
    assert "secret" not in line


def test_vectors_that_are_down_are_one_clear_error(machine: Machine) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    line = one_error(machine("one", "kb", "search", "Stripe", CONVEXPERT_CHROMA_URL=nobody))
    assert "is the server up?" in line
    assert nobody in line


def test_what_was_acknowledged_outlives_a_crash_of_both_servers(
    machine: Machine, postgres: Postgres, chroma_server: ChromaServer
) -> None:
    output(machine("one", "agents", "import", "pay"))
    query = ("kb", "search", "Which function calls Stripe?", "--json")
    before = found(machine("one", *query))
    postgres.stop(mode="immediate")
    chroma_server.stop()
    try:
        one_error(machine("one", "agents", "import", "keep"))
    finally:
        postgres.start()
        chroma_server.start()
    assert found(machine("one", *query)) == before
    output(machine("one", "agents", "import", "keep"))
    assert "storage" in output(machine("two", "agents", "list"))


def test_an_open_registry_goes_on_after_a_restart_of_its_server(
    workspace: Workspace, postgres: Postgres, registry_url: str
) -> None:
    with open_registry(workspace, Settings(registry_url=registry_url), builtin=False) as registry:
        registry.add([Submission("shop", "a.md", b"one", "expert", "d")])
        postgres.stop(mode="fast")
        with pytest.raises(WorkspaceError, match="can't be used"):
            registry.add([Submission("shop", "a.md", b"two", "expert", "d")])
        postgres.start()
        registry.add([Submission("shop", "a.md", b"three", "expert", "d")])
        assert [version.raw for version in registry.versions("expert")] == [b"one", b"three"]


_WRITER = """
import sys
from pathlib import Path
from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace

root, url, name = sys.argv[1:]
with open_registry(Workspace(Path(root)), Settings(registry_url=url)) as registry:
    for number in range(10):
        raw = f"{name} {number}".encode()
        registry.add([Submission(name, "own.md", raw, name, "d")])
        registry.add([Submission("shared", "both.md", raw, "both", "d")])
        registry.label("both", name)
"""


def start_writer(workspace: Workspace, url: str, name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _WRITER, str(workspace.root), url, name]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


@pytest.fixture
def writers(workspace: Workspace, registry_url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Eight processes that make the registry and fill it, all at once."""
    started = [start_writer(workspace, registry_url, f"w{n}") for n in range(WRITERS)]
    yield started
    for writer in started:
        writer.kill()
        writer.communicate()


def test_eight_writers_at_once_lose_nothing(
    workspace: Workspace, registry_url: str, writers: list[subprocess.Popen[bytes]]
) -> None:
    for writer in writers:
        _, complaints = writer.communicate(timeout=300)
        assert writer.returncode == 0, complaints.decode()
    with open_registry(workspace, Settings(registry_url=registry_url)) as registry:
        for n in range(WRITERS):
            raws = [version.raw for version in registry.versions(f"w{n}")]
            assert raws == [f"w{n} {number}".encode() for number in range(10)]
        both = registry.versions("both")
        assert [version.number for version in both] == list(range(1, 10 * WRITERS + 1))
        labels = {label for version in both for label in version.labels}
        assert labels == {"latest", *(f"w{n}" for n in range(WRITERS))}


def test_a_writer_that_is_killed_leaves_no_lock_and_no_half(
    workspace: Workspace, registry_url: str, writers: list[subprocess.Popen[bytes]]
) -> None:
    with open_registry(workspace, Settings(registry_url=registry_url)) as registry:
        for n, writer in enumerate(writers):
            registry.add([Submission("mine", "a.md", f"{n}".encode(), "mine", "d")])
            writer.kill()
            writer.wait()
        registry.add([Submission("mine", "a.md", b"last", "mine", "d")])
        for agent in registry.agents():
            numbers = [version.number for version in registry.versions(agent.handle)]
            assert numbers == list(range(1, agent.number + 1))
        raws = [version.raw for version in registry.versions("mine")]
    assert raws == [*(f"{n}".encode() for n in range(WRITERS)), b"last"]
