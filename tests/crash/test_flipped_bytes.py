"""Bytes of a workspace become others, as on a failing disk: no crash, and no other answer.

`CONVEXPERT_FLIPS=200 pytest tests/crash/test_flipped_bytes.py` is the long way. Each damage is told
by its number and can be made again: files, places and bytes are drawn from a seed.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.own_store]

FLIPS = int(os.environ.get("CONVEXPERT_FLIPS", "12"))
PARTS = 1100
"""More than Chroma keeps in its log: only then it writes files for its graph."""
PAGE = 4096
QUESTION = "Which number has fact 77?"
READING = (
    ("agents", "list", "--json"),
    ("agents", "show", "facts"),
    ("kb", "list", "--json"),
    ("kb", "search", QUESTION),
    ("ask", QUESTION),
)
DAMAGE_OF_THE_REGISTRY = ("damaged", "malformed", "not a database", "newer convexpert")

# All commands in one process, which may die of what it reads.
_COMMANDS = """
import json, sys
from typer.testing import CliRunner
from assistant.cli.main import app
for command in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, command)
    print(json.dumps([done.exit_code, done.stdout, done.stderr]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    status: int
    out: str
    err: str


def run(root: Path, *commands: tuple[str, ...]) -> list[Said]:
    done = subprocess.run(
        [sys.executable, "-c", _COMMANDS, json.dumps(commands)],
        cwd=root.parent,
        env={**os.environ, "CONVEXPERT_WORKSPACE": str(root)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    said = [Said(*json.loads(line)) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{commands[len(said)]} ended the process: {done.stderr}"
    return said


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an agent of two versions, a page of documentation and an index."""
    folder = tmp_path_factory.mktemp("whole")
    root = folder / "w"
    open_registry(Workspace(root), Settings(), builtin=False).close()
    body = "".join(f"## Part {n}\n\nFact {n} is {n * 7}.\n\n" for n in range(PARTS))
    (folder / "crons.md").write_text("# Crons\n\nUse a fixed interval.\n", encoding="utf-8")
    for text in ("First.\n", body):
        raw = f"---\nname: facts\ndescription: What is known.\n---\n{text}"
        (folder / "facts.md").write_text(raw, encoding="utf-8")
        (imported,) = run(root, ("agents", "import", str(folder / "facts.md")))
        assert imported.status == 0, imported
    for done in run(root, ("kb", "add", str(folder / "crons.md")), ("ask", QUESTION)):
        assert done.status == 0, done
    return root


def flipped(root: Path, number: int) -> str:
    """Damage one file, and say how."""
    chance = random.Random(number)
    kinds: dict[str, list[Path]] = {}
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.stat().st_size and file.name != ".gitignore":
            kinds.setdefault(file.name.split("-")[0], []).append(file)
    file = chance.choice(kinds[sorted(kinds)[number % len(kinds)]])
    raw = bytearray(file.read_bytes())
    at = chance.randrange(len(raw))
    match chance.randrange(3):
        case 0:
            how, raw[at] = f"a bit at {at}", raw[at] ^ 1 << chance.randrange(8)
        case 1:
            new = chance.randbytes(min(64, len(raw) - at))
            how, raw[at : at + len(new)] = f"{len(new)} bytes at {at}", new
        case _:
            start = at - at % PAGE
            size = min(PAGE, len(raw) - start)
            how, raw[start : start + size] = f"a page at {start}", bytes(size)
    file.write_bytes(raw)
    return f"flip {number}: {how} of {file.relative_to(root)}"


def assert_plain_error(said: Said, what: str) -> None:
    (line,) = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert any(sign in line for sign in DAMAGE_OF_THE_REGISTRY), (what, said)


def test_a_damaged_workspace_answers_as_before_or_says_what_is_damaged(
    whole: Path, tmp_path: Path
) -> None:
    expected = run(whole, *READING)
    assert all(said.status == 0 for said in expected), expected
    for number in range(FLIPS):
        root = tmp_path / str(number) / "w"
        shutil.copytree(whole, root)
        what = flipped(root, number)
        *found, sick = run(root, *READING, ("doctor", "--json"))
        for command, now, before in zip(READING, found, expected, strict=True):
            if now.status == 2 and "registry" in what:
                assert_plain_error(now, what)
            else:
                assert (now.status, now.out) == (0, before.out), (what, command, now)
        if sick.status == 0:
            continue
        mended, well, *again = run(root, ("doctor", "--fix"), ("doctor",), *READING)
        assert mended.status in (0, 1), (what, mended)
        if "registry" not in what:
            assert (mended.status, well.status) == (0, 0), (what, sick, mended, well)
            assert [said.out for said in again] == [said.out for said in expected], what
