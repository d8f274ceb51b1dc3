"""Kill the real process at random moments: what it acknowledged is there, and nothing is half.

`CONVEXPERT_KILLS=200 pytest tests/crash` is the long way; by default each test kills a few times.
The moments are drawn from a seed, but what they hit depends on the machine: a failure names its
seed and number.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.health import Symptom
from agents.registry import Registry, open_registry
from agents.registry.verify import verify_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.index import Index
from kb.knowledge_base import KnowledgeBase
from kb.search import Mode
from kb.verify import verify_knowledge_base

pytestmark = [pytest.mark.slow, pytest.mark.own_store]

KILLS = int(os.environ.get("CONVEXPERT_KILLS", "12"))
LONGEST = 0.5
"""Seconds from the first acknowledgement to the kill, at most."""
PAGES = 12

# Each line is written after the call has returned: an acknowledgement that a user could have seen.
_WRITER = """
import json, sys
from pathlib import Path
from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace

root, life = Path(sys.argv[1]), sys.argv[2]

def acknowledge(**what):
    sys.stdout.write(json.dumps(what) + "\\n")
    sys.stdout.flush()

with open_registry(Workspace(root), Settings(), builtin=False) as registry:
    for turn in range(10_000):
        raw = f"{life} {turn} ".encode() * 2000
        files = [Submission("shop", f"{n}.md", raw, f"agent-{n}", "d") for n in range(turn % 5 + 1)]
        for added in registry.add(files):
            acknowledge(handle=added.handle, number=added.number, raw=f"{life} {turn} ")
        moved = registry.label("agent-0", "production")
        acknowledge(label=moved.number)
"""

_BUILDER = """
import sys
from pathlib import Path
from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase

workspace, life = Workspace(Path(sys.argv[1])), sys.argv[2]
with open_registry(workspace, Settings(), builtin=False) as registry:
    with KnowledgeBase.open(workspace, registry, Settings()) as base:
        for turn in range(10_000):
            lines = "".join(f"- Rule {n} of {life} {turn}.\\n" for n in range(30))
            raw = f"---\\nname: a\\ndescription: d\\n---\\n# Rules {turn}\\n\\n{lines}".encode()
            registry.add([Submission("shop", "a.md", raw, "a", "d")])
            sys.stdout.write("{}\\n")
            sys.stdout.flush()
            base.build(force=turn % 4 == 3)
"""


def killed_life(code: str, workspace: Workspace, life: str, wait: float) -> list[dict[str, object]]:
    """Start the process, kill it `wait` seconds after its first line, return its whole lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.root), life],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.readline()
    if not first:
        raise AssertionError(process.stderr.read().decode())
    time.sleep(wait)  # not for a state to be reached: the moment of death is what is tried
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    whole = (first + rest).decode().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def lives() -> Iterator[tuple[str, float]]:
    moments = random.Random(20261121)
    for number in range(KILLS):
        yield f"life {number}", moments.uniform(0, LONGEST)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


def complaints(workspace: Workspace) -> list[Symptom]:
    return list(verify_registry(workspace, Settings()))


def assert_held(registry: Registry, acknowledged: list[dict[str, object]], life: str) -> None:
    for line in acknowledged:
        if "label" in line:
            continue
        version = registry.resolve(f"{line['handle']}@{line['number']}")
        assert version.raw == str(line["raw"]).encode() * 2000, (life, line)
    labelled = [line["label"] for line in acknowledged if "label" in line]
    if labelled:
        # The move after the last acknowledged one may have been made, but not been told yet.
        now = registry.resolve("agent-0@production").number
        assert now >= int(str(labelled[-1])), life
        moves = [move.to_number for move in registry.label_moves("agent-0")]
        assert moves[-1] == now, life
        assert set(labelled) <= set(moves), life


def test_acknowledged_imports_and_labels_survive_every_kill(workspace: Workspace) -> None:
    for life, wait in lives():
        acknowledged = killed_life(_WRITER, workspace, life, wait)
        assert acknowledged
        assert complaints(workspace) == [], life
        with open_registry(workspace, Settings(), builtin=False) as registry:
            assert_held(registry, acknowledged, life)


def test_the_index_never_shows_half_a_build(workspace: Workspace) -> None:
    for life, wait in lives():
        killed_life(_BUILDER, workspace, life, wait * 4)
        assert complaints(workspace) == [], life
        with (
            open_registry(workspace, Settings(), builtin=False) as registry,
            KnowledgeBase.open(workspace, registry, Settings()) as base,
        ):
            version = registry.resolve("a")
            hits = base.search("Which rules are there?", k=50).hits
            assert {hit.chunk.digest for hit in hits} == {version.digest}, life
            lines = version.raw.decode().splitlines()
            for hit in hits:
                span = hit.chunk.lines
                assert hit.chunk.text == "\n".join(lines[span.start - 1 : span.end]), life
        assert list(verify_knowledge_base(workspace, Settings())) == [], life


def write_pages(folder: Path, life: str) -> None:
    """The documentation as it is at this life; every passage says which one that is."""
    folder.mkdir(exist_ok=True)
    for number in range(PAGES):
        sections = "".join(f"## Part {n}\n\nWritten in {life}.\n\n" for n in range(4))
        (folder / f"{number}.md").write_text(f"# Page {number}\n\n{sections}", encoding="utf-8")


def lives_of(texts: Iterator[str]) -> set[str]:
    return {found for text in texts for found in re.findall(r"Written in (life \d+)", text)}


def test_adding_documentation_is_all_or_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """The real command is killed at any moment from its start to its end."""
    command = [sys.executable, "-m", "assistant.cli", "kb", "add", str(tmp_path / "docs")]
    environ = {**os.environ, "CONVEXPERT_WORKSPACE": str(workspace.root)}
    write_pages(tmp_path / "docs", "life 0")
    started = time.monotonic()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    whole = time.monotonic() - started  # how long a life is on this machine
    indexed = {"life 0"}
    for life, wait in lives():
        write_pages(tmp_path / "docs", life)
        process = subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(wait / LONGEST * whole)  # as above: the moment is what is tried
        process.kill()
        process.wait()
        assert complaints(workspace) == [], life
        index = Index.open(workspace.index)
        shown = lives_of(chunk.text for chunk in index.all_chunks())
        index.close()
        with open_registry(workspace, Settings()) as registry:
            pages = [page.raw.decode() for page in registry.pages()]
            (kept,) = lives_of(iter(pages))
            assert len(pages) == PAGES, life
            assert len(shown) == 1 and shown <= {*indexed, kept}, life
            with KnowledgeBase.open(workspace, registry, Settings()) as base:
                for mode in Mode:
                    hits = base.search("What was written in which life?", k=100, mode=mode).hits
                    pages_found = [hit.chunk for hit in hits if "Written in" in hit.chunk.text]
                    assert lives_of(chunk.text for chunk in pages_found) == {kept}, (life, mode)
        assert list(verify_knowledge_base(workspace, Settings())) == [], life
        indexed = {kept}
